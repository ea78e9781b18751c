/** `WWW-Authenticate` headers as the runtimes read them. Belongs here: from a header's lines to challenges, nothing else. Pure. */

/** One way to authenticate that a registry offers. Source: distribution token specification, RFC 7617. */
export interface Challenge {
  scheme: 'bearer' | 'basic';
  /** Bearer: the token server's URL. Null where it is missing, as in all fields. */
  realm: string | null;
  /** The audience that the token server is told. */
  service: string | null;
  /** What the token has to grant, separated by blanks. */
  scope: string | null;
  /** On a second 401: `insufficient_scope` or `invalid_token` (RFC 6750). */
  error: string | null;
}

const ORDER = ['bearer', 'basic'];

/** Characters of a line that are read: a challenge has a few hundred, and servers refuse larger headers themselves. */
const LONGEST_LINE = 8192;
/** Lines that are read: no registry offers more than three ways. */
const MOST_LINES = 16;
/** A name, and whether a value follows; then the value in quotes, or up to the next blank or comma. Each is tried at one place only. */
const NAME = /[A-Za-z0-9_.-]+/g;
const EQUALS = /\s*=\s*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const BARE = /[^\s,]*/y;

/** In: an expression with the flag `y`. Out: its match right at a place of a text. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * The parameters behind a scheme. Of a name that comes twice the last one counts; behind a quote that is not closed nothing is read, as in containerd. One pass: the next name
 * is looked for behind what was read.
 */
function parametersOf(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  NAME.lastIndex = 0;
  for (let name = NAME.exec(text); name !== null; name = NAME.exec(text)) {
    const equals = matchAt(EQUALS, text, NAME.lastIndex);
    if (equals === null) continue;
    const start = EQUALS.lastIndex;
    const isQuoted = text[start] === '"';
    const value = matchAt(isQuoted ? QUOTED : BARE, text, start);
    if (value === null) break;
    parameters.set(name[0].toLowerCase(), isQuoted ? (value[1] as string).replace(/\\(.)/gs, '$1') : value[0]);
    NAME.lastIndex = start + value[0].length;
  }
  return parameters;
}

/** One header line is one challenge: what follows a second scheme on the same line becomes a parameter. Source: containerd, remotes/docker/auth/parse.go. */
function parseLine(line: string): Challenge | null {
  const text = line.slice(0, LONGEST_LINE).trimStart();
  const scheme = /^[A-Za-z]+/.exec(text)?.[0] ?? '';
  const known = scheme.toLowerCase();
  if (!ORDER.includes(known)) return null;
  const parameters = parametersOf(text.slice(scheme.length));
  const get = (name: string): string | null => parameters.get(name) ?? null;
  return { scheme: known as Challenge['scheme'], realm: get('realm'), service: get('service'), scope: get('scope'), error: get('error') };
}

/**
 * Reads the challenges of a 401. In: the header's lines. Out: the challenges that a runtime answers, Bearer before Basic whatever the order
 * sent, as containerd sorts them (it parses Digest too, and does nothing with it).
 */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const lines = header === undefined ? [] : Array.isArray(header) ? header : [header];
  return lines
    .slice(0, MOST_LINES)
    .map(parseLine)
    .filter(challenge => challenge !== null)
    .sort((a, b) => ORDER.indexOf(a.scheme) - ORDER.indexOf(b.scheme));
}
