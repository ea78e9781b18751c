/** Registries behind a proxy: the built plugin as a process, a real proxy between it and the registry. What goes through a proxy at all: util/proxy.test.ts. */
import t, { type Test } from 'tap';
import { APP, failingPod, type Item, Lab, loginsIn, pullSecret, surroundings } from '../helpers/lab.ts';
import { run } from '../helpers/process.ts';
import { type ProxyOptions, startProxy, type TestProxy } from '../helpers/proxy.ts';
import { makeCertificate } from '../helpers/registry.ts';

const HOST = 'registry.acme.example';
const PASSWORD = 'c4nary-right-Zq81';
const authority = makeCertificate({ isCa: true });
const certificate = makeCertificate({ ca: authority, names: [HOST] });
const BASIC = { auth: { kind: 'basic' as const, users: { ci: PASSWORD } }, images: [APP] };

interface Setting {
  lab: Lab;
  proxy: TestProxy;
  /** The registry's requests. */
  requests: { method: string; url: string; headers: Record<string, unknown>; body: string }[];
}

/** A registry that only a proxy leads to. */
async function setUp(t: Test, options: ProxyOptions = {}, scheme: 'https' | 'http' = 'https'): Promise<Setting> {
  const lab = new Lab();
  const { port, requests } = await lab.registry({ ...BASIC, ...(scheme === 'https' ? { tls: certificate } : {}) });
  const proxy = await startProxy({ routes: { [`${HOST}:443`]: port, [`${HOST}:80`]: port }, ...options });
  t.teardown(() => Promise.all([lab.close(), proxy.close()]));
  return { lab, proxy, requests: requests as never };
}

async function ask(
  lab: Lab,
  env: Record<string, string>,
  { flags = ['--registry-ca', lab.file(authority.cert)], image = `${HOST}/team/app:1.4.2` } = {},
): Promise<{ item: Item; out: string; ms: number }> {
  const input = JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      ...failingPod({ name: 'api', image, secrets: ['regcred'] }),
      pullSecret('regcred', { [image.split('/')[0] as string]: ['ci', PASSWORD] }),
      ...surroundings(),
    ],
  });
  const { stdout, stderr, ms } = await run(['why', '-f', '-', '-o', 'json', '--timeout', '8s', ...flags], { input, env });
  const { items } = JSON.parse(stdout) as { items: Item[] };
  return { item: items[0] as Item, out: stdout + stderr, ms };
}

const told = (item: Item): string => JSON.stringify(item);

t.test('HTTPS_PROXY: a registry over TLS in a tunnel', async t => {
  const { lab, proxy, requests } = await setUp(t);
  const { item, out } = await ask(lab, { HTTPS_PROXY: proxy.url });
  t.equal(item.cause, 'FixedWaitingForRetry', 'the pull works from here');
  t.equal(item.credentials[0]?.result, 'accepted', 'the credential is tested');
  t.strictSame([...new Set(proxy.asked)], [`CONNECT ${HOST}:443`], 'only the tunnel is asked of the proxy');
  t.ok(loginsIn(requests as never).length > 0, 'the registry gets the login, inside');
  t.strictSame(
    item.checks.slice(0, 3).map(({ name, status }) => `${name} ${status}`),
    ['dns skipped', 'connect skipped', 'tls ok'],
    'what the proxy does is no step of ours',
  );
  t.notMatch(out, PASSWORD, 'no password is shown');
});

t.test('HTTPS_PROXY in every form that Go takes', async t => {
  const { lab, proxy } = await setUp(t);
  for (const env of [
    { https_proxy: proxy.url },
    { HTTPS_PROXY: `127.0.0.1:${proxy.port}` },
    { HTTPS_PROXY: proxy.url, NO_PROXY: 'acme' },
  ]) {
    const before = proxy.asked.length;
    const { item } = await ask(lab, env);
    t.ok(proxy.asked.length > before, `${JSON.stringify(Object.keys(env))}: the proxy is used`);
    t.equal(item.cause, 'FixedWaitingForRetry', 'and leads to the registry');
  }
  const before = proxy.asked.length;
  await ask(lab, { HTTPS_PROXY: proxy.url, NO_PROXY: `.acme.example` }, { flags: ['--timeout', '3s'] });
  t.equal(proxy.asked.length, before, 'NO_PROXY: it is not used');
});

t.test('a proxy that is itself asked over TLS', async t => {
  const { lab, proxy } = await setUp(t, { tls: makeCertificate({ ca: authority, ips: ['127.0.0.1'] }) });
  const { item } = await ask(lab, { HTTPS_PROXY: proxy.url });
  t.equal(item.cause, 'FixedWaitingForRetry', 'its certificate is verified, and the tunnel stands');
  const without = await ask(lab, { HTTPS_PROXY: proxy.url }, { flags: [] });
  t.equal(without.item.cause, 'ProxyFailed', 'a certificate that does not verify ends it');
  t.not(without.item.certainty, 'certain', 'which is not certain of the node');
});

t.test('authentication at a proxy', async t => {
  const { lab, proxy } = await setUp(t, { login: 'jane:p@ss:7' });
  const url = proxy.url.replace('://', '://jane:p%40ss%3A7@');
  const right = await ask(lab, { HTTPS_PROXY: url });
  t.equal(right.item.cause, 'FixedWaitingForRetry', 'user and password of the URL are sent');
  t.notMatch(right.out, /p@ss|p%40ss|amFuZTpw/, 'and not shown');
  const without = await ask(lab, { HTTPS_PROXY: proxy.url });
  t.equal(without.item.cause, 'ProxyFailed', 'without them the proxy is the cause');
  t.match(told(without.item), /requires authentication \(407 to CONNECT\)/, 'for what it asks');
  const wrong = await ask(lab, { HTTPS_PROXY: proxy.url.replace('://', '://jane:c4nary-proxy@') });
  t.match(told(wrong.item), /rejects the user name or password in its URL \(407 to CONNECT\)/, 'a wrong password is told apart');
  t.notMatch(wrong.out, /c4nary-proxy/, 'and not shown');
});

t.test('a proxy that breaks TLS up', async t => {
  const other = makeCertificate({ isCa: true, commonName: 'Acme inspection' });
  const { lab, proxy, requests } = await setUp(t, { breaks: makeCertificate({ ca: other, names: [HOST] }) });
  const { item } = await ask(lab, { HTTPS_PROXY: proxy.url });
  t.equal(item.cause, 'CertificateNotTrusted', 'its authority is not trusted');
  t.not(item.certainty, 'certain', 'here, which proves nothing of the node');
  t.equal(loginsIn(requests as never).length, 0, 'and no password is sent through it');
  const trusting = await ask(lab, { HTTPS_PROXY: proxy.url }, { flags: ['--registry-ca', lab.file(other.cert)] });
  t.equal(trusting.item.cause, 'FixedWaitingForRetry', '--registry-ca with its authority lets it pass');
});

t.test('what a proxy does wrong is told as the proxy’s', async t => {
  const page = '<html><title>Welcome</title></html>';
  const rows: [name: string, says: string | undefined, want: RegExp][] = [
    ['403', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n', /refuses connections to registry\.acme\.example:443 \(403 to CONNECT\)/],
    ['429', 'HTTP/1.1 429 Too Many Requests\r\n\r\n', /limits requests \(429 to CONNECT\)/],
    ['502', 'HTTP/1.1 502 Bad Gateway\r\n\r\n', /cannot reach registry\.acme\.example:443 \(502 to CONNECT\)/],
    ['a redirect', 'HTTP/1.1 302 Found\r\nLocation: https://login.example/\r\n\r\n', /opens no tunnel .* \(302 to CONNECT\)/],
    ['200 with a page', `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`, /page of its own/],
    ['garbage', '\u0000\u0001\u0002 SSH-2.0-OpenSSH_9.6\r\n', /something that is not HTTP/],
    ['an end', '', /closes the connection without an answer to CONNECT/],
    ['silence', undefined, /does not answer CONNECT in time/],
  ];
  await t.test('each', { jobs: 4 }, async t => {
    for (const [name, text, want] of rows)
      t.test(name, async t => {
        const { lab, proxy } = await setUp(t, { says: { text } });
        const { item, ms } = await ask(lab, { HTTPS_PROXY: proxy.url }, { flags: name === 'silence' ? ['--timeout', '2s'] : [] });
        t.equal(item.cause, 'ProxyFailed', 'the cause');
        t.not(item.certainty, 'certain', 'our proxy proves nothing of the node');
        t.match(told(item), want, 'what it does');
        t.match(told(item), /of this machine/, 'whose proxy it is');
        t.ok(ms < 20_000, 'it ends in time');
      });
  });
  const { lab } = await setUp(t);
  const nowhere = await ask(lab, { HTTPS_PROXY: `http://${await lab.nowhere()}` });
  t.equal(nowhere.item.cause, 'ProxyFailed', 'a proxy that is not there');
  t.match(told(nowhere.item), /cannot be reached: .*ECONNREFUSED/, 'is told as that');
  const socks = await ask(lab, { HTTPS_PROXY: 'socks5://127.0.0.1:1080' });
  t.match(told(socks.item), /scheme \\"socks5\\", which is not supported for registries/, 'SOCKS: a clear word');
});

t.test('HTTP_PROXY: plain HTTP, asked of the proxy itself', async t => {
  const { lab, proxy } = await setUp(t, { login: 'jane:secret' }, 'http');
  const flags = ['--insecure-registry', HOST];
  const env = { HTTP_PROXY: proxy.url.replace('://', '://jane:secret@'), HTTPS_PROXY: `${proxy.url.replace('://', '://jane:secret@')}` };
  const { item } = await ask(lab, env, { flags });
  t.equal(item.cause, 'FixedWaitingForRetry', 'the registry answers');
  t.ok(
    proxy.asked.some(line => line.startsWith(`GET http://${HOST}/v2/`)),
    'by whole addresses, as Go asks',
  );
  const refused = await ask(lab, { HTTP_PROXY: proxy.url, HTTPS_PROXY: env.HTTPS_PROXY }, { flags });
  t.equal(refused.item.cause, 'ProxyFailed', 'a 407 of the proxy is the proxy’s');
});

t.test('what a proxy answers over plain HTTP is not certain of the registry', async t => {
  const flags = ['--registry-mirror', `other.acme.example=http://${HOST}`];
  const image = 'other.acme.example/team/app:1.4.2';
  const signs: Record<string, string>[] = [
    { Via: '1.1 proxy.acme.example (squid/6.6)' },
    { 'Proxy-Status': 'proxy.acme.example; error=destination_unavailable' },
    { 'X-Squid-Error': 'ERR_CONNECT_FAIL 111' },
    { Server: 'squid/6.6' },
  ];
  for (const headers of signs)
    for (const status of [502, 503, 504]) {
      const { lab, proxy } = await setUp(t, { answers: { status, headers } }, 'http');
      const { item } = await ask(lab, { HTTP_PROXY: proxy.url }, { flags, image });
      const name = `${status} with ${Object.keys(headers)}`;
      t.match(item, { cause: 'ProxyFailed', also: ['RegistryUnreachable', 'RegistryFailing'] }, `${name}: the proxy's, or the registry's`);
      t.not(item.certainty, 'certain', `${name}: is not certain`);
    }
  const { lab, proxy } = await setUp(t, { answers: { status: 503, headers: { Server: 'nginx' } } }, 'http');
  const { item } = await ask(lab, { HTTP_PROXY: proxy.url }, { flags, image });
  t.equal(item.cause, 'RegistryFailing', 'an answer that no proxy signed is the registry’s');
});

t.test('a password goes over plain HTTP through no proxy', async t => {
  const { lab, proxy, requests } = await setUp(t, {}, 'http');
  const mirrored = ['--registry-mirror', `other.acme.example=http://${HOST}`];
  const { item, out } = await ask(lab, { HTTP_PROXY: proxy.url }, { flags: mirrored, image: 'other.acme.example/team/app:1.4.2' });
  t.ok(requests.length > 0, 'the registry is asked');
  t.equal(loginsIn(requests as never).length, 0, 'without a password');
  t.equal(item.credentials[0]?.result, 'notTried', 'and the credential counts as not tried');
  t.match(out, /uses plain HTTP, so no password is sent to it/, 'which is told');
});
