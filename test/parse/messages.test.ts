/** The node's words as structure: real messages of every runtime, the forms in which kubelet hands them on, and what a pod's status and events tell. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import type { ContainerKind } from '../../src/model/facts.ts';
import { type Fault, pullProgress } from '../../src/model/fault.ts';
import type { ContainerStatus, Event, Pod } from '../../src/model/kubernetes.ts';
import { registryHosts } from '../../src/model/reference.ts';
import { readFaults, splitAggregate } from '../../src/parse/messages/reader.ts';
import { type ContainerImage, imagesOf, isOfPod, isPullReason, readNodeReport } from '../../src/parse/pod.ts';
import { parseReference } from '../../src/parse/reference.ts';

const table = <Row>(name: string): Row => JSON.parse(readFileSync(`test/fixtures/words/${name}.json`, 'utf8')) as Row;
const hostsOf = (image: string): string[] => {
  const parsed = parseReference(image);
  return registryHosts(parsed.ok ? parsed.reference : null);
};
/** A fault without what it does not tell, and without the words themselves. */
const told = ({
  message: _,
  seenBy: __,
  speaker: ___,
  statements: ____,
  details: _____,
  understood: ______,
  rows: _______,
  ...fault
}: Fault): object => Object.fromEntries(Object.entries(fault).filter(([, value]) => value !== null));

const IMAGE = 'registry.example.com/team/api:1.4.2';
const read = (message: string, image = IMAGE): object[] => readFaults(message, hostsOf(image)).map(told);
const PULLED = `failed to pull and unpack image "${IMAGE}": failed to resolve image: `;
const HEAD = 'unexpected status from HEAD request to https://registry.example.com/v2/team/api/manifests/1.4.2: ';

t.test('the messages of the runtimes', async t => {
  const rows = table<{ name: string; image: string; message: string; faults: object[] }[]>('runtimes');
  t.ok(rows.length > 200, 'the table is read');
  for (const { name, image, message, faults } of rows) t.strictSame(read(message, image), faults, name);
});

t.test('one error in every form in which kubelet hands it on', async t => {
  const inner = `${PULLED}${HEAD}401 Unauthorized`;
  const host = 'registry.example.com';
  const same = [{ kind: 'status', step: 'resolve', role: 'registry', host, method: 'HEAD', status: 401 }];
  const forms = {
    'event, 1.28 and later': `Failed to pull image "${IMAGE}": ${inner}`,
    'event, up to 1.27': `Failed to pull image "${IMAGE}": rpc error: code = Unknown desc = ${inner}`,
    'status ErrImagePull': inner,
    'status ErrImagePull, up to 1.27': `rpc error: code = Unknown desc = ${inner}`,
    'status ImagePullBackOff, 1.32 and later': `Back-off pulling image "${IMAGE}": ErrImagePull: ${inner}`,
    'the same with a code': `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = ${inner}`,
    'a log line of kubelet': `Error syncing pod, skipping: failed to "StartContainer" for "api" with ErrImagePull: "${inner}`,
    'the sandbox image': `CreatePodSandbox for pod "shop/api-7c9f" failed: failed to get sandbox image "${IMAGE}": ${inner}`,
    'RegistryUnavailable, 1.28 and later': `RegistryUnavailable: image pull failed for ${IMAGE} because the registry is unavailable: ${inner}`,
    'an unknown layer in front': `the new puller of 2030 says: ${inner}`,
  };
  for (const [name, message] of Object.entries(forms)) t.strictSame(read(message), same, name);
});

t.test('what the registry said is found on the same line and after a line end', async t => {
  const said = 'toomanyrequests: You have reached your pull rate limit.';
  const url = 'https://registry.example.com/v2/team/api/manifests/sha256:9b2c';
  const copy = `failed to pull and unpack image "${IMAGE}": failed to copy: httpReadSeeker: failed open: `;
  for (const [name, message] of Object.entries({
    'containerd up to 2.1.2': `${copy}unexpected status code ${url}: 429 Too Many Requests - Server message: ${said}`,
    'containerd from 2.1.3 on': `${copy}unexpected status from GET request to ${url}: 429 Too Many Requests\n${said}`,
    Docker: `Error response from daemon: ${said}`,
    'CRI-O': `initializing source docker://${IMAGE}: reading manifest 1.4.2 in registry.example.com/team/api: ${said}`,
  }))
    t.match(read(message), [{ kind: 'status', status: 429, code: 'TOOMANYREQUESTS', explanation: said }], name);
  t.match(
    read(`${PULLED}${HEAD}403 Forbidden\ndenied: Your authorization token has expired. Reauthenticate and try again.`),
    [{ status: 403, code: 'DENIED', explanation: 'denied: Your authorization token has expired. Reauthenticate and try again.' }],
    'a code and its message',
  );
  t.match(
    read(`reading manifest 1.4.2 in registry.example.com/team/api: StatusCode: 403, "<html>\\r\\n<head><title>Blocked</title></head>"`),
    [{ status: 403, explanation: 'an HTML page titled "Blocked"' }],
    'a web page is named, not quoted',
  );
});

t.test('who failed: the registry, a mirror, the token server, a redirect or a proxy', async t => {
  const request = (url: string): string =>
    `${PULLED}failed to do request: Head "${url}": dial tcp 192.0.2.1:443: connect: connection refused`;
  const of = (kind: string, step: string, role: string, host: string, login?: string) => ({
    kind,
    step,
    role,
    host,
    ...(login ? { login } : {}),
  });
  const rows: [string, string, object][] = [
    [
      'the registry',
      request('https://registry.example.com/v2/team/api/manifests/1.4.2'),
      of('refused', 'resolve', 'registry', 'registry.example.com'),
    ],
    [
      'a mirror',
      request('https://mirror.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com'),
      of('refused', 'resolve', 'mirror', 'mirror.example.net'),
    ],
    [
      'a mirror, its query redacted',
      request('https://mirror.example.net:5000/v2/team/api/manifests/1.4.2?ns=%5BREDACTED%5D'),
      of('refused', 'resolve', 'mirror', 'mirror.example.net:5000'),
    ],
    [
      'a redirect',
      request('https://edge.example.net/v2/team/api/manifests/1.4.2'),
      of('refused', 'resolve', 'redirect', 'edge.example.net'),
    ],
    [
      'the token server, asked by nobody',
      `${PULLED}failed to authorize: failed to fetch anonymous token: Get "https://sso.example.net/token?scope=%5BREDACTED%5D&service=%5BREDACTED%5D": dial tcp: lookup sso.example.net: no such host`,
      of('dns', 'token', 'token', 'sso.example.net', 'none'),
    ],
    [
      'the token server, asked with a login',
      `${PULLED}failed to authorize: failed to fetch oauth token: Post "https://sso.example.net/token": EOF`,
      of('eof', 'token', 'token', 'sso.example.net', 'sent'),
    ],
    [
      'the host of the layers',
      `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://bucket.example.net/blobs/sha256:9b2c?X-Amz-Signature=%5BREDACTED%5D": dial tcp 192.0.2.7:443: i/o timeout`,
      of('timeout', 'layer', 'redirect', 'bucket.example.net'),
    ],
    [
      'a proxy',
      `${PULLED}failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": proxyconnect tcp: dial tcp 192.0.2.9:3128: connect: connection refused`,
      of('proxy', 'resolve', 'proxy', 'registry.example.com'),
    ],
    [
      'a proxy that wants a login',
      `${PULLED}failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": Proxy Authentication Required`,
      of('proxy', 'resolve', 'proxy', 'registry.example.com'),
    ],
    [
      'CRI-O: the registry after its mirrors',
      `(Mirrors also failed: [mirror.example.net/team/api:1.4.2: pinging container registry mirror.example.net: Get "https://mirror.example.net/v2/": EOF]): registry.example.com/team/api:1.4.2: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp 192.0.2.1:443: connect: no route to host`,
      of('unreachable', 'ping', 'registry', 'registry.example.com'),
    ],
  ];
  for (const [name, message, fault] of rows) t.match(read(message), [fault], name);
  t.match(
    read(
      `${PULLED}unexpected status from HEAD request to https://registry-1.docker.io/v2/library/redis/manifests/7.2: 429 Too Many Requests`,
      'redis:7.2',
    ),
    [{ role: 'registry', host: 'registry-1.docker.io' }],
    "Docker Hub's own host is no mirror",
  );
});

t.test('of several tries each is read, and the one that got farthest comes first', async t => {
  const refused = `failed to pull and unpack image "${IMAGE}": failed to resolve image: failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized`;
  const head = `${PULLED}${HEAD}401 Unauthorized`;
  const gone = `rpc error: code = NotFound desc = ${PULLED}${IMAGE}: not found`;
  const crio = `initializing source docker://${IMAGE}: reading manifest 1.4.2 in registry.example.com/team/api: unauthorized: authentication required`;
  const rows: [string, string[], number[]][] = [
    ['[404, 401]', [gone, head], [404, 401]],
    ['[401, 404]', [head, gone], [404, 401]],
    ['[401 of the token server, 401 of the registry]', [refused, head], [401, 401]],
    ['three', [refused, head, gone], [404, 401, 401]],
    ['with a comma inside an error', [`${head}, realm="x", service="y"`, gone], [404, 401]],
    ['CRI-O', [crio, `${crio} (again, with another user)`], [401, 401]],
  ];
  for (const [name, errors, statuses] of rows) {
    const joined = `[${errors.join(', ')}]`;
    t.strictSame(splitAggregate(joined), errors, `${name} is split`);
    for (const [form, message] of [
      ['event', `Failed to pull image "${IMAGE}": ${joined}`],
      ['back-off', `Back-off pulling image "${IMAGE}": ErrImagePull: ${joined}`],
      ['bare', joined],
    ] as const) {
      const faults = readFaults(message, hostsOf(IMAGE));
      t.strictSame(
        faults.map(({ status }) => status),
        statuses,
        `${name}, ${form}`,
      );
      t.strictSame(
        [...faults].sort((a, b) => pullProgress(b) - pullProgress(a)),
        faults,
        `${name}, ${form}: the farthest first`,
      );
    }
  }
  t.strictSame(splitAggregate(head), [head], 'one error stays one');
  t.strictSame(splitAggregate(`[${head}]`), [head], 'brackets around one error go');
  t.strictSame(splitAggregate('dial tcp [::1]:5000: connect: connection refused'), ['dial tcp [::1]:5000: connect: connection refused']);
});

t.test('what "not found" is not', async t => {
  const rows: [string, string, object][] = [
    ['a platform', `rpc error: code = NotFound desc = ${PULLED}no match for platform in manifest: not found`, { kind: 'platform' }],
    [
      'a manifest that is too large',
      `rpc error: code = NotFound desc = ${PULLED}rejecting 9437719 byte manifest for ${IMAGE}: not found`,
      { kind: 'tooLarge' },
    ],
    [
      'a web page',
      'rpc error: code = NotFound desc = get image config descriptor: unexpected media type text/html for sha256:f8cc: not found',
      { kind: 'mediaType' },
    ],
    [
      'a layer that the registry lost',
      'failed to copy: httpReadSeeker: failed open: content at https://registry.example.com/v2/team/api/blobs/sha256:9b2c not found: not found',
      { kind: 'blobMissing' },
    ],
    [
      'content that the node lost',
      `failed to pull and unpack image "${IMAGE}": blob sha256:0b97 expected at /var/lib/containerd/x: blob not found: not found`,
      { kind: 'storage' },
    ],
    ['a snapshotter', 'failed to pull: snapshotter stargz was not found', { kind: 'runtime' }],
    [
      'and a host',
      `${PULLED}failed to do request: Head "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host`,
      { kind: 'dns' },
    ],
  ];
  for (const [name, message, fault] of rows) t.match(read(message), [fault], name);
});

t.test('numbers and words inside a name, a tag or a digest are no answer', async t => {
  for (const image of [
    `registry.example.com/team/api@sha256:${'401403429500'.repeat(6).slice(0, 64)}`,
    'registry.example.com/denied/unauthorized:403',
    'registry.example.com:5000/toomanyrequests/timeout:x509',
    'registry.example.com/team/encrypted-db:1',
    'registry.example.com/team/short-name:unqualified-search',
    'registry.example.com/schema1/no-space-left:EOF',
    'registry:2',
    'denied',
  ])
    t.strictSame(
      read(
        `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`,
        image,
      ),
      [{ kind: 'notFound', step: 'resolve', role: 'registry', status: 404 }],
      image,
    );
});

t.test('errors of systems, resolvers and proxies that seldom meet', async t => {
  const head = `${PULLED}failed to resolve reference "${IMAGE}": failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": `;
  const layer = `failed to pull and unpack image "${IMAGE}": failed to extract layer sha256:9b2c: `;
  const inspect = `Failed to inspect image "${IMAGE}": rpc error: code = Unknown desc = `;
  const rows: [string, string, object][] = [
    ['a resolver that names no server', `${head}dial tcp: lookup registry.example.com: no such host`, { kind: 'dns', role: 'registry' }],
    ['… with the last dot', `${head}dial tcp: lookup registry.example.com.: server misbehaving`, { kind: 'dns', role: 'registry' }],
    [
      '… of another host',
      `${head}dial tcp: lookup cdn.example.net: no such host`,
      { kind: 'dns', role: 'redirect', host: 'cdn.example.net' },
    ],
    ['an error number that nobody lists', `${head}dial tcp 10.0.0.5:443: connect: protocol error`, { kind: 'unreachable' }],
    ['an egress filter', `${head}dial tcp 10.0.0.5:443: connect: operation not permitted`, { kind: 'unreachable' }],
    ['a full table of files', `${head}dial tcp 10.0.0.5:443: socket: too many open files`, { kind: 'storage' }],
    [
      'Windows',
      `${head}read tcp 10.1.0.9:5:10.0.0.5:443: wsarecv: An established connection was aborted by the software`,
      { kind: 'reset' },
    ],
    ['a proxy that refuses the way', `${head}Service Unavailable`, { kind: 'proxy', role: 'proxy' }],
    ['… and forbids it', `${head}Forbidden`, { kind: 'proxy', role: 'proxy' }],
    [
      'a SOCKS proxy',
      `${head}socks connect tcp 127.0.0.1:1080->registry.example.com:443: dial tcp 127.0.0.1:1080: connect: connection refused`,
      { kind: 'proxy' },
    ],
    [
      'an unknown authority',
      `${head}tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      { kind: 'untrusted' },
    ],
    ['a certificate that is refused for something else', `${head}x509: malformed certificate`, { kind: 'x509' }],
    ['… and one whose reason was cut off', `${head}tls: failed to verify certificate: x509: certificate is vali`, { kind: 'x509' }],
    [
      'an OCI manifest that is missing',
      `${PULLED}could not fetch content descriptor sha256:9b2c (application/vnd.oci.image.manifest.v1+json) from remote: not found`,
      { kind: 'blobMissing' },
    ],
    ['the store of the node, in words of its own', `${layer}lchown /etc: operation not supported`, { kind: 'storage', step: 'unpack' }],
    ['a file called like an error', `${layer}open /var/lib/x/encrypted-store/key: input/output error`, { kind: 'storage' }],
    ['… and one like another', `${layer}mkdir /var/lib/x/short-names: read-only file system`, { kind: 'storage' }],
    ['the runtime looks into its store', `${inspect}context deadline exceeded`, { kind: 'runtime', step: 'runtime' }],
    ['… and finds nothing', `${inspect}Error response from daemon: layer does not exist`, { kind: 'runtime' }],
    ['… under a name that is none', `${inspect}invalid reference format`, { kind: 'badReference' }],
    ['the socket of the runtime', 'dial unix /run/containerd/containerd.sock: connect: connection refused', { kind: 'runtime' }],
    [
      "the registry's own disk",
      'Error response from daemon: unknown: write /var/lib/registry/x: no space left on device',
      { kind: 'status' },
    ],
    ['a copy with a count and dots', `${head}dial tcp 10.0.0.5:443: connect: connection refused (x4 over 2m)`, { kind: 'refused' }],
    [
      'a copy with two blanks',
      head.replaceAll(': ', ':  ') + 'dial tcp 10.0.0.5:443: connect: connection refused',
      { kind: 'refused', host: 'registry.example.com' },
    ],
    [
      'a copy that was folded',
      head.replace(' Head ', '\n  Head ') + 'dial tcp 10.0.0.5:443: connect: connection refused',
      { kind: 'refused', host: 'registry.example.com' },
    ],
    [
      'a copy in a narrow column',
      `${head}dial tcp 10.0.0.5:443: connect: connection refused`.replaceAll(' ', '\n'),
      { kind: 'refused', host: 'registry.example.com' },
    ],
    ['a tag called like an error', 'reading manifest encrypted in registry.example.com/team/api: manifest unknown', { kind: 'notFound' }],
    ['a path called like one', 'reading manifest 1 in registry.example.com/manifest/short-name: manifest unknown', { kind: 'notFound' }],
    [
      'a parse error of a runtime, bare',
      `Failed to pull image "${IMAGE}": invalid character 'o' in literal null (expecting 'u')`,
      { kind: 'badManifest' },
    ],
    [
      'a copy with other quotes',
      head.replace(/"(https[^"]*)"/, '“$1”') + 'dial tcp 10.0.0.5:443: connect: connection refused',
      { kind: 'refused', host: 'registry.example.com' },
    ],
  ];
  for (const [name, message, fault] of rows) t.match(read(message), [fault], name);
  const sandbox =
    'failed to get sandbox image "quay.io/k8s/pause:3.9": failed to pull image "quay.io/k8s/pause:3.9": failed to do request: Head "https://quay.io/v2/k8s/pause/manifests/3.9": dial tcp 10.0.0.5:443: i/o timeout';
  t.match(read(sandbox), [{ kind: 'timeout', role: 'registry', host: 'quay.io' }], 'the image of the sandbox has a registry of its own');
});

t.test('an event of the image that stood there before is over', async t => {
  const old = failed('2026-11-20T10:05:00Z', undefined, {
    message: 'Failed to pull image "registry.example.com/old:1": no space left on device',
  });
  const now = event('BackOff', `Back-off pulling image "${IMAGE}"`, '2026-11-20T10:06:00Z');
  t.strictSame(words(container(BACK_OFF), [old, now]).nodeReport.faults, [], 'the events name the image that stands there now');
  t.equal(words(container(BACK_OFF), [old]).nodeReport.faults.length, 1, 'nothing names it: who knows');
});

t.test('no secret stands in the words', async t => {
  const secret = 'canary-3f9a77';
  for (const [name, message] of Object.entries({
    'a signed address': `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://bucket.example.net/blobs/sha256:9b2c?X-Amz-Credential=${secret}&X-Amz-Signature=${secret}": dial tcp: i/o timeout`,
    'a token in a query': `${PULLED}failed to authorize: failed to fetch oauth token: Get "https://sso.example.net/token?token=${secret}&service=x": EOF`,
    'user info in an address': `${PULLED}failed to do request: Head "https://ci:${secret}@registry.example.com/v2/": EOF`,
    'an echoed header': `${PULLED}${HEAD}401 Unauthorized\nunauthorized: bad header Authorization: Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`,
    'a body of JSON': `${PULLED}${HEAD}403 Forbidden\n{"username":"ci","password":"${secret}"}`,
    'inside an aggregate': `[${PULLED}Get "https://x.example.net/?sig=${secret}": EOF, ${PULLED}Get "https://y.example.net/?sig=${secret}": EOF]`,
  })) {
    const shown = JSON.stringify(readFaults(`Failed to pull image "${IMAGE}": ${message}`, hostsOf(IMAGE)));
    t.notOk(shown.includes(secret) || shown.includes(Buffer.from(`ci:${secret}`).toString('base64')), name);
    t.match(shown, /REDACTED/, `${name}: something is told to be left out`);
  }
  t.match(
    read(`${PULLED}Get "https://m.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com": EOF`),
    [{ role: 'mirror' }],
    'ns= is read all the same',
  );
});

// ---- status and events

interface Capture {
  pods: Pod[];
  'events.v1': Event[];
  'events.k8s.io.v1': Event[];
}

t.test('what real kubelets said of the same pods', async t => {
  /** pod: reason, where the words stand, what they say, tries, the next try, secrets that were not read */
  const expected: Record<string, Record<string, [string | null, string | null, string, number | null, string | null, string[]]>> = {
    '1.20': {
      'auth-good': [null, null, '', null, null, []],
      'auth-none': ['ImagePullBackOff', 'event', 'status 401 127.0.0.1:15001', 3, '2026-11-22T12:59:13Z', []],
      'auth-secret-missing': ['ImagePullBackOff', 'event', 'status 401 127.0.0.1:15001', 3, '2026-11-22T12:59:06Z', []],
      'bad-name': ['InvalidImageName', 'status', 'badReference', null, null, []],
      'http-https': ['ImagePullBackOff', 'event', 'plainHttp 127.0.0.1:15000', 3, '2026-11-22T12:59:12Z', []],
      'init-missing setup': ['ImagePullBackOff', 'event', 'notFound 404', 3, '2026-11-22T12:59:11Z', []],
      'init-missing main': ['PodInitializing', null, '', null, null, []],
      'missing-digest': ['ErrImagePull', 'status', 'notFound 404', 3, '2026-11-22T12:59:13Z', []],
      never: ['ErrImageNeverPull', 'status', 'never', null, null, []],
      'no-such-host': ['ImagePullBackOff', 'event', 'dns registry.invalid', 3, '2026-11-22T12:59:10Z', []],
      'wrong-arch': ['ImagePullBackOff', 'event', 'platform', 3, '2026-11-22T12:59:12Z', []],
    },
    '1.36': {
      'auth-good': [null, null, '', null, null, []],
      'auth-none': ['ImagePullBackOff', 'status', 'noBasicAuth', 4, '2026-11-22T13:02:19Z', []],
      'auth-secret-missing': ['ImagePullBackOff', 'status', 'noBasicAuth', 4, '2026-11-22T13:02:18Z', ['no-such-secret']],
      'bad-name': ['InvalidImageName', 'status', 'badReference', null, null, []],
      'http-https': ['ImagePullBackOff', 'status', 'plainHttp 127.0.0.1:15000', 4, '2026-11-22T13:02:12Z', []],
      'init-missing setup': ['ImagePullBackOff', 'status', 'notFound 404', 4, '2026-11-22T13:02:15Z', []],
      'init-missing main': ['PodInitializing', null, '', null, null, []],
      'missing-digest': ['ImagePullBackOff', 'status', 'notFound 404', 4, '2026-11-22T13:02:15Z', []],
      never: ['ErrImageNeverPull', 'status', 'never', null, null, []],
      'no-such-host': ['ErrImagePull', 'status', 'dns registry.invalid', 4, '2026-11-22T13:02:08Z', []],
      'wrong-arch': ['ImagePullBackOff', 'status', 'platform', 3, '2026-11-22T13:00:51Z', []],
    },
  };
  for (const [version, pods] of Object.entries(expected)) {
    const capture = table<Capture>(`kubelet-${version}`);
    for (const api of ['events.v1', 'events.k8s.io.v1'] as const) {
      const seen = Object.fromEntries(
        capture.pods.flatMap(pod => {
          const events = capture[api].filter(event => isOfPod(event, pod));
          const images = imagesOf(pod);
          return images.map(image => {
            const parsed = parseReference(image.image);
            const { nodeReport, state } = readNodeReport(image, events, parsed.ok ? parsed.reference : null, pod, images.length === 1);
            const said = nodeReport.faults
              .map(({ kind, status, host }) => [kind, status, host].filter(part => part !== null).join(' '))
              .join('; ');
            const name = images.length === 1 ? pod.metadata.name : `${pod.metadata.name} ${image.name}`;
            return [name, [state.reason, nodeReport.source, said, state.attempts, state.nextRetry, nodeReport.unreadableSecrets]];
          });
        }),
      );
      t.strictSame(seen, pods, `Kubernetes ${version}, ${api}`);
    }
  }
});

const POD: Pod = {
  metadata: { name: 'api-7c9f', namespace: 'shop', uid: 'u1', creationTimestamp: '2026-11-20T09:59:50Z' },
  spec: { containers: [{ name: 'api', image: IMAGE }] },
};
const container = (waiting?: { reason?: string; message?: string }, more: Partial<ContainerImage> = {}): ContainerImage => ({
  name: 'api',
  kind: 'container',
  image: IMAGE,
  pullPolicy: 'Always',
  status: waiting === undefined ? null : { name: 'api', state: { waiting } },
  ...more,
});
let made = 0;
const event = (reason: string, message: string, lastTimestamp: string, more: Partial<Event> = {}): Event => ({
  metadata: { name: `api-7c9f.${made++}` },
  reason,
  message,
  lastTimestamp,
  firstTimestamp: lastTimestamp,
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1', fieldPath: 'spec.containers{api}' },
  ...more,
});
const failed = (at: string, error = `${PULLED}${IMAGE}: not found`, more: Partial<Event> = {}): Event =>
  event('Failed', `Failed to pull image "${IMAGE}": ${error}`, at, more);
const BACK_OFF = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${IMAGE}"` };
const reference = (image: string) => {
  const parsed = parseReference(image);
  return parsed.ok ? parsed.reference : null;
};
const words = (image: ContainerImage, events: Event[], alone = true) => readNodeReport(image, events, reference(image.image), POD, alone);

t.test('the number of tries and the next one are estimated from the events', async t => {
  const last = '2026-11-20T10:10:00Z';
  const rows: [number, string][] = [
    [1, '2026-11-20T10:10:10Z'],
    [2, '2026-11-20T10:10:20Z'],
    [3, '2026-11-20T10:10:40Z'],
    [5, '2026-11-20T10:12:40Z'],
    [6, '2026-11-20T10:15:00Z'],
    [40, '2026-11-20T10:15:00Z'],
  ];
  for (const [count, nextRetry] of rows) {
    const state = { attempts: count, nextRetry, since: '2026-11-20T10:00:00Z' };
    t.match(
      words(container(BACK_OFF), [failed(last, undefined, { count, firstTimestamp: '2026-11-20T10:00:00Z' })]).state,
      state,
      `${count} tries, counted by one event`,
    );
    const series = {
      message: undefined as never,
      note: `Failed to pull image "${IMAGE}": ${PULLED}${IMAGE}: not found`,
      lastTimestamp: null,
      firstTimestamp: null,
      eventTime: '2026-11-20T10:00:00Z',
      ...(count > 1 ? { series: { count, lastObservedTime: last } } : { eventTime: last }),
    };
    t.match(
      words(container(BACK_OFF), [failed(last, undefined, series)]).state,
      { attempts: count, nextRetry },
      `${count} tries, in a series`,
    );
  }
  t.match(
    words(container(BACK_OFF), [failed('2026-11-20T10:00:00Z', 'one error', { count: 2 }), failed(last, 'another error', { count: 1 })])
      .state,
    { attempts: 3, nextRetry: '2026-11-20T10:10:40Z' },
    'two events with different errors are added',
  );
  t.match(
    words(container(BACK_OFF), []).state,
    { attempts: null, nextRetry: null, since: '2026-11-20T09:59:50Z' },
    'without events nothing is estimated',
  );
  t.match(
    words(container({ reason: 'InvalidImageName', message: 'x' }), [event('InspectFailed', 'x', last)]).state,
    { nextRetry: null },
    'an invalid name is not tried again',
  );
});

t.test('the status is the present and goes before an event, and the event before a back-off without a cause', async t => {
  const dns = `${PULLED}failed to do request: Head "https://registry.example.com/v2/": dial tcp: lookup registry.example.com: no such host`;
  const at = '2026-11-20T10:10:00Z';
  const rows: [string, ContainerImage, Event[], object][] = [
    [
      'a status with a cause',
      container({ reason: 'ErrImagePull', message: dns }),
      [failed(at)],
      { source: 'status', at: null, faults: [{ kind: 'dns' }] },
    ],
    [
      'a back-off with a cause',
      container({ ...BACK_OFF, message: `${BACK_OFF.message}: ErrImagePull: ${dns}` }),
      [failed(at)],
      { source: 'status', faults: [{ kind: 'dns' }] },
    ],
    ['a back-off without one', container(BACK_OFF), [failed(at)], { source: 'event', at, faults: [{ kind: 'notFound' }] }],
    [
      'a status that only repeats its reason',
      container({ reason: 'ErrImagePull', message: 'ErrImagePull' }),
      [failed(at)],
      { source: 'event', faults: [{ kind: 'notFound' }] },
    ],
    [
      'the last of several events',
      container(BACK_OFF),
      [failed(at, dns), failed('2026-11-20T10:00:00Z')],
      { at, faults: [{ kind: 'dns' }] },
    ],
    ['neither', container(BACK_OFF), [], { source: null, at: null, faults: [] }],
    ['a container that runs', container(), [failed(at)], { source: null, faults: [] }],
    [
      "kubelet's own limit does not hide the last real try",
      container({ reason: 'ErrImagePull', message: 'pull QPS exceeded' }),
      [failed('2026-11-20T10:00:00Z', dns), failed(at, 'pull QPS exceeded')],
      { source: 'event', faults: [{ kind: 'dns' }] },
    ],
    [
      "kubelet's own limit alone",
      container({ reason: 'ErrImagePull', message: 'pull QPS exceeded' }),
      [],
      { faults: [{ kind: 'throttled' }] },
    ],
    [
      'a registry that CRI-O calls unavailable',
      container({
        reason: 'RegistryUnavailable',
        message: `image pull failed for ${IMAGE} because the registry is unavailable: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp 192.0.2.1:443: connect: connection refused`,
      }),
      [],
      { source: 'status', faults: [{ kind: 'refused', step: 'ping' }] },
    ],
    [
      'a signature that CRI-O refuses',
      container({
        reason: 'SignatureValidationFailed',
        message: `image pull failed for ${IMAGE} because the signature validation failed: Source image rejected: A signature was required, but no signature exists`,
      }),
      [],
      { faults: [{ kind: 'signature' }] },
    ],
    [
      'an image that cannot be inspected',
      container({
        reason: 'ImageInspectError',
        message:
          'Failed to inspect image "": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"',
      }),
      [],
      { faults: [{ kind: 'runtime' }] },
    ],
  ];
  for (const [name, image, events, expected] of rows) t.match(words(image, events).nodeReport, expected, name);
});

t.test('a secret that does not parse, as kubelet told it before 1.33 and since', async t => {
  for (const error of [
    'illegal base64 data at input byte 4',
    'unable to parse auth field, must be formatted as base64(username:password)',
    'unexpected end of JSON input',
    "invalid character 'ï' looking for beginning of value",
    'json: cannot unmarshal number into Go struct field dockerConfigEntryWithAuth.auth of type string',
  ]) {
    const event133 = event('Failed', `Error: ${error}`, '2026-11-20T10:10:00Z');
    t.ok(isPullReason(error), `the error itself is a reason: ${error}`);
    t.match(
      words(container({ reason: error, message: error }), [event133]).nodeReport.faults,
      [{ kind: 'secretParse', step: 'secret' }],
      `since 1.33: ${error}`,
    );
    t.match(
      words(container({ reason: 'ErrImagePull', message: error }), []).nodeReport.faults,
      [{ kind: 'secretParse' }],
      `before 1.33: ${error}`,
    );
  }
  t.match(
    words(
      container({
        reason: 'ErrImagePull',
        message: `rpc error: code = Unknown desc = unmarshal image config: invalid character 'o' in literal null (expecting 'u')`,
      }),
      [],
    ).nodeReport.faults,
    [{ kind: 'badManifest' }],
    "a runtime's own parse error is not the secret's",
  );
});

t.test('each image of a pod has its own words', async t => {
  const path = (fieldPath: string) => ({
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1', ...(fieldPath === '' ? {} : { fieldPath }) },
  });
  const rows: [string, ContainerKind, string, boolean, number][] = [
    ['its own container', 'container', 'spec.containers{api}', false, 1],
    ['another container', 'container', 'spec.containers{sidecar}', false, 0],
    ['an init container of the same name', 'container', 'spec.initContainers{api}', false, 0],
    ['an init container', 'initContainer', 'spec.initContainers{api}', false, 1],
    ['an ephemeral container', 'ephemeralContainer', 'spec.ephemeralContainers{api}', false, 1],
    ['an event without a container, which names the image', 'container', '', false, 1],
    ['an event without a container, in a pod of one image', 'container', '', true, 1],
    ['an image volume', 'imageVolume', '', false, 1],
    ['an image volume, and the event of a container', 'imageVolume', 'spec.containers{api}', false, 0],
  ];
  for (const [name, kind, fieldPath, alone, count] of rows) {
    const image = container(kind === 'imageVolume' ? undefined : BACK_OFF, { kind });
    t.equal(words(image, [failed('2026-11-20T10:10:00Z', undefined, path(fieldPath))], alone).nodeReport.faults.length, count, name);
  }
  const other = failed('2026-11-20T10:10:00Z', undefined, {
    ...path(''),
    message: 'Failed to pull image "registry.example.com/other:1": x: not found',
  });
  t.equal(
    words(container(undefined, { kind: 'imageVolume' }), [other], false).nodeReport.faults.length,
    0,
    'an image volume, and the event of another image',
  );
});

t.test('the images of a pod, in the order of their start', async t => {
  const status = (name: string): ContainerStatus => ({ name, state: { waiting: BACK_OFF } });
  const pod: Pod = {
    metadata: { name: 'p' },
    spec: {
      volumes: [{ name: 'models', image: { reference: 'registry.example.com/models:7', pullPolicy: 'Always' } }, { name: 'tmp' }],
      initContainers: [{ name: 'setup', image: 'setup:1' }],
      containers: [{ name: 'main', image: 'main:1', imagePullPolicy: 'Never' }, { name: 'empty' }],
      ephemeralContainers: [{ name: 'debugger', image: 'debug:1' }],
    },
    status: {
      initContainerStatuses: [status('setup')],
      containerStatuses: [status('main')],
      ephemeralContainerStatuses: [status('debugger')],
    },
  };
  t.strictSame(
    imagesOf(pod).map(({ name, kind, image, pullPolicy }) => [kind, name, image, pullPolicy]),
    [
      ['imageVolume', 'models', 'registry.example.com/models:7', 'Always'],
      ['initContainer', 'setup', 'setup:1', null],
      ['container', 'main', 'main:1', 'Never'],
      ['container', 'empty', '', null],
      ['ephemeralContainer', 'debugger', 'debug:1', null],
    ],
  );
  t.strictSame(imagesOf({ metadata: { name: 'p' } }), [], 'a pod without a spec');
});

t.test('a pull that goes on, and one that succeeded', async t => {
  const pulling = (at: string) => event('Pulling', `Pulling image "${IMAGE}"`, at);
  const pulled = (at: string) => event('Pulled', `Successfully pulled image "${IMAGE}" in 3.2s (3.2s including waiting)`, at);
  const [first, second, third] = ['2026-11-20T10:00:00Z', '2026-11-20T10:05:00Z', '2026-11-20T10:09:00Z'] as const;
  const rows: [string, Event[], object][] = [
    ['the first pull goes on', [pulling(first)], { pullingSince: first, pulledAfter: false }],
    ['it failed', [pulling(first), failed(second)], { pullingSince: null, pulledAfter: false }],
    ['it failed and goes on again', [pulling(first), failed(second), pulling(third)], { pullingSince: third, pulledAfter: false }],
    ['it failed and then succeeded', [failed(first), pulling(second), pulled(third)], { pullingSince: null, pulledAfter: true }],
    ['it succeeded and the next one failed', [pulled(first), pulling(second), failed(third)], { pullingSince: null, pulledAfter: false }],
    [
      'the image was there',
      [event('Pulled', `Container image "${IMAGE}" already present on machine`, first)],
      { pullingSince: null, pulledAfter: true },
    ],
  ];
  for (const [name, events, expected] of rows)
    t.match(words(container({ reason: 'ContainerCreating' }), events).nodeReport, expected, name);
  const states: [string, ContainerStatus | null, string | null][] = [
    ['kubelet has not reported the container yet', null, first],
    ['a status without a state', { name: 'api' }, first],
    ['it waits in back-off of its start', { name: 'api', state: { waiting: { reason: 'CrashLoopBackOff' } } }, first],
    ['it runs, and the event of its success is on the way', { name: 'api', state: { running: { startedAt: second } } }, null],
    ['it ran', { name: 'api', state: { terminated: { reason: 'Completed', finishedAt: second } } }, null],
  ];
  for (const [name, status, expected] of states) {
    t.equal(words({ ...container(), status }, [pulling(first)]).nodeReport.pullingSince, expected, name);
  }
});

t.test('secrets that kubelet could not read are noted, whatever else happened', async t => {
  const note = (text: string) => [
    event('FailedToRetrieveImagePullSecret', text, '2026-11-20T10:00:00Z', { involvedObject: { kind: 'Pod', name: 'api-7c9f' } }),
  ];
  const of = (text: string) => words(container(BACK_OFF), note(text)).nodeReport.unreadableSecrets;
  t.strictSame(of('Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.'), ['regcred']);
  t.strictSame(of('Unable to retrieve some image pull secrets (a, b-2, c.d); attempting to pull the image may not succeed.'), [
    'a',
    'b-2',
    'c.d',
  ]);
  t.strictSame(of('something else'), []);
});

t.test('reasons that are about the image', async t => {
  for (const reason of [
    'ErrImagePull',
    'ImagePullBackOff',
    'ErrImageNeverPull',
    'InvalidImageName',
    'ImageInspectError',
    'RegistryUnavailable',
    'SignatureValidationFailed',
    'ImageVolumeMountFailed',
    'illegal base64 data at input byte 4',
  ])
    t.ok(isPullReason(reason), reason);
  for (const reason of [
    undefined,
    '',
    'ContainerCreating',
    'PodInitializing',
    'CrashLoopBackOff',
    'CreateContainerConfigError',
    'CreateContainerError',
    'RunContainerError',
  ])
    t.notOk(isPullReason(reason), String(reason));
});

t.test('events of an earlier pod of the same name, or of another object, are not its own', async t => {
  const rows: [string, Event['involvedObject'], boolean][] = [
    ['its own', { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u1' }, true],
    ['without a uid', { kind: 'Pod', namespace: 'shop', name: 'api-7c9f' }, true],
    ['an earlier pod', { kind: 'Pod', namespace: 'shop', name: 'api-7c9f', uid: 'u0' }, false],
    ['another namespace', { kind: 'Pod', namespace: 'build', name: 'api-7c9f', uid: 'u1' }, false],
    ['another pod', { kind: 'Pod', namespace: 'shop', name: 'api-7c9g', uid: 'u1' }, false],
    ['another kind', { kind: 'ReplicaSet', namespace: 'shop', name: 'api-7c9f' }, false],
  ];
  for (const [name, object, expected] of rows) {
    t.equal(isOfPod({ metadata: { name: 'e' }, involvedObject: object as never }, POD), expected, `core/v1: ${name}`);
    t.equal(isOfPod({ metadata: { name: 'e' }, regarding: object as never }, POD), expected, `events.k8s.io/v1: ${name}`);
  }
});
