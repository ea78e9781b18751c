/** Which tool keeps a workload: by the marks of its metadata and of its pod. */
import t from 'tap';
import type { Manager } from '../../src/model/facts.ts';
import type { Metadata } from '../../src/model/kubernetes.ts';
import { managerOf } from '../../src/parse/manager.ts';

type Marks = Partial<Omit<Metadata, 'name'>>;
const HELM = { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'storefront', 'helm.sh/chart': 'api-2.3.0' };
const RELEASE = { 'meta.helm.sh/release-name': 'storefront', 'meta.helm.sh/release-namespace': 'web' };
const TRACKED = { 'argocd.argoproj.io/tracking-id': 'storefront:apps/Deployment:shop/api' };
const flux = (group: string): Record<string, string> => ({
  [`${group}.toolkit.fluxcd.io/name`]: 'apps',
  [`${group}.toolkit.fluxcd.io/namespace`]: 'flux-system',
});
const managed = (...managers: string[]) => ({ managedFields: managers.map(manager => ({ manager })) });

t.test('the marks of each tool', async t => {
  const rows: [string, Marks, Marks, Manager | null][] = [
    ['no mark', { labels: { app: 'api' } }, { labels: { 'app.kubernetes.io/instance': 'storefront' } }, null],
    ['a release by its annotations', { annotations: RELEASE }, {}, { tool: 'helm', name: 'storefront', namespace: 'web', chart: null }],
    [
      'annotations of the workload, and labels of the pod',
      { annotations: RELEASE },
      { labels: HELM },
      { tool: 'helm', name: 'storefront', namespace: 'web', chart: 'api-2.3.0' },
    ],
    ['labels of the pod alone', {}, { labels: HELM }, { tool: 'helm', name: 'storefront', namespace: null, chart: 'api-2.3.0' }],
    ['fields that helm wrote', managed('kubectl', 'helm'), {}, { tool: 'helm', name: null, namespace: null, chart: null }],
    ['fields that others wrote', managed('kubectl', 'kube-controller-manager'), {}, null],
    ['a tracking ID', { annotations: TRACKED }, {}, { tool: 'argocd', name: 'storefront', namespace: null, chart: null }],
    [
      'a tracking ID of an application in a namespace of its own',
      { annotations: { 'argocd.argoproj.io/tracking-id': 'teams_storefront:apps/Deployment:shop/api' } },
      {},
      { tool: 'argocd', name: 'storefront', namespace: 'teams', chart: null },
    ],
    [
      'the label of an application',
      { labels: { 'argocd.argoproj.io/instance': 'storefront' } },
      {},
      { tool: 'argocd', name: 'storefront', namespace: null, chart: null },
    ],
    [
      'a chart that Argo CD installs',
      { annotations: TRACKED },
      { labels: HELM },
      { tool: 'argocd', name: 'storefront', namespace: null, chart: 'api-2.3.0' },
    ],
    ['fields that Argo CD wrote', managed('argocd-controller'), {}, { tool: 'argocd', name: null, namespace: null, chart: null }],
    [
      'a Kustomization',
      { labels: flux('kustomize') },
      {},
      { tool: 'fluxKustomization', name: 'apps', namespace: 'flux-system', chart: null },
    ],
    [
      'a chart that Flux installs',
      { labels: { ...flux('helm'), ...HELM }, annotations: RELEASE },
      {},
      { tool: 'fluxHelmRelease', name: 'apps', namespace: 'flux-system', chart: 'api-2.3.0' },
    ],
    [
      'fields that Flux wrote',
      managed('kustomize-controller'),
      {},
      { tool: 'fluxKustomization', name: null, namespace: null, chart: null },
    ],
    [
      'labels count more than fields',
      { ...managed('kustomize-controller'), labels: flux('kustomize') },
      {},
      { tool: 'fluxKustomization', name: 'apps', namespace: 'flux-system', chart: null },
    ],
    [
      'a text that is no name',
      { annotations: { 'meta.helm.sh/release-name': '--all; x', 'meta.helm.sh/release-namespace': '' } },
      {},
      { tool: 'helm', name: null, namespace: null, chart: null },
    ],
  ];
  for (const [title, workload, pod, expected] of rows)
    t.strictSame(
      managerOf([
        { name: 'api', ...workload },
        { name: 'api-7c9f', ...pod },
      ]),
      expected,
      title,
    );
});
