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
  t.match(
    text,
    /KEY +REGISTRY +USER +RESULT +DETAIL\n {2}registry\.example\.com +registry\.example\.com +ci +rejected +CredentialsRejected: it works/,
  );
  t.equal(text.split('kubectl x').length - 1, 1, 'a fix that two entries need stands once');
  t.notMatch(text, /Checks of/);
  t.match(shown(test([rejected]), true), /Checks of "registry\.example\.com" from this machine\n {2}✓ dns/);
});
