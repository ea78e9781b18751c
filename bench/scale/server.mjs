/**
 * The other side of the scale bench, in a process of its own: an API server with a synthetic cluster (plain HTTP, as `kubectl proxy` gives it) and the registries of its
 * images. It answers as a real one does: lists in pages, the table that `kubectl get pods` asks for with the whole metadata of each pod, and long answers compressed for who
 * accepts that. It counts requests and tells them at /stats.
 *
 *   node bench/scale/server.mjs PODS [dead]     prints {"api": PORT, "hosts": […]} when it serves; `dead`: 60 registries of which 20 are slow or dead, and 400 images
 */
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { COLUMNS, podJson, rowJson } from './objects.mjs';
import { ANSWERING, SICK, startRegistries } from './registries.mjs';

const total = Number(process.argv[2] ?? 1000);
const isDead = process.argv[3] === 'dead';
const NAMESPACES = 40;
const NODES = Math.max(3, Math.ceil(total / 100));
const IMAGES = isDead ? 400 : 40;
/** One of so many pods fails. */
const FAILING = 20;
/** Longer answers are compressed. Source: kube-apiserver, endpoints/handlers/responsewriters, defaultGzipThresholdBytes and its level. */
const COMPRESSED_FROM = 128 * 1024;
const LEVEL = 1;

const behaviors = isDead
  ? Array.from({ length: 60 }, (_, at) => (at % 3 === 2 ? SICK[Math.floor(at / 3) % SICK.length] : ANSWERING[at % ANSWERING.length]))
  : Array.from({ length: 12 }, (_, at) => ANSWERING[at % ANSWERING.length]);
const { registries, close } = await startRegistries(/** @type {import('./registries.mjs').Behavior[]} */ (behaviors));
process.on('SIGTERM', () => {
  close();
  process.exit();
});

/** What a node reports of a pull. */
function words(/** @type {string} */ image, /** @type {import('./registries.mjs').Behavior} */ behavior) {
  const failed = `failed to pull and unpack image "${image}": failed to resolve reference "${image}"`;
  const host = image.split('/')[0];
  const unexpected = `${failed}: unexpected status from HEAD request to http://${host}/v2/x/manifests/1`;
  const asked = `${failed}: failed to do request: Head "https://${host}/v2/x/manifests/1"`;
  switch (behavior) {
    case 'missing':
      return `rpc error: code = NotFound desc = ${failed}: ${image}: not found`;
    case 'denied':
      return `${failed}: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`;
    case 'rejected':
      return `${unexpected}: 401 Unauthorized`;
    case 'failing':
      return `${unexpected}: 503 Service Unavailable`;
    case 'refusing':
      return `${asked}: dial tcp ${host}: connect: connection refused`;
    default:
      return `${asked}: dial tcp ${host}: i/o timeout`;
  }
}

/** What a cluster of this size has at an index. */
function subjectOf(/** @type {number} */ index) {
  const failing = index % FAILING === 0;
  const which = Math.floor(index / FAILING) % IMAGES;
  const registry = /** @type {import('./registries.mjs').Registry} */ (registries[which % registries.length]);
  const image = failing ? `${registry.host}/team/app-${which}:9.9` : `registry.example.com/team/app-${index % 200}:1.0`;
  return {
    index,
    name: `app-${index}`,
    namespace: `ns-${index % NAMESPACES}`,
    node: `node-${index % NODES}`,
    image,
    failing,
    secret: failing && registry.behavior === 'rejected' ? 'pull' : null,
    message: failing ? `Back-off pulling image "${image}": ErrImagePull: ${words(image, registry.behavior)}` : '',
    report: failing ? words(image, registry.behavior) : '',
  };
}
/** In the order of an API server: by namespace, then by name. */
const subjects = Array.from({ length: total }, (_, index) => subjectOf(index)).sort((one, other) => {
  const [a, b] = [one, other].map(({ namespace, name }) => `${namespace}/${name}`);
  return /** @type {string} */ (a) < /** @type {string} */ (b) ? -1 : 1;
});
const failing = subjects.filter(subject => subject.failing);

const eventJson = (/** @type {ReturnType<typeof subjectOf>} */ { namespace, name, image, report }) =>
  JSON.stringify({
    metadata: { name: `${name}.1`, namespace },
    type: 'Warning',
    reason: 'Failed',
    message: `Failed to pull image "${image}": ${report}`,
    count: 5,
    firstTimestamp: '2026-11-20T10:00:00Z',
    lastTimestamp: '2026-11-20T10:05:00Z',
    involvedObject: { kind: 'Pod', namespace, name, fieldPath: 'spec.containers{main}' },
  });
const secretOf = (/** @type {string | undefined} */ namespace) => {
  const auths = Object.fromEntries(
    registries
      .filter(({ behavior }) => behavior === 'rejected')
      .map(({ host }) => [host, { username: 'bench', password: 'bench-password' }]),
  );
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name: 'pull', namespace },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
};

/** One page of a list, and what comes after it. */
function pageOf(/** @type {readonly any[]} */ items, /** @type {URLSearchParams} */ query) {
  const limit = Number(query.get('limit') ?? 0) || items.length;
  const start = Number(query.get('continue') ?? 0);
  const left = items.length - start - limit;
  return {
    items: items.slice(start, start + limit),
    metadata: JSON.stringify({
      resourceVersion: '1000000',
      ...(left > 0 ? { continue: String(start + limit), remainingItemCount: left } : {}),
    }),
  };
}

/** @type {(items: readonly any[], query: URLSearchParams, kind: string, toJson: (item: any) => string) => string} */
function listJson(all, query, kind, toJson) {
  const { items, metadata } = pageOf(all, query);
  return `{"kind":"${kind}","apiVersion":"v1","metadata":${metadata},"items":[${items.map(toJson).join(',')}]}\n`;
}

function tableJson(/** @type {URLSearchParams} */ query) {
  const { items, metadata } = pageOf(subjects, query);
  return `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":${metadata},"columnDefinitions":${JSON.stringify(COLUMNS)},"rows":[${items.map(rowJson).join(',')}]}\n`;
}

const NODE_INFO = {
  architecture: 'amd64',
  operatingSystem: 'linux',
  kubeletVersion: 'v1.33.0',
  containerRuntimeVersion: 'containerd://1.7.24',
};
const POD_RESOURCE = {
  name: 'pods',
  singularName: 'pod',
  namespaced: true,
  kind: 'Pod',
  verbs: ['get', 'list', 'watch'],
  shortNames: ['po'],
};

/**
 * The object at a path, as JSON or to be made JSON; undefined where there is none.
 * @param {URL} url
 * @param {string} accept
 * @returns {unknown}
 */
function answer({ pathname: path, searchParams: query }, accept) {
  const namespace = /^\/api\/v1\/namespaces\/([^/]+)\//.exec(path)?.[1];
  const name = path.split('/').at(-1);
  if (path === '/api/v1/pods') return /as=Table/.test(accept) ? tableJson(query) : listJson(subjects, query, 'PodList', podJson);
  if (/\/events$/.test(path)) {
    const selector = query.get('fieldSelector') ?? '';
    const wanted = /involvedObject\.name=([^,]+)/.exec(selector)?.[1];
    const own = /involvedObject\.kind=Pod|^$/.test(selector) ? failing : [];
    const items = own.filter(
      one => (namespace === undefined || one.namespace === namespace) && (wanted === undefined || one.name === wanted),
    );
    return listJson(items, query, 'EventList', eventJson);
  }
  if (/\/nodes\//.test(path)) return { kind: 'Node', apiVersion: 'v1', metadata: { name }, status: { nodeInfo: NODE_INFO } };
  if (/\/serviceaccounts\//.test(path)) return { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default', namespace } };
  if (/\/secrets\//.test(path)) return secretOf(namespace);
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: [] };
  if (path === '/api/v1') return { kind: 'APIResourceList', groupVersion: 'v1', resources: [POD_RESOURCE] };
  return undefined;
}

let asked = 0;
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  if (url.pathname === '/stats') return response.end(JSON.stringify({ api: asked, registries }));
  if (url.pathname === '/reset') {
    asked = 0;
    for (const { counts } of registries) Object.assign(counts, { requests: 0, connections: 0, last: 0 });
    return response.end('{}');
  }
  asked++;
  const found = answer(url, request.headers.accept ?? '');
  response.statusCode = found === undefined ? 404 : 200;
  const value = found ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound', message: 'not found' };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isCompressed = text.length > COMPRESSED_FROM && /gzip/.test(String(request.headers['accept-encoding'] ?? ''));
  response.writeHead(response.statusCode, { 'content-type': 'application/json', ...(isCompressed ? { 'content-encoding': 'gzip' } : {}) });
  return response.end(isCompressed ? gzipSync(text, { level: LEVEL }) : text);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(JSON.stringify({ api: port, hosts: registries.map(({ host }) => host) }));
});
