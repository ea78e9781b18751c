/** Colour, only where it is wanted. Pure. */
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

export const style = (colour: boolean): Style => ({
  bold: wrap(colour, 1, 22),
  red: wrap(colour, 31, 39),
  green: wrap(colour, 32, 39),
  yellow: wrap(colour, 33, 39),
  cyan: wrap(colour, 36, 39),
  dim: wrap(colour, 2, 22),
});
