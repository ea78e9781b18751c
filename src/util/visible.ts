/** Characters that a reader does not see or that a terminal obeys. Belongs here: which these are, and how each is shown. Pure. */

/** Texts that hide nothing, which are nearly all: of them the patterns below are not asked, and not even made, which takes longer than a short command. */
const PLAIN = /^[\x20-\x7e]*$/;
const PLAIN_LAYOUT = /^[\n\t\x20-\x7e]*$/;

interface Patterns {
  /**
   * Control characters, format characters (those that reorder text, those without a width), line and paragraph separators, lone surrogates, and everything else that
   * Unicode lets a terminal leave out. A blank is none of them.
   */
  hidden: RegExp;
  allHidden: RegExp;
  /** What `JSON.stringify` leaves of these. */
  hiddenInJson: RegExp;
  allHiddenInJson: RegExp;
  /** The same besides line breaks and tabs of our own, and the colors of style.ts. */
  hiddenInLayout: RegExp;
  allHiddenInLayout: RegExp;
}
let made: Patterns | undefined;
function patterns(): Patterns {
  if (made !== undefined) return made;
  const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
  const hiddenInJson = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
  const hiddenInLayout = new RegExp(`(?![\\n\\t])${hidden.source}`, 'u');
  const ownColor = '\\u001b\\[(?:1|2|22|31|32|33|36|39)m';
  made = {
    hidden,
    allHidden: new RegExp(hidden, 'gu'),
    hiddenInJson,
    allHiddenInJson: new RegExp(hiddenInJson, 'gu'),
    hiddenInLayout,
    allHiddenInLayout: new RegExp(`${ownColor}|${hiddenInLayout.source}`, 'gu'),
  };
  return made;
}

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) as number;
  return SHORT[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : unit(code));
}

/** In: a text of others (a name, a message). Out: the same on one line, each hidden character as an escape such as `\u202e`. */
export const visible = (text: string): string => (isHidden(text) ? text.replace(patterns().allHidden, escapeOf) : text);

/** Whether a text holds a character that `visible` would show as an escape. */
export const isHidden = (text: string): boolean => !PLAIN.test(text) && patterns().hidden.test(text);

/** In: a text that is laid out already, and whether our own colors stay. Out: the same; line breaks and tabs stay, every other hidden character is an escape. */
export const visibleLayout = (text: string, color: boolean): string =>
  !PLAIN_LAYOUT.test(text) && patterns().hiddenInLayout.test(text)
    ? text.replace(patterns().allHiddenInLayout, found => (found.length > 2 ? (color ? found : '') : escapeOf(found)))
    : text;

/** In: JSON. Out: the same JSON with every hidden character as `\uXXXX`: any parser reads the same value. */
export const visibleJson = (json: string): string =>
  !PLAIN_LAYOUT.test(json) && patterns().hiddenInJson.test(json)
    ? json.replace(patterns().allHiddenInJson, found =>
        Array.from({ length: found.length }, (_, at) => unit(found.charCodeAt(at))).join(''),
      )
    : json;
