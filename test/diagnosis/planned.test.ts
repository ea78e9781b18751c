/** Before a deploy: what is never certain, and what is asked once. */
import t from 'tap';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { notesOf } from '../../src/diagnosis/notes.ts';
import type { Facts } from '../../src/model/facts.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const planned = (name: string): Facts => factsOf(readFixture(`test/fixtures/causes/${name}.json`));
const NOTHING = { running: null, noNode: null, noNamespace: false, noServiceAccount: false };

t.test('that no pull secret would be there is certain only where the service account was seen', async t => {
  const facts = planned('NoPullSecret-planned');
  t.equal(diagnose(facts).certainty, 'certain');
  t.equal(diagnose({ ...facts, serviceAccount: { ...facts.serviceAccount, secrets: null } }).certainty, 'likely');
});

t.test('a name without a registry is no certain matter of Docker Hub on nodes with CRI-O', async t => {
  const facts = planned('NoPullSecret-planned');
  const short = { ...facts, image: 'team/api:1', node: { ...facts.node, runtime: 'cri-o://1.34.0' } };
  t.not(diagnose(short).certainty, 'certain');
  t.equal(diagnose({ ...short, node: { ...facts.node, runtime: 'containerd://2.1.9' } }).certainty, 'certain');
});

t.test('which tags are told to move', async t => {
  const facts = planned('NoPullProblem-planned');
  const isMutable = (tag: string | null, digest: string | null = null): boolean =>
    facts.reference !== null &&
    notesOf({ ...facts, reference: { ...facts.reference, tag, digest } }, NOTHING).some(({ code }) => code === 'MutableTag');
  for (const tag of ['latest', 'main', 'stable', 'Nightly', '1', 'v1', '1.4', '3.12-slim', '22-alpine']) t.ok(isMutable(tag), tag);
  for (const tag of ['1.4.2', 'v1.4.2', '1.4.2-rc1', '20261120', 'a1b2c3d4', '1.4.2-alpine3.20', 'build-1234'])
    t.notOk(isMutable(tag), tag);
  t.notOk(isMutable('latest', `sha256:${'a'.repeat(64)}`), 'a digest beside it counts');
});

t.test('a tag has moved only where both digests are of the same kind', async t => {
  const facts = planned('NoPullProblem-planned');
  const [index, child, old] = ['a', 'b', 'c'].map(letter => `sha256:${letter.repeat(64)}`) as [string, string, string];
  const moved = (probe: object, running: string): boolean =>
    notesOf({ ...facts, probe: { ...facts.probe, ...probe } } as Facts, {
      ...NOTHING,
      running: new Map([[facts.image, new Set([running])]]),
    }).some(({ code }) => code === 'TagMoved');
  t.ok(moved({ digest: index, platformDigest: child, platforms: [] }, old));
  t.notOk(moved({ digest: index, platformDigest: child, platforms: [] }, index), 'the index runs');
  t.notOk(moved({ digest: index, platformDigest: child, platforms: [] }, child), 'the manifest of the platform runs');
  t.notOk(moved({ digest: index, platforms: null }, old), 'what is behind the index was not seen');
  t.notOk(moved({ platforms: [] }, old), 'no digest was told');
});
