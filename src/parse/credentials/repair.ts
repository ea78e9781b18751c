/**
 * The repair of a pull secret: every defect that can be seen, and the secret without it. Belongs here: what is changed, and what nobody but its owner can repair.
 * No password is guessed: what a repair writes stood in the secret, or is the login that it was given. Pure.
 */
import { Credential, isForPulls, KEY_OF_TYPE } from '../../model/credential.ts';
import { HUB, type Reference } from '../../model/reference.ts';
import { authsKeyOf } from '../../model/registry-providers.ts';
import { redact } from '../../util/redact.ts';
import { clipped } from '../../util/text.ts';
import { isObject } from '../shape.ts';
import { intendedKey, normalizeKey } from './auths-key.ts';
import { readConfigText } from './config-text.ts';
import { decodeGoBase64 } from './go-base64.ts';
import { keyMatchesField } from './go-json.ts';
import { isPlaceholder, neverFilledIn, placeholderIn } from './placeholders.ts';
import { findTypo, unquotedOf } from './typos.ts';

/** What a secret holds: `data` in base64, or what an unsent manifest has in its place; `stringData` overrides it. */
export interface SecretContent {
  type?: string | undefined;
  data?: Readonly<Record<string, unknown>> | undefined;
  stringData?: Readonly<Record<string, unknown>> | undefined;
}

/** A user name and a password for one registry. */
export interface Login {
  registry: string;
  username: string;
  password: string;
}

/** What is wanted besides the repair of what can be seen. */
export interface Wishes {
  /** Keys of which the entry is wanted under another key, too. */
  rekey?: readonly (readonly [from: string, to: string])[];
  /** Keys of entries that are not wanted. */
  remove?: readonly string[];
  /** An entry to write. */
  login?: Login | null;
  /** An image of the registry: it tells the project of a robot account. */
  image?: Reference | null;
}

/** A repaired secret. */
export interface Repair {
  type: string;
  /** In base64. */
  data: Record<string, string>;
  /** The type is another one: a secret has to be deleted for that. */
  recreate: boolean;
  /** What was repaired, as clauses without values; empty where nothing changed. */
  done: string[];
  /** What was written besides, as it was wanted. */
  written: string[];
  /** What cannot be repaired, as clauses without values. */
  left: string[];
}

/** A name in a clause. A key may hold a password, as an address does. */
const named = (word: string): string => `"${redact(clipped(word, 253))}"`;

/** What is told of a repair. */
class Notes {
  done: string[] = [];
  written: string[] = [];
  left: string[] = [];

  /** Takes back what cannot be repaired of one entry. In: how the lines about it begin. */
  forget(start: string): void {
    this.left = this.left.filter(line => !line.startsWith(start));
  }
}

type Entries = Record<string, unknown>;
type Key = '.dockerconfigjson' | '.dockercfg';

/** Repairs a secret. In: its content, and what is wanted besides. Never throws. */
export function repairSecret(content: SecretContent, wishes: Wishes = {}): Repair {
  const notes = new Notes();
  const type = content.type ?? 'Opaque';
  const texts = textsOf(content, notes);
  const unchanged = Object.fromEntries([...texts].map(([key, bytes]) => [key, bytes.toString('base64')]));
  if (!isForPulls(type)) {
    notes.left.push(`its type is ${named(type)}: it has another purpose than image pulls`);
    return { type, data: unchanged, recreate: false, done: notes.done, written: notes.written, left: notes.left };
  }
  const wanted = KEY_OF_TYPE.get(type);
  const found = findConfig(texts, wanted, wishes);
  if (found === null) {
    notes.left.push(
      `it holds no docker config (${texts.size === 0 ? 'it has no key' : `keys: ${[...texts.keys()].slice(0, 10).map(named).join(', ')}`})`,
    );
    return { type, data: unchanged, recreate: false, done: notes.done, written: notes.written, left: notes.left };
  }
  const to = wanted ?? '.dockerconfigjson';
  const newType = wanted === undefined ? 'kubernetes.io/dockerconfigjson' : type;
  if (wanted === undefined) notes.done.push(`its type is ${named(type)}, but kubelet reads only kubernetes.io/dockerconfigjson`);
  if (found.from !== null && found.from !== to) notes.done.push(`its data key is ${named(found.from)}, but kubelet reads ${named(to)}`);
  const text = repairConfig(found.bytes, to, wishes, notes);
  if (text === null) return { type, data: unchanged, recreate: false, done: [], written: [], left: notes.left };
  if (notes.done.length + notes.written.length === 0)
    return { type, data: unchanged, recreate: false, done: notes.done, written: notes.written, left: notes.left };
  const data: Record<string, string> = { ...unchanged, [to]: Buffer.from(text).toString('base64') };
  // another pod may mount the key of an Opaque secret
  if (wanted !== undefined && found.from !== null && found.from !== to) delete data[found.from];
  return { type: newType, data, recreate: newType !== type, done: notes.done, written: notes.written, left: notes.left };
}

/** The values of a secret as bytes. What is not base64 is taken as it stands: the API server would refuse it. */
function textsOf({ data = {}, stringData = {} }: SecretContent, notes: Notes): Map<string, Buffer> {
  const texts = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(data)) {
    const text = typeof value === 'string' ? value.trim() : isObject(value) ? (jsonOf(value) ?? '') : '';
    const bare = text.replace(/\s+/g, '');
    const isEncoded = /^[A-Za-z0-9+/]*={0,2}$/.test(bare);
    if (!isEncoded) notes.done.push(`the value of ${named(key)} under "data" is not base64-encoded`);
    texts.set(key, isEncoded ? Buffer.from(bare, 'base64') : Buffer.from(text));
  }
  for (const [key, value] of Object.entries(stringData))
    texts.set(key, Buffer.from(typeof value === 'string' ? value : (jsonOf(value) ?? '')));
  return texts;
}

/** A value of a manifest as JSON; null where it is too deep for that. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value ?? '');
  } catch {
    return null;
  }
}

/** The text that is meant for kubelet: under its key, else the first that is a docker config. With a login to write, none has to be there. */
function findConfig(
  texts: ReadonlyMap<string, Buffer>,
  wanted: Key | undefined,
  { login = null }: Wishes,
): { from: string | null; bytes: Buffer } | null {
  const own = texts.get(wanted ?? '.dockerconfigjson');
  if (own !== undefined && own.length > 0) return { from: wanted ?? '.dockerconfigjson', bytes: own };
  for (const [from, bytes] of texts) if (hasEntries(bytes)) return { from, bytes };
  return login === null ? null : { from: null, bytes: Buffer.from('{"auths":{}}') };
}

/** A host with a point or a port, as keys of entries have it. */
const HOST_KEY = /^(?:https?:\/\/)?(?:[^/]*[.:]|localhost\b)/;

const isLogin = (value: unknown): boolean =>
  isObject(value) && Object.keys(value).some(key => ['username', 'password', 'auth'].some(field => keyMatchesField(key, field)));

/** The entries at the top level, as the older form has them. */
const topLevel = (config: Entries): Entries =>
  Object.fromEntries(Object.entries(config).filter(([key, value]) => HOST_KEY.test(key) && isLogin(value)));

const authsOf = (config: Entries): [string, unknown] | undefined => Object.entries(config).find(([key]) => keyMatchesField(key, 'auths'));

function hasEntries(bytes: Buffer): boolean {
  const { value } = readConfigText(bytes);
  if (value === null) return false;
  const auths = authsOf(value)?.[1];
  return (isObject(auths) && Object.values(auths).some(isLogin)) || Object.keys(topLevel(value)).length > 0;
}

/** The text of a docker config without its defects, in the form of its data key; null where it is none. */
function repairConfig(bytes: Buffer, form: Key, wishes: Wishes, notes: Notes): string | null {
  const read = readConfigText(bytes);
  let config = read.value;
  if (config === null) {
    if ((wishes.login ?? null) === null) {
      notes.left.push(read.instead ?? 'its value is not JSON');
      return null;
    }
    notes.done.push(`${read.instead ?? 'its value is not JSON'}: it is replaced as a whole`);
    config = form === '.dockerconfigjson' ? { auths: {} } : {};
  } else notes.done.push(...read.defects, ...(read.instead === null ? [] : [read.instead]));
  const { entries, rest } = entriesIn(config, form, notes);
  if (entries === null) return null;
  const before = JSON.stringify(entries);
  const repaired = repairEntries(entries, wishes, notes);
  const helpers = ['credsStore', 'credHelpers'].filter(name => Object.keys(rest).some(key => keyMatchesField(key, name)));
  if (helpers.length > 0 && !Object.values(repaired).some(isLogin))
    notes.left.push(`it names only ${helpers.join(' and ')}: the passwords are on the machine where it was made`);
  else if (Object.keys(repaired).length === 0) notes.left.push('it has no entry');
  if (notes.done.length + notes.written.length === 0 && JSON.stringify(repaired) === before) return bytes.toString('utf8');
  return JSON.stringify(form === '.dockercfg' ? repaired : { ...rest, auths: repaired });
}

/** The entries of a config, and what stands beside them. */
function entriesIn(config: Entries, form: Key, notes: Notes): { entries: Entries | null; rest: Entries } {
  const auths = authsOf(config);
  if (auths === undefined) {
    if (form === '.dockercfg') return { entries: config, rest: {} };
    const entries = topLevel(config);
    if (Object.keys(entries).length > 0) notes.done.push('it has no "auths": its entries stand at the top level');
    return { entries, rest: Object.fromEntries(Object.entries(config).filter(([key]) => !Object.hasOwn(entries, key))) };
  }
  const rest = Object.fromEntries(Object.entries(config).filter(([key]) => key !== auths[0]));
  if (form === '.dockercfg') notes.done.push('its ".dockercfg" has "auths", which is the form of ".dockerconfigjson"');
  if (isObject(auths[1])) return { entries: auths[1], rest };
  if (auths[1] === null) return { entries: {}, rest };
  const inner = typeof auths[1] === 'string' ? readConfigText(Buffer.from(auths[1])).value : null;
  if (inner !== null) notes.done.push('its "auths" is a text, not an object');
  else notes.left.push('its "auths" is not an object');
  return { entries: inner, rest };
}

function repairEntries(entries: Entries, { rekey = [], remove = [], login = null, image = null }: Wishes, notes: Notes): Entries {
  const repaired = new Map<string, unknown>();
  for (const key of remove.filter(key => !Object.hasOwn(entries, key)))
    notes.left.push(`entry ${named(key)}: there is no such entry to remove`);
  for (const [key, value] of Object.entries(entries)) {
    if (remove.includes(key)) {
      notes.written.push(`all but the entry ${named(key)}`);
      continue;
    }
    const entry = repairEntry(key, value, image, notes);
    const placeholder = placeholderIn(key);
    if (placeholder !== null && !rekey.some(([from]) => from === key))
      notes.left.push(`entry ${named(key)}: ${neverFilledIn(placeholder)}`);
    const plain = withoutLogin(key);
    if (plain !== null)
      notes.left.push(`the key of entry ${named(key)} holds a login, which kubelet ignores there: use the key ${named(plain)}`);
    const right = placeholder === null ? intendedKey(key) : null;
    if (right !== null && !Object.hasOwn(entries, right)) {
      notes.done.push(`entry ${named(key)}: no image matches this key; it is now ${named(right)}`);
      repaired.set(right, entry);
    } else repaired.set(key, entry);
  }
  for (const [from, to] of rekey) {
    const entry = repaired.get(from) ?? repaired.get(intendedKey(from) ?? from);
    const same = JSON.stringify(entry) === JSON.stringify(repaired.get(to));
    if (entry === undefined) notes.left.push(`entry ${named(from)}: there is no such entry to copy`);
    else if (!same) {
      notes.written.push(`entry ${named(from)} also under the key ${named(to)}`);
      repaired.set(to, entry);
    }
  }
  if (login !== null) writeLogin(repaired, login, notes);
  return Object.fromEntries(repaired);
}

/** A key without the login that it holds before the host; null where it holds none. */
function withoutLogin(key: string): string | null {
  const [, authority = '', path = ''] = /^(?:[A-Za-z]+:\/\/)?([^/?#]*)([^?#]*)/.exec(key.trim()) ?? [];
  const at = authority.lastIndexOf('@');
  if (at < 0) return null;
  return `${authority.slice(at + 1).toLowerCase()}${path === '/' ? '' : path}`;
}

/** Writes a login into the entry of its registry, else into a new one. */
function writeLogin(entries: Map<string, unknown>, { registry, username, password }: Login, notes: Notes): void {
  const normal = (key: string): string | null => {
    const read = normalizeKey(key);
    return read.ok ? read.key : null;
  };
  const keyFor = authsKeyOf(registry === HUB || registry === 'index.docker.io' ? HUB : registry);
  const same = [registry, keyFor].find(key => entries.has(key)) ?? [...entries.keys()].find(key => normal(key) === normal(keyFor));
  const key = same ?? keyFor;
  notes.written.push(`the user name and the password into ${same === undefined ? 'a new entry' : 'the entry'} ${named(key)}`);
  // what was said of the old login holds no more
  notes.forget(`entry ${named(key)}:`);
  entries.set(key, { username, password, auth: encoded(username, password) });
}

const encoded = (username: string, password: string): string => Buffer.from(`${username}:${password}`).toString('base64');

/** The fields of an entry that kubelet reads, and the others. */
interface Fields {
  username: string;
  password: string;
  auth: string;
  others: Entries;
}

function fieldsOf(value: Entries): Fields | null {
  const fields: Fields = { username: '', password: '', auth: '', others: {} };
  for (const [key, member] of Object.entries(value)) {
    const field = (['username', 'password', 'auth'] as const).find(name => keyMatchesField(key, name));
    if (field === undefined) fields.others[key] = member;
    else if (typeof member === 'string') fields[field] = member;
    else if (typeof member === 'number' && Number.isSafeInteger(member)) fields[field] = String(member);
    else if (member !== null) return null;
  }
  return fields;
}

/** An entry without its defects. What cannot be repaired stays as it is, and is told. */
function repairEntry(key: string, value: unknown, image: Reference | null, notes: Notes): unknown {
  const at = `entry ${named(key)}: `;
  const leave = (what: string): unknown => {
    notes.left.push(`${at}${what}`);
    return value;
  };
  const done: string[] = [];
  if (typeof value === 'string') done.push('it is a text, not an object');
  const fields =
    typeof value === 'string' ? { username: '', password: '', auth: value, others: {} } : isObject(value) ? fieldsOf(value) : null;
  if (fields === null) return leave('it is not an object with texts');
  if (isObject(value) && Object.entries(value).some(([name, member]) => typeof member === 'number' && name.toLowerCase() === 'password'))
    done.push('its password is a number, not a text');
  if (fields.auth === '' && fields.username === '' && fields.password === '') {
    const dropped = ['identitytoken', 'registrytoken'].filter(name =>
      Object.keys(fields.others).some(other => other.toLowerCase() === name),
    );
    return leave(dropped.length > 0 ? `it holds only ${dropped.join(' and ')}, which kubelet ignores` : 'it is empty');
  }
  const login = loginOf(fields, done);
  if (login === null) return leave('its "auth" is not the base64 of user:password, and it has no user name and password');
  const project = image?.repository.split('/')[0] ?? /^(?:https?:\/\/)?[^/]+\/(?!v[12](?:\/|$))([^/]+)/.exec(key)?.[1];
  const plain = withoutTypos(key, login, project, done);
  const placeholder = placeholderIn(plain.username);
  if (placeholder !== null) notes.left.push(`${at}its user name is a placeholder, ${named(placeholder)}, that was never filled in`);
  if (isPlaceholder(plain.password)) notes.left.push(`${at}its password is a placeholder that was never filled in`);
  if (/^robot\+/.test(plain.username) && project === undefined && !/quay/.test(key))
    notes.left.push(`${at}its user name seems to lack "$project" of "robot$project+name": --image IMAGE tells the project`);
  if (done.length === 0) return value;
  notes.done.push(...done.map(what => `${at}${what}`));
  const { username, password } = plain;
  const isWritten = fields.username !== '' || fields.password !== '';
  return { ...fields.others, ...(isWritten ? { username, password } : {}), auth: encoded(username, password) };
}

interface UserAndPassword {
  username: string;
  password: string;
}

/** User name and password as kubelet reads them, or as they were meant; null where none can be read. */
function loginOf({ username, password, auth }: Fields, done: string[]): UserAndPassword | null {
  if (auth === '') return { username, password };
  const bare = unquotedOf(auth.replace(/[\s\ufeff\u200b]+/g, ''));
  const exact = splitLogin(decodedAuth(auth), 0);
  if (exact !== null) return exact;
  const standard = bare.replaceAll('-', '+').replaceAll('_', '/');
  const once = decodedAuth(standard);
  const inner = splitLogin(once);
  if (inner !== null) {
    done.push(bare === auth ? 'its "auth" is base64 of another alphabet' : 'its "auth" has blanks or quotation marks');
    return inner;
  }
  const twice = once === null ? null : splitLogin(decodedAuth(once.trim()));
  if (twice !== null) {
    done.push('its "auth" is base64-encoded twice');
    return twice;
  }
  if (username !== '' && password !== '') {
    done.push('its "auth" cannot be decoded, but its user name and password are there');
    return { username, password };
  }
  const raw = /^[A-Za-z0-9+/=]*$/.test(bare) ? null : splitLogin(auth);
  if (raw !== null) done.push('its "auth" is user:password itself, not base64 of it');
  // the other field may be there, and the colon was forgotten
  return raw;
}

const decodedAuth = (text: string): string | null => {
  const read = decodeGoBase64(text, text.trimEnd().endsWith('='));
  return read.ok ? read.bytes.toString('utf8') : null;
};

/** In: a text, and the fewest characters of the user name: kubelet takes an empty one, but it is no sign of what a text was meant for. */
function splitLogin(text: string | null, least = 1): UserAndPassword | null {
  const colon = text?.indexOf(':') ?? -1;
  return text === null || colon < least ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Defects of one login that are taken away one after the other. */
const MOST_TYPOS = 5;

function withoutTypos(key: string, login: UserAndPassword, project: string | undefined, done: string[]): UserAndPassword {
  let credential = new Credential({ secret: '', key, rawKey: key, ...login });
  const reference = project === undefined ? null : { registry: '', repository: project, tag: null, digest: null };
  for (let round = 0; round < MOST_TYPOS; round++) {
    const typo = findTypo(credential, reference);
    if (typo === null) break;
    done.push(typo.what);
    credential = typo.repaired;
  }
  return { username: credential.username, password: credential.reveal() };
}
