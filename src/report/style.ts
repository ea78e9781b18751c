/** How a text is shown: colors where they are wanted, and nothing else that a terminal obeys. Pure. */

/** How a text is to be laid out. */
export interface TextOptions {
  color: boolean;
  /** `-o wide`: every check, credential and near miss. */
  wide: boolean;
  /** Columns to fold at. */
  width: number;
}

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

/**
 * In: a text that holds what others wrote (names, messages), and whether our own colors stay. Out: the same without any character that a terminal obeys; line ends stay.
 */
export const printable = (text: string, color: boolean): string =>
  text.replace(/\u001b\[(?:1|2|22|31|32|33|36|39)m|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, found =>
    color && found.length > 1 ? found : '',
  );
