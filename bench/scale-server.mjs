/**
 * The other side of the scale bench, in a process of its own: an API server with a synthetic cluster (plain HTTP, as `kubectl proxy` gives it) and the registries of its
 * images. It counts requests and tells them at /stats.
 *
 *   node bench/scale-server.mjs PODS     prints {"api": PORT} when it serves
 */
import { createServer } from 'node:http';

const total = Number(process.argv[2] ?? 1000);
const NAMESPACES = 40;
const NODES = Math.max(3, Math.ceil(total / 100));
const IMAGES = 40;
const REGISTRIES = 12;
const FAILING = 0.05;
/** @type {{ api: number, registry: number, byPath: Record<string, number> }} */
const stats = { api: 0, registry: 0, byPath: {} };

/** One server per registry: of four kinds, each broken in its own way. */
const registries = await Promise.all(
  Array.from({ length: REGISTRIES }, (_, kind) =>
    listen((request, response) => {
      stats.registry++;
      const login = request.headers.authorization;
      /** @type {(status: number, body: unknown, headers?: Record<string, string>) => void} */
      const answer = (status, body, headers = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
      };
      const error = (/** @type {string} */ code, /** @type {string} */ message) => ({ errors: [{ code, message }] });
      if (kind % 4 === 1 && login === undefined)
        return answer(401, error('UNAUTHORIZED', 'authentication required'), { 'www-authenticate': 'Basic realm="bench"' });
      if (kind % 4 === 2 && login !== undefined)
        return answer(401, error('UNAUTHORIZED', 'authentication required'), { 'www-authenticate': 'Basic realm="bench"' });
      if (kind % 4 === 2 && request.url?.startsWith('/v2/'))
        return answer(401, error('UNAUTHORIZED', 'authentication required'), { 'www-authenticate': 'Basic realm="bench"' });
      if (kind % 4 === 3 && request.url !== '/v2/') return answer(503, error('UNAVAILABLE', 'down'));
      if (request.url === '/v2/') return answer(200, {});
      if (/\/tags\/list/.test(request.url ?? '')) return answer(200, { name: 'x', tags: ['1.0', '1.1', '2.0'] });
      return answer(404, error('MANIFEST_UNKNOWN', 'manifest unknown'));
    }),
  ),
);

const pad = (/** @type {number} */ size) => 'x'.repeat(Math.max(0, size));
const words = (/** @type {string} */ image, /** @type {number} */ kind) =>
  [
    `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials`,
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to http://${image.split('/')[0]}/v2/x/manifests/1: 401 Unauthorized`,
    `failed to pull and unpack image "${image}": failed to resolve reference "${image}": unexpected status from HEAD request to http://${image.split('/')[0]}/v2/x/manifests/1: 503 Service Unavailable`,
  ][kind % 4];

/** @param {number} index */
function pod(index) {
  const failing = index % Math.round(1 / FAILING) === 0;
  const which = Math.floor(index / Math.round(1 / FAILING)) % IMAGES;
  const kind = which % REGISTRIES;
  const image = failing ? `127.0.0.1:${registries[kind]}/team/app-${which}:9.9` : `registry.example.com/team/app-${index % 200}:1.0`;
  const namespace = `ns-${index % NAMESPACES}`;
  const node = `node-${index % NODES}`;
  const name = `app-${index}`;
  const size = 2000 + ((index * 7919) % 18_000);
  const waiting = {
    waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: ${words(image, kind)}` },
  };
  const body = {
    metadata: {
      name,
      namespace,
      uid: `uid-${index}`,
      resourceVersion: String(index + 1),
      creationTimestamp: '2026-11-20T10:00:00Z',
      labels: { app: `app-${index % 200}`, 'pod-template-hash': '5d5f' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `app-${index % 200}-5d5f`, uid: 'u', controller: true }],
      annotations: { padding: pad(size - 1500) },
    },
    spec: {
      nodeName: node,
      serviceAccountName: 'default',
      ...(kind % 4 === 2 && failing ? { imagePullSecrets: [{ name: 'pull' }] } : {}),
      containers: [
        {
          name: 'main',
          image,
          imagePullPolicy: 'IfNotPresent',
          resources: { requests: { cpu: '100m', memory: '128Mi' } },
          env: [{ name: 'A', value: 'b' }],
        },
      ],
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    },
    status: {
      phase: failing ? 'Pending' : 'Running',
      podIP: '10.0.0.1',
      startTime: '2026-11-20T10:00:00Z',
      conditions: [{ type: 'Ready', status: failing ? 'False' : 'True', lastTransitionTime: '2026-11-20T10:00:00Z' }],
      containerStatuses: [
        {
          name: 'main',
          image: failing ? '' : image,
          imageID: '',
          ready: !failing,
          restartCount: 0,
          state: failing ? waiting : { running: { startedAt: '2026-11-20T10:00:00Z' } },
        },
      ],
    },
  };
  return { json: JSON.stringify(body), failing, namespace, name, image, kind };
}

const pods = Array.from({ length: total }, (_, index) => pod(index));
const event = (/** @type {ReturnType<typeof pod>} */ { namespace, name, image, kind }) => ({
  metadata: { name: `${name}.1`, namespace },
  type: 'Warning',
  reason: 'Failed',
  message: `Failed to pull image "${image}": ${words(image, kind)}`,
  count: 5,
  firstTimestamp: '2026-11-20T10:00:00Z',
  lastTimestamp: '2026-11-20T10:05:00Z',
  involvedObject: { kind: 'Pod', namespace, name, fieldPath: 'spec.containers{main}' },
});
const secretOf = (/** @type {string | undefined} */ namespace) => {
  const auths = Object.fromEntries(
    registries.filter((_, kind) => kind % 4 === 2).map(port => [`127.0.0.1:${port}`, { username: 'bench', password: 'bench-password' }]),
  );
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { name: 'pull', namespace },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
};

const api = await listen((request, response) => {
  const url = new URL(request.url ?? '/', 'http://x');
  if (url.pathname === '/stats') return response.end(JSON.stringify(stats));
  if (url.pathname === '/reset') {
    Object.assign(stats, { api: 0, registry: 0, byPath: {} });
    return response.end('{}');
  }
  stats.api++;
  const shape = url.pathname.replace(/ns-\d+/, 'NS').replace(/(nodes|secrets|serviceaccounts)\/.*/, '$1/NAME');
  stats.byPath[shape] = (stats.byPath[shape] ?? 0) + 1;
  response.setHeader('content-type', 'application/json');
  const send = (/** @type {unknown} */ value) => response.end(typeof value === 'string' ? value : JSON.stringify(value));
  /**
   * @template T
   * @param {readonly T[]} items
   * @param {string} kind
   * @param {(item: T) => string} toJson
   */
  const page = (items, kind, toJson) => {
    const limit = Number(url.searchParams.get('limit') ?? 0) || items.length;
    const start = Number(url.searchParams.get('continue') ?? 0);
    const more = start + limit < items.length ? { continue: String(start + limit), remainingItemCount: items.length - start - limit } : {};
    return `{"kind":"${kind}","apiVersion":"v1","metadata":${JSON.stringify({ resourceVersion: '1000000', ...more })},"items":[${items
      .slice(start, start + limit)
      .map(item => toJson(item))
      .join(',')}]}`;
  };
  const path = url.pathname;
  if (path === '/api/v1/pods') {
    if (/as=Table/.test(request.headers.accept ?? '')) {
      const columns = ['Name', 'Ready', 'Status', 'Restarts', 'Age'].map(name => ({
        name,
        type: 'string',
        format: name === 'Name' ? 'name' : '',
        description: '',
        priority: 0,
      }));
      const limit = Number(url.searchParams.get('limit') ?? 0) || pods.length;
      const start = Number(url.searchParams.get('continue') ?? 0);
      const rows = pods.slice(start, start + limit).map(({ name, namespace, failing }) => ({
        cells: [name, failing ? '0/1' : '1/1', failing ? 'ImagePullBackOff' : 'Running', '0', '4d'],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: { name, namespace } },
      }));
      return send({
        kind: 'Table',
        apiVersion: 'meta.k8s.io/v1',
        metadata: { resourceVersion: '1', ...(start + limit < pods.length ? { continue: String(start + limit) } : {}) },
        columnDefinitions: columns,
        rows,
      });
    }
    // as a server lists them, an item says its kind no more than here
    return send(page(pods, 'PodList', item => item.json));
  }
  const namespace = /^\/api\/v1\/namespaces\/([^/]+)\//.exec(path)?.[1];
  if (/\/events$/.test(path)) {
    const wanted = /involvedObject\.name=([^,]+)/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1];
    return send(
      page(
        pods
          .filter(
            item =>
              item.failing && (namespace === undefined || item.namespace === namespace) && (wanted === undefined || item.name === wanted),
          )
          .map(event),
        'EventList',
        item => JSON.stringify(item),
      ),
    );
  }
  if (/\/nodes\//.test(path))
    return send({
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name: path.split('/').at(-1) },
      status: {
        nodeInfo: {
          architecture: 'amd64',
          operatingSystem: 'linux',
          kubeletVersion: 'v1.33.0',
          containerRuntimeVersion: 'containerd://1.7.24',
        },
      },
    });
  if (/\/serviceaccounts\//.test(path)) return send({ kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default', namespace } });
  if (/\/secrets\//.test(path)) return send(secretOf(namespace));
  if (path === '/api') return send({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  if (path === '/apis') return send({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
  if (path === '/api/v1')
    return send({
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [{ name: 'pods', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get', 'list'], shortNames: ['po'] }],
    });
  response.statusCode = 404;
  return send({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound', message: 'not found' });
});
console.log(JSON.stringify({ api }));

/**
 * Out: the port.
 * @param {import('node:http').RequestListener} handler
 * @returns {Promise<number>}
 */
function listen(handler) {
  return new Promise(resolve => {
    const server = createServer(handler).listen(0, '127.0.0.1', () => {
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port);
    });
  });
}
