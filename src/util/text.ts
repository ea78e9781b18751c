/** Small edits of texts, each in one pass whatever the text is. Belongs here: what more than one layer needs of that. Pure. */

/** A text without the character that its end repeats: of `https://host//` without `/` `https://host`. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}

/** The lines of a text, without blanks around them and without empty ones, on one line. */
export const onOneLine = (text: string): string =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .join(' ');

/** As much of a text as is shown, with a mark where it is cut. In: the most characters. */
export const clipped = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text);

/** A text as a part of a path or a query. Half a character, which JSON can hold and a URL cannot, is replaced, where `encodeURIComponent` would throw. */
export const inUrl = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
