/**
 * The secrets of one run: what was read (passwords, tokens, keys) and what was received (tokens of registries). Belongs here: in which forms a secret may stand in a text, and how
 * it is taken out. Readers add to `SECRETS`; whatever is printed passes `remove`. Nothing here gives a secret back.
 */

/** What stands in the place of a secret. */
export const REDACTED = 'REDACTED';
/** Stands in each text that `collect` puts in the place of a secret, with a number behind it: such a text is no secret, and no registry is asked with it. */
export const REPLACED = 'replaced-by-imagepull-';
/** Characters of a text in which the mark is looked for. */
const MAX_MARKED = 64 * 1024;

/** Whether `collect` put a text in the place of a secret; also where it stands in base64, once or twice. */
export function isReplaced(text: string): boolean {
  let part = text.slice(0, MAX_MARKED);
  for (let layer = 0; layer < 3; layer++) {
    if (part.includes(REPLACED)) return true;
    part = Buffer.from(part, 'base64').toString('latin1');
  }
  return false;
}

/** A text that may be base64, as it stands in JSON or alone. */
const ENCODED = /[A-Za-z0-9+/_-]{12,}/g;

/** Whether a document, or what stands in base64 in it (an `auth` of a docker config in a value of a Secret, folded or not), holds what `collect` put in the place of a secret. */
export function holdsReplaced(text: string): boolean {
  let layer = text;
  for (let depth = 0; depth < 4; depth++) {
    // UTF-16 has a zero behind each letter, and a folded text breaks or their escapes
    const bare = layer.replace(/\\[nrt]|[\s\0]/g, '');
    if (bare.includes(REPLACED)) return true;
    layer = (bare.match(ENCODED) ?? []).map(word => Buffer.from(word, 'base64').toString('latin1')).join('"');
  }
  return false;
}

/** Characters of a form that are looked at together; a secret that is longer is cut into pieces, so that no text makes a comparison long. */
const PIECE = 512;
/** Characters of a secret that are looked for: keys of service accounts have 2,500. */
const MAX_SECRET = 16_384;
/** The shortest form that is looked for in any text. */
const MIN_FORM = 8;
/** The shortest part of a secret that is taken out where a quote is cut. */
const MIN_CUT = 8;
/** A part of this length is a secret's wherever it ends. */
const LONG_CUT = 16;
/**
 * Letters alone may be a word of ours or a name: such a secret is removed everywhere only from this length on. Where a word of ours went, everybody could guess which one it was.
 */
const MIN_LETTERS = 16;
/** Forms that end alike, among which the one of a cut is looked for. */
const MAX_ALIKE = 64;

/** Characters of a document that does not parse, and fields of one object, that are looked at. */
const MAX_DOCUMENT = 256 * 1024;
const MAX_FIELDS = 10_000;
const SECRET_KEY = /key|secret|token|password/i;
/** A setting of a document that does not parse: its name and its value. */
const SETTING = /([\w.-]{1,64})["']?\s{0,8}[:=]\s{0,8}["']?([^"',{}[\]\s]{4,4096})/g;
/** The address of a token server, which a key file names beside its keys. */
const URL_ALONE = /^https?:\/\/[\w.:/-]{1,255}$/;
const SECRET_FIELD = /password|secret|token|^auth$|credential|private/i;
/** Parameters of presigned addresses (AWS, Azure, Google, CloudFront) that grant access. */
const SIGNED = /sig|token|credential|policy|key|secret|password/i;
const BASE64_CHARACTER = /[A-Za-z0-9+_=-]/;

/** How a text of a secret is looked for. */
interface Form {
  /** The whole word around it goes: in base64 a secret is a part of something longer. */
  isWord: boolean;
  /** A part of it counts too, where a quote is cut. */
  mayBeCut: boolean;
}

/** Forms that begin alike. A stranger may own thousands of secrets: the one that a text holds is found without a look at each. */
class FormsAlike {
  readonly #forms = new Map<string, Form>();
  /** The texts in their order, and of each the index of the longest other one that it begins with, -1 for none; null when one was added. */
  #sorted: { texts: string[]; parents: number[] } | null = null;

  /** Out: whether it is new. */
  add(text: string, form: Form): boolean {
    if (this.#forms.has(text)) return false;
    this.#forms.set(text, form);
    this.#sorted = null;
    return true;
  }

  /** In: what a text goes on with, and whether it is cut after so many characters. Out: how many of them are a form, or the part of one that a cut left; 0 for none. */
  match(rest: string, isCutAfter: (length: number) => boolean): { length: number; isWord: boolean } {
    this.#sorted ??= this.#sort();
    const { texts, parents } = this.#sorted;
    let [low, high] = [0, texts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((texts[middle] as string) <= rest) low = middle + 1;
      else high = middle;
    }
    // what shares most with the rest stands right before its place or right behind; a form that is whole in it is the one before, or begins that one
    let best = { length: 0, isWord: false };
    for (const index of [low - 1, low]) {
      const text = texts[index] ?? '';
      const length = commonLength(rest, text);
      const { isWord, mayBeCut } = this.#forms.get(text) ?? NO_FORM;
      if (length > best.length && length < text.length && mayBeCut && isCutAfter(length)) best = { length, isWord };
      let whole = index;
      while (whole >= 0 && (texts[whole]?.length ?? Number.POSITIVE_INFINITY) > length) whole = parents[whole] ?? -1;
      const form = texts[whole] ?? '';
      if (form.length > best.length) best = { length: form.length, isWord: (this.#forms.get(form) ?? NO_FORM).isWord };
    }
    return best;
  }

  #sort(): { texts: string[]; parents: number[] } {
    const texts = [...this.#forms.keys()].sort((one, other) => (one < other ? -1 : 1));
    const open: number[] = [];
    const parents = texts.map((text, index) => {
      while (open.length > 0 && !text.startsWith(texts[open.at(-1) as number] as string)) open.pop();
      const parent = open.at(-1) ?? -1;
      open.push(index);
      return parent;
    });
    return { texts, parents };
  }
}

const NO_FORM: Form = { isWord: false, mayBeCut: false };

export class Secrets {
  readonly #values = new Set<string>();
  /** By the first four characters. */
  readonly #forms = new Map<string, FormsAlike>();
  /** Of the forms of which a part counts, by the last characters. */
  readonly #ends = new Map<string, string[]>();
  /** One bit for each hash of four characters that begins a form: of a text without secrets every place costs one look. */
  #begins: Uint32Array | null = null;
  readonly #shift: number;
  readonly #mask: number;

  /**
   * In: `weak`: also short secrets and plain words count, from four characters on. That is for the answer to a request that carried them, never for texts of ours. Small
   * registries need fewer bits.
   */
  constructor(private readonly weak = false) {
    this.#shift = weak ? 4 : 5;
    this.#mask = (1 << (4 * this.#shift)) - 1;
  }

  /** Whether a secret is known, in a form that is looked for everywhere. */
  has(value: string): boolean {
    return this.#values.has(value) && isDistinct(value.trim());
  }

  /**
   * Adds a secret. In: the secret, and the user name where both are sent together (`user:password`): a password that is too short to be looked for alone is found in both, of which no
   * part counts: it could be the user name, which is no secret.
   */
  add(value: string | null | undefined, user: string | null = null): void {
    if (typeof value !== 'string' || value === '' || isReplaced(value)) return;
    if (user !== null && !isDistinct(value.trim())) this.#addForms(wellFormed(`${user}:${value}`.slice(0, MAX_SECRET)), false);
    if (value.trim().length < 4 || this.#values.has(value)) return;
    this.#values.add(value);
    const secret = wellFormed(value.slice(0, MAX_SECRET));
    for (const text of new Set([secret, secret.trim(), secret.trim().replace(/\s+/g, ' ')])) this.#addForms(text);
    for (const line of secret.split('\n')) if (line.trim().length >= 32 && line.length < secret.length) this.#addForms(line.trim());
    this.#addParts(secret);
  }

  /** Adds the password in the address of a proxy or a server, as it is written and as it is sent. */
  addUserInfo(address: string | null | undefined): void {
    const [, before] = /^(?:[a-z][a-z0-9+.-]{0,20}:\/\/)?(.{1,4096})@/is.exec(address ?? '') ?? [];
    if (before === undefined) return;
    const [user = '', ...password] = before.split(':');
    const secret = password.join(':');
    // a token may stand in the place of the user name
    if (secret === '' || secret === 'x-oauth-basic') this.add(user);
    this.add(secret, user);
    try {
      this.add(decodeURIComponent(secret), decodeURIComponent(user));
    } catch {
      // it is sent as it is written
    }
  }

  /** Adds what a header says after its scheme. In: the value of `Authorization`. */
  addAuthorization(header: unknown): void {
    const [, scheme = '', value] = /^(\S{1,20})\s+(\S.*)$/s.exec(String(header ?? '')) ?? [];
    this.add(value);
    if (scheme.toLowerCase() === 'basic' && value !== undefined) this.#addPair(value);
  }

  /** Adds the password of a `user:password` in base64. */
  #addPair(encoded: string): void {
    const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    this.add(password.join(':'), user);
  }

  /**
   * Adds what a value of a Secret may hold: of JSON (a docker config) the secret fields, also where base64 was applied twice. In: the text, and whether all of it is secret where it is
   * no JSON: a dump has many Secrets with hosts and user names in them, which are to be shown.
   */
  addDocument(text: string, isSecret: boolean): void {
    if (this.#addJson(text) || this.#addJson(Buffer.from(text.slice(0, MAX_DOCUMENT), 'base64').toString('utf8')) || !isSecret) return;
    this.add(text);
    for (const [, key = '', part = ''] of text.slice(0, MAX_DOCUMENT).matchAll(SETTING)) if (SECRET_FIELD.test(key)) this.add(part);
  }

  /** Adds what a token server answers: the secret fields of JSON, or a bare token. */
  addAnswer(body: string): void {
    if (!this.#addJson(body) && /^\S{8,8192}$/.test(body.trim())) this.add(body.trim());
  }

  /** Adds what the headers of an answer hand out: the values of cookies, and the signatures and the user info of a redirect. In: the headers by names in lower case. */
  addHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): void {
    for (const cookie of [headers['set-cookie'] ?? []].flat()) this.add(cookie.slice(cookie.indexOf('=') + 1).split(';', 1)[0]);
    const location = String(headers['location'] ?? '').slice(0, MAX_SECRET);
    if (!URL.canParse(location, 'http://localhost')) return;
    const { username, password, searchParams } = new URL(location, 'http://localhost');
    this.add(password, username);
    for (const [key, value] of searchParams) if (SIGNED.test(key)) this.add(value);
  }

  /** Out: whether the text is JSON. */
  #addJson(text: string): boolean {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return false;
    }
    if (typeof value !== 'object') return false;
    this.#addFields(value, 0);
    return true;
  }

  #addFields(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > 8) return;
    const { username } = value as { username?: unknown };
    for (const [key, part] of Object.entries(value).slice(0, MAX_FIELDS)) {
      if (typeof part !== 'string') this.#addFields(part, depth + 1);
      else if (SECRET_FIELD.test(key) && !URL_ALONE.test(part)) {
        this.add(part, typeof username === 'string' ? username : null);
        if (key === 'auth') this.#addPair(part);
      }
    }
  }

  /**
   * Takes all secrets out of a text, in any of their forms. In: the text, and whether it is a quote that may be cut: then a part of a secret at its end counts too. Out: the text
   * with `REDACTED` in their places; the very same one where there is none. Time: one pass.
   */
  remove(text: string, isQuote = false): string {
    if (this.#begins === null || text.length < 4) return text;
    const places = this.#placesIn(text, isQuote);
    // each round takes one layer of escapes off, and what is found there goes as it was written
    let view = decoded({ text, starts: null, ends: null });
    for (let round = 0; view !== null && round < MAX_LAYERS; round++) {
      const { starts, ends } = view;
      for (const [from, to] of this.#placesIn(view.text, isQuote, true)) places.push([starts?.[from] as number, ends?.[to - 1] as number]);
      view = decoded(view);
    }
    let result = '';
    let kept = 0;
    for (const [from, to] of places.sort(([one], [other]) => one - other)) {
      if (to <= kept) continue;
      if (from >= kept) result += text.slice(kept, from) + REDACTED;
      kept = to;
    }
    return this.#withoutEnds(kept === 0 ? text : (result + text.slice(kept)).replace(/(?:REDACTED){2,}/g, REDACTED));
  }

  /**
   * Where secrets stand in a text: from the first character up to the one behind the last. In: whether folded lines were joined: then it cannot be told where a word ends, and none goes
   * for what is a part of it.
   */
  #placesIn(text: string, isQuote: boolean, isJoined = false): [number, number][] {
    const begins = this.#begins as Uint32Array;
    const shift = this.#shift;
    const mask = this.#mask;
    const places: [number, number][] = [];
    let kept = 0;
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      // four shifts push a character out: the hash is of the last four
      hash = ((hash << shift) ^ text.charCodeAt(at)) & mask;
      if (((begins[hash >> 5] as number) & (1 << (hash & 31))) === 0 || at < 3 || at - 3 < kept) continue;
      const [from, to] = this.#matchAt(text, at - 3, kept, isQuote, isJoined);
      if (to === 0) continue;
      places.push([from, to]);
      kept = to;
    }
    return places;
  }

  /** Takes out what a cut left of the end of a secret. */
  #withoutEnds(text: string): string {
    return text.replace(/(…|\.\.\.)([^\s"'`…]{8,512})/g, (all, cut: string, word: string) => {
      for (let end = MIN_CUT; end <= word.length; end++) {
        const forms = this.#ends.get(word.slice(end - MIN_CUT, end));
        if (forms?.some(form => form.endsWith(word.slice(0, end)))) return `${cut}${REDACTED}${word.slice(end)}`;
      }
      return all;
    });
  }

  /** The part of a text that has to go; [0, 0] for none. */
  #matchAt(text: string, at: number, kept: number, isQuote: boolean, isJoined: boolean): [number, number] {
    const { length, isWord } = this.#forms
      .get(text.slice(at, at + 4))
      ?.match(text.slice(at, at + PIECE + MIN_FORM), part => isCut(text, at, part, isQuote)) ?? { length: 0, isWord: false };
    if (length === 0) return [0, 0];
    let [from, to] = [at, at + length];
    if (isWord && !isJoined) {
      while (from > kept && BASE64_CHARACTER.test(text[from - 1] as string)) from--;
      while (to < text.length && BASE64_CHARACTER.test(text[to] as string)) to++;
    }
    return [from, to];
  }

  #addForms(text: string, mayBeCut = true): void {
    const bytes = Buffer.from(text, 'utf8');
    for (const form of base64Forms(bytes)) this.#addForm(form, { isWord: true, mayBeCut });
    if (!this.weak && !isDistinct(text)) return;
    const plain = { isWord: false, mayBeCut };
    const hex = bytes.toString('hex');
    for (const form of [text, hex, hex.toUpperCase()]) this.#addForm(form, plain);
    // a host is written in small letters, whatever a redirect says; a short word may be a name in other letters
    if (text.length >= MIN_LETTERS) for (const form of [text.toLowerCase(), text.toUpperCase()]) this.#addForm(form, plain);
    // no encoding changes these
    if (/^[A-Za-z0-9_.~-]*$/.test(text)) return;
    // `decoded` finds these whole; a cut within an escape is found here alone
    for (const form of [JSON.stringify(text).slice(1, -1), ...percentForms(text)]) this.#addForm(form, plain);
  }

  /** The secrets inside a secret that is JSON: the key file of a service account. */
  #addParts(secret: string): void {
    if (!secret.trimStart().startsWith('{')) return;
    try {
      for (const [key, part] of Object.entries(JSON.parse(secret) as object))
        if (typeof part === 'string' && part.length >= 16 && SECRET_KEY.test(key) && !URL_ALONE.test(part)) this.add(part);
    } catch {
      // no JSON: it has no parts
    }
  }

  #addForm(form: string, how: Form): void {
    if (form.length < (this.weak ? 4 : MIN_FORM) || REDACTED.includes(form)) return;
    this.#begins ??= new Uint32Array(1 << (4 * this.#shift - 5));
    for (let at = 0; at < form.length; at += PIECE) {
      // a rest that is too short to be looked for alone stays with the piece before it
      const rest = form.length - at;
      const text = rest < PIECE + MIN_FORM ? form.slice(at) : form.slice(at, at + PIECE);
      this.#addPiece(text, how);
      if (text.length === rest) return;
    }
  }

  #addPiece(text: string, how: Form): void {
    const key = text.slice(0, 4);
    const alike = this.#forms.get(key) ?? new FormsAlike();
    if (!alike.add(text, how)) return;
    this.#forms.set(key, alike);
    if (how.mayBeCut) {
      const end = text.slice(-MIN_CUT);
      const ends = this.#ends.get(end) ?? [];
      if (ends.length < MAX_ALIKE) this.#ends.set(end, [...ends, text]);
    }
    let hash = 0;
    for (let at = 0; at < 4; at++) hash = ((hash << this.#shift) ^ text.charCodeAt(at)) & this.#mask;
    const begins = this.#begins as Uint32Array;
    begins[hash >> 5] = (begins[hash >> 5] as number) | (1 << (hash & 31));
  }
}

/** The secrets of this run. */
export const SECRETS = new Secrets();

/** Whether a secret can be told from words of ours and from names. */
const isDistinct = (text: string): boolean => text.length >= MIN_FORM && (text.length >= MIN_LETTERS || !/^[A-Za-z]*$/.test(text));

function commonLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}

/** What stands where a text was cut. */
const CUT = /^ ?[[(<{]?(?:…|\.{2}|truncated)/i;

/** Whether a text is cut here, so that the first characters of a secret are all that is left of it. */
function isCut(text: string, at: number, length: number, isQuote: boolean): boolean {
  if (length < MIN_CUT) return false;
  // of a part as long as this the rest need not be known
  if (length >= LONG_CUT) return true;
  const end = at + length;
  if (CUT.test(text.slice(end, end + 12))) return true;
  if (!isQuote) return false;
  const ends = end === text.length || /["'`\\)\]}]/.test(text[end] as string);
  // a word may begin as a password does
  return ends && !/^(?:[A-Z]?[a-z]*|[A-Z]*)$/.test(text.slice(at, end));
}

/** Without lone surrogates, which no encoding takes. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** A text in which escapes are read, and where each of its characters begins and ends in the text as it was written; null for that text itself. */
interface View {
  text: string;
  starts: Uint32Array | null;
  ends: Uint32Array | null;
}

/**
 * What writers put in the place of a character, each its own choice of characters: escapes of JSON, JavaScript, Go and of shells, percent, HTML. Also the breaks of a text that somebody
 * folded, and the colors and the characters without a width that stand in a copy.
 */
const ESCAPE =
  /\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|\\([^a-z0-9\s])|%([0-9a-f]{2})|&#x0{0,4}([0-9a-f]{1,5});|&#0{0,4}([0-9]{1,6});|&(amp|lt|gt|quot|apos);|(?:\\r|\\n|[\r\n])[ \t]{0,64}|\u001b\[[0-9;]{0,16}m|\u00ad|[\u200b-\u200f\u2060\ufeff]/gi;
const ENTITY: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Bytes in UTF-8 of a character, by its first byte. */
const bytesOf = (first: number): number => (first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);
/** Layers of escapes that are taken off: HTML of JSON in JSON. */
const MAX_LAYERS = 3;

/** Takes one layer of escapes off. Out: null where there is none. */
function decoded(view: View): View | null {
  const { text } = view;
  let result = '';
  let kept = 0;
  const starts = new Uint32Array(text.length);
  const ends = new Uint32Array(text.length);
  /** In: what an escape says, and its place; of a text without escapes each character has its own. */
  const add = (part: string, from: number, to: number, isEscape = true): void => {
    for (let index = 0; index < part.length; index++) {
      const [first, last] = isEscape ? [from, to - 1] : [from + index, from + index];
      starts[result.length + index] = view.starts?.[first] ?? first;
      ends[result.length + index] = view.ends?.[last] ?? last + 1;
    }
    result += part;
  };
  for (const match of text.matchAll(ESCAPE)) {
    // the rest of a character of several bytes
    if (match.index < kept) continue;
    add(text.slice(kept, match.index), kept, match.index, false);
    const [all, unicode, byte, sign, percent, hexadecimal, decimal, entity] = match;
    kept = match.index + all.length;
    if (percent !== undefined) {
      const end = match.index + 3 * bytesOf(Number.parseInt(percent, 16));
      const isWhole = /^(?:%[0-9a-f]{2})+$/i.test(text.slice(match.index, end));
      if (isWhole) kept = end;
      add(Buffer.from(text.slice(match.index, kept).replaceAll('%', ''), 'hex').toString('utf8'), match.index, kept);
      continue;
    }
    const code = Number.parseInt(unicode ?? byte ?? hexadecimal ?? decimal ?? '', decimal === undefined ? 16 : 10);
    // a break of a line has no code: what it parted is joined
    add(sign ?? ENTITY[entity?.toLowerCase() ?? ''] ?? (code <= 0x10ffff ? String.fromCodePoint(code) : ''), match.index, kept);
  }
  if (kept === 0) return null;
  add(text.slice(kept), kept, text.length, false);
  return { text: result, starts, ends };
}

/** The forms of JavaScript and of Go (QueryEscape, PathEscape), of forms, and twice; hexadecimal digits in capitals and in small letters. */
function percentForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const path = component.replace(/%(24|26|2B|3D|3A|40)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const once = [component, strict, strict.replaceAll('%20', '+'), component.replaceAll('%20', '+'), path, encodeURI(text)];
  const all = [...once, encodeURIComponent(strict)];
  return [...all, ...all.map(form => form.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase()))];
}

/**
 * What base64 makes of bytes wherever they stand in a longer text: three alignments, each without the characters that also hold bits of its neighbors; both alphabets.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map(before => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/={1,2}$/, '');
    const isWhole = (before + bytes.length) % 3 === 0;
    return encoded.slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
  });
  return [...forms, ...forms.map(form => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
