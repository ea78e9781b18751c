/** The commands that change what makes a pod: one row for each kind of owner. */
import t from 'tap';
import { attachSecret, retryNow, selectNodes, setImage } from '../../src/causes/commands.ts';
import { blank } from '../../src/causes/shell.ts';
import type { Facts, Owner } from '../../src/model/facts.ts';
import { factsOf } from '../helpers/facts.ts';

const base = factsOf({ about: '', expect: { cause: 'Unknown', certainty: 'possible', rule: '', names: [] } });
const ownedBy = (kind: string, name: string): Facts => ({
  ...base,
  pod: { ...(base.pod as NonNullable<Facts['pod']>), owner: { kind, name } satisfies Owner },
});
const NEW = 'registry.example.com/team/api:2';

t.test('another image, by the kind of the owner', async t => {
  const rows: [kind: string, name: string, command: string | null, title: RegExp][] = [
    ['deployment', 'api', `kubectl -n shop set image deployment/api api=${NEW}`, /^use it$/],
    ['daemonset', 'api', `kubectl -n shop set image daemonset/api api=${NEW}`, /^use it$/],
    ['statefulset', 'api', `kubectl -n shop set image statefulset/api api=${NEW}\nkubectl -n shop delete pod/api-7c9f`, /^use it$/],
    ['replicaset', 'api', `kubectl -n shop set image replicaset/api api=${NEW}\nkubectl -n shop delete pod/api-7c9f`, /^use it$/],
    [
      'replicationcontroller',
      'api',
      `kubectl -n shop set image replicationcontroller/api api=${NEW}\nkubectl -n shop delete pod/api-7c9f`,
      /^use it$/,
    ],
    [
      'cronjob',
      'backup',
      `kubectl -n shop set image cronjob/backup api=${NEW}\nkubectl -n shop set image pod/api-7c9f api=${NEW}`,
      /for its next jobs and for this pod/,
    ],
    ['job', 'once', `kubectl -n shop set image pod/api-7c9f api=${NEW}`, /template of a job cannot be changed: correct its manifest too\)/],
    ['job', 'backup-29401020', `kubectl -n shop set image pod/api-7c9f api=${NEW}`, /or that of the CronJob that makes it/],
    ['rollout', 'web', `kubectl -n shop set image pod/api-7c9f api=${NEW}`, /pod alone: correct the manifest of rollout "web" too/],
    ['pod', 'api-7c9f', `kubectl -n shop set image pod/api-7c9f api=${NEW}`, /^use it$/],
    ['node', 'node-3', null, /api:2 in the file of this static pod on node "node-3"/],
  ];
  for (const [kind, name, command, title] of rows) {
    const fix = setImage(ownedBy(kind, name), NEW, 'use it');
    t.equal(fix.command, command, kind);
    t.match(fix.title, title, kind);
  }
});

t.test('a tag that a person chooses stands outside quotes, and nothing follows it', async t => {
  for (const kind of ['deployment', 'statefulset', 'replicaset', 'cronjob', 'job', 'pod']) {
    const { command } = setImage(ownedBy(kind, 'api'), ['registry.example.com/a b:', blank('TAG')], 'use it');
    t.match(command, /^kubectl .*api='?registry.example.com\/a b:'?<TAG>$/, kind);
  }
  const volume: Facts = { ...ownedBy('deployment', 'api'), container: { name: 'data', kind: 'imageVolume' } };
  t.equal(setImage(volume, ['x:', blank('TAG')], 'use it').command, 'kubectl -n shop edit deployment/api');
});

t.test('a pull secret, by the kind of the owner', async t => {
  const command = (kind: string, facts: Partial<Facts> = {}): string => {
    const [fix] = attachSecret({ ...ownedBy(kind, 'api'), ...facts }, 'regcred');
    return fix?.command ?? fix?.title ?? '';
  };
  const template = "'spec: {template: {spec: {imagePullSecrets: [{name: regcred}]}}}'";
  t.equal(command('deployment'), `kubectl -n shop patch deployment/api -p ${template}`);
  t.equal(command('replicaset'), `kubectl -n shop patch replicaset/api -p ${template}\nkubectl -n shop delete pod/api-7c9f`);
  t.equal(
    command('cronjob'),
    "kubectl -n shop patch cronjob/api -p 'spec: {jobTemplate: {spec: {template: {spec: {imagePullSecrets: [{name: regcred}]}}}}}'",
  );
  t.match(command('job'), /^kubectl -n shop patch serviceaccount\/default /);
  const own = factsOf({
    about: '',
    expect: { cause: 'Unknown', certainty: 'possible', rule: '', names: [] },
    facts: { secrets: [{ name: 'mine' }] },
  }).secrets;
  t.match(command('job', { secrets: own }), /imagePullSecrets in the manifest of job "api", and create it again/, 'its own list');
  t.notMatch(command('node'), /kubectl .*secret/, 'a static pod names no secret');
});

t.test('a static pod is neither deleted nor moved by the API', async t => {
  t.equal(retryNow(ownedBy('node', 'node-3')).command, null);
  t.match(selectNodes(ownedBy('node', 'node-3'), { a: 'b' }, 'nodes with amd64'), {
    title: /^move the file of this static pod/,
    command: null,
  });
});
