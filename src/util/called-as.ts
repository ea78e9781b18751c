/**
 * The name that the program was called by. Under another file name, such as `kubectl-image_pull`, kubectl runs it as `kubectl image-pull`: the commands that help,
 * hints and fixes tell have to work there too. Belongs here: that name, which main.ts sets once, and texts with it. What other programs read (JSON keys, the User-Agent,
 * the name of a report) keeps the program's own name.
 */
import { PROGRAM } from '../flags.ts';

let called = PROGRAM;

/** The commands of kubectl are words of lower case letters, digits and dashes; kubectl reads a `-` of the file's name as a space, and a `_` as a dash. */
const FILE = /(?:^|[/\\])kubectl-([a-z0-9][a-z0-9_-]{0,62}?)(?:\.exe|\.[cm]?js)?$/;

/** In: paths of the program, the likeliest first. Out: how kubectl calls it: `kubectl image-pull`; null where no path has the name of a plugin. */
export function nameOfPlugin(...paths: readonly (string | undefined)[]): string | null {
  const file = paths.map(path => FILE.exec(path ?? '')?.[1]).find(name => name !== undefined);
  return file === undefined ? null : `kubectl ${file.replaceAll('-', ' ').replaceAll('_', '-')}`;
}

/** Sets the name, once, as the program starts. Null: its own. */
export const callProgram = (name: string | null): void => {
  called = name ?? PROGRAM;
};

/** How the program was called: `kubectl imagepull`. */
export const program = (): string => called;

/** A text of ours with that name, also where a line was folded within it. */
export const asCalled = (text: string): string =>
  called === PROGRAM ? text : text.replace(/\bkubectl(\s+)imagepull\b/g, (_, space: string) => called.split(' ').join(space));
