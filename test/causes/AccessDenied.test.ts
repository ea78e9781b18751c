/** What a refusal says of a login: that a registry accepts a user is told only where a credential of that user was sent. */
import t from 'tap';
import { CAUSE_TEXTS } from '../../src/causes/index.ts';
import type { Facts } from '../../src/model/facts.ts';
import { type Fixture, factsOf } from '../helpers/facts.ts';

const refused = (image: string, attempt: object, credentials: object[]): Facts =>
  factsOf({
    about: '',
    expect: { cause: 'AccessDenied', certainty: 'possible', rule: '', names: [] },
    facts: { image, keyring: { credentials }, secrets: credentials },
    probe: { attempts: [attempt] },
  } as Fixture);
const attemptOf = (credential: number | null): object => ({ credential, result: 'denied', fault: { status: 403, message: '403' } });
const textOf = (facts: Facts): string => {
  const fault = facts.probe?.attempts[0]?.fault ?? null;
  const fixes = CAUSE_TEXTS.AccessDenied.fixes(facts, fault).map(({ title, command }) => `${title} ${command ?? ''}`);
  return [CAUSE_TEXTS.AccessDenied.summary(facts, fault), ...fixes].join('\n');
};

t.test('a request without a credential proves nothing of a user', async t => {
  const sent = textOf(refused('registry.example.com/team/api:1', attemptOf(0), [{}]));
  t.match(sent, 'accepts the credentials of user "ci"');
  for (const credentials of [[], [{}]]) {
    const text = textOf(refused('registry.example.com/team/api:1', attemptOf(null), credentials));
    t.notMatch(text, /accepts|Authentication succeeded/);
    t.match(text, 'no credential was sent');
  }
  t.match(textOf(refused('registry.example.com/team/api:1', attemptOf(null), [])), 'create a pull secret');
});

t.test('a registry without logins blocks the client: no secret and no right helps', async t => {
  const text = textOf(refused('registry.k8s.io/pause:3.10', attemptOf(null), []));
  t.match(text, /address or the country of the nodes is blocked/);
  t.notMatch(text, /create secret|grant/);
});

t.test('the identity of the nodes is named where a cloud knows them by one', async t => {
  const facts = refused('europe-docker.pkg.dev/acme-prod/team/api:1', attemptOf(null), []);
  facts.probe = null;
  const fault = { ...refused('x', attemptOf(null), []).probe?.attempts[0]?.fault, seenBy: 'node', login: null } as never;
  t.match(CAUSE_TEXTS.AccessDenied.summary(facts, fault), /the service account of the nodes/);
});
