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

/** Leaves of a text what a terminal shows, and of what it obeys only our own colours: names and words of others may hold anything. */
export const printable = (text: string, colour: boolean): string =>
  text.replace(/\u001b\[(?:1|2|22|31|32|33|36|39)m|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, found =>
    colour && found.length > 1 ? found : '',
  );
