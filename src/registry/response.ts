/** What the answer of a registry or a token server means. Belongs here: headers and bodies read, and a Fault made from a Reply. Pure. */
import type { Fault, FaultDetails, FaultKind, HostRole, Step } from '../model/fault.ts';
import type { RateLimit } from '../model/probe.ts';
import type { Reference } from '../model/reference.ts';
import { mediaTypeOf } from '../parse/manifest.ts';
import { withStatements } from '../parse/messages/registry-errors.ts';
import { redact } from '../util/redact.ts';
import type { Reply } from './transport.ts';
import type { WireFault } from './wire.ts';

/** The error that a body holds. */
export interface SpokenError {
  /** In capitals: UNAUTHORIZED, MANIFEST_UNKNOWN, … */
  code: string | null;
  /** On one line, redacted, at most 300 characters. */
  message: string | null;
}

/** Reads the error in a body. In: the answer, and the passwords to take out of it. Known shapes: the spec's `{errors:[{code,message,detail}]}`, Hub's `{details}`, `{message}`, `{error, error_description}`, plain text, HTML. */
export function spokenError(reply: Reply, known: readonly string[] = []): SpokenError {
  const text = reply.body.trim();
  if (text === '') return { code: null, message: null };
  if (isHtml(reply)) {
    const title = /<title>\s*([^<]*)/i.exec(text)?.[1]?.trim();
    return { code: null, message: `an HTML page${title ? ` titled "${clean(title, known)}"` : ''}` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: null, message: clean(text, known) };
  }
  const record = value as {
    errors?: { code?: unknown; message?: unknown; detail?: unknown }[];
    details?: unknown;
    message?: unknown;
    error?: unknown;
    error_description?: unknown;
    code?: unknown;
  };
  const first = Array.isArray(record?.errors) ? record.errors[0] : undefined;
  const said = [first?.message, record?.details, record?.message, record?.error_description, record?.error].find(
    part => typeof part === 'string' && part !== '',
  );
  const detail = typeof first?.detail === 'string' ? first.detail : undefined;
  const code = first?.code ?? record?.code;
  const message =
    said === undefined ? detail : detail === undefined || said === detail ? (said as string) : `${said as string} (${detail})`;
  return {
    code: typeof code === 'string' && /^[A-Za-z_]{1,64}$/.test(code) ? code.toUpperCase() : null,
    message: message === undefined ? null : clean(message, known),
  };
}

const clean = (text: string, known: readonly string[]): string => {
  const line = redact(text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), known);
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
};

/** The media type of an answer in lower case, without parameters; empty where none was sent, `invalid` where it is none (RFC 6838). */
export const contentType = (reply: Reply): string =>
  mediaTypeOf(
    String(reply.headers['content-type'] ?? '')
      .split(';', 1)[0]
      ?.trim()
      .toLowerCase() ?? '',
  );
/** Whether an answer is a web page, by its Content-Type or its first characters. */
export const isHtml = (reply: Reply): boolean => contentType(reply) === 'text/html' || /^\s*<(?:!doctype|html)/i.test(reply.body);
/** The (first) value of a header, null where it was not sent. In: the name in lower case. */
export const header = (reply: Reply, name: string): string | null => {
  const value = reply.headers[name];
  return value === undefined ? null : Array.isArray(value) ? (value[0] ?? null) : value;
};

/** The rate limit that an answer tells. Source: Docker Hub's headers, `ratelimit-limit: 100;w=21600`; a 429 with Retry-After of any registry. */
export function rateLimitOf(reply: Reply): RateLimit | null {
  const read = (name: string): [number | null, number | null] => {
    const match = /^(\d+)(?:;w=(\d+))?/.exec(header(reply, name) ?? '');
    return [match ? Number(match[1]) : null, match?.[2] === undefined ? null : Number(match[2])];
  };
  const [limit, windowSeconds] = read('ratelimit-limit');
  const [remaining] = read('ratelimit-remaining');
  const retryAfter = header(reply, 'retry-after');
  if (limit === null && remaining === null && !(reply.status === 429 && retryAfter !== null)) return null;
  const wait = /^[\w ,:+-]{1,64}$/.test(retryAfter ?? '') ? retryAfter : null;
  const source = header(reply, 'docker-ratelimit-source');
  return { limit, remaining, windowSeconds, source: /^[\w.:-]{1,64}$/.test(source ?? '') ? source : null, retryAfter: wait };
}

/** Where in a pull a question was asked: what a fault says of its step. */
export interface Place {
  step: Step;
  role: HostRole;
  url: string;
  method: string;
  /** Whether a credential (or a token that one gave) was sent along. */
  login: 'sent' | 'none';
}

const base = (place: Place): Omit<Fault, 'kind' | 'message'> => ({
  seenBy: 'probe',
  step: place.step,
  role: place.role,
  host: safeHost(place.url),
  method: place.method,
  status: null,
  code: null,
  explanation: null,
  statements: [],
  login: place.login,
  speaker: 'probe',
  details: { ...schemeOf(place.url), ...resourceOf(place) },
  understood: true,
  rows: [],
});

const schemeOf = (url: string): FaultDetails => {
  const scheme = /^(https?):/.exec(url)?.[1];
  return scheme === undefined ? {} : { scheme: scheme as 'http' | 'https' };
};

const resourceOf = ({ url, role }: Place): FaultDetails => {
  if (role === 'token') return { resource: 'token' };
  const at = url.indexOf('/v2/');
  // a repository may have a part of such a name: the last one counts, and one character of a repository stands before it
  const lastOf = (kind: string): number => (at < 0 ? -1 : url.slice(at + 5).lastIndexOf(`/${kind}/`));
  const [manifest, blob] = [lastOf('manifests'), lastOf('blobs')];
  if (manifest >= 0 || blob >= 0) return { resource: blob > manifest ? 'blob' : 'manifest' };
  return /\/v2\/?(?:\?|$)/.test(url) ? { resource: 'ping' } : {};
};

const safeHost = (url: string): string | null => {
  try {
    return new URL(url).host;
  } catch {
    return null;
  }
};

/** A fault from a request that got no answer. */
export function faultOfWire(wire: WireFault, place: Place): Fault {
  const fault = base(place);
  return { ...fault, kind: wire.kind, code: wire.code, details: { ...fault.details, ...wire.details }, message: wire.detail };
}

/**
 * A fault from an answer whose status is not a success. In: the answer, the place, the passwords that may stand in it, the kind where the caller
 * knows it, and the `error` of a challenge (RFC 6750).
 */
export function faultOfReply(reply: Reply, place: Place, known: readonly string[], kind?: FaultKind, error?: string | null): Fault {
  const spoken = spokenError(reply, known);
  const named = error == null ? '' : `, error="${/^\w{1,64}$/.test(error) ? error : 'invalid'}"`;
  const words = reply.ledInside
    ? NOT_SHOWN
    : `${spoken.code ? ` ${spoken.code}` : ''}${spoken.message ? ` (${spoken.message})` : ''}${named}`;
  const told = `${place.method} ${redact(place.url)}: ${reply.status}${words}`;
  const which =
    kind ??
    (error === 'insufficient_scope'
      ? 'insufficientScope'
      : error === 'invalid_token'
        ? 'invalidToken'
        : reply.status === 404 && place.role !== 'token'
          ? isHtml(reply)
            ? 'notJson'
            : 'notFound'
          : 'status');
  const fault = base(place);
  const details = reply.ledInside ? { ...fault.details, ledInside: true } : fault.details;
  // an error code is a word of the protocol, and of an inner host nothing else is told
  const code = reply.ledInside && !CODES.has(spoken.code ?? '') ? null : spoken.code;
  return { ...fault, details, kind: which, status: reply.status, code, explanation: spoken.message, message: told };
}

const NOT_SHOWN = ' (a host of a private network, to which the registry leads: its words are not shown)';
/** Error codes of the OCI distribution specification, and those that registries agree on. */
const CODES = new Set([
  'BLOB_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'BLOB_UPLOAD_UNKNOWN',
  'DENIED',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_INVALID',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'NOT_FOUND',
  'SIZE_INVALID',
  'TOOMANYREQUESTS',
  'UNAUTHORIZED',
  'UNSUPPORTED',
]);

/**
 * The fault with what its explanation states, and without the explanation itself where it comes from an inner host. In: the fault, the image (null: none) and
 * the user names that the explanation may quote.
 */
export function stated(fault: Fault, reference: Reference | null, users: readonly string[]): Fault {
  const understood = withStatements(fault, reference, users);
  return understood.details.ledInside ? { ...understood, explanation: null } : understood;
}

/** A fault within a successful answer (a broken token, a document that is not a manifest). In: its kind, the place, the sentence, and other fields. */
export function faultOfContent(kind: FaultKind, place: Place, message: string, extra: Partial<Fault> = {}): Fault {
  const fault = base(place);
  return { ...fault, kind, message, ...extra, details: { ...fault.details, ...extra.details } };
}
