/** Characters that a reader does not see or that a terminal obeys. Belongs here: which these are, and how each is shown. Pure. */

/**
 * Control characters, format characters (those that reorder text, those without a width), line and paragraph separators, lone surrogates, and everything else that
 * Unicode lets a terminal leave out. A blank is none of them.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const ALL_HIDDEN = new RegExp(HIDDEN, 'gu');
/** What `JSON.stringify` leaves of these. */
const HIDDEN_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const ALL_HIDDEN_IN_JSON = new RegExp(HIDDEN_IN_JSON, 'gu');
/** The same besides line breaks and tabs of our own, and the colors of style.ts. */
const HIDDEN_IN_LAYOUT = new RegExp(`(?![\\n\\t])${HIDDEN.source}`, 'u');
const OWN_COLOR = '\\u001b\\[(?:1|2|22|31|32|33|36|39)m';
const ALL_HIDDEN_IN_LAYOUT = new RegExp(`${OWN_COLOR}|${HIDDEN_IN_LAYOUT.source}`, 'gu');

const SHORT: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

function escapeOf(character: string): string {
  const code = character.codePointAt(0) as number;
  return SHORT[character] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : unit(code));
}

/** In: a text of others (a name, a message). Out: the same on one line, each hidden character as an escape such as `\u202e`. */
export const visible = (text: string): string => (HIDDEN.test(text) ? text.replace(ALL_HIDDEN, escapeOf) : text);

/** Whether a text holds a character that `visible` would show as an escape. */
export const isHidden = (text: string): boolean => HIDDEN.test(text);

/** In: a text that is laid out already, and whether our own colors stay. Out: the same; line breaks and tabs stay, every other hidden character is an escape. */
export const visibleLayout = (text: string, color: boolean): string =>
  HIDDEN_IN_LAYOUT.test(text)
    ? text.replace(ALL_HIDDEN_IN_LAYOUT, found => (found.length > 2 ? (color ? found : '') : escapeOf(found)))
    : text;

/** In: JSON. Out: the same JSON with every hidden character as `\uXXXX`: any parser reads the same value. */
export const visibleJson = (json: string): string =>
  HIDDEN_IN_JSON.test(json)
    ? json.replace(ALL_HIDDEN_IN_JSON, found => Array.from({ length: found.length }, (_, at) => unit(found.charCodeAt(at))).join(''))
    : json;
