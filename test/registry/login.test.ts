/** Credentials tested without an image: real registries and token servers on loopback, asked by the prober itself. */
import t from 'tap';
import { Credential } from '../../src/model/credential.ts';
import { newMemory } from '../../src/registry/once-per-credential.ts';
import { createProber, type LoginFacts, type Prober } from '../../src/registry/prober.ts';
import { type RegistryOptions, startRegistry } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

const users = { ci: 'c4nary-right' };
const credential = (password: string): Credential =>
  new Credential({ secret: 'regcred', rawKey: 'k', key: 'registry.example.com', username: 'ci', password });

/** Gives work a prober that asks the mirrors, and closes it. `timeout` and `stepTimeout` in milliseconds. */
async function withProber<T>(
  { mirrors = {}, timeout = 10_000, stepTimeout = 10_000 }: { mirrors?: Record<string, string>; timeout?: number; stepTimeout?: number },
  work: (prober: Prober) => Promise<T>,
): Promise<T> {
  const transport = testTransport({ stepTimeout });
  try {
    return await work(createProber(transport, { mirrors: new Map(Object.entries(mirrors)), insecure: [], timeout, memory: newMemory() }));
  } finally {
    await transport.close();
  }
}

t.test('what a login proves', async t => {
  const basic: RegistryOptions = { auth: { kind: 'basic', users } };
  const bearer: RegistryOptions = { auth: { kind: 'bearer', users } };
  const rows: [string, RegistryOptions, string, Partial<LoginFacts>][] = [
    ['Basic, right', basic, users.ci, { result: 'accepted', detail: 'the registry accepts the user name and password', fault: null }],
    ['Basic, wrong', basic, 'c4nary-wrong', { result: 'rejected' }],
    ['Bearer, right', bearer, users.ci, { result: 'accepted', detail: 'the token server and the registry accept the credentials' }],
    ['Bearer, wrong', bearer, 'c4nary-wrong', { result: 'rejected' }],
    ['no password', basic, '', { result: 'rejected', detail: 'the password is empty: the runtime sends no credentials' }],
    ['an open registry', {}, users.ci, { result: 'notVerifiable' }],
    [
      'a web server',
      { answer: () => ({ status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html></html>' }) },
      users.ci,
      { result: 'error' },
    ],
    [
      'a registry that fails after the login',
      { ...basic, answer: ({ headers }) => (headers.authorization ? { status: 503 } : undefined) },
      users.ci,
      { result: 'error' },
    ],
    [
      'a line break at the end, which the registry does not take',
      basic,
      `${users.ci}\n`,
      { result: 'rejected', repaired: { kind: 'blanks', works: true } as LoginFacts['repaired'] },
    ],
  ];
  for (const [name, options, password, expected] of rows) {
    const registry = await startRegistry(options);
    t.teardown(registry.close);
    t.match(await withProber({}, prober => prober.login(registry.host, credential(password))), expected, name);
  }
});

t.test('a login ends with the time of its probe', async t => {
  const registry = await startRegistry({
    auth: { kind: 'basic', users },
    answer: ({ headers }) => (headers.authorization === undefined ? undefined : { hang: true }),
  });
  t.teardown(registry.close);
  const started = performance.now();
  const facts = await withProber({ timeout: 700, stepTimeout: 30_000 }, prober => prober.login(registry.host, credential(users.ci)));
  t.ok(performance.now() - started < 10_000, 'long before the time for one step is over');
  t.match(facts, { result: 'error', fault: { kind: 'timeout', step: 'ping' } }, 'and says that no answer came');
});

t.test('by 403 ghcr.io rejects a credential, behind a mirror too', async t => {
  const registry = await startRegistry({
    auth: { kind: 'bearer', users },
    answer: ({ path }) => (path === '/token' ? { status: 403, body: '{"errors":[{"code":"DENIED","message":"denied"}]}' } : undefined),
  });
  t.teardown(registry.close);
  const mirrors = { 'ghcr.io': registry.url, 'registry.example.com': registry.url };
  for (const [host, result] of [
    ['ghcr.io', 'rejected'],
    ['registry.example.com', 'denied'],
  ] as const) {
    const reference = { registry: host, repository: 'acme/app', tag: '1.4.2', digest: null };
    // a prober of its own for each question: what is rejected is not asked again
    const login = await withProber({ mirrors }, prober => prober.login(host, credential(users.ci)));
    t.equal(login.result, result, `${host}, by its login`);
    const probe = await withProber({ mirrors }, prober => prober.probe(reference, [credential(users.ci)], { platform: null, deep: false }));
    t.equal(probe.attempts[0]?.result, result, `${host}, by a pull`);
  }
});
