/** One object of a stranger costs the other pods nothing, in files and in answers of the API. */
import fc from 'fast-check';
import t from 'tap';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { edits, often } from './arbitraries.ts';
import { dumps, failingPods, lossOf, spoiled, whyAll } from './dumps.ts';
import { editText } from './edits.ts';

const DUMPS = dumps();
const victim = fc.record({ dump: fc.constantFrom(...DUMPS), at: fc.nat(1000), changes: edits(4) });
/** Fails where a run lost something. */
const keep = (loss: string | null): void => {
  if (loss !== null) throw new Error(loss);
};

t.test('every dump has pods that wait, and all of them are reported', async t => {
  for (const objects of DUMPS) {
    t.ok(failingPods(objects).length > 1);
    t.equal(lossOf(await whyAll({ file: 'dump' }, 'json', JSON.stringify({ kind: 'List', items: objects })), failingPods(objects)), null);
  }
});

t.test('a malformed object in a file costs the others nothing', async t => {
  const holds = fc.asyncProperty(victim, async ({ dump, at, changes }) => {
    const { objects, readable } = spoiled(dump, at, changes);
    keep(lossOf(await whyAll({ file: 'dump' }, 'json', JSON.stringify({ kind: 'List', items: objects })), readable));
  });
  await t.resolves(fc.assert(holds, often(400)));
});

t.test('a file that is cut or garbled ends with a report or an error of one line', async t => {
  const text = fc
    .tuple(fc.constantFrom(...DUMPS), edits(4))
    .map(([objects, changes]) => editText(JSON.stringify(objects), changes, 200_000));
  const holds = fc.asyncProperty(text, async content => {
    const { status, stderr } = await whyAll({ file: 'dump' }, 'text', content);
    if (status === null) throw new Error(stderr);
  });
  await t.resolves(fc.assert(holds, often(100)));
});

t.test('a malformed object in an answer of the API costs the others nothing', async t => {
  let objects: { kind?: unknown }[] = [];
  const kinds = {
    Pod: 'api/v1/pods',
    Event: 'api/v1/events',
    Node: 'api/v1/nodes',
    Secret: 'api/v1/secrets',
    ServiceAccount: 'api/v1/serviceaccounts',
  };
  const cluster = await startCluster({
    answer: path => {
      const [kind] = Object.entries(kinds).find(([, resource]) => path.replace(/namespaces\/[^/]+\/(?=\w)/, '') === `/${resource}`) ?? [];
      if (kind === undefined) return undefined;
      return {
        status: 200,
        body: JSON.stringify({ kind: `${kind}List`, apiVersion: 'v1', metadata: {}, items: objects.filter(one => one?.kind === kind) }),
      };
    },
  });
  t.teardown(() => cluster.close());
  const kubeconfig = writeKubeconfig({ server: cluster.server });
  const holds = fc.asyncProperty(victim, async ({ dump, at, changes }) => {
    const made = spoiled(dump, at, changes);
    // the server says which kind a list has, whatever an object claims
    objects = made.objects.map((object, index) => (typeof object === 'object' ? { ...object, kind: dump[index]?.['kind'] } : {}));
    keep(lossOf(await whyAll({ kubeconfig }, 'json'), made.readable));
  });
  await t.resolves(fc.assert(holds, often(100)));
});
