/** What others wrote, made fit to be shown: without secrets, and for people also with every hidden character as an escape. Belongs here: how a whole value is cleaned. */
import { commandLines } from '../causes/shell.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import type { SecretTest } from '../diagnosis/test-secret.ts';
import { SECRETS } from '../util/secrets.ts';
import { visible } from '../util/visible.ts';

/** What is shown of others: findings and tests. */
type Shown = Finding | SecretTest;

/** In: a finding or the test of a secret. Out: the same without any secret of the run, for JSON and YAML. */
export const withoutSecrets = <T extends Shown>(value: T): T => mapTexts(value, text => SECRETS.remove(text)) as T;

/** In: the same. Out: also without a character that a reader does not see: names break no line. Only between the lines of a command a line break stays. */
export const forReading = <T extends Shown>(value: T): T =>
  mapTexts(value, (text, field) => {
    const clean = SECRETS.remove(text);
    return field === 'command' ? commandLines(clean).map(visible).join('\n') : visible(clean);
  }) as T;

/** Maps every text of a plain value, keys of objects too. Out: the very same value where nothing changes. */
function mapTexts(value: unknown, map: (text: string, field: string) => string, field = ''): unknown {
  if (typeof value === 'string') return map(value, field);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const mapped = value.map(entry => mapTexts(entry, map, field));
    return mapped.some((entry, index) => entry !== value[index]) ? mapped : value;
  }
  const entries = Object.entries(value);
  const mapped = entries.map(([key, entry]) => [map(key, ''), mapTexts(entry, map, key)] as const);
  const isSame = mapped.every(([key, entry], index) => key === entries[index]?.[0] && entry === entries[index]?.[1]);
  return isSame ? value : Object.fromEntries(mapped);
}
