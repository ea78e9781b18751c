/**
 * One answer of HTTP/1.1, read from bytes as they come (RFC 9112). Belongs here: head, framing of the body, and what of it is kept; strict, since the bytes behind
 * an answer that is read wrongly would be taken for the next one's. Pure.
 */

/** An answer that cannot be read, or that ends too early. Its code is one of those that wire.ts knows. */
export class HttpError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The head of an answer. */
export interface AnswerHead {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
}

/** An answer as much of it as was asked for. */
export interface Answer extends AnswerHead {
  body: Buffer;
  /** The body was longer. */
  truncated: boolean;
}

/** What is asked, as far as it decides how the answer is read. */
export interface Reading {
  /** The answer to HEAD has no body, whatever its head says. */
  isHead: boolean;
  /** Bytes of the body that are kept. */
  limit: number;
}

/** Bytes of a head: servers of the Go kind send up to a megabyte. */
const MAX_HEAD = 64 * 1024;
/** Bytes of a line between chunks. */
const MAX_LINE = 16 * 1024;
const NOTHING = Buffer.alloc(0);
const HTTP = 'HTTP/';
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t\x20-\x7e\x80-\xff]*)$/;

const wrong = (reason: string): HttpError => new HttpError('HPE_INVALID', `Response does not match the HTTP/1.1 protocol (${reason})`);
/** A length that contradicts another one, or that no body has. */
const wrongLength = (): HttpError =>
  new HttpError('UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'Response body length does not match content-length header');

/** How long a connection may be idle that a server keeps, in milliseconds, unless it says another time. */
const IDLE = 4000;

export class AnswerReader {
  /** Null until the head is whole. */
  head: AnswerHead | null = null;
  /** Whether the connection can be used for a next request, once this answer is whole. */
  keepsOpen = false;
  /** Milliseconds for which the server keeps an idle connection. */
  idle = IDLE;
  /** Bytes of the body that were thrown away. */
  dropped = 0;
  /** Bytes of the body that are still to come, null where nobody says. */
  left: number | null = null;
  #pending: Buffer = NOTHING;
  /** Bytes of a head that were looked at before: one that comes byte by byte is not read from its beginning each time. */
  #looked = 0;
  #state: 'head' | 'length' | 'chunkSize' | 'chunk' | 'chunkEnd' | 'trailer' | 'toEnd' | 'done' = 'head';
  #chunks: Buffer[] = [];
  #kept = 0;

  constructor(private readonly reading: Reading) {}

  /** The body is longer than what is kept of it. */
  get truncated(): boolean {
    return this.dropped > 0;
  }

  /** Whether the end of the connection is the end of this body. */
  get isWholeByEnd(): boolean {
    return this.#state === 'toEnd';
  }

  /** What was read so far. Errors: none; asked before the head is whole, it is a mistake of the caller. */
  get answer(): Answer {
    return { ...(this.head as AnswerHead), body: Buffer.concat(this.#chunks), truncated: this.truncated };
  }

  /** Reads on. Out: the bytes behind the answer once it is whole, null before. Throws HttpError. */
  read(chunk: Buffer): Buffer | null {
    let rest = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#pending = NOTHING;
    while (this.#state !== 'done') {
      const next = this.#step(rest);
      if (next === null) return null;
      rest = next;
    }
    return rest;
  }

  /** The connection ended. Throws HttpError unless the answer is whole by that. */
  end(): void {
    if (this.#state === 'toEnd' || this.#state === 'done') return;
    if (this.#state === 'length' && !this.keepsOpen) throw wrongLength();
    throw new HttpError('UND_ERR_SOCKET', 'other side closed');
  }

  /** One step. Out: the bytes that it left, null where it needs more. */
  #step(bytes: Buffer): Buffer | null {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes);
      case 'length':
      case 'chunk':
        return this.#readData(bytes);
      case 'toEnd':
        this.#keep(bytes);
        return null;
      case 'chunkEnd':
        return this.#line(bytes, line => {
          if (line !== '') throw wrong('Expected LF after chunk data');
          this.#state = 'chunkSize';
        });
      case 'chunkSize':
        return this.#line(bytes, line => this.#readSize(line));
      case 'trailer':
        return this.#line(bytes, line => {
          if (line === '') this.#state = 'done';
          else if (!HEADER.test(line)) throw wrong('Invalid header token');
        });
      default:
        return bytes;
    }
  }

  #readHead(all: Buffer): Buffer | null {
    let from = 0;
    while (all[from] === 13 || all[from] === 10) from++;
    const bytes = all.subarray(from);
    if (!HTTP.startsWith(bytes.subarray(0, HTTP.length).toString('latin1'))) throw wrong('Expected HTTP/');
    const end = bytes.indexOf('\r\n\r\n', Math.max(0, this.#looked - 3));
    if ((end < 0 ? bytes.length : end) >= MAX_HEAD) throw new HttpError('UND_ERR_HEADERS_OVERFLOW', 'Headers Overflow Error');
    checkLines(bytes.subarray(Math.max(0, this.#looked - 1), end < 0 ? bytes.length : end).toString('latin1'));
    this.#looked = end < 0 ? bytes.length : 0;
    if (end < 0) {
      this.#pending = bytes;
      return null;
    }
    const text = bytes.subarray(0, end).toString('latin1');
    const [first = '', ...lines] = text.split('\r\n');
    const { status, isOld } = readStatus(first);
    const headers = readHeaders(lines);
    const rest = bytes.subarray(end + 4);
    if (status === 101) throw new HttpError('UND_ERR_SOCKET', 'bad upgrade');
    // an answer before the answer (RFC 9110, section 15.2)
    if (status < 200) return rest;
    this.#frame(status, headers, isOld);
    this.head = { status, headers };
    return rest;
  }

  /** How the body ends (RFC 9112, section 6.3), and whether the connection outlives it. */
  #frame(status: number, headers: AnswerHead['headers'], isOld: boolean): void {
    const codings = listOf(headers['transfer-encoding']);
    const length = headers['content-length'];
    if (codings.length > 0 && length !== undefined) throw wrongLength();
    if (Array.isArray(length)) throw wrongLength();
    if (length !== undefined && !/^\d+$/.test(length)) throw wrong('Invalid character in Content-Length');
    if (Number(length ?? 0) > Number.MAX_SAFE_INTEGER) throw wrongLength();
    const connection = listOf(headers['connection']);
    const wantsOpen = isOld ? connection.includes('keep-alive') : !connection.includes('close');
    const seconds = /(?:^|[,\s])timeout=(\d{1,6})/i.exec([headers['keep-alive'] ?? ''].flat().join(','))?.[1];
    // the request must be there before the server's time is over
    if (seconds !== undefined) this.idle = Math.min(IDLE, Math.max(Number(seconds) * 1000 - 1000, Number(seconds) * 500));
    this.keepsOpen = wantsOpen && this.idle > 0;
    if (this.reading.isHead || status === 204 || status === 304) this.#state = 'done';
    else if (codings.at(-1) === 'chunked') this.#state = 'chunkSize';
    else if (codings.length === 0 && length !== undefined) {
      this.left = Number(length);
      this.#state = this.left === 0 ? 'done' : 'length';
    } else {
      this.keepsOpen = false;
      this.#state = 'toEnd';
    }
  }

  #readData(bytes: Buffer): Buffer | null {
    const length = this.left as number;
    const data = bytes.subarray(0, length);
    this.#keep(data);
    this.left = length - data.length;
    if (this.left > 0) return null;
    if (this.#state === 'length') this.#state = 'done';
    else this.#state = 'chunkEnd';
    return bytes.subarray(data.length);
  }

  #readSize(line: string): void {
    const size = /^([0-9a-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i.exec(line)?.[1];
    if (size === undefined) throw wrong('Invalid character in chunk size');
    const length = Number.parseInt(size, 16);
    this.left = length;
    this.#state = length === 0 ? 'trailer' : 'chunk';
  }

  /** Takes one line. Out: what is behind it, null where it is not whole. */
  #line(bytes: Buffer, take: (line: string) => void): Buffer | null {
    const end = bytes.indexOf('\r\n');
    if ((end < 0 ? bytes.length : end) > MAX_LINE) throw wrong('a line without an end between chunks');
    if (end < 0) {
      this.#pending = bytes;
      return null;
    }
    take(bytes.subarray(0, end).toString('latin1'));
    return bytes.subarray(end + 2);
  }

  #keep(data: Buffer): void {
    const wanted = data.subarray(0, Math.max(0, this.reading.limit - this.#kept));
    if (wanted.length > 0) this.#chunks.push(wanted);
    this.#kept += wanted.length;
    this.dropped += data.length - wanted.length;
  }
}

/** Each line of a head ends by CR LF: another end is how two answers are passed off as one. */
function checkLines(text: string): void {
  if (/[^\r]\n/.test(text)) throw wrong('Missing expected CR after header value');
  if (/\r[^\n]/.test(text)) throw wrong('Missing expected LF after header value');
}

function readStatus(line: string): { status: number; isOld: boolean } {
  const [, version, status] = /^HTTP\/(\d\.\d) (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/.exec(line) ?? [];
  if (version === undefined) throw wrong('Invalid status code');
  // some name another version than they speak
  if (!['0.9', '1.0', '1.1', '2.0'].includes(version)) throw wrong('Invalid HTTP version');
  return { status: Number(status), isOld: version !== '1.1' };
}

/** Headers by their names in lower case; one that stands twice is an array. */
function readHeaders(lines: readonly string[]): AnswerHead['headers'] {
  const found = new Map<string, string | string[]>();
  for (const line of lines) {
    const [, written, value] = HEADER.exec(line) ?? [];
    if (written === undefined || value === undefined) throw wrong('Invalid header token');
    const name = written.toLowerCase();
    const text = withoutBlanks(value);
    const before = found.get(name);
    found.set(name, before === undefined ? text : [before, text].flat());
  }
  return Object.fromEntries(found);
}

/** A value without the blanks around it; no-break spaces are a part of it. */
function withoutBlanks(value: string): string {
  let [start, end] = [0, value.length];
  while (value[start] === ' ' || value[start] === '\t') start++;
  while (end > start && (value[end - 1] === ' ' || value[end - 1] === '\t')) end--;
  return value.slice(start, end);
}

/** The items of a header that is a list, in lower case. */
const listOf = (value: string | string[] | undefined): string[] =>
  [value ?? '']
    .flat()
    .join(',')
    .toLowerCase()
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '');
