/**
 * The messages with which kubelet reports a failed pull, as three generations of containerd write them. A test names what went wrong,
 * and gets the text as it stands on a cluster.
 */

export type Runtime = '1.6' | '1.7' | '2.1';
export const RUNTIMES: Runtime[] = ['1.6', '1.7', '2.1'];

const PHRASES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  410: 'Gone',
  412: 'Precondition Failed',
  429: 'Too Many Requests',
  451: 'Unavailable For Legal Reasons',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** What one runtime reports about one image. */
export interface NodeMessages {
  runtime: Runtime;
  host: string;
  /** The address of the manifest that is asked for. */
  url: string;
  /** An error before any content came. */
  resolve(error: string): string;
  /** An error of the manifest or a blob that is fetched by digest. */
  copy(error: string): string;
  /** An error with no step before it. */
  plain(error: string): string;
  /** 404. */
  notFound(): string;
  /** A Basic challenge and no credential. */
  noLogin(): string;
  /** A second 401 whose challenge says `error=`. */
  scope(error?: 'insufficient_scope' | 'invalid_token'): string;
  /** An answer to the HEAD of the manifest. */
  status(code: number): string;
  /** No answer to the HEAD of the manifest. */
  dial(error: string): string;
  /** A token server's answer, asked with a credential or without. */
  token(code: number, login: boolean, realm?: string): string;
  /** Anything else that goes wrong at the token server. */
  tokenError(error: string, login: boolean): string;
  /** The GET of a manifest or blob by digest. */
  content(code: number, path: string, body?: string): string;
  untrusted: string;
}

export interface PulledImage {
  registry: string;
  repository: string;
  /** Tag or digest. */
  reference: string;
  scheme?: 'http' | 'https';
}

export function messagesOf(runtime: Runtime, { registry, repository, reference, scheme = 'https' }: PulledImage): NodeMessages {
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const image = `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
  const url = `${scheme}://${host}/v2/${repository}/manifests/${reference}`;
  const plain = (error: string): string => `failed to pull and unpack image "${image}": ${error}`;
  const resolve = (error: string): string =>
    plain(`${runtime === '2.1' ? 'failed to resolve image' : `failed to resolve reference "${image}"`}: ${error}`);
  const copy = (error: string): string => plain(`failed to copy: httpReadSeeker: failed open: ${error}`);
  const phraseOf = (code: number): string => `${code} ${PHRASES[code] ?? ''}`.trim();
  const access = 'pull access denied, repository does not exist or may require authorization';
  const kind = (login: boolean): string => `failed to authorize: failed to fetch ${login ? 'oauth' : 'anonymous'} token`;
  return {
    runtime,
    host,
    url,
    plain,
    resolve,
    copy,
    notFound: () => resolve(`${image}: not found`),
    noLogin: () =>
      resolve(
        runtime === '1.6'
          ? `pulling from host ${host} failed with status code [manifests ${reference}]: ${phraseOf(401)}`
          : `${access}: authorization failed: no basic auth credentials`,
      ),
    scope: (error = 'insufficient_scope') => resolve(`${access}: server message: ${error}: authorization failed`),
    status: code =>
      resolve(
        runtime === '1.6'
          ? `pulling from host ${host} failed with status code [manifests ${reference}]: ${phraseOf(code)}`
          : `unexpected status from HEAD request to ${url}: ${phraseOf(code)}`,
      ),
    dial: error => resolve(`failed to do request: Head "${url}": ${error}`),
    token: (code, login, realm = `${scheme}://${host}/token`) =>
      resolve(
        runtime === '1.6'
          ? `${kind(login)}: unexpected status: ${phraseOf(code)}`
          : login && ![400, 401, 404, 405].includes(code)
            ? `${kind(login)}: unexpected status from POST request to ${realm}: ${phraseOf(code)}`
            : `${kind(login)}: unexpected status from GET request to ${realm}?scope=repository%3A${encodeURIComponent(repository)}%3Apull&service=${encodeURIComponent(host)}: ${phraseOf(code)}`,
      ),
    tokenError: (error, login) => resolve(`${kind(login)}: ${error}`),
    content: (code, path, body) => {
      const at = `${scheme}://${host}/v2/${repository}/${path}`;
      if (runtime === '2.1')
        return copy(`unexpected status from GET request to ${at}: ${phraseOf(code)}${body === undefined ? '' : `\n${body}`}`);
      return copy(`unexpected status code ${at}: ${phraseOf(code)}${body === undefined ? '' : ` - Server message: ${body}`}`);
    },
    untrusted: `${runtime === '1.6' ? '' : 'tls: failed to verify certificate: '}x509: certificate signed by unknown authority`,
  };
}

/** Where the message of a failure stands on a cluster of that runtime's time: in an event, in the status, or in both. */
export function placed(runtime: Runtime, image: string, text: string): { reason: string; message: string; event: string } {
  const notFound = /: not found$/.test(text);
  if (runtime === '1.6')
    return {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}"`,
      event: `Failed to pull image "${image}": rpc error: code = ${notFound ? 'NotFound' : 'Unknown'} desc = ${text}`,
    };
  const error = notFound ? `rpc error: code = NotFound desc = ${text}` : text;
  const event = `Failed to pull image "${image}": ${error}`;
  if (runtime === '1.7') return { reason: 'ErrImagePull', message: error, event };
  return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${error}`, event };
}
