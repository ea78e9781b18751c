/** What the answer of a registry or a token server means. Belongs here: headers and bodies read, and a Fault made from a Reply. Pure. */
import type { Fault, FaultDetails, FaultKind, HostRole, Step } from '../model/fault.ts';
import type { RateLimit } from '../model/probe.ts';
import type { Reference } from '../model/reference.ts';
import { mediaTypeOf } from '../parse/manifest.ts';
import { withStatements } from '../parse/messages/registry-errors.ts';
import { redact } from '../util/redact.ts';
import { clipped } from '../util/text.ts';
import type { Reply } from './transport.ts';
import type { WireFault } from './wire.ts';

/** The error that a body holds. */
export interface SpokenError {
  /** In capitals: UNAUTHORIZED, MANIFEST_UNKNOWN, … */
  code: string | null;
  /** On one line, redacted, at most 300 characters. */
  message: string | null;
  /** The error of an upstream that a pull-through cache hands on in its own, null without one. */
  upstream: UpstreamError | null;
}

/** What a pull-through cache was answered by its upstream, as far as it tells. */
interface UpstreamError {
  code: string | null;
  status: number | null;
  message: string | null;
}

/** Reads the error in a body. In: the answer, and the passwords to take out of it. Known shapes: the spec's `{errors:[{code,message,detail}]}`, Hub's `{details}`, `{message}`, `{error, error_description}`, plain text, HTML. */
export function spokenError(reply: Reply, known: readonly string[] = []): SpokenError {
  const text = reply.body.trim();
  if (text === '') return NOTHING_SPOKEN;
  if (isHtml(reply)) {
    const title = /<title>\s*([^<]*)/i.exec(text)?.[1]?.trim();
    return { ...NOTHING_SPOKEN, message: `an HTML page${title ? ` titled "${clean(title, known)}"` : ''}` };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ...NOTHING_SPOKEN, message: clean(text, known) };
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
  const code = first?.code ?? record?.code;
  const upstream =
    reply.status >= 500 && code === 'UNKNOWN'
      ? upstreamIn(first?.detail)
      : (reply.status === 502 || reply.status === 504) && first !== undefined
        ? upstreamOfGateway(first.message)
        : null;
  const detail = typeof first?.detail === 'string' ? first.detail : (upstream?.message ?? undefined);
  const message =
    said === undefined ? detail : detail === undefined || said === detail ? (said as string) : `${said as string} (${detail})`;
  return {
    code: typeof code === 'string' && /^[A-Za-z_]{1,64}$/.test(code) ? code.toUpperCase() : null,
    message: message === undefined ? null : clean(message, known),
    upstream,
  };
}

const NOTHING_SPOKEN: SpokenError = { code: null, message: null, upstream: null };

/** How an error of the Go client of distribution ends where its text says no code. */
const ENDS: readonly [RegExp, string][] = [
  [/\bunauthorized$|\bno basic auth credentials$|\bunauthorized: /, 'UNAUTHORIZED'],
  [/\bdenied: /, 'DENIED'],
  [/\btoomanyrequests: /, 'TOOMANYREQUESTS'],
  [/\bmanifest unknown\b/, 'MANIFEST_UNKNOWN'],
  [/\bname unknown\b/, 'NAME_UNKNOWN'],
];

/**
 * The error of the upstream in the detail of a cache's own 500. Shapes of distribution: the upstream's `{errors}`, or one of them; Go's url.Error `{Op, URL, Err}` and
 * net.OpError `{Op, Net, Err}`; `{StatusCode}` and `{Status}` of an answer that is none of the protocol (2.8); the same as a text (3).
 */
function upstreamIn(detail: unknown): UpstreamError | null {
  if (typeof detail === 'string') {
    const status = /^received unexpected HTTP status: (\d{3})\b/.exec(detail)?.[1];
    if (status === undefined && !/^(?:Get|Head) "https?:\/\/|^dial tcp\b|^lookup /.test(detail)) return null;
    const code = ENDS.find(([end]) => end.test(detail))?.[1] ?? null;
    return { code, status: status === undefined ? null : Number(status), message: detail };
  }
  if (typeof detail !== 'object' || detail === null) return null;
  const { errors, code: single, Op, URL: url, Err, StatusCode, Status } = detail as Record<string, unknown>;
  const first: unknown = Array.isArray(errors) ? errors[0] : typeof single === 'string' ? detail : undefined;
  if (typeof first === 'object' && first !== null) {
    const { code, message, detail: inner } = first as Record<string, unknown>;
    if (code === 'UNKNOWN') return upstreamIn(inner) ?? { code: null, status: null, message: textOf(message) };
    const isCode = typeof code === 'string' && /^[A-Z_]{1,64}$/.test(code);
    return { code: isCode ? code : null, status: null, message: [isCode ? code : null, textOf(message)].filter(Boolean).join(': ') };
  }
  if (typeof StatusCode === 'number') return { code: null, status: StatusCode, message: `${StatusCode}` };
  if (typeof Status === 'string' && /^\d{3}\b/.test(Status)) return { code: null, status: Number(Status.slice(0, 3)), message: Status };
  if (typeof Op !== 'string') return null;
  const at = textOf(url);
  const said = upstreamIn(Err);
  const what = said?.message ?? 'no answer';
  return { code: said?.code ?? null, status: said?.status ?? null, message: at === null ? what : `${Op} ${at}: ${what}` };
}

/**
 * The same in an error of the registry itself with the status of a gateway: it is a gateway to its upstream, and may tell the phrase of the status that it was
 * answered. Source: pulp-container, pull-through distributions.
 */
const upstreamOfGateway = (message: unknown): UpstreamError => ({ code: null, status: PHRASES.get(message) ?? null, message: null });
const PHRASES = new Map<unknown, number>([
  ['Unauthorized', 401],
  ['Forbidden', 403],
  ['Not Found', 404],
  ['Too Many Requests', 429],
]);

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** What the error of an upstream says of the cache that asked it. In: status and code, null where none is known. */
export function upstreamState(status: number | null, code: string | null): NonNullable<FaultDetails['upstream']> {
  if (status === 429 || code === 'TOOMANYREQUESTS') return 'limited';
  if (status === 404 || code === 'MANIFEST_UNKNOWN' || code === 'NAME_UNKNOWN' || code === 'NOT_FOUND') return 'missing';
  return status === 401 || status === 403 || code === 'UNAUTHORIZED' || code === 'DENIED' ? 'refused' : 'failed';
}

const clean = (text: string, known: readonly string[]): string => {
  const line = redact(text.replace(/[\s\p{Cc}]+/gu, ' ').trim(), known);
  return clipped(line, 300);
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

/** Whether an answer is a forward proxy's own: Squid marks its errors, and secure web gateways name themselves as the server. */
const ofProxy = (reply: Reply): boolean =>
  header(reply, 'x-squid-error') !== null || /^(?:squid|zscaler)\b/i.test(header(reply, 'server') ?? '');

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
  const message = `${place.method} ${redact(place.url)}: ${reply.status}${words}`;
  const upstream = spoken.upstream === null ? null : upstreamState(spoken.upstream.status, spoken.upstream.code);
  const which =
    kind ??
    (upstream === 'missing'
      ? 'notFound'
      : error === 'insufficient_scope'
        ? 'insufficientScope'
        : error === 'invalid_token'
          ? 'invalidToken'
          : reply.status === 404 && place.role !== 'token'
            ? isHtml(reply)
              ? 'notJson'
              : 'notFound'
            : 'status');
  const fault = base(place);
  const details = {
    ...fault.details,
    ...(reply.ledInside ? { ledInside: true } : {}),
    ...(ofProxy(reply) ? { proxyAnswers: true } : {}),
    ...(upstream === null ? {} : { upstream }),
  };
  // an error code is a word of the protocol, and of an inner host nothing else is told
  const told = spoken.upstream?.code ?? spoken.code;
  const code = reply.ledInside && !CODES.has(told ?? '') ? null : told;
  return { ...fault, details, kind: which, status: reply.status, code, explanation: spoken.message, message };
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
