/** On which nodes a pod may run: what the scheduler requires, as tables. */
import t from 'tap';
import { readNode, readScheduling } from '../../src/cluster/shape.ts';
import type { Node } from '../../src/model/kubernetes.ts';
import { placementOf } from '../../src/parse/placement.ts';

const node = (name: string, labels: Record<string, string> = {}, spec: object = {}): Node => {
  const shaped = readNode({ metadata: { name, labels }, spec });
  if ('defect' in shaped) throw new Error(shaped.defect);
  return shaped.object;
};
const taint = (key: string, effect: string, value?: string) => ({ taints: [{ key, effect, ...(value === undefined ? {} : { value }) }] });

const NODES = [
  node('amd', { 'kubernetes.io/arch': 'amd64', cores: '8' }),
  node('arm', { 'kubernetes.io/arch': 'arm64', cores: '16', zone: 'b' }),
  node('gpu', { 'kubernetes.io/arch': 'amd64', gpu: 'yes' }, taint('gpu', 'NoSchedule', 'yes')),
  node('cordoned', { 'kubernetes.io/arch': 'amd64' }, { unschedulable: true, ...taint('node.kubernetes.io/unschedulable', 'NoSchedule') }),
  node('sick', { 'kubernetes.io/arch': 'amd64' }, taint('node.kubernetes.io/not-ready', 'NoExecute')),
  node('soft', { 'kubernetes.io/arch': 'amd64' }, taint('x', 'PreferNoSchedule')),
  node('offline', {}, taint('node.kubernetes.io/network-unavailable', 'NoSchedule')),
];

const required = (...terms: object[]) => ({
  affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
});
const expression = (key: string, operator: string, ...values: string[]) => ({ matchExpressions: [{ key, operator, values }] });
const tolerations = (...list: object[]) => ({ tolerations: list });

t.test('where a pod may run', async t => {
  const rows: [what: string, spec: object, names: string][] = [
    ['anything but what is tainted or cordoned', {}, 'amd arm soft'],
    ['a node by its name, whatever its taints', { nodeName: 'gpu' }, 'gpu'],
    ['a name that no node has', { nodeName: 'none' }, ''],
    ['an empty name is none', { nodeName: '' }, 'amd arm soft'],
    ['a selector', { nodeSelector: { 'kubernetes.io/arch': 'arm64' } }, 'arm'],
    ['all labels of a selector', { nodeSelector: { 'kubernetes.io/arch': 'amd64', cores: '16' } }, ''],
    ['a selector beside a taint', { nodeSelector: { gpu: 'yes' } }, ''],
    [
      'a taint that is tolerated',
      { nodeSelector: { gpu: 'yes' }, ...tolerations({ key: 'gpu', value: 'yes', effect: 'NoSchedule' }) },
      'gpu',
    ],
    ['by any value', { nodeSelector: { gpu: 'yes' }, ...tolerations({ key: 'gpu', operator: 'Exists' }) }, 'gpu'],
    ['by another value', { nodeSelector: { gpu: 'yes' }, ...tolerations({ key: 'gpu', value: 'no' }) }, ''],
    ['by another effect', { nodeSelector: { gpu: 'yes' }, ...tolerations({ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }) }, ''],
    ['an equal empty key tolerates nothing', tolerations({ value: 'yes' }), 'amd arm soft'],
    ['everything tolerated', tolerations({ operator: 'Exists' }), 'amd arm gpu cordoned sick soft offline'],
    ['In', required(expression('kubernetes.io/arch', 'In', 'arm64', 's390x')), 'arm'],
    ['NotIn takes nodes without the label', required(expression('zone', 'NotIn', 'b')), 'amd soft'],
    ['Exists', required(expression('zone', 'Exists')), 'arm'],
    ['DoesNotExist', required(expression('zone', 'DoesNotExist')), 'amd soft'],
    ['Gt', required(expression('cores', 'Gt', '8')), 'arm'],
    ['Lt', required(expression('cores', 'Lt', '16')), 'amd'],
    ['Gt of what is no number', required(expression('kubernetes.io/arch', 'Gt', '8')), ''],
    ['an unknown operator', required(expression('zone', 'Near', 'b')), ''],
    ['one of several terms', required(expression('zone', 'Exists'), expression('cores', 'In', '8')), 'amd arm'],
    ['an empty term selects nothing', required({}), ''],
    ['no term selects nothing', required(), ''],
    ['a field', required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['soft'] }] }), 'soft'],
    [
      'the expressions of one term together',
      required({
        matchExpressions: [
          { key: 'zone', operator: 'Exists' },
          { key: 'cores', operator: 'In', values: ['8'] },
        ],
      }),
      '',
    ],
  ];
  for (const [what, spec, names] of rows)
    t.equal(
      placementOf(readScheduling(spec), false, NODES)
        .nodes.map(({ metadata }) => metadata.name)
        .join(' '),
      names,
      what,
    );
});

t.test('a DaemonSet tolerates what its controller adds', async t => {
  const names = (spec: object) =>
    placementOf(readScheduling(spec), true, NODES)
      .nodes.map(({ metadata }) => metadata.name)
      .join(' ');
  t.equal(names({}), 'amd arm cordoned sick soft');
  t.equal(names({ hostNetwork: true }), 'amd arm cordoned sick soft offline');
});

t.test('the nodes that take no pod are told by their first reason', async t => {
  const { nodes, refused } = placementOf(readScheduling({ nodeSelector: { gpu: 'yes' } }), false, NODES);
  t.strictSame(nodes, []);
  t.strictSame(refused, [
    { reason: 'selector', count: 6, example: 'no label gpu=yes' },
    { reason: 'taint', count: 1, example: 'taint gpu=yes:NoSchedule' },
  ]);
});

t.test('malformed placement says nothing', async t => {
  const spec = { nodeSelector: 'x', tolerations: { a: 1 }, affinity: [], nodeName: 7 };
  t.strictSame(readScheduling(spec), { nodeSelector: {}, terms: null, tolerations: [], hostNetwork: false });
});
