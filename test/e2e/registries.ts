/**
 * The registries of the cluster test. Each has a fixed port of 127.0.0.1 and a fault of its own, and is asked by the node and by the plugin alike, so
 * that no traffic leaves the machine. How the node asks one stands in its `hosts.toml`, which containerd reads anew at every pull.
 */
import { type Answer, type Image, makeCertificate, type RegistryOptions, type SeenRequest, startRegistry } from '../helpers/registry.ts';

/** A registry that runs, and how a node is led to it: a folder of containerd's `certs.d`. */
export interface Place {
  /** What images say: `127.0.0.1:PORT`, or another name for the node alone. */
  host: string;
  /** `127.0.0.1:PORT`. */
  address: string;
  /** File name → text. */
  files: Record<string, string>;
  close(): Promise<void>;
  digestOf(repository: string, tag?: string): string;
}

/** The real image that runs, read from a registry that has it. */
export type Copy = NonNullable<Image['copy']>;

type Certificate = ReturnType<typeof makeCertificate>;

const json = { 'Content-Type': 'application/json' };
const refusal = (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { ...json, ...headers },
  body: JSON.stringify({ errors: [{ code, message, detail: null }] }),
});
const isBlob = ({ path }: SeenRequest): boolean => path.includes('/blobs/');
const isManifest = ({ path }: SeenRequest): boolean => path.includes('/manifests/');

/** Port → the registry there. 15012 and 15025 stay free: nothing may listen where a token server or a blob host is down. */
function behaviors(copy: Copy, authority: Certificate): Record<number, RegistryOptions> {
  const users = { lab: 'labpass', other: 'other-user-pass' };
  const bearer = { kind: 'bearer' as const, users };
  const runs = (repository: string, tag = '1'): Image => ({ repository, tag, copy });
  const app: Image[] = [{ repository: 'team/app', tag: '1' }];
  return {
    // public and private repositories behind tokens; user "other" has a right to nothing here
    15010: {
      auth: { ...bearer, allowAnonymous: true, grants: { lab: ['*'] } },
      publicRepositories: ['public/busybox'],
      images: [runs('public/busybox'), runs('private/busybox')],
    },
    15011: { auth: { ...bearer, realm: 'http://127.0.0.1:15012/token' }, images: app },
    15013: {
      auth: bearer,
      images: app,
      answer: ({ path }) => (path === '/token' ? { status: 503, body: 'no healthy upstream' } : undefined),
    },
    15014: {
      auth: bearer,
      images: app,
      answer: ({ path }) => (path === '/token' ? refusal(403, 'DENIED', 'requested access to the resource is denied') : undefined),
    },
    15015: { tls: makeCertificate({ ca: authority, ips: ['127.0.0.1'], expired: true }), images: app },
    15016: { tls: makeCertificate({ ca: authority, names: ['registry.example.com'] }), images: app },
    15017: { answer: () => refusal(500, 'UNKNOWN', 'unknown error') },
    15018: { answer: () => refusal(429, 'TOOMANYREQUESTS', 'You have reached your pull rate limit.', { 'Retry-After': '3600' }) },
    15019: { images: app },
    15020: {
      images: [
        { repository: 'team/no-layer', tag: '1', layers: 1, missingLayer: true },
        { repository: 'team/no-config', tag: '1', missingConfig: true },
        { repository: 'team/no-child', tag: '1', missingChild: true },
        {
          repository: 'team/for-others',
          tag: '1',
          platforms: [
            { os: 'linux', architecture: 'arm64' },
            { os: 'linux', architecture: 's390x' },
          ],
        },
      ],
    },
    // a runtime asks without a login first, and gets it
    15021: { auth: { kind: 'basic', users }, publicRepositories: ['public/busybox'], images: [runs('public/busybox')] },
    15022: { answer: () => ({ headers: { 'Content-Type': 'text/html' }, body: '<!doctype html><title>Sign in</title><h1>Sign in</h1>' }) },
    15023: { images: app, answer: ({ method }) => (method === 'HEAD' ? { status: 403 } : undefined) },
    15024: {
      images: app,
      answer: request => (isBlob(request) ? { status: 307, headers: { Location: `http://127.0.0.1:15025${request.path}` } } : undefined),
    },
    15026: {
      images: app,
      answer: request =>
        isManifest(request)
          ? refusal(412, 'PROJECTPOLICYVIOLATION', 'current image with 3 vulnerabilities cannot be pulled due to configured policy')
          : undefined,
    },
    // stands for Docker Hub
    15027: {
      auth: { ...bearer, allowAnonymous: true },
      publicRepositories: ['library/busybox'],
      images: [runs('library/busybox'), runs('team/busybox')],
    },
    // the first part of the image comes long after the test is over
    15028: { images: app, answer: request => (isBlob(request) ? { delayMs: 600_000 } : undefined) },
    // its token server is another one, whose tokens it does not take
    15029: { auth: { ...bearer, service: 'registry', realm: 'http://127.0.0.1:15010/token' }, images: app, answer: refuseEveryToken },
    15030: { answer: request => (isManifest(request) ? refusal(410, 'DENIED', 'this registry has been shut down') : undefined) },
    15031: {
      images: app,
      answer: request => (isBlob(request) ? { headers: { 'Content-Length': '1000' }, body: 'cut', destroy: true } : undefined),
    },
    15032: { answer: () => refusal(401, 'UNAUTHORIZED', 'authentication required', { 'WWW-Authenticate': 'Negotiate' }) },
    // takes its time with the node, which has the layers of the image already
    15041: { images: [runs('team/slow')], answer: request => (isManifest(request) && !isOurs(request) ? { delayMs: 8000 } : undefined) },
  };
}

/** Whether the plugin asks, and not the runtime of the node. */
const isOurs = ({ headers }: SeenRequest): boolean => headers['user-agent']?.includes('kubectl-imagepull') === true;

/** The challenge of a registry that does not take the token it is shown. */
const refuseEveryToken = ({ headers }: SeenRequest): Answer | undefined =>
  /^bearer /i.test(headers.authorization ?? '')
    ? refusal(401, 'UNAUTHORIZED', 'authentication required', {
        'WWW-Authenticate': 'Bearer realm="http://127.0.0.1:15010/token",service="registry",error="invalid_token"',
      })
    : undefined;

/** Names that lead the node, not us, to one of the ports. */
const OTHER_NAMES: Record<number, string> = { 15027: 'docker.io' };
/** Asked over HTTPS by the node although it speaks plain HTTP. */
const WRONG_SCHEME = 15019;

/** Starts them all. In: the image that runs. Out: the places; nothing is left running when one cannot start. */
export async function startRegistries(copy: Copy): Promise<Place[]> {
  const places: Place[] = [];
  const authority = makeCertificate({ isCa: true });
  try {
    for (const [key, options] of Object.entries(behaviors(copy, authority))) {
      const port = Number(key);
      const { host, close, digestOf } = await startRegistry({ ...options, port });
      const base = `${options.tls || port === WRONG_SCHEME ? 'https' : 'http'}://${host}`;
      places.push({
        host: OTHER_NAMES[port] ?? host,
        address: host,
        files: hostFiles(base, options.tls ? authority.cert : null),
        close,
        digestOf,
      });
    }
  } catch (error) {
    await Promise.all(places.map(place => place.close()));
    throw error;
  }
  return places;
}

function hostFiles(base: string, ca: string | null): Record<string, string> {
  const hosts = [
    `server = "${base}"`,
    `[host."${base}"]`,
    '  capabilities = ["pull", "resolve"]',
    ...(ca === null ? [] : ['  ca = "ca.crt"']),
  ];
  return { 'hosts.toml': `${hosts.join('\n')}\n`, ...(ca === null ? {} : { 'ca.crt': ca }) };
}
