/** Which pods belong to what was named, and how they are listed. */
import t from 'tap';
import { isOfTarget, isSelected, type Selection, selectionPath, type Target, titleOf } from '../../src/cluster/targets.ts';
import type { Pod } from '../../src/model/kubernetes.ts';

const pod = (name: string, metadata: Partial<Pod['metadata']> = {}): Pod => ({ metadata: { name, namespace: 'shop', ...metadata } });
const workload = (type: string, name: string, selector: string | null): Target => ({
  kind: 'workload',
  type,
  name,
  namespace: 'shop',
  selector,
});
const api = workload('deployment', 'api', 'app=api');
const nightly = workload('cronjob', 'nightly', null);
const one: Target = { kind: 'pod', name: 'api-1', namespace: 'shop' };
const ofJob = (name: string) => pod('x', { ownerReferences: [{ kind: 'Job', name, controller: true }] });
const refusal = { message: 'x', maker: { kind: 'replicaset', name: 'api-a' }, since: null, attempts: null, lasts: true };

t.test('whose a pod is', t => {
  const rows: [name: string, pod: Pod, target: Target, belongs: boolean][] = [
    ['by its name', pod('api-1'), one, true],
    ['another name', pod('api-2'), one, false],
    ['another namespace', pod('api-1', { namespace: 'test' }), one, false],
    ['by its labels', pod('x', { labels: { app: 'api' } }), api, true],
    ['other labels', pod('x', { labels: { app: 'web' } }), api, false],
    ['by the Job of a CronJob', ofJob('nightly-29301120'), nightly, true],
    ['a Job of another CronJob', ofJob('nightly-report-29301120'), nightly, false],
    ['a Job of the same length', ofJob('weekly1-29301120'), nightly, false],
    ['what admission refuses of a workload', { ...pod('deployment/api'), refusal }, api, true],
    ['and of another', { ...pod('deployment/web'), refusal }, api, false],
  ];
  for (const [name, one, target, belongs] of rows) t.equal(isOfTarget(one, target), belongs, name);
  const selection = (...targets: Target[]): Selection => ({ namespace: 'shop', selector: null, targets });
  t.ok(isSelected(pod('any'), selection()), 'without a name every pod is selected');
  t.notOk(isSelected(pod('any'), selection(one, api)));
  t.ok(isSelected(pod('api-1'), selection(one, api)));
  t.strictSame([one, api].map(titleOf), ['pod/api-1', 'deployment/api']);
  t.end();
});

t.test('no more is listed than has to be', t => {
  const path = (namespace: string | null, selector: string | null, ...targets: Target[]) => selectionPath({ namespace, selector, targets });
  t.equal(path(null, 'app=api'), '/api/v1/pods?labelSelector=app%3Dapi');
  t.equal(path('shop', null, one), '/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dapi-1');
  t.equal(path('shop', null, api), '/api/v1/namespaces/shop/pods?labelSelector=app%3Dapi');
  t.equal(path('shop', null, nightly), '/api/v1/namespaces/shop/pods');
  t.equal(path('shop', null, one, api), '/api/v1/namespaces/shop/pods');
  t.end();
});
