/** What messages say: real ones of every runtime, and what is easily taken for something else. */
import t from 'tap';
import { type Fault, pullProgress } from '../../../src/model/fault.ts';
import { readFaults, splitAggregate } from '../../../src/parse/messages/reader.ts';
import { withStatements } from '../../../src/parse/messages/registry-errors.ts';
import { HEAD, hostsOf, IMAGE, PULLED, read, referenceOf, table } from '../../helpers/messages.ts';

const isEmpty = (value: unknown): boolean => value === null || (typeof value === 'object' && Object.keys(value as object).length === 0);

/** A fault without what it does not tell, and without the message itself and the rows that read it. */
const told = ({ message: _, seenBy: __, rows: ___, understood, ...fault }: Fault): object => ({
  ...Object.fromEntries(Object.entries(fault).filter(([, value]) => !isEmpty(value))),
  ...(understood ? {} : { understood }),
});

t.test('the messages of the runtimes', async t => {
  const rows = table<{ name: string; image: string; message: string; faults: object[] }[]>('runtimes');
  t.ok(rows.length > 200, 'the table is read');
  for (const { name, image, message, faults } of rows) {
    const read = readFaults(message, hostsOf(image));
    t.strictSame(
      read.map(fault => told(withStatements(fault, referenceOf(image)))),
      faults,
      `${name} (read by ${read.map(fault => fault.rows.join(', ') || 'no row').join('; ')})`,
    );
  }
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
    ['a full table of files', `${head}dial tcp 10.0.0.5:443: socket: too many open files`, { kind: 'runtime' }],
    ['a copy that was cut in the first word', `${head}dia`, { kind: 'unknown' }],
    ['a copy that was cut before it', `${head}c`, { kind: 'unknown' }],
    ['a copy that was cut in a certificate error', `${head}tls: failed to verify certificate: x50`, { kind: 'x509' }],
    ['a word of a proxy', `${head}filtered`, { kind: 'proxy' }],
    [
      'a copy that was cut, whose class tells',
      `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "registry.exa`,
      { kind: 'notFound' },
    ],
    [
      'a connection without a host while a layer is prepared',
      `failed to pull and unpack image "${IMAGE}": failed to prepare extraction snapshot "extract-1 sha256:9b2c": daemon: connection refused: unknown`,
      { kind: 'refused', step: 'unpack', host: null },
    ],
    ['a request that HTTP/2 ended', `${head}http2: client connection lost`, { kind: 'reset' }],
    [
      'a part that a mirror lacks',
      `failed to pull and unpack image "${IMAGE}": failed to copy: httpReadSeeker: failed open: content at https://mirror.example.net/v2/team/api/manifests/sha256:9b2c?ns=registry.example.com not found: not found`,
      { kind: 'blobMissing', role: 'mirror', host: 'mirror.example.net' },
    ],
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

t.test('the layer that names whose error it is decides, whatever stands inside', async t => {
  const rows: [string, string, object][] = [
    [
      "a token server's base64",
      `${PULLED}failed to authorize: failed to fetch oauth token: unable to decode token response: illegal base64 data at input byte 4`,
      { kind: 'badToken', step: 'token', role: 'token' },
    ],
    [
      "a token server's JSON",
      'initializing source docker://x: decoding bearer token (last URL "https://sso.example.net/token", body start "{"): unexpected end of JSON input',
      { kind: 'badToken', role: 'token' },
    ],
    [
      "a token server's certificate",
      `${PULLED}failed to authorize: failed to fetch anonymous token: Get "https://sso.example.net/token?scope=x": x509: certificate signed by unknown authority`,
      { kind: 'untrusted', role: 'token', host: 'sso.example.net' },
    ],
    [
      "a token server's 404",
      `${PULLED}failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://sso.example.net/token: 404 Not Found`,
      { kind: 'status', status: 404, role: 'token' },
    ],
    [
      "a proxy's name",
      `${PULLED}failed to do request: Head "https://registry.example.com/v2/": proxyconnect tcp: dial tcp: lookup proxy.example.net: no such host`,
      { kind: 'proxy', role: 'proxy' },
    ],
    [
      "a proxy's certificate",
      `${PULLED}failed to do request: Head "https://registry.example.com/v2/": proxyconnect tcp: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      { kind: 'proxy', role: 'proxy' },
    ],
    [
      "a policy's file",
      'Source image rejected: open /etc/pki/containers/cosign.pub: no such file or directory',
      { kind: 'signature', step: 'verify' },
    ],
    [
      'a store of signatures',
      'Source image rejected: Get "https://signatures.example.net/team/api/signature-1": dial tcp: lookup signatures.example.net: no such host',
      { kind: 'signature', step: 'verify', details: { signature: 'notFound' } },
    ],
    [
      '… that fails',
      'Source image rejected: reading signature from https://signatures.example.net/s-1: received unexpected HTTP status: 500 Internal Server Error',
      { kind: 'signature', step: 'verify', details: { signature: 'notFound' } },
    ],
    [
      'the JSON of a signature',
      "Source image rejected: invalid character '<' looking for beginning of value",
      { kind: 'signature', details: { signature: 'invalid' } },
    ],
    [
      "the node's own logins",
      `initializing source docker://${IMAGE}: getting username and password: illegal base64 data at input byte 8`,
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      "the node's list of registries",
      'loading registries configuration "/etc/containers/registries.conf": open /etc/containers/registries.conf: no such file or directory',
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      "a mirror's key in a file",
      `${PULLED}unable to read client key "/etc/containerd/certs.d/x/client.key": open /etc/containerd/certs.d/x/client.key: permission denied`,
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      'a program of the node',
      `${PULLED}failed to extract layer sha256:9b2c: failed to get stream processor for application/vnd.oci.image.layer.v1.tar+zstd: fork/exec /usr/bin/zstd: no such file or directory: unknown`,
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      "a token server's JSON, which Docker prints behind the request for the manifest",
      `Error response from daemon: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": invalid character '<' looking for beginning of value`,
      { kind: 'badToken', role: 'token' },
    ],
    [
      'a HEAD request that failed on the way, which no token server did',
      'Error response from daemon: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": stream error: stream ID 1; INTERNAL_ERROR; received from peer',
      { kind: 'reset', role: 'registry' },
    ],
    [
      "the runtime's socket",
      'error reading from server: read unix @->/run/containerd/containerd.sock: read: connection reset by peer',
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      'a policy that does not parse',
      'invalid policy in "/etc/crio/policies/x.json": unexpected end of JSON input',
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      "a mirror's authority in a file",
      `${PULLED}unable to read CA cert "/etc/containerd/certs.d/x/ca.pem": open /etc/containerd/certs.d/x/ca.pem: no such file or directory`,
      { kind: 'runtime', step: 'runtime' },
    ],
    [
      "the registry's own text",
      'Error response from daemon: error from registry: dial tcp: lookup upstream.example.net: no such host',
      { kind: 'status', role: 'registry', explanation: 'dial tcp: lookup upstream.example.net: no such host' },
    ],
    [
      'a page',
      `${PULLED}${HEAD}403 Forbidden\n<html><title>Blocked</title>x509: certificate has expired</html>`,
      { kind: 'status', status: 403, explanation: 'an HTML page titled "Blocked"' },
    ],
    [
      'a plugin of credentials',
      'error execing credential provider plugin ecr for image registry.example.com/team/api: fork/exec /opt/bin/ecr: permission denied',
      { kind: 'runtime', step: 'runtime' },
    ],
  ];
  for (const [name, message, fault] of rows) t.match(readFaults(message, hostsOf(IMAGE)), [fault], name);
});

t.test('a request that was sent and not answered', async t => {
  const head = `${PULLED}failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": `;
  const silent = (error: string): boolean | undefined => readFaults(`${head}${error}`, hostsOf(IMAGE))[0]?.details.silent;
  for (const error of [
    'net/http: timeout awaiting response headers',
    'http2: timeout awaiting response headers',
    'read tcp 10.0.0.9:41822->10.0.0.5:443: i/o timeout',
    'read tcp 10.0.0.9:41822->10.0.0.5:443: read: connection timed out',
    'net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    'context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'context deadline exceeded',
  ])
    t.equal(silent(error), true, error);
  for (const error of [
    'dial tcp 10.0.0.5:443: i/o timeout',
    'read tcp 10.0.0.9:41822->10.0.0.5:443: read: connection reset by peer',
    'dial tcp 10.0.0.5:443: context deadline exceeded',
    'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'EOF',
  ])
    t.equal(silent(error), undefined, error);
});

t.test('what a proxy writes into its answer to CONNECT is all that a runtime hands on', async t => {
  const asRead = (message: string): Fault[] => readFaults(message, hostsOf(IMAGE));
  const head = `${PULLED}failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2": `;
  const ping = `initializing source docker://${IMAGE}: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": `;
  const docker = 'Error response from daemon: Get "https://registry.example.com/v2/": ';
  for (const before of [head, ping, docker]) {
    for (const phrase of ['Proxy Authentication Required', 'Too Many Requests', 'Bad Gateway'])
      t.match(asRead(`${before}${phrase}`), [{ kind: 'proxy', role: 'proxy', details: { phrase } }], phrase);
    for (const phrase of ['URL blocked (rule 17)', 'I/O error', 'authenticationrequired'])
      t.match(asRead(`${before}${phrase}`), [{ kind: 'proxy', role: 'proxy', details: { phrase, ownPhrase: true } }], phrase);
    t.match(asRead(`${before}unknown status code`), [{ kind: 'proxy', role: 'proxy' }], 'no phrase at all');
  }
  for (const [error, kind] of [
    ['EOF', 'eof'],
    ['stopped after 10 redirects', 'redirects'],
    ['http: server gave HTTP response to HTTPS client', 'plainHttp'],
    ['the flux capacitor is empty', 'unknown'],
  ] as const)
    t.match(asRead(`${head}${error}`), [{ kind }], `no proxy: ${error}`);
});
