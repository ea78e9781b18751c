/** How far a pull is: what passed, the rate of the node, and what is left, from facts alone. */
import t from 'tap';
import { progressOf, rateOf } from '../../src/causes/progress.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { EndedPull, NodePulls } from '../../src/model/node-load.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const MB = 1e6;
/** A pull that ended, of so many bytes in so many seconds. */
let images = 0;
const ended = (bytes: number | null, seconds: number, withWaiting: number | null = seconds, image = `a:${images++}`): EndedPull => ({
  image,
  at: '2026-11-20T10:00:00Z',
  seconds,
  withWaiting,
  bytes,
});

/** Facts of a pull that began 100 seconds ago, of an image of 800 MB. */
function pulling(pulls: NodePulls | undefined, more: Partial<Facts['probe'] & object> = {}, runtime = 'containerd://2.1.9'): Facts {
  const facts = factsOf(readFixture('test/fixtures/causes/StillPulling.json'));
  return {
    ...facts,
    now: '2026-11-20T10:01:40Z',
    nodeReport: { ...facts.nodeReport, pullingSince: '2026-11-20T10:00:00Z' },
    node: { ...facts.node, runtime },
    probe: facts.probe && { ...facts.probe, size: 800 * MB, layers: 7, ...more },
    ...(pulls && { pulls }),
  };
}

t.test('nothing is pulled', async t => {
  const facts = pulling(undefined);
  t.equal(progressOf({ ...facts, nodeReport: { ...facts.nodeReport, pullingSince: null } }), null);
  t.equal(progressOf({ ...facts, nodeReport: { ...facts.nodeReport, pullingSince: 'soon' } }), null, 'a time that is none');
});

t.test('without another pull of the node there is no estimate', async t => {
  t.match(progressOf(pulling(undefined)), {
    elapsedSeconds: 100,
    size: 800 * MB,
    layers: 7,
    rate: null,
    expectedSeconds: null,
    remainingSeconds: null,
    ahead: 0,
    queues: false,
    longestWait: null,
  });
  t.match(progressOf({ ...pulling(undefined), probe: null }), { elapsedSeconds: 100, size: null, layers: null });
});

t.test('size by rate, without what has passed', async t => {
  const pulls = { ended: [ended(100 * MB, 20), ended(300 * MB, 60)], open: [] };
  t.match(progressOf(pulling(pulls)), {
    rate: { bytesPerSecond: 5 * MB, pulls: 2, ofUnpacked: false },
    expectedSeconds: 160,
    remainingSeconds: 60,
    atLeast: false,
  });
  t.equal(progressOf({ ...pulling(pulls), now: '2026-11-20T10:10:00Z' })?.remainingSeconds, 0, 'longer than expected');
  t.equal(progressOf({ ...pulling(pulls), now: '2026-11-20T09:59:00Z' })?.elapsedSeconds, 0, 'the clock of the node is ahead');
  t.match(progressOf(pulling(pulls, { presentBytes: 300 * MB })), { expectedSeconds: 100, remainingSeconds: 0, presentBytes: 300 * MB });
});

t.test('only pulls that tell a rate count', async t => {
  const rate = (...pulls: EndedPull[]) => rateOf(pulling({ ended: pulls, open: [] }));
  t.equal(rate(ended(null, 20)), null, 'without a size');
  t.equal(rate(ended(400, 20)), null, 'a small image');
  t.equal(rate(ended(50 * MB, 0.1)), null, 'an image that was there');
  t.equal(rate(...Array.from({ length: 9 }, () => ended(10 * MB, 1)))?.pulls, 5, 'the newest');
  t.equal(
    rate(ended(900 * MB, 1, 1, 'a:1'), ended(900 * MB, 90, 90, 'a:1'))?.bytesPerSecond,
    10 * MB,
    'the second time the image was there',
  );
  t.equal(rate(ended(80 * MB, 1), ended(10 * MB, 1), ended(9 * MB, 1))?.bytesPerSecond, 10 * MB, 'the median');
  t.equal(rate(ended(80 * MB, 1), ended(10 * MB, 1))?.bytesPerSecond, 10 * MB, 'the lower of two');
});

t.test('CRI-O counts unpacked images: the rate is the highest that it may be', async t => {
  const pulls = { ended: [ended(100 * MB, 20)], open: [] };
  t.match(progressOf(pulling(pulls, {}, 'cri-o://1.34.0')), { rate: { ofUnpacked: true }, atLeast: true });
});

t.test('pulls that wait for each other', async t => {
  const open = [
    { pod: 'shop/first', image: 'registry.example.com/a:1', since: '2026-11-20T09:59:00Z' },
    { pod: 'shop/later', image: 'registry.example.com/b:1', since: '2026-11-20T10:01:00Z' },
  ];
  t.match(
    progressOf(pulling({ ended: [ended(100 * MB, 20, 45)], open })),
    { ahead: 1, queues: true, longestWait: 25, expectedSeconds: 160, remainingSeconds: 160, atLeast: true },
    'it may not have begun',
  );
  t.match(
    progressOf(pulling({ ended: [ended(100 * MB, 20)], open })),
    { ahead: 1, queues: false, remainingSeconds: 60, atLeast: false },
    'pulls that do not wait go on at the same time',
  );
  t.match(progressOf(pulling({ ended: [ended(100 * MB, 20, null)], open })), { queues: false, longestWait: null }, 'an old kubelet');
});
