/** What tells the nodes on which an image fails from those on which it runs. */
import t from 'tap';
import { contrastOf } from '../../src/diagnosis/contrast.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { NodeContrast } from '../../src/model/facts.ts';
import type { Node } from '../../src/model/kubernetes.ts';
import { readFacts } from '../../src/parse/facts.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

interface Looks {
  runtime?: string;
  arch?: string;
  os?: string;
  kubelet?: string;
  labels?: Record<string, string>;
  joined?: string;
}

let count = 0;
const node = ({
  runtime = 'containerd://2.1.9',
  arch = 'amd64',
  os = 'Debian 13',
  kubelet = 'v1.36.3',
  labels = {},
  joined,
}: Looks = {}): Node => ({
  metadata: { name: `node-${count++}`, labels, ...(joined === undefined ? {} : { creationTimestamp: `${joined}T08:00:00Z` }) },
  status: {
    nodeInfo: { containerRuntimeVersion: runtime, architecture: arch, operatingSystem: 'linux', osImage: os, kubeletVersion: kubelet },
  },
});
const zone = (name: string): Looks => ({ labels: { 'topology.kubernetes.io/zone': name } });
const many = (number: number, looks?: Looks): Node[] => Array.from({ length: number }, () => node(looks));

const told = (failing: Node[], running: Node[]): [string, string][] =>
  (contrastOf({ failing, running, fails: failing.length, runs: running.length })?.differences ?? []).map(one => [one.failing, one.running]);

t.test('what the failing nodes share and the others have not', async t => {
  const old = { runtime: 'containerd://1.6.20~ds1' };
  const rows: [string, Node[], Node[], [string, string][]][] = [
    ['nothing differs', many(2), many(3), []],
    [
      'the runtime, by the parts of its version that all share',
      [node(old), node({ runtime: 'containerd://1.6.38' })],
      many(3),
      [['containerd 1.6', 'containerd 2.1']],
    ],
    [
      'several versions on the other side',
      many(2, old),
      [node(), node({ runtime: 'containerd://2.2.0' })],
      [['containerd 1.6', 'containerd 2.1 or containerd 2.2']],
    ],
    [
      'the last part of a version',
      many(2, { runtime: 'cri-o://1.36.1' }),
      many(2, { runtime: 'cri-o://1.36.4' }),
      [['cri-o 1.36.1', 'cri-o 1.36.4']],
    ],
    ['one of the others has it too', many(2, old), [node(), node(old)], []],
    ['the failing nodes do not share it', [node(old), node({ runtime: 'containerd://1.7.24' })], many(3), []],
    [
      'the architecture stands first',
      many(1, { arch: 'arm64', os: 'Debian 12' }),
      many(2),
      [
        ['linux/arm64', 'linux/amd64'],
        ['Debian 12', 'Debian 13'],
      ],
    ],
    ['kubelet', many(1, { kubelet: 'v1.33.1' }), many(2), [['kubelet v1.33.1', 'kubelet v1.36.3']]],
    ['the zone', many(2, zone('a')), [node(zone('b')), node(zone('b')), node(zone('c'))], [['zone a', 'zone b or zone c']]],
    ['the zone of one node alone is chance', many(1, zone('a')), many(3, zone('b')), []],
    ['the zone of few others is chance', many(2, zone('a')), many(2, zone('b')), []],
    [
      'the zone says nothing where the runtime differs',
      many(2, { ...zone('a'), ...old }),
      many(3, zone('b')),
      [['containerd 1.6', 'containerd 2.1']],
    ],
    ['a node without the label', many(2, zone('a')), [...many(2, zone('b')), node()], []],
    [
      'the newest nodes',
      many(1, { joined: '2026-11-18' }),
      many(3, { joined: '2026-08-01' }),
      [['joined since 2026-11-18', 'joined until 2026-08-01']],
    ],
    [
      'the oldest nodes',
      many(2, { joined: '2024-02-01' }),
      many(3, { joined: '2026-08-01' }),
      [['joined until 2024-02-01', 'joined since 2026-08-01']],
    ],
    ['older and younger', [node({ joined: '2026-01-01' }), node({ joined: '2026-11-18' })], many(3, { joined: '2026-08-01' }), []],
    ['no node was read', [], many(3), []],
  ];
  for (const [name, failing, running, wanted] of rows) {
    t.strictSame(told(failing, running), wanted, name);
    t.strictSame(told([...failing].reverse(), [...running].reverse()), wanted, `${name}: in another order`);
  }
  const places = { failing: many(1, old), running: many(1), fails: 1, runs: 1 };
  t.equal(contrastOf(places), contrastOf(places), 'once for all pods of the image');
  t.equal(contrastOf(undefined), null);
});

t.test('the contrast is a line of evidence, and decides nothing', async t => {
  const fixture = readFixture('test/fixtures/causes/CertificateNotTrusted.json');
  const contrast: NodeContrast = {
    fails: 3,
    runs: 5,
    compared: 8,
    differences: [{ failing: 'containerd 1.6', running: 'containerd 2.1' }],
  };
  const [without, own] = [diagnose(factsOf(fixture)), diagnose({ ...factsOf(fixture), contrast })];
  const line = 'the image fails on 3 of 8 nodes (containerd 1.6) and runs on 5 (containerd 2.1)';
  t.strictSame(
    own.evidence.filter(({ detail }) => detail.startsWith('the image fails on')),
    [{ source: 'node', detail: line }],
  );
  t.strictSame({ ...own, evidence: [] }, { ...without, evidence: [] });
  const sampled = diagnose({ ...factsOf(fixture), contrast: { ...contrast, runs: 312, compared: 27 } });
  t.ok(sampled.evidence.some(({ detail }) => detail.endsWith('; 27 nodes were compared')));
  const { contrast: _, ...earlier } = factsOf(fixture);
  t.equal(readFacts(earlier, '').contrast, null, 'facts of an earlier release have none');
  t.strictSame(readFacts({ ...earlier, contrast }, '').contrast, contrast);
});
