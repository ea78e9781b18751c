/**
 * Hostile registries: the built plugin as a process, a registry that wants what is not its own (credentials, requests into the reader's network), and servers
 * that note what they are asked.
 */
import t, { type Test } from 'tap';
import { APP, failingPod, html, type Item, json, type KubernetesObject, Lab, loginsIn, pullSecret, surroundings } from '../helpers/lab.ts';
import { run } from '../helpers/process.ts';
import { startProxy } from '../helpers/proxy.ts';
import {
  type Answer,
  freePort,
  makeCertificate,
  type RegistryOptions,
  type SeenRequest,
  startRegistry,
  type TestRegistry,
} from '../helpers/registry.ts';

const PASSWORD = 'c4nary-right-Zq81';
const INNER = 'c4nary-inner-document';
const authority = makeCertificate({ isCa: true });
const certificate = makeCertificate({ ca: authority, names: ['registry.acme.example'], ips: ['127.0.0.1'] });

async function ask(objects: KubernetesObject[], flags: string[] = [], env: Record<string, string> = {}) {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...objects, ...surroundings()] });
  const { stdout, stderr, ms } = await run(['why', '-f', '-', '-o', 'json', '--timeout', '8s', ...flags], { input, env });
  const { items } = JSON.parse(stdout) as {
    items: (Omit<Item, 'checks'> & { checks: { name: string; status: string; code: string | null }[] })[];
  };
  return { items, item: items[0] as (typeof items)[number], out: stdout + stderr, ms };
}

/** A pod with a pull secret for the registry of its image. */
const podOf = (image: string): KubernetesObject[] => [
  ...failingPod({ name: 'api', image, secrets: ['regcred'] }),
  pullSecret('regcred', { [image.slice(0, image.indexOf('/'))]: ['ci', PASSWORD] }),
];

const redirect = (location: string): Answer => ({ status: 307, headers: { Location: location } });
const bearer = (realm: string): Answer => ({ status: 401, headers: { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` } });
const BASIC: Answer = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } };

/** A registry whose `/v2/` is open and everything else is this. */
const openBut = (answer: (request: SeenRequest) => Answer): RegistryOptions => ({
  answer: request => (request.path === '/v2/' ? json(200, {}) : answer(request)),
});

t.test('a challenge counts only from the registry itself', async t => {
  for (const [name, challenge] of [
    ['Bearer', (realm: string) => bearer(realm)],
    ['Basic', () => BASIC],
  ] as const) {
    const lab = new Lab();
    t.teardown(() => lab.close());
    const stranger: TestRegistry = await lab.registry({
      answer: request => (request.path === '/token' ? json(200, { token: 'x' }) : challenge(`http://${request.host}/token`)),
    });
    const { host } = await lab.registry(openBut(({ url }) => redirect(`${stranger.url}${url}`)));
    const { item, out } = await ask(podOf(`${host}/team/app:1.4.2`));
    t.ok(stranger.requests.length > 0, `${name}: the redirect is followed`);
    t.strictSame(loginsIn(stranger.requests), [], `${name}: no password goes there`);
    t.notOk(
      stranger.requests.some(({ path, headers }) => path === '/token' || headers.authorization !== undefined),
      `${name}: nor is a token asked for`,
    );
    t.equal(item.cause, 'Unknown', `${name}: it proves nothing of the credentials`);
    t.equal(item.certainty, 'possible', `${name}: and is not certain`);
    t.match(out, /asks for a login of its own/, `${name}: what happened is told`);
  }
});

t.test('a registry over HTTPS leads to nothing over plain HTTP', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const plain = await lab.registry({ answer: () => json(200, { token: 'x' }) });
  const ca = ['--registry-ca', lab.file(authority.cert)];
  const rows: [string, RegistryOptions][] = [
    ['a realm', { answer: request => (request.path === '/token' ? undefined : bearer(`${plain.url}/token`)) }],
    ['a redirect of the manifest', openBut(({ url }) => redirect(`${plain.url}${url}`))],
    ['a redirect of a blob', { images: [APP], answer: ({ path }) => (/blobs/.test(path) ? redirect(`${plain.url}/blob`) : undefined) }],
  ];
  for (const [name, options] of rows) {
    for (const withSecret of [true, false]) {
      const { host } = await lab.registry({ ...options, tls: certificate });
      const image = `${host}/team/app:1.4.2`;
      const { item, out } = await ask(withSecret ? podOf(image) : failingPod({ name: 'api', image }), ca);
      t.equal(plain.requests.length, 0, `${name}${withSecret ? ', with a credential' : ''}: is not followed`);
      t.match(out, /plain HTTP/, `${name}: which is told`);
      t.not(item.certainty, 'certain', `${name}: and not certain`);
    }
  }
});

t.test('a registry elsewhere leads to nothing on this machine', async t => {
  const inner = await startRegistry({
    tls: certificate,
    answer: ({ path }) => (path === '/token' ? json(200, { token: INNER }) : { status: 403, body: INNER }),
  });
  t.teardown(() => inner.close());
  const digest = `sha256:${'a'.repeat(64)}`;
  const cases: Record<string, (request: SeenRequest) => Answer | undefined> = {
    'a realm': ({ headers }) => (headers.authorization === undefined ? bearer(`${inner.url}/token`) : { status: 404 }),
    'a redirect of the manifest': ({ path }) => (path === '/v2/' ? json(200, {}) : redirect(`${inner.url}/deny`)),
    'a redirect of the tag list': ({ path }) =>
      path === '/v2/'
        ? json(200, {})
        : /tags/.test(path)
          ? redirect(`${inner.url}/deny`)
          : json(404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] }),
    'a redirect of a blob': ({ path }) => (/blobs/.test(path) ? redirect(`${inner.url}/deny/${digest}`) : undefined),
  };
  for (const [name, answer] of Object.entries(cases)) {
    const lab = new Lab();
    const { port, requests } = await lab.registry({ tls: certificate, images: [APP], answer });
    const proxy = await startProxy({ routes: { 'registry.acme.example:443': port } });
    t.teardown(() => Promise.all([lab.close(), proxy.close()]));
    const flags = ['--registry-ca', lab.file(authority.cert)];
    const image = `registry.acme.example/team/app:1.4.2`;
    const { item, out } = await ask(failingPod({ name: 'api', image }), flags, { HTTPS_PROXY: proxy.url });
    t.ok(requests.length > 0, `${name}: the registry is asked`);
    t.equal(inner.requests.length, 0, `${name}: what it leads to is not`);
    t.notMatch(out, INNER, `${name}: nothing of there is shown`);
    t.notMatch(JSON.stringify(requests), INNER, `${name}: nothing of there is given to the registry`);
    t.match(out, /an address of this machine itself, which kubectl imagepull does not ask/, `${name}: which is told`);
    t.not(item.certainty, 'certain', `${name}: and not certain`);
  }
});

t.test('the words of an inner host to which a registry leads are not shown', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const spoken: Record<string, Answer> = {
    text: { status: 403, body: `${INNER} says no` },
    JSON: json(403, { errors: [{ code: 'DENIED', message: INNER }] }),
    'a code': json(403, { errors: [{ code: INNER.replaceAll(/[^a-z]/g, '').toUpperCase(), message: 'x' }] }),
    'a page': html(403, INNER),
    'a media type': { status: 200, headers: { 'Content-Type': `text/${INNER}` }, body: 'no JSON' },
  };
  for (const [name, answer] of Object.entries(spoken)) {
    const inner = await lab.registry({ answer: () => answer });
    const { host } = await lab.registry({ answer: () => bearer(`${inner.url}/token`) });
    const { out } = await ask(podOf(`${host}/team/app:1.4.2`));
    t.ok(inner.requests.length > 0, `${name}: a registry of this machine leads to this machine`);
    t.notMatch(out, /c4nary-inner-document|INNER.?DOCUMENT/i, `${name}: its words are not shown`);
  }
});

t.test('addresses that lead to no registry are not asked, however they are written', async t => {
  const everywhere = await startRegistry({ answer: () => BASIC, address: '0.0.0.0' });
  t.teardown(() => everywhere.close());
  const { port } = everywhere;
  for (const host of ['0.0.0.0', '169.254.169.254', '[::ffff:a9fe:a9fe]', '[fe80::1]', '100.100.100.200']) {
    const { item, out } = await ask(podOf(`${host}:${port}/team/app:1.4.2`));
    t.match(out, /a link-local, metadata or unspecified address/, `${host}: it is told`);
    t.equal(item.cause, 'Unknown', `${host}: nothing is known then`);
  }
  t.strictSame(everywhere.requests, [], 'nobody is asked');
});

t.test('a host that no URL can have is not asked, and no fault of ours', async t => {
  for (const host of ['a.b.1', '1.2.3.256', '[:::]', 'xn--a.example', '127.0.0.1:99999']) {
    const { item, out } = await ask(podOf(`${host}/team/app:1.4.2`));
    t.notMatch(out, /internal error/, host);
    t.match(
      item.checks.find(({ name }) => name === 'ping'),
      { status: 'failed' },
      `${host}: the check fails`,
    );
    t.match(out, /is not an http\(s\) URL/, `${host}: it is told`);
  }
});

t.test('other spellings of loopback get no password', async t => {
  const everywhere = await startRegistry({ answer: () => BASIC, address: '0.0.0.0' });
  t.teardown(() => everywhere.close());
  for (const host of ['2130706433', '0x7f000001', '0177.0.0.1', '127.1', '[::ffff:7f00:1]', '0.0.0.0', '127.0.0.1.', 'localhost.'])
    await ask(podOf(`${host}:${everywhere.port}/team/app:1.4.2`), ['--timeout', '3s']);
  const realm = await startRegistry({ answer: () => bearer(`http://0x7f.1:${everywhere.port}/token`) });
  t.teardown(() => realm.close());
  await ask(podOf(`${realm.host}/team/app:1.4.2`));
  t.strictSame(loginsIn(everywhere.requests), [], 'by none, neither in an image nor in a realm');
  await ask(podOf(`127.0.0.1:${everywhere.port}/team/app:1.4.2`));
  t.ok(loginsIn(everywhere.requests).length > 0, 'as it is written everywhere, it does');
});

t.test('a run asks a bounded number of hosts of this machine', async (t: Test) => {
  const ports = await Promise.all(Array.from({ length: 60 }, () => freePort()));
  const pods = ports.flatMap((port, index) => failingPod({ name: `p${index}`, image: `127.0.0.1:${port}/a:1` }));
  const { items } = await ask(pods);
  const kept = items.filter(({ checks }) => checks.some(({ code }) => code === 'NOT_ASKED'));
  t.equal(items.length, 60, 'every pod gets a verdict');
  t.equal(kept.length, 20, 'those beyond the limit by words alone');
  t.match(JSON.stringify(kept[0]), /is not asked: this run has asked 40 other hosts/, 'and it is said why');
});
