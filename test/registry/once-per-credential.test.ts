/** The rule that no refused credential is used twice, whoever comes first, and whatever is repaired. */
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { Credential } from '../../src/model/credential.ts';
import type { CredentialResult } from '../../src/model/probe.ts';
import type { Tried } from '../../src/registry/attempt.ts';
import { CredentialUses, newMemory } from '../../src/registry/once-per-credential.ts';

const BASE = 'https://registry.example.com';
const credential = (password: string, secret = 'regcred'): Credential =>
  new Credential({ secret, rawKey: 'k', key: 'registry.example.com', username: 'ci', password });

/** A registry that takes some passwords, and notes what it was sent. */
function registryOf(right: string[]) {
  const sent: string[] = [];
  const use = async (who: Credential): Promise<Tried> => {
    sent.push(who.reveal());
    await sleep(5);
    const result: CredentialResult = right.includes(who.reveal()) ? 'accepted' : 'rejected';
    const check = { name: 'manifest' as const, status: 'ok' as const, code: null, detail: '', ms: 1 };
    return {
      attempt: { credential: null, result, detail: '', checks: [check], fault: null, granted: null, repaired: null },
      answer: null,
    };
  };
  return { sent, use };
}

t.test('many pods at once', async t => {
  const { sent, use } = registryOf([]);
  const uses = new CredentialUses(newMemory());
  const all = await Promise.all(['a', 'b', 'c'].map(secret => uses.oncePerCredential(BASE, credential('wrong', secret), null, use)));
  t.strictSame(sent, ['wrong'], 'a refused one is sent once, whichever secrets hold it');
  t.strictSame(
    all.map(({ attempt }) => attempt.result),
    ['rejected', 'rejected', 'rejected'],
    'and all are told',
  );
  t.strictSame(
    all.map(({ attempt }) => attempt.checks.length),
    [1, 0, 0],
    'the others made no request',
  );
});

t.test('a credential that is accepted is used by all', async t => {
  const { sent, use } = registryOf(['right']);
  const uses = new CredentialUses(newMemory());
  await Promise.all([1, 2, 3].map(() => uses.oncePerCredential(BASE, credential('right'), null, use)));
  t.equal(sent.length, 3);
});

t.test('a refusal holds for one host, and for the next run with the same memory', async t => {
  const { sent, use } = registryOf([]);
  const memory = newMemory();
  await new CredentialUses(memory).oncePerCredential(BASE, credential('wrong'), null, use);
  await new CredentialUses(memory).oncePerCredential(BASE, credential('wrong'), null, use);
  t.equal(sent.length, 1, 'the memory is longer than a run');
  await new CredentialUses(memory).oncePerCredential('https://other.example.com', credential('wrong'), null, use);
  t.equal(sent.length, 2, 'another host is asked');
});

t.test('one repaired form is tried, once', async t => {
  const { sent, use } = registryOf(['right']);
  const uses = new CredentialUses(newMemory());
  const both = [
    await uses.oncePerCredential(BASE, credential('right\n'), null, use),
    await uses.oncePerCredential(BASE, credential('right\n'), null, use),
  ];
  t.strictSame(sent, ['right\n', 'right']);
  for (const { attempt } of both) t.match(attempt, { result: 'rejected', repaired: { kind: 'blanks', works: true } });
  const twice = registryOf(['right']);
  await uses.oncePerCredential('https://other.example.com', credential('"right"\n'), null, twice.use);
  t.strictSame(twice.sent, ['"right"\n', '"right"'], 'the repaired form is not repaired again');
});
