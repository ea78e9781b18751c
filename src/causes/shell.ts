/**
 * Words for a shell: bash, zsh, fish (3.4 or newer) and dash read each alike, and PowerShell (7.3 or newer) too but for a word with a single quote or with backslashes that fish reads, which
 * no name of Kubernetes has. Belongs here: what makes a text one safe word of a command, and where a command has its lines. Words are quoted once, where a command is put together:
 * nothing edits a command afterwards. A command for the person's own machine needs no variable, no `&&` and no file of the system: then one text is right for all of them. Pure.
 */

/** What no shell reads as anything but itself; at the beginning neither `=` (zsh looks a command up) nor `%` (a job) nor `@` (PowerShell's splatting), and no comma (its lists). */
const PLAIN_WORD = /^(?![=%@])[A-Za-z0-9_./:@%+=-]+$/;

/** What only a person knows. It is printed as `<NAME>`: outside quotes every shell reads that as redirections, and runs nothing until it is replaced. */
export interface Blank {
  blank: string;
}
/** A word of a command: a text, or its parts where some of them are left to be filled in. */
export type Word = string | readonly (string | Blank)[];

/** In: what belongs there, in capitals. */
export const blank = (name: string): Blank => ({ blank: name });
/** A word as a person reads it. */
export const textOf = (word: Word): string =>
  typeof word === 'string' ? word : word.map(part => (typeof part === 'string' ? part : `<${part.blank}>`)).join('');
/** What of a command is left to be filled in, each once. */
export const blanksIn = (command: string): string[] => [...new Set(command.match(/<[A-Z][A-Z_]*>/g))];

/**
 * One word for a shell, quoted where needed. In double quotes stand only `'` and some of `\`: within single quotes fish reads a backslash before another one and before a quote, and
 * the others read no quote there. A word that begins with a dash stays one: see `positional`.
 */
export function quote(word: Word): string {
  if (typeof word === 'string') return quoteText(word);
  const parts: (string | Blank)[] = [];
  for (const part of word)
    if (typeof part === 'string' && typeof parts.at(-1) === 'string') parts.push(`${parts.pop()}${part}`);
    else parts.push(part);
  return parts.map(part => (typeof part === 'string' ? quoteText(part) : textOf([part]))).join('');
}

const quoteText = (word: string): string =>
  PLAIN_WORD.test(word) ? word : word === '' ? "''" : (word.match(PARTS) ?? []).map(quotePart).join('');

/** Quotes; backslashes that fish would read, since another backslash, a quote or the end is behind them; everything else. */
const PARTS = /'+|\\{2,}|\\(?=['\\]|$)|(?:[^'\\]|\\(?=[^'\\]))+/g;

function quotePart(part: string): string {
  if (part.startsWith("'")) return `"${part}"`;
  return /^\\+$/.test(part) ? `"${part.replaceAll('\\', '\\\\')}"` : `'${part}'`;
}

/** Words that no program may take for flags: where one begins with a dash, `--` ends the flags. Flags have to stand before them. */
export const positional = (...words: Word[]): string =>
  `${words.some(word => textOf(word).startsWith('-')) ? '-- ' : ''}${words.map(quote).join(' ')}`;

/** An object for kubectl, as TYPE/NAME: no name can then be taken for a flag. */
export const object = (type: string, name: string): string => quote(`${type}/${name}`);

/** A host for a shell. What is no host (a redirect may name anything) is left to be filled in. */
export const hostWord = (host: string | null | undefined, otherwise = '<HOST>'): string =>
  host != null && /^[A-Za-z0-9_[][A-Za-z0-9._:[\]-]*$/.test(host) ? host : otherwise;

/** In: commands, each on a line of its own. Out: these lines. A line break within quotes is a part of a name and ends none. */
export function commandLines(commands: string): string[] {
  if (!commands.includes('\n')) return [commands];
  const lines: string[] = [];
  let open = '';
  let from = 0;
  for (let at = 0; at < commands.length; at++) {
    const sign = commands[at] as string;
    if (open !== '') {
      if (sign === open) open = '';
      else if (open === '"' && sign === '\\') at++;
    } else if (sign === "'" || sign === '"') open = sign;
    else if (sign === '\\') at++;
    else if (sign === '\n') {
      lines.push(commands.slice(from, at));
      from = at + 1;
    }
  }
  return [...lines, commands.slice(from)];
}
