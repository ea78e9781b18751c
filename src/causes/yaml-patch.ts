/**
 * A value as YAML on one line, which kubectl takes for a patch as well as JSON. It needs no quotation marks, which Windows PowerShell takes out of the arguments of a program. Belongs
 * here: which texts YAML reads as they stand. Pure.
 */

/** A text that YAML 1.1 reads as that text, also within brackets: it begins with a letter, or has one that no number and no date has. */
const PLAIN_TEXT = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)(?=[A-Z]|.*[g-np-su-wy])[A-Z0-9](?:[A-Z0-9_./:@+-]*[A-Z0-9_/])?$/i;

const textOf = (text: string): string => (PLAIN_TEXT.test(text) ? text : JSON.stringify(text));

/** In: a patch with one field. Out: the same in YAML. kubectl takes what begins with a bracket for JSON, so that the outer field stands without. */
export const yamlPatch = (change: object): string => yamlFlow(change).slice(1, -1);

/** In: a value of JSON. Out: the same in YAML. */
function yamlFlow(value: unknown): string {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return `[${value.map(yamlFlow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${textOf(key)}: ${yamlFlow(member)}`)
    .join(', ')}}`;
}
