/** How a text is laid out and colored. Pure. */

/** How a text is to be laid out. */
export interface TextOptions {
  color: boolean;
  /** `-o wide`: every check, credential and near miss. */
  wide: boolean;
  /** Columns to fold at. */
  width: number;
}

/** Colors of a terminal; without colors each returns its text. */
export interface Style {
  bold(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
}

const wrap =
  (on: boolean, open: number, close: number) =>
  (text: string): string =>
    on ? `\u001b[${open}m${text}\u001b[${close}m` : text;

/** In: whether colors are wanted. Out: the functions that color a text, or leave it as it is. */
export const style = (color: boolean): Style => ({
  bold: wrap(color, 1, 22),
  red: wrap(color, 31, 39),
  green: wrap(color, 32, 39),
  yellow: wrap(color, 33, 39),
  cyan: wrap(color, 36, 39),
  dim: wrap(color, 2, 22),
});
