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

/** One header line is one challenge: what follows a second scheme on the same line becomes a parameter. Source: containerd, remotes/docker/auth/parse.go. */
function parseLine(line: string): Challenge | null {
  const match = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(line);
  const scheme = match?.[1]?.toLowerCase();
  if (scheme === undefined || !ORDER.includes(scheme)) return null;
  const parameters = new Map<string, string>();
  for (const parameter of (match?.[2] ?? '').matchAll(/([A-Za-z0-9_.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/g)) {
    parameters.set((parameter[1] as string).toLowerCase(), parameter[2]?.replace(/\\(.)/g, '$1') ?? parameter[3] ?? '');
  }
  const get = (name: string): string | null => parameters.get(name) ?? null;
  return { scheme: scheme as Challenge['scheme'], realm: get('realm'), service: get('service'), scope: get('scope'), error: get('error') };
}

/**
 * Reads the challenges of a 401. In: the header's lines. Out: the challenges that a runtime answers, Bearer before Basic whatever the order
 * sent, as containerd sorts them (it parses Digest too, and does nothing with it).
 */
export function parseChallenges(header: string | string[] | undefined): Challenge[] {
  const lines = header === undefined ? [] : Array.isArray(header) ? header : [header];
  return lines
    .map(parseLine)
    .filter(challenge => challenge !== null)
    .sort((a, b) => ORDER.indexOf(a.scheme) - ORDER.indexOf(b.scheme));
}
