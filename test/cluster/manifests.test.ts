/** Manifests before they are applied: which pods they would make, with what, and where each image stands. */
import t from 'tap';
import { inNamespace, readManifests } from '../../src/cluster/manifests.ts';
import { parseImagePath } from '../../src/parse/image-path.ts';
import { imagesOf } from '../../src/parse/pod.ts';

const read = (text: string, ...paths: string[]) => readManifests([{ file: 'm.yaml', text }], paths.map(parseImagePath));
/** `OWNER: KIND NAME IMAGE LINE` of each image. */
const imagesIn = (text: string, ...paths: string[]): string[] =>
  read(text, ...paths).pods.flatMap(({ pod, places }) =>
    imagesOf(pod).map(
      ({ kind, name, image }) =>
        `${pod.metadata.namespace ?? '-'}/${pod.metadata.name}: ${kind} ${name} ${image} ${places.get(`${kind}/${name}`)?.line}`,
    ),
  );

const template = (kind: string, apiVersion: string, indent = ''): string =>
  `apiVersion: ${apiVersion}
kind: ${kind}
metadata: {name: web, namespace: shop}
spec:
${indent}  template:
${indent}    spec: {containers: [{name: main, image: "r.example.com/a:1"}]}
`;

t.test('every kind that makes pods', async t => {
  for (const [kind, api] of [
    ['Deployment', 'apps/v1'],
    ['StatefulSet', 'apps/v1'],
    ['DaemonSet', 'apps/v1'],
    ['ReplicaSet', 'apps/v1'],
    ['ReplicationController', 'v1'],
    ['Job', 'batch/v1'],
    ['Rollout', 'argoproj.io/v1alpha1'],
    ['constructor', 'example.com/v1'],
  ] as const)
    t.strictSame(imagesIn(template(kind, api)), [`shop/${kind.toLowerCase()}/web: container main r.example.com/a:1 6`], kind);
  const cron = `apiVersion: batch/v1
kind: CronJob
metadata: {name: web}
spec:
  jobTemplate:
    spec:
      template:
        spec: {containers: [{name: main, image: a:1}]}
`;
  t.strictSame(imagesIn(cron), ['-/cronjob/web: container main a:1 8'], 'CronJob');
  const podTemplate = 'kind: PodTemplate\nmetadata: {name: web}\ntemplate:\n  spec: {containers: [{name: main, image: a:1}]}\n';
  t.strictSame(imagesIn(podTemplate), ['-/podtemplate/web: container main a:1 4'], 'PodTemplate');
  t.ok(read(template('DaemonSet', 'apps/v1')).pods[0]?.isDaemon, 'a DaemonSet is one');
});

t.test('every image of a pod', async t => {
  const pod = `kind: Pod
metadata: {generateName: run-}
spec:
  serviceAccount: builder
  volumes:
    - {name: none, emptyDir: {}}
    - {name: data, image: {reference: "d:1"}}
  initContainers:
    - name: setup
      image: i:1
  containers:
    - {name: main, image: c:1}
    - {name: bare}
  ephemeralContainers:
    - {name: debug, image: e:1}
`;
  t.strictSame(imagesIn(pod), [
    '-/run-: imageVolume data d:1 7',
    '-/run-: initContainer setup i:1 10',
    '-/run-: container main c:1 12',
    '-/run-: container bare  13',
    '-/run-: ephemeralContainer debug e:1 15',
  ]);
  t.equal(read(pod).pods[0]?.pod.spec?.serviceAccountName, 'builder', 'by the older name of the field, too');
});

t.test('lists, many documents, and what is no workload', async t => {
  const text = `# Source: chart/templates/web.yaml
kind: List
items:
  - kind: DeploymentList
    items:
      - metadata: {name: a}
        spec: {template: {spec: {containers: [{name: m, image: a:1}]}}}
  - {kind: Service, metadata: {name: s}, spec: {ports: []}}
---
---
services: {web: {image: nginx}}
---
kind: SealedSecret
metadata: {name: sealed, namespace: shop}
spec: {template: {type: kubernetes.io/dockerconfigjson}}
---
kind: ExternalSecret
metadata: {name: external}
spec: {target: {name: regcred}}
---
kind: Namespace
metadata: {name: shop}
---
kind: ServiceAccount
metadata: {name: builder}
imagePullSecrets: [{name: regcred}]
`;
  const { pods, namespaces, serviceAccounts, promised, warnings } = read(text);
  t.strictSame(
    pods.map(({ pod }) => pod.metadata.name),
    ['deployment/a'],
  );
  t.strictSame(namespaces, ['shop']);
  t.equal(serviceAccounts[0]?.metadata.name, 'builder');
  t.strictSame(
    promised.map(({ kind, name }) => `${kind} ${name}`),
    ['SealedSecret sealed', 'ExternalSecret regcred'],
  );
  t.strictSame(warnings, []);
});

t.test('custom resources by paths', async t => {
  const text = `kind: Widget
metadata: {name: w, namespace: shop}
spec:
  imagePullSecrets: [{name: regcred}]
  nodeSelector: {gpu: "yes"}
  image: a:1
  parts:
    - image: b:1
    - image: c:1
  template: {spec: {containers: [{name: main, image: d:1}]}}
`;
  t.strictSame(imagesIn(text, '.spec.image', '{.spec.parts[*].image}', '.spec.template.spec.containers[*].image'), [
    'shop/widget/w: container main d:1 10',
    'shop/widget/w: container spec.image a:1 6',
    'shop/widget/w: container spec.parts.0.image b:1 8',
    'shop/widget/w: container spec.parts.1.image c:1 9',
  ]);
  const own = read(text, '.spec.image').pods[1];
  t.strictSame(own?.pod.spec?.imagePullSecrets, [{ name: 'regcred' }], 'with the pull secrets of its spec');
  t.strictSame(own?.scheduling.nodeSelector, { gpu: 'yes' }, 'and its node selector');
  t.match(
    read(`${template('Deployment', 'apps/v1')}---\nkind: Widget\nmetadata: {name: w}\nspec: {image: {tag: x}}\n`, '.spec.image').warnings,
    [/Widget "w" in "m.yaml", line 8, is malformed: --image-path leads to spec\.image, which is no text/],
  );
});

t.test('what cannot be read is told', async t => {
  const good = template('Deployment', 'apps/v1');
  const texts = [
    { file: 'good.yaml', text: good },
    { file: 'chart/web.yaml', text: 'kind: Pod\nmetadata: {{ .Values.x }}\nname: [' },
  ];
  t.match(readManifests(texts, []).warnings, [/"chart\/web.yaml" is neither JSON nor YAML: .*render a template first/]);
  t.match(read(`${good}---\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: 7}]}\n`).warnings, [/Pod "p" in "m.yaml", line 8/]);
  t.match(read(`${good}---\nkind: Pod\nspec: {containers: []}\n`).warnings, [/it has no name/]);
  t.throws(() => read('kind: Pod\n bad: [\n'), { name: 'UserError', message: /neither JSON nor YAML/ }, 'nothing else is left');
});

t.test('an object without a namespace is in that of the context', async t => {
  const [bare, own] = [read('kind: Pod\nmetadata: {name: p}\nspec: {containers: []}\n'), read(template('Job', 'batch/v1'))].map(
    ({ pods }) => pods[0],
  );
  t.equal(inNamespace(bare as never, 'build').pod.metadata.namespace, 'build');
  t.equal(inNamespace(own as never, 'build').pod.metadata.namespace, 'shop');
});
