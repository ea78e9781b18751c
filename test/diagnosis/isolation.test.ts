/** A fault of ours in one pod or one entry of a secret: it is told of that one, and the others have their answers. */
import { Writable } from 'node:stream';
import t from 'tap';
import type { Context, WhyFlags } from '../../src/commands/context.ts';
import { examine } from '../../src/commands/examine.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { testSecret } from '../../src/diagnosis/test-secret.ts';
import { type Pod, type PodSnapshot, type Secret, unseenSnapshot } from '../../src/model/kubernetes.ts';
import type { Prober } from '../../src/registry/prober.ts';

const NOW = '2026-11-20T10:00:00Z';
const podOf = (name: string): Pod => ({
  metadata: { name, namespace: 'shop' },
  spec: { containers: [{ name: 'app', image: 'registry.example.com/Team/Api:1' }] },
  status: { containerStatuses: [{ name: 'app', state: { waiting: { reason: 'InvalidImageName' } } }] },
});

t.test('a pod that cannot be examined leaves the others their verdicts', async t => {
  const findings: Finding[] = [];
  const context = {
    environment: {},
    stderr: new Writable({ write: (_chunk, _encoding, done) => done() }),
    now: () => NOW,
    signal: new AbortController().signal,
  } as unknown as Context;
  const { warnings, isComplete } = await examine(
    {
      subjects: ['first', 'broken', 'last'].map(name => ({ pod: podOf(name), named: false })),
      snapshot: async (pod): Promise<PodSnapshot> => {
        if (pod.metadata.name === 'broken') throw new TypeError('x is not a function');
        return unseenSnapshot(pod, 'x');
      },
      container: null,
      take: finding => void findings.push(finding),
      say() {},
    },
    { probe: false, mirrors: new Map(), insecureRegistries: [] } as unknown as WhyFlags,
    context,
  );
  t.strictSame(
    findings.map(({ facts, diagnosis }) => [facts.pod?.name, diagnosis.cause]),
    [
      ['first', 'InvalidImageName'],
      ['broken', 'Unknown'],
      ['last', 'InvalidImageName'],
    ],
  );
  t.equal(warnings.length, 1);
  t.match(warnings[0], /cannot examine pod "shop\/broken": internal error \(TypeError/);
  t.equal(isComplete, false, 'which is status 2');
});

t.test('an entry that cannot be tested leaves the others their results', async t => {
  const auths = { 'one.example': { auth: 'YTpi' }, 'two.example': { auth: 'YTpj' } };
  const secret: Secret = {
    metadata: { name: 's', namespace: 'shop' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
  const prober = {
    login: async (registry: string) => {
      if (registry === 'one.example') throw new TypeError('x is not a function');
      return { result: 'accepted', detail: 'it works', checks: [], fault: null, repaired: null };
    },
  } as unknown as Prober;
  const warnings: string[] = [];
  const { entries } = await testSecret(secret, null, NOW, prober, warning => warnings.push(warning));
  t.match(warnings, [/^cannot test the entry "one\.example" of secret "s": internal error \(TypeError/]);
  t.match(entries, [
    { key: 'one.example', result: 'error', cause: 'Unknown', detail: /^it could not be tested: internal error \(TypeError/ },
    { key: 'two.example', result: 'accepted', cause: null },
  ]);
});
