/**
 * What others wrote, made fit to be shown: without the secrets of the run, and for people also with every hidden character as an escape. Belongs here: how a whole
 * value is cleaned. It is cleaned before it is laid out or written as a document: whoever chooses a secret could otherwise choose which quote or bracket of ours goes.
 */
import { commandLines } from '../causes/shell.ts';
import { isCauseCode } from '../model/cause-codes.ts';
import { REDACTED, SECRETS } from '../util/secrets.ts';
import { visible } from '../util/visible.ts';

/** In: a plain value. Out: the same without any secret of the run. */
export const withoutSecrets = <T extends object>(value: T): T => mapTexts(value, clean) as T;

/** In: a plain value. Out: also without a character that a reader does not see: no name breaks a line. Between the lines of a command a line break stays. */
export const forReading = <T extends object>(value: T): T =>
  mapTexts(value, (text, field) => {
    const shown = clean(text, field);
    return field === 'command' ? commandLines(shown).map(visible).join('\n') : visible(shown);
  }) as T;

/** In: a text, and the name of its field. The code of a cause is no secret, whatever a password is. */
function clean(text: string, field: string): string {
  if (isCauseCode(text)) return text;
  if (field !== 'command') return SECRETS.remove(text);
  // no quote of a command may go with a secret: what holds one that reaches beyond a plain word is not shown
  const words = text.replace(/[\w./:@%+=,-]+/g, word => SECRETS.remove(word));
  return SECRETS.remove(words) === words ? words : REDACTED;
}

/** Maps every text of a plain value; an entry of a list belongs to the list's field. */
function mapTexts(value: unknown, map: (text: string, field: string) => string, field = ''): unknown {
  if (typeof value === 'string') return map(value, field);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(entry => mapTexts(entry, map, field));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mapTexts(entry, map, key)]));
}
