/** The second look at a node: when it is worth its requests, and which images of the node are compared. */
import t from 'tap';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { imagesToCompare, questionOfNode, withPresent } from '../../src/diagnosis/node-look.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Lookup, Node } from '../../src/model/kubernetes.ts';
import type { ProbeFacts } from '../../src/model/probe.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const factsIn = (name: string): Facts => factsOf(readFixture(`test/fixtures/causes/${name}.json`));

t.test('which verdicts are worth a look', async t => {
  const rows: [string, boolean, { events: boolean; pulls: boolean; stats: boolean } | null][] = [
    ['StillPulling', false, { events: true, pulls: true, stats: false }],
    ['StillPulling', true, { events: true, pulls: true, stats: true }],
    ['PullTooSlow', false, { events: true, pulls: true, stats: false }],
    ['NodeDiskFull', false, { events: true, pulls: true, stats: false }],
    ['node.storage-under-disk-pressure', false, { events: true, pulls: true, stats: false }],
    ['Unknown', false, { events: true, pulls: true, stats: false }],
    ['TagNotFound', false, null],
    ['CredentialsRejected', false, null],
    ['CredentialsRejected', true, { events: false, pulls: false, stats: true }],
    ['NoPullProblem', true, null],
    ['NodeDiskFull-no-node', true, null],
    ['NoPullProblem-node-gone', true, null],
  ];
  for (const [name, stats, wanted] of rows) {
    const facts = factsIn(name);
    const question = questionOfNode({ facts, diagnosis: diagnose(facts) }, stats);
    const own = wanted && { name: 'node-3', namespace: 'shop', ...wanted };
    t.strictSame(question, own, `${name}${stats ? ' with --node-stats' : ''}`);
  }
});

const node = (...images: string[][]): Lookup<Node> => ({
  found: true,
  object: { metadata: { name: 'node-3' }, status: { images: images.map(names => ({ names })) } },
});
const known = (more: Partial<Facts> = {}): Facts => {
  const facts = factsIn('StillPulling-estimate');
  return {
    ...facts,
    probe: {
      ...(facts.probe as ProbeFacts),
      largestLayers: [
        { digest: 'sha256:a', bytes: 300 },
        { digest: 'sha256:b', bytes: 200 },
      ],
    },
    ...more,
  };
};

t.test('which images of the node are compared', async t => {
  const tags = (facts: Facts, of: Lookup<Node>) => imagesToCompare(facts, of).map(({ tag }) => tag);
  const own = 'registry.example.com/team/api';
  t.strictSame(tags(known(), node([`${own}@sha256:${'0'.repeat(64)}`, `${own}:1.4.1`])), ['1.4.1']);
  t.strictSame(tags(known(), node([`${own}:1.4.2`])), [], 'the image itself');
  t.strictSame(tags(known(), node(['registry.example.com/team/web:1.4.1'], ['quay.io/team/api:1.4.1'])), [], 'other repositories');
  t.strictSame(tags(known(), node([`${own}:1.4.1`, `${own}:1.4.0`, `${own}:stable`, `${own}:2.0.0`])).length, 2, 'the nearest');
  t.strictSame(tags(known(), { found: false, missing: true }), []);
  t.strictSame(tags({ ...known(), probe: null }, node([`${own}:1.4.1`])), [], 'nothing is known of it');
  const hub = { registry: 'docker.io', repository: 'library/redis', tag: '7', digest: null };
  t.strictSame(tags(known({ reference: hub }), node(['docker.io/library/redis:6'])), [], 'Docker Hub counts each look');
});

t.test('what is there already', async t => {
  const other = (...digests: string[]): ProbeFacts => ({
    ...(known().probe as ProbeFacts),
    largestLayers: digests.map(digest => ({ digest, bytes: 1 })),
  });
  t.equal(withPresent(known(), [other('sha256:a', 'sha256:z')]).probe?.presentBytes, 300);
  t.equal(withPresent(known(), [other('sha256:a'), other('sha256:b', 'sha256:a')]).probe?.presentBytes, 500);
  t.equal(withPresent(known(), [other('sha256:z')]).probe?.presentBytes, 0);
  const { largestLayers: _, ...unread } = other();
  t.equal(withPresent(factsIn('StillPulling'), [unread]).probe?.presentBytes, undefined, 'nothing could be compared');
});
