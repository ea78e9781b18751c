/** A registry that sends back what it was sent and what it issued: in every field that is read, in every form. Nothing of it is shown, in no format. */
import t from 'tap';
import { type ClusterObject, startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { type Run, runAll } from './helpers/process.ts';
import { type Answer, type SeenRequest, startRegistry } from './helpers/registry.ts';
import { dockerconfigjson, eventOf, NODE, named, podOf } from './helpers/shop.ts';

/** What nobody may see. The second has what encodings change and what quotes and brackets of ours are made of. */
const PASSWORDS = { plain: 'hunter2-Canary-77aa', odd: `Kanarie "9'\\ <&>%+/=:@é\u202e ${'x'.repeat(8)}` };
const TOKENS = {
  issued: 'issued0opaque0Canary0token0/+9',
  kube: 'canary-kube-token-77aa',
  cookie: 'session0Canary0cookie0value',
  signature: 'ab54a98ceb1f0ad2canarysignature',
  unused: 'identity-Canary-token-12',
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, code => code.toLowerCase());
const form = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);
const html = (text: string): string =>
  text.replace(/[&<>"']/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[sign] as string);
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const go = (text: string): string => json(text).replaceAll('\u202e', '\\u202e');

/** The forms of a secret in which a server or a node may write it. */
const formsOf = (secret: string): string[] => [
  ...new Set([
    secret,
    base64(secret),
    base64(secret).replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    ...(Object.values(PASSWORDS).includes(secret) ? ['ci', 'robot'] : []).flatMap(user => [
      base64(`${user}:${secret}`),
      Buffer.from(`${user}:${secret}`).toString('base64url'),
      `${user}:${secret}`,
    ]),
    encodeURIComponent(secret),
    lower(encodeURIComponent(secret)),
    form(secret),
    lower(form(secret)),
    json(secret),
    json(json(secret)),
    json(secret).replace(/[<>&]/g, sign => `\\u00${sign.charCodeAt(0).toString(16)}`),
    go(secret),
    html(secret),
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('hex').toUpperCase(),
  ]),
];
const SECRETS = [...Object.values(PASSWORDS), ...Object.values(TOKENS)];
const FORMS = SECRETS.flatMap(formsOf);
/** Parts of the plain forms that must not stay: at a cut only a few characters are left. */
const PARTS = FORMS.flatMap(text => [text, text.slice(0, 12), ...(text.length > 24 ? [text.slice(6, 18)] : [])]);
const leaks = (text: string): string[] => [...new Set(PARTS.filter(part => text.includes(part)))];

const JSON_TYPE = { 'Content-Type': 'application/json' };
const CHALLENGE = (host: string): string => `Bearer realm="http://${host}/token",service="registry",scope="repository:x:pull"`;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const errors = (code: unknown, message: unknown, detail?: unknown): string => JSON.stringify({ errors: [{ code, message, detail }] });
const header = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
const manifest = (more: object): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 3 },
    layers: [],
    ...more,
  });

/** By the name of the repository: what the registry answers to a request that is logged in. In: a secret in one of its forms, the path. */
const ECHOES: Record<string, (secret: string, request: SeenRequest) => Answer | undefined> = {
  message: secret => ({ status: 403, headers: JSON_TYPE, body: errors('DENIED', `you sent ${secret}`) }),
  'message-cut': secret => ({ status: 403, headers: JSON_TYPE, body: errors('DENIED', `you sent ${secret.slice(0, 14)}…`) }),
  'message-long': secret => ({ status: 500, headers: JSON_TYPE, body: errors('UNKNOWN', `${'x'.repeat(286)} ${secret}`) }),
  code: secret => ({ status: 403, headers: JSON_TYPE, body: errors(secret, 'no') }),
  detail: secret => ({ status: 404, headers: JSON_TYPE, body: errors('MANIFEST_UNKNOWN', 'unknown', secret) }),
  'detail-object': secret => ({ status: 403, headers: JSON_TYPE, body: errors('DENIED', 'no', { [secret]: secret }) }),
  plain: secret => ({ status: 500, headers: { 'Content-Type': 'text/plain' }, body: `failed: ${secret}` }),
  page: secret => ({ status: 404, headers: { 'Content-Type': 'text/html' }, body: `<html><title>${secret}</title>${secret}</html>` }),
  json: secret => ({
    status: 400,
    headers: JSON_TYPE,
    body: JSON.stringify({ error: secret, error_description: secret, details: secret, message: secret, code: secret }),
  }),
  'challenge-error': secret => ({
    status: 401,
    headers: {
      ...JSON_TYPE,
      'WWW-Authenticate': `Bearer realm="http://127.0.0.1:1/",error="${header(secret)}",error_description="${header(secret)}"`,
    },
  }),
  'challenge-realm': secret => ({
    status: 401,
    headers: {
      ...JSON_TYPE,
      'WWW-Authenticate': `Bearer realm="https://${header(secret)}/token",service="${header(secret)}",scope="${header(secret)}"`,
    },
  }),
  'content-type': secret => ({ headers: { 'Content-Type': header(secret) }, body: '{}' }),
  'media-type': secret => ({ headers: { 'Content-Type': MANIFEST }, body: manifest({ mediaType: secret }) }),
  'artifact-type': secret => ({
    headers: { 'Content-Type': MANIFEST },
    body: manifest({ artifactType: secret, config: { mediaType: secret, digest: DIGEST, size: 3 } }),
  }),
  digest: secret => ({ headers: { 'Content-Type': MANIFEST, 'Docker-Content-Digest': header(secret) }, body: manifest({}) }),
  'config-digest': secret => ({
    headers: { 'Content-Type': MANIFEST },
    body: manifest({ config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: secret, size: 3 } }),
  }),
  platform: secret => ({
    headers: { 'Content-Type': INDEX },
    body: JSON.stringify({
      schemaVersion: 2,
      mediaType: INDEX,
      manifests: [{ mediaType: MANIFEST, digest: DIGEST, size: 9, platform: { os: secret, architecture: secret, variant: secret } }],
    }),
  }),
  config: (secret, { path }) =>
    path.includes('/blobs/')
      ? { headers: JSON_TYPE, body: JSON.stringify({ os: secret, architecture: secret, variant: secret }) }
      : { headers: { 'Content-Type': MANIFEST }, body: manifest({}) },
  tags: (secret, { path }) =>
    path.endsWith('/tags/list')
      ? { headers: JSON_TYPE, body: JSON.stringify({ name: secret, tags: [secret, `1.4.${header(secret)}`, '1.4.0'] }) }
      : { status: 404, headers: JSON_TYPE, body: errors('MANIFEST_UNKNOWN', 'unknown') },
  'retry-after': secret => ({
    status: 429,
    headers: {
      ...JSON_TYPE,
      'Retry-After': header(secret),
      'RateLimit-Limit': header(secret),
      'RateLimit-Remaining': header(secret),
      'Docker-RateLimit-Source': header(secret),
    },
    body: errors('TOOMANYREQUESTS', 'slow'),
  }),
  'location-host': secret => ({ status: 307, headers: { Location: `https://${encodeURIComponent(secret).replace(/%/g, '')}.invalid/x` } }),
  'location-path': secret => ({ status: 307, headers: { Location: `http://127.0.0.1:9/${encodeURIComponent(secret)}/x` } }),
  'location-raw': secret => ({ status: 307, headers: { Location: `http://127.0.0.1:9/${header(secret)}` } }),
  'location-query': secret => ({
    status: 307,
    headers: {
      Location: `http://127.0.0.1:9/x?ns=${encodeURIComponent(secret)}&X-Amz-Signature=${encodeURIComponent(secret)}#${encodeURIComponent(secret)}`,
    },
  }),
  'location-user': secret => ({ status: 307, headers: { Location: `http://u:${encodeURIComponent(secret)}@127.0.0.1:9/x` } }),
  'location-scheme': secret => ({ status: 307, headers: { Location: `ftp://${header(secret)}` } }),
};

const echoOf = (path: string): string | undefined => /^\/v2\/([a-z-]+)\/\d+\//.exec(path)?.[1];

t.test('what a registry sends back is not shown', async t => {
  // every form goes round: each pod has one of them
  const words = [...FORMS, ...SECRETS.map(secret => secret.slice(0, 20))];
  const registry = await startRegistry({
    answer: request => {
      const cookies = { 'Set-Cookie': `id=${TOKENS.cookie}; Path=/` };
      if (request.path === '/v2/') return { status: 401, headers: { ...cookies, 'WWW-Authenticate': CHALLENGE(request.host) } };
      if (request.path === '/token')
        return { headers: JSON_TYPE, body: JSON.stringify({ token: TOKENS.issued, refresh_token: TOKENS.issued }) };
      if (request.headers.authorization === undefined) return { status: 401, headers: { 'WWW-Authenticate': CHALLENGE(request.host) } };
      if (request.path.startsWith('/signed'))
        return { status: 403, headers: JSON_TYPE, body: errors('DENIED', `bad signature ${TOKENS.signature}`) };
      if (request.path.startsWith('/v2/signed/'))
        return { status: 307, headers: { Location: `/signed?X-Amz-Signature=${TOKENS.signature}&X-Amz-Date=x` } };
      const echo = ECHOES[echoOf(request.path) ?? ''];
      const index = Number(/\/(\d+)\//.exec(request.path)?.[1] ?? 0);
      return echo?.(words[index % words.length] as string, request);
    },
  });
  // a credential that is refused is not sent again
  const names = Object.keys(ECHOES).sort((one, other) => Number(one.startsWith('challenge')) - Number(other.startsWith('challenge')));
  const pods: ClusterObject[] = [];
  const add = (repository: string, number: number): void => {
    const image = `${registry.host}/${repository}/${number}:1.4.2`;
    const name = `${repository}-${number}`;
    const message = `Failed to pull image "${image}": failed to authorize: 401 Unauthorized: {"details":"${words[number % words.length]}"} and ${words[(number + 7) % words.length]}`;
    pods.push(
      podOf(name, 'shop', {
        image,
        secrets: ['plain', 'odd'],
        waiting: { reason: 'ErrImagePull', message: repository === 'message' ? message : 'x' },
      }),
    );
    if (repository === 'message') pods.push(eventOf(name, 'shop', message));
  };
  add('signed', 0);
  for (let index = 0; index < words.length; index++) add('message', index);
  for (const [at, repository] of names.entries())
    for (let index = 0; index < 6; index++) add(repository, (at * 11 + index * 17) % words.length);
  const objects: ClusterObject[] = [
    named('Namespace', 'shop'),
    NODE,
    named('ServiceAccount', 'builder', 'shop'),
    ...new Map(pods.map(pod => [`${pod.kind}/${pod.metadata.name}`, pod])).values(),
    dockerconfigjson('plain', 'shop', { [registry.host]: { username: 'ci', password: PASSWORDS.plain, identitytoken: TOKENS.unused } }),
    dockerconfigjson('odd', 'shop', { [registry.host]: { auth: base64(`robot:${PASSWORDS.odd}`) } }),
  ];
  const cluster = await startCluster({ objects });
  t.teardown(() => Promise.all([registry.close(), cluster.close()]));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop', user: { token: TOKENS.kube } });
  const common = ['--kubeconfig', kubeconfig, '--timeout', '20s'];
  const formats = ['text', 'wide', 'json', 'yaml', 'prometheus', 'name'];
  const lines = [
    ...formats.map(format => ['why', ...common, '-o', format]),
    ['why', ...common, '-o', 'json', '--facts'],
    ['why', ...common, '-o', 'yaml', '--facts'],
    ...['text', 'wide', 'json', 'yaml'].map(format => [
      'test-secret',
      'plain',
      'odd',
      ...common,
      '-o',
      format,
      '--image',
      `${registry.host}/message/3:1`,
    ]),
  ];
  const answers = await runAll(lines);
  for (const [index, args] of lines.entries()) {
    const { stdout, stderr, status } = answers[index] as Run;
    const name = `${args[0]} ${args.slice(args.indexOf('-o')).slice(0, 3).join(' ')}`;
    t.strictSame(leaks(stdout), [], `${name}: standard output`);
    t.strictSame(leaks(stderr), [], `${name}: standard error`);
    t.ok(status !== null && status <= 2 && !/internal error/.test(stderr), `${name}: status ${status}`);
  }
  const parsed = JSON.parse((answers[2] as Run).stdout) as { items: object[] };
  t.ok(parsed.items.length > 100, `${parsed.items.length} items`);
});
