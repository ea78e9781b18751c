/** The text of `test-secret`: the verdict on a secret, in a few words. */
import t from 'tap';
import type { EntryTest, SecretTest } from '../../src/diagnosis/test-secret.ts';
import { renderSecretTests } from '../../src/report/secret-tests.ts';

const entry = (more: Partial<EntryTest>): EntryTest => ({
  key: 'registry.example.com',
  registry: 'registry.example.com',
  username: 'ci',
  result: 'accepted',
  cause: null,
  checks: [{ name: 'dns', status: 'ok', code: null, detail: '192.0.2.1', ms: 4 }],
  detail: 'it works',
  fixes: [],
  ...more,
});
const rejected = entry({ result: 'rejected', cause: 'CredentialsRejected', fixes: [{ title: 'renew it', command: 'kubectl x' }] });
const test = (entries: EntryTest[], problems: SecretTest['problems'] = []): SecretTest => ({
  secret: { namespace: 'shop', name: 'regcred', type: 'kubernetes.io/dockerconfigjson' },
  problems,
  entries,
  fixes: [],
});
const shown = (one: SecretTest, wide = false): string => renderSecretTests([one], { color: false, wide, width: 100 });

t.test('the verdict', async t => {
  const rows: [string, SecretTest][] = [
    ['works', test([entry({})])],
    ['could not be verified', test([entry({ result: 'notVerifiable' })])],
    ['does not work', test([rejected])],
    ['does not work', test([entry({})], [{ code: 'SecretMalformed', detail: 'its type is "Opaque"' }])],
    ['works only for some of its entries', test([entry({}), rejected])],
    ['works, but it cannot pull the image', test([entry({ cause: 'TagNotFound' })])],
    ['could not be tested from this machine', test([entry({ result: 'error', cause: 'RegistryUnreachable' })])],
  ];
  for (const [verdict, one] of rows) t.equal(shown(one).split('\n')[0], `secret shop/regcred ${verdict}`, verdict);
});

t.test('entries, checks and fixes', async t => {
  const text = shown(test([rejected, rejected]));
  t.match(text, /KEY +USER +RESULT +DETAIL\n {2}registry\.example\.com +ci +rejected +CredentialsRejected: it works/);
  t.equal(text.split('kubectl x').length - 1, 1, 'a fix that two entries need stands once');
  t.notMatch(text, /Checks of/);
  t.match(shown(test([rejected]), true), /Checks of "registry\.example\.com" from this machine\n {2}dns +ok /);
});

t.test('of several secrets a table comes first, what does not work on top', async t => {
  const named = (name: string, one: SecretTest): SecretTest => ({ ...one, secret: { ...one.secret, name } });
  const two = [
    named('good', test([entry({})])),
    named('bad', test([entry({}), rejected], [{ code: 'SecretMalformed', detail: 'its type' }])),
  ];
  const options = { color: false, wide: false, width: 80 };
  const text = renderSecretTests(two, options);
  t.match(
    text,
    /^2 secrets: 1 works, 1 does not work\n {2}SECRET +FAILED +RESULT\n {2}shop\/bad +1 of 2 +does not work: SecretMalformed, CredentialsRejected\n/,
  );
  t.match(text, / {2}shop\/good +0 of 1 +works\n/);
  t.match(text, /\nsecret shop\/bad does not work\n[\s\S]+\nsecret shop\/good works\n/, 'each is told');
  const many = ['a', 'b', 'c', 'd'].map(name => named(name, test([rejected])));
  const table = renderSecretTests(many, options);
  t.notMatch(table, /^secret shop/m, 'of many the table alone');
  t.match(table, /\nRun "kubectl imagepull test-secret SECRET -n NAMESPACE"[\s\S]+-o wide for all\.\n$/);
  t.equal(renderSecretTests(many, { ...options, wide: true }).match(/^secret shop/gm)?.length, 4, '-o wide tells every secret');
  t.match(
    shown(test([entry({ key: 'https://index.docker.io/v1/', registry: 'docker.io' })])),
    /KEY +REGISTRY +USER/,
    'a key that does not say its registry',
  );
});
