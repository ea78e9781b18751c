/** What printed commands leave to be filled in. */

/** In: a command. Out: the same with a plain word in each place that is left open, as a person writes it. */
export const filled = (command: string): string => command.replace(/<([A-Z][A-Z_]*)>/g, '$1');
