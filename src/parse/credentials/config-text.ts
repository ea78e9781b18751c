/**
 * The text of a docker config as it was put into a secret: encoded twice, with a byte order mark, in quotation marks, YAML. Belongs here: what stands around
 * the JSON that kubelet reads, and how it is taken off. Pure.
 */
import { readDocuments } from '../documents.ts';
import { isObject } from '../shape.ts';
import { parseGoJson } from './go-json.ts';
import { placeholderIn } from './placeholders.ts';

/** What a text holds once all around it is taken off. */
export interface ConfigText {
  /** Null where no JSON object is in it. */
  value: Record<string, unknown> | null;
  /** What was taken off, as clauses without values. */
  defects: string[];
  /** What the text is where it is no JSON, as a clause; null where nothing is known. */
  instead: string | null;
}

/** Wrappings that are taken off one after the other. */
const MOST = 6;

/** In: the bytes under a data key. */
export function readConfigText(bytes: Uint8Array): ConfigText {
  const defects: string[] = [];
  let encodings = 1;
  let current: Buffer = Buffer.from(bytes);
  for (let round = 0; round < MOST; round++) {
    const { text, mark } = decoded(current);
    if (mark !== null) defects.push(mark);
    const value = parsed(text);
    if (isObject(value)) return { value, defects: withEncodings(defects, encodings), instead: null };
    const quoted = typeof value === 'string' ? value : /^\s*'([^']*)'\s*$/.exec(text)?.[1];
    if (quoted !== undefined) {
      defects.push('its value has quotation marks around it');
      current = Buffer.from(quoted);
      continue;
    }
    const inner = fromBase64(text);
    if (inner === null) return { ...otherForm(text), defects: withEncodings(defects, encodings) };
    encodings++;
    current = inner;
  }
  return { value: null, defects: [], instead: null };
}

const withEncodings = (defects: readonly string[], times: number): string[] => [
  ...(times < 2 ? [] : [`its value is base64-encoded ${times === 2 ? 'twice' : `${times} times`}`]),
  ...defects,
];

function decoded(bytes: Buffer): { text: string; mark: string | null } {
  const utf16 = 'its value is UTF-16 text (Windows PowerShell writes it with `>`), but kubelet reads UTF-8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: bytes.subarray(2).toString('utf16le'), mark: utf16 };
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0)
    return { text: Buffer.from(bytes.subarray(2)).swap16().toString('utf16le'), mark: utf16 };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return { text: bytes.subarray(3).toString('utf8'), mark: 'its value begins with a byte order mark (BOM)' };
  return { text: bytes.toString('utf8'), mark: null };
}

function parsed(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Levels of a config that is looked at: it has four. What is deeper could not be written again. */
const MOST_LEVELS = 1000;

function isTooDeep(text: string): boolean {
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '{' || sign === '[') level++;
    else if (sign === '}' || sign === ']') level--;
    if (level > MOST_LEVELS) return true;
  }
  return false;
}

/** Characters of a text that may be YAML or a placeholder. */
const MOST_OTHER = 65_536;

/** What a text is in base64, where that may be a config or the base64 of one. */
function fromBase64(text: string): Buffer | null {
  const bare = text.replace(/\s+/g, '');
  if (!isBase64(bare)) return null;
  const inner = Buffer.from(bare, 'base64');
  const start = inner.toString('latin1', 0, 2);
  if (['\xef\xbb', '\xff\xfe', '\xfe\xff'].includes(start)) return inner;
  const within = inner.toString('utf8').trim();
  return /^[{"']/.test(within) || isBase64(within.replace(/\s+/g, '')) ? inner : null;
}

const isBase64 = (text: string): boolean => text.length >= 8 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);

/** A config in another form, or what stands in its place. */
function otherForm(text: string): Pick<ConfigText, 'value' | 'instead'> {
  if (text.length > MOST_OTHER || isTooDeep(text)) return { value: null, instead: null };
  const placeholder = placeholderIn(text.trim().slice(0, 200));
  const read = readDocuments(text, 0);
  const value = read.ok && read.documents.length === 1 ? read.documents[0] : null;
  // YAML folds what JSON would refuse: a value with a blank may be another one than was meant
  if (isObject(value) && placeholder === null && isObject(value.auths) && !/\s/.test(textsOf(value.auths)))
    return { value, instead: /^\s*\{/.test(text) ? 'its value is not strict JSON' : 'its value is YAML, but kubelet reads JSON' };
  if (placeholder !== null && text.trim().length < 200)
    return { value: null, instead: 'its value is a placeholder of a guide or a template that was never filled in' };
  const json = parseGoJson(text);
  if (text.trimStart().startsWith('{') && !json.ok && json.error === 'unexpected end of JSON input')
    return { value: null, instead: 'its value is cut off: the end of the JSON is missing' };
  if (/^\S*(?:config\.json|\.dockercfg)\s*$/.test(text))
    return { value: null, instead: 'its value is the name of a file, not its content' };
  if (/^[^\s{}:]+:[^\s{}]+\s*$/.test(text)) return { value: null, instead: 'its value is a user name and a password, not a docker config' };
  return { value: null, instead: null };
}

const textsOf = (entries: object): string => JSON.stringify(entries).replace(/\\[nrt]/g, ' ');
