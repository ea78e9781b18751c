/** Whether a part of a secret stands in a text, in whatever form: for what is written to be shared. */

/** The shortest part of a secret that counts. */
const PART = 6;
/** Layers of base64 that are taken off. */
const LAYERS = 4;

const TEXTS = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, part]) => [key, ...TEXTS(part)])
      : [];

/** Every text of a value, and what it is decoded to: base64 wherever it stands (whole words of it, in each alignment), hexadecimal, percent, JSON. */
export function viewsOf(value: unknown): string[] {
  const views = new Set(TEXTS(value));
  let fresh = [...views];
  for (let layer = 0; layer < LAYERS; layer++) {
    fresh = fresh.flatMap(text => decodings(text)).filter(text => !views.has(text));
    for (const text of fresh) views.add(text);
  }
  return [...views];
}

function decodings(text: string): string[] {
  const words = [text.replace(/\s+/g, ''), ...(text.match(/[A-Za-z0-9+/_-]{6,}={0,2}/g) ?? [])];
  const found = words.flatMap(word => [0, 1, 2, 3].map(at => Buffer.from(word.slice(at), 'base64').toString('utf8')));
  for (const [word] of text.matchAll(/(?:[0-9a-f]{2}){6,}/gi)) found.push(Buffer.from(word, 'hex').toString('utf8'));
  found.push(Buffer.from(text, 'latin1').toString('utf16le'), text.replaceAll('\0', ''));
  for (const decode of [JSON.parse, decodeURIComponent] as ((text: string) => unknown)[])
    try {
      found.push(...TEXTS(decode(text)));
    } catch {
      // it is not of this form
    }
  return found.filter(one => one.length >= PART);
}

/** What is written instead of a secret, and forms of it that stay: kinds of tokens, blanks, what Go quotes of a text. */
const OWN = 'replaced-by-imagepull-';

/**
 * The parts of secrets that a value holds, forwards and backwards. In: the value, the secrets, and a text (the user name) parts of which are no secret. A part of
 * blanks alone, or of the text that takes the place of secrets, is none.
 */
export function leaksOf(value: unknown, secrets: readonly string[], plain = ''): string[] {
  const views = viewsOf(value);
  const all = [...views, ...views.map(view => [...view].reverse().join(''))].join('\n\n');
  return secrets.flatMap(secret => partsOf(secret)).filter(part => !plain.includes(part) && !OWN.includes(part) && all.includes(part));
}

/** Every part of a secret of so many characters that is no blank. */
function partsOf(secret: string): string[] {
  const parts = new Set<string>();
  for (let at = 0; at + PART <= secret.length; at++) parts.add(secret.slice(at, at + PART));
  return [...parts].filter(part => /[^\s"'{}[\]:,=<>$]/.test(part) && part.trim().length === PART);
}
