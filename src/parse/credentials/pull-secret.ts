/** One pull secret as kubelet reads it: which secrets count, how their entries parse, and what is ignored without an event. */

import {
  Credential,
  KEY_OF_TYPE,
  type SecretFormat,
  type SecretProblem,
  type SecretProblemCode,
  type SecretRepair,
} from '../../model/credential.ts';
import type { Secret } from '../../model/kubernetes.ts';
import { SECRETS } from '../../util/secrets.ts';
import { clipped } from '../../util/text.ts';
import { normalizeKey } from './auths-key.ts';
import { decodeGoBase64 } from './go-base64.ts';
import { type GoValue, goTypeName, keyMatchesField, parseGoJson } from './go-json.ts';
import { repairSecret } from './repair.ts';

/** One entry of `auths` that parsed. */
export interface AuthsEntry {
  rawKey: string;
  /** kubelet's normalized key, null when url.Parse refuses the raw key and kubelet therefore skips the entry. */
  key: string | null;
  keyError?: string;
  credential: Credential;
}

/** A pull secret as kubelet reads it. */
export interface PullSecret {
  namespace: string;
  name: string;
  type: string;
  entries: AuthsEntry[];
  problems: SecretProblem[];
  /** The form in which kubelet would read what a secret of another form holds; null when it holds nothing that would do. */
  intendedFormat: SecretFormat | null;
  /** How a secret that kubelet cannot use is repaired from what it holds; null where that is of no use, or nothing has to be. */
  repair: SecretRepair | null;
  /** The error text with which kubelet refuses every pull, null when the secret parses or is ignored. */
  error: string | null;
}

/** Keys of a secret of any type whose values are secret as a whole. */
const SECRET_KEY = /docker|config\.json|password|passwd|secret|token|auth|credential|private|key/i;
/** Keys of one secret that are looked at for secrets. */
const MAX_KEYS = 100;
const DROPPED_FIELDS = ['identitytoken', 'registrytoken', 'serveraddress'];

class GoError extends Error {}

/** `field` is where the decoder stands, empty at the top. */
const cannotUnmarshal = (value: GoValue, field: string, type: string): GoError =>
  new GoError(`json: cannot unmarshal ${goTypeName(value)} into Go ${field === '' ? 'value' : `struct field ${field}`} of type ${type}`);

/** `json.Unmarshal` goes on after a wrong type and reports the first one at its end; every other error ends it at once. */
type Keep = (wrongType: GoError) => void;

interface Entry {
  username: string;
  password: string;
  dropped: string[];
}

/** Source: pkg/credentialprovider/config.go, DockerConfigEntry.UnmarshalJSON and decodeDockerConfigFieldAuth. */
function readEntry(value: GoValue, at: string): Entry {
  const fields: Record<'username' | 'password' | 'email' | 'auth', string> = { username: '', password: '', email: '', auth: '' };
  const dropped: string[] = [];
  if (value.type !== 'null') {
    if (value.type !== 'object') throw cannotUnmarshal(value, at, 'credentialprovider.dockerConfigEntryWithAuth');
    for (const [key, member] of value.members) {
      const field = (Object.keys(fields) as (keyof typeof fields)[]).find(name => keyMatchesField(key, name));
      if (field === undefined) {
        if (DROPPED_FIELDS.includes(key.toLowerCase()) && member.type === 'string' && member.value !== '') dropped.push(key.toLowerCase());
      } else if (member.type === 'string') fields[field] = member.value;
      else if (member.type !== 'null') throw cannotUnmarshal(member, `${at === '' ? 'dockerConfigEntryWithAuth' : at}.${field}`, 'string');
    }
  }
  if (fields.auth === '') return { username: fields.username, password: fields.password, dropped };
  // Trimmed only to look at the last character; the untrimmed text is what gets decoded.
  const decoded = decodeGoBase64(fields.auth, isPadded(fields.auth));
  if (!decoded.ok) throw new GoError(decoded.error);
  const text = decoded.bytes.toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new GoError('unable to parse auth field, must be formatted as base64(username:password)');
  return { username: text.slice(0, colon), password: text.slice(colon + 1), dropped };
}

/** What `strings.TrimSpace` takes for a blank. */
const GO_BLANK = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether the text ends with "=" after `strings.TrimSpace`. */
export function isPadded(text: string): boolean {
  let end = text.length;
  while (end > 0 && GO_BLANK.test(text[end - 1] as string)) end--;
  return text[end - 1] === '=';
}

/** A map of entries. Duplicate keys: the last wins; maps met twice merge. A JSON null empties the map. */
function readEntries(value: GoValue, into: Map<string, Entry>, at: string, keep: Keep): void {
  if (value.type === 'null') into.clear();
  else if (value.type === 'object') for (const [key, member] of value.members) into.set(key, readEntry(member, at));
  else keep(cannotUnmarshal(value, at, 'credentialprovider.DockerConfig'));
}

/** Source: pkg/credentialprovider/config.go, DockerConfigJSON (`auths`, and `HttpHeaders`, which has to be a map of strings). */
function readDockerConfigJson(value: GoValue, into: Map<string, Entry>, keep: Keep): void {
  if (value.type !== 'object') {
    if (value.type !== 'null') keep(cannotUnmarshal(value, '', 'credentialprovider.DockerConfigJSON'));
    return;
  }
  for (const [key, member] of value.members) {
    if (keyMatchesField(key, 'auths')) readEntries(member, into, 'DockerConfigJSON.auths', keep);
    else if (keyMatchesField(key, 'HttpHeaders') && member.type !== 'null') {
      if (member.type !== 'object') keep(cannotUnmarshal(member, 'DockerConfigJSON.HttpHeaders', 'map[string]string'));
      else
        for (const [, header] of member.members)
          if (header.type !== 'string' && header.type !== 'null') keep(cannotUnmarshal(header, 'DockerConfigJSON.HttpHeaders', 'string'));
    }
  }
}

/**
 * Reads a secret as kubelet does. In: the object as the API server gives it (`data` in base64; `stringData` of an unsent manifest
 * overrides it). Out: its entries, or why kubelet fails on it or ignores it. Never throws; no text holds a value of the secret.
 */
export function readPullSecret(secret: Secret): PullSecret {
  const known = readBefore.get(secret);
  if (known !== undefined) return known;
  const read = readWithIntent(secret);
  readBefore.set(secret, read);
  return read;
}

/** What was read of a secret: thousands of images may name the same object, and it can have a megabyte. */
const readBefore = new WeakMap<Secret, PullSecret>();

function readWithIntent(secret: Secret): PullSecret {
  noteSecrets(secret);
  const read = readAsTyped(secret);
  if (secret.reading !== undefined) return { ...read, ...secret.reading, entries: secret.reading.error === null ? read.entries : [] };
  const ignored = read.problems.some(({ code, breaksKeyring }) => code === 'SecretMalformed' && !breaksKeyring);
  const malformed = read.problems.some(({ code }) => code === 'SecretMalformed');
  return {
    ...read,
    intendedFormat: ignored ? intendedFormatOf(secret) : null,
    ...(malformed ? inPlainWords(secret, read) : { repair: null }),
  };
}

/** The problems of a malformed secret in plain words, and its repair where kubelet would then use it. */
function inPlainWords(secret: Secret, read: AsTyped): Pick<PullSecret, 'problems' | 'repair'> {
  const { type, data, recreate, done, left } = repairSecret(secret);
  const plain = plainWords(read, done, left);
  const problems = read.problems.map(problem =>
    plain === null ? problem : { ...problem, plain, detail: withPlainWords(problem, plain, problem.breaksKeyring) },
  );
  const then = done.length === 0 ? null : readAsTyped({ metadata: secret.metadata, type, data });
  const works =
    then !== null && then.problems.length === 0 && then.entries.some(({ key, credential }) => key !== null && !credential.isEmpty);
  return { problems, repair: works ? { recreate: recreate || secret.immutable === true } : null };
}

/** What breaks a secret in plain words; null where its problem tells that already. */
function plainWords(read: AsTyped, done: readonly string[], left: readonly string[]): string | null {
  // blanks around a password break nothing, and a wrong type or key is told without this
  const clauses = [...done, ...left].filter(
    clause =>
      !/(?:user name|password)(?: and the password)? (?:ends?|has|have|includes|is missing) |no image matches|^its type is|^its data key is|^it (?:has|holds) no |is a placeholder, /.test(
        clause,
      ),
  );
  return clauses.find(clause => read.error !== null || clause.startsWith('its value')) ?? null;
}

const withPlainWords = ({ detail }: SecretProblem, plain: string, breaks: boolean): string =>
  breaks ? `${plain}, so ${detail}` : `${detail}; besides, ${plain}`;

type AsTyped = Omit<PullSecret, 'intendedFormat' | 'repair'>;

/** Tells the run what must not be printed: kubelet reads less of a secret than stands in it. */
export function noteSecrets(secret: Secret): void {
  if (noted.has(secret)) return;
  noted.add(secret);
  for (const key of keysOf(secret).slice(0, MAX_KEYS))
    SECRETS.addDocument(secretText(secret, key) ?? '', KEY_OF_TYPE.has(secret.type ?? '') || SECRET_KEY.test(key));
}

const noted = new WeakSet<Secret>();

const keysOf = ({ data, stringData }: Secret): string[] => [...new Set([...Object.keys(data ?? {}), ...Object.keys(stringData ?? {})])];

/** In: a secret that kubelet ignores. Out: the form in which one of its texts gives kubelet a credential for a host. */
function intendedFormatOf(secret: Secret): SecretFormat | null {
  for (const from of keysOf(secret)) {
    for (const [type, to] of KEY_OF_TYPE) {
      const { problems, entries } = readAsTyped({ metadata: secret.metadata, type, stringData: { [to]: secretText(secret, from) ?? '' } });
      const fits = entries.some(({ key, credential }) => key !== null && /^(?:[^/]*[.:]|localhost\b)/.test(key) && !credential.isEmpty);
      if (problems.length === 0 && fits) return { type, from, to };
    }
  }
  return null;
}

/** Keys of a secret's data that a text names. */
const MOST_NAMED = 10;

/** A word of a secret's author in a text: names of keys have at most 253 characters. */
const quoted = (word: string): string => JSON.stringify(clipped(word, 253));

/** The same, in the form that its type promises. */
function readAsTyped(secret: Secret): AsTyped {
  const type = secret.type ?? 'Opaque';
  const read: AsTyped = {
    namespace: secret.metadata.namespace ?? 'default',
    name: secret.metadata.name,
    type,
    entries: [],
    problems: [],
    error: null,
  };
  const keys = keysOf(secret);
  const wanted = KEY_OF_TYPE.get(type);
  const problem = (code: SecretProblemCode, detail: string, breaksKeyring = false): typeof read => {
    read.problems.push({ code, breaksKeyring, detail });
    return read;
  };
  const more = keys.length - MOST_NAMED;
  const holds =
    keys.length === 0
      ? 'it has no key'
      : `its ${keys.length === 1 ? 'key is' : 'keys are'} ${keys.slice(0, MOST_NAMED).map(quoted).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  if (wanted === undefined) {
    return problem(
      'SecretMalformed',
      `its type is ${quoted(type)}, but kubelet reads only the types kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg (${holds})`,
    );
  }
  const bytes = secretBytes(secret, wanted);
  if (bytes === undefined || bytes.length === 0) {
    return problem(
      'SecretMalformed',
      `its type "${type}" requires the key "${wanted}", but ${bytes === undefined ? holds : 'that key is empty'}`,
    );
  }
  const parsed = parseGoJson(bytes);
  const entries = new Map<string, Entry>();
  try {
    if (!parsed.ok) throw new GoError(parsed.error);
    const wrongTypes: GoError[] = [];
    const keep: Keep = wrongType => void wrongTypes.push(wrongType);
    if (wanted === '.dockercfg') readEntries(parsed.value, entries, '', keep);
    else readDockerConfigJson(parsed.value, entries, keep);
    if (wrongTypes[0]) throw wrongTypes[0];
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    read.error = error.message;
    return problem(
      'SecretMalformed',
      `its "${wanted}" cannot be parsed (${error.message}): kubelet fails every pull of every pod that references this secret`,
      true,
    );
  }
  const written = lastWrittenAt(secret);
  for (const [rawKey, entry] of entries) {
    const key = normalizeKey(rawKey);
    read.entries.push({
      rawKey,
      key: key.ok ? key.key : null,
      ...(key.ok ? {} : { keyError: key.error }),
      credential: new Credential({
        secret: read.name,
        key: key.ok ? key.key : rawKey,
        rawKey,
        username: entry.username,
        password: entry.password,
        lastWrittenAt: written,
        dropped: entry.dropped,
      }),
    });
  }
  explainEmptiness(read, wanted, parsed.ok ? parsed.value : { type: 'null' });
  return read;
}

/** Why a secret that parses gives kubelet no credentials. */
function explainEmptiness(read: AsTyped, wanted: string, value: GoValue): void {
  const members = value.type === 'object' ? value.members.map(([key]) => key) : [];
  const has = (name: string): boolean => members.some(key => keyMatchesField(key, name));
  const helpers = ['credsStore', 'credHelpers'].filter(has);
  const note = (detail: string): void => void read.problems.push({ code: 'SecretHasNoCredentials', breaksKeyring: false, detail });
  if (wanted === '.dockercfg' && has('auths')) {
    read.problems.push({
      code: 'SecretMalformed',
      breaksKeyring: false,
      detail:
        'its ".dockercfg" has the format of ".dockerconfigjson", so kubelet takes "auths" for the name of a registry: the type must be kubernetes.io/dockerconfigjson',
    });
  } else if (read.entries.length === 0) {
    if (helpers.length > 0)
      note(
        `it has no auths entry, only ${helpers.join(' and ')}: the passwords are in a credential helper of the machine where the secret was created`,
      );
    else if (wanted === '.dockerconfigjson' && !has('auths') && members.length > 0) {
      read.problems.push({
        code: 'SecretMalformed',
        breaksKeyring: false,
        detail: 'its ".dockerconfigjson" has no "auths": the format without it belongs in a secret of type kubernetes.io/dockercfg',
      });
    } else note('its "auths" is empty');
  } else if (read.entries.every(entry => entry.credential.isEmpty)) {
    const dropped = [...new Set(read.entries.flatMap(entry => entry.credential.dropped))];
    if (dropped.length > 0)
      note(
        `its auths entries contain only ${dropped.join(', ')}, which kubelet ignores: it sends a user name and a password, nothing else`,
      );
    else
      note(
        `its auths entries are empty${helpers.length > 0 ? ` (the passwords are in the ${helpers.join(' and ')} of the machine where the secret was created)` : ''}, so kubelet pulls anonymously`,
      );
  }
}

/** When a secret was last written (RFC 3339): a refresher changes it in place, and its creation says nothing then. */
function lastWrittenAt(secret: Secret): string | null {
  const times = [secret.metadata.creationTimestamp, ...(secret.metadata.managedFields ?? []).map(entry => entry.time)].filter(
    time => time !== undefined,
  );
  return times.sort().at(-1) ?? null;
}

/** The text of one key of a secret, undefined when it is not there. */
const secretText = (secret: Secret, key: string): string | undefined => secretBytes(secret, key)?.toString('utf8');

function secretBytes(secret: Secret, key: string): Buffer | undefined {
  const plain = secret.stringData?.[key];
  if (plain !== undefined) return Buffer.from(plain, 'utf8');
  const encoded = secret.data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64');
}
