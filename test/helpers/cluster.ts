/** An API server for tests: answers the GETs of objects that it is given, over TLS with a certificate authority of its own, and keeps what it was asked. */
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { makeCertificate } from './registry.ts';
import { temporary } from './temporary.ts';

export interface ClusterObject {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; [more: string]: unknown };
  [more: string]: unknown;
}

export interface ClusterOptions {
  objects?: ClusterObject[];
  /** Paths that the user has no right to. */
  forbid?: RegExp;
  /** Milliseconds before each answer. */
  delayMs?: number;
  /** Overrides an answer; `cut`: the connection ends in the middle of the body; `hang`: nothing comes after the headers, or at all. */
  answer?: (path: string) => Answer | undefined;
  /** Answers requests that would change something; default: none may. In: the method, the path, and the body as JSON. */
  write?: (method: string, path: string, body: unknown) => Answer | undefined;
}

export interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
  cut?: boolean;
  hang?: 'headers' | 'body';
}

export interface ClusterRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Each value of a header that was sent several times. */
  values(name: string): string[];
  /** The common name of the client's certificate. */
  client: string | null;
  started: number;
  ended: number;
}

export interface TestCluster {
  server: string;
  requests: ClusterRequest[];
  close(): Promise<void>;
}

export const authority = makeCertificate({ isCa: true, commonName: 'Test cluster CA' });
/** What a server on this machine shows. */
export const serverCertificate = makeCertificate({ ips: ['127.0.0.1'], names: ['localhost'], ca: authority });
/** The certificate of the user "certified". */
export const clientCertificate = makeCertificate({ names: ['certified'], commonName: 'certified', ca: authority });

/** Kind → group, version and resource. */
const RESOURCES: Record<string, string> = {
  Pod: 'api/v1/pods',
  Event: 'api/v1/events',
  Node: 'api/v1/nodes',
  Namespace: 'api/v1/namespaces',
  Secret: 'api/v1/secrets',
  ServiceAccount: 'api/v1/serviceaccounts',
  Deployment: 'apis/apps/v1/deployments',
  StatefulSet: 'apis/apps/v1/statefulsets',
  DaemonSet: 'apis/apps/v1/daemonsets',
  ReplicaSet: 'apis/apps/v1/replicasets',
  Job: 'apis/batch/v1/jobs',
  CronJob: 'apis/batch/v1/cronjobs',
};

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
}

export const failure = (status: number, reason: string, message: string) => ({
  status,
  body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code: status }),
});

export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const requests: ClusterRequest[] = [];
  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'https://x');
    const socket = request.socket as TLSSocket;
    const entry: ClusterRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      values: name => request.headersDistinct[name.toLowerCase()] ?? [],
      client: socket.authorized ? (socket.getPeerCertificate().subject?.CN ?? null) : null,
      started: performance.now(),
      ended: Number.POSITIVE_INFINITY,
    };
    requests.push(entry);
    if (options.delayMs) await sleep(options.delayMs, undefined, { ref: false });
    const written = request.method === 'GET' ? undefined : options.write?.(entry.method, url.pathname, await readJson(request));
    const { status, body, headers, cut, hang } = written ?? answerTo(options, entry.method, url, request.headers.accept ?? '');
    entry.ended = performance.now();
    if (hang === 'headers') return;
    if (cut || hang === 'body') {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length + 100 });
      response.write(body, () => (cut ? response.destroy() : undefined));
      return;
    }
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };
  const server = createServer(
    { ...serverCertificate, ca: [authority.cert], requestCert: true, rejectUnauthorized: false },
    (request, response) => void onRequest(request, response),
  );
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server: `https://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerTo(options: ClusterOptions, method: string, url: URL, accept: string): Answer {
  const path = decodeURIComponent(url.pathname);
  const given = options.answer?.(path);
  if (given !== undefined) return given;
  if (method !== 'GET') return failure(405, 'MethodNotAllowed', `${method} is not allowed: this plugin only reads`);
  if (options.forbid?.test(path)) return failure(403, 'Forbidden', `${path} is forbidden: User "viewer" cannot get resource`);
  const match = /^\/(api\/v1|apis\/[^/]+\/v1)(?:\/namespaces\/([^/]+)(?=\/[a-z]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(path);
  const [, version = '', namespace, resource = '', name] = match ?? [];
  const kind = Object.entries(RESOURCES).find(([, known]) => known === `${version}/${resource}`)?.[0];
  if (kind === undefined) return failure(404, 'NotFound', 'the server could not find the requested resource');
  const objects = (options.objects ?? []).filter(
    object => object.kind === kind && (namespace === undefined || object.metadata.namespace === namespace),
  );
  if (name !== undefined) {
    const object = objects.find(candidate => candidate.metadata.name === name);
    return object === undefined
      ? failure(404, 'NotFound', `${resource} "${name}" not found`)
      : { status: 200, body: JSON.stringify({ apiVersion: version.replace(/^apis?\//, ''), ...object }) };
  }
  const wanted = objects.filter(object => isSelected(object, url.searchParams));
  const items = /PartialObjectMetadataList/.test(accept)
    ? wanted.map(({ metadata }) => ({ kind: 'PartialObjectMetadata', metadata }))
    : wanted;
  return {
    status: 200,
    body: JSON.stringify({
      kind: `${kind}List`,
      apiVersion: 'v1',
      metadata: { resourceVersion: '7' },
      items: items.length === 0 ? null : items,
    }),
  };
}

/** Label and field selectors, as far as they are used. */
function isSelected(object: ClusterObject, query: URLSearchParams): boolean {
  const terms = (name: string): string[] => (query.get(name) ?? '').split(/,(?![^(]*\))/).filter(Boolean);
  const field = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
  return (
    terms('fieldSelector').every(term => String(field(term.split('=')[0] as string)) === term.split('=').at(-1)) &&
    terms('labelSelector').every(term => {
      const set = /^(\S+) in \((.*)\)$/.exec(term);
      const [key = '', values] = set ? [set[1], (set[2] as string).split(',')] : [term.split('=')[0], [term.split('=').at(-1) as string]];
      return values.includes(object.metadata.labels?.[key] ?? '\0');
    })
  );
}

/** How far a chain of requests goes of which each began after the one before had ended. */
export function depthOf(requests: readonly ClusterRequest[]): number {
  const depths = new Map<ClusterRequest, number>();
  for (const request of [...requests].sort((a, b) => a.started - b.started))
    depths.set(request, 1 + Math.max(0, ...[...depths].filter(([earlier]) => earlier.ended <= request.started).map(([, depth]) => depth)));
  return Math.max(0, ...depths.values());
}

export interface Kubeconfig {
  server: string;
  /** Fields of the user; default: a token. */
  user?: object;
  namespace?: string;
  /** Default: the test cluster's authority. */
  ca?: string | null;
  /** Name of context, cluster and user. */
  name?: string;
}

/** Writes a kubeconfig into a folder of its own. Out: its path. */
export function writeKubeconfig({
  server,
  user = { token: 'test-token' },
  namespace,
  ca = authority.cert,
  name = 'test',
}: Kubeconfig): string {
  const file = join(temporary('kubeconfig'), 'config');
  const data = ca === null ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': name,
      contexts: [{ name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } }],
      clusters: [{ name, cluster: { server, ...data } }],
      users: [{ name, user }],
    }),
  );
  return file;
}
