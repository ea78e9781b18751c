/** Words for a POSIX shell. Belongs here: what makes a text one safe word of a command. Pure. */

/** One word for a POSIX shell, quoted where needed. A word that begins with a dash stays one: see `positional`. */
export const quote = (word: string): string => (/^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** Words that no program may take for flags: where one begins with a dash, `--` ends the flags. Flags have to stand before them. */
export const positional = (...words: string[]): string =>
  `${words.some(word => word.startsWith('-')) ? '-- ' : ''}${words.map(quote).join(' ')}`;

/** An object for kubectl, as TYPE/NAME: no name can then be taken for a flag. */
export const object = (type: string, name: string): string => quote(`${type}/${name}`);

/** A host for a shell. What is no host (a redirect may name anything) is left to be filled in. */
export const hostWord = (host: string | null | undefined, otherwise = 'HOST'): string =>
  host != null && /^[A-Za-z0-9_[][A-Za-z0-9._:[\]-]*$/.test(host) ? host : otherwise;
