/** What shows that a cluster is OpenShift. */
import t from 'tap';
import type { NodeFacts, SecretFact } from '../../src/model/facts.ts';
import { isGenerated, isInternalRegistry, isOfOtherProject, isOpenShift, isOpenShiftNode, streamOf } from '../../src/model/openshift.ts';
import { factsOf } from '../helpers/facts.ts';

const INTERNAL = 'image-registry.openshift-image-registry.svc:5000';
const secret = (more: Partial<SecretFact>): SecretFact => ({
  name: 'builder-dockercfg-x7k2p',
  type: 'kubernetes.io/dockercfg',
  lookup: 'found',
  why: null,
  problems: [],
  intendedFormat: null,
  keys: [INTERNAL],
  otherNamespaces: null,
  ...more,
});
const of = (facts: object, more: object = {}) =>
  factsOf({ about: '', expect: { cause: 'Unknown', certainty: 'possible', rule: '', names: [] }, facts: facts as never, ...more });

t.test('nodes', async t => {
  const node = (osImage: string | null, labels = {}): NodeFacts => ({ ...of({}).node, osImage, labels });
  for (const os of [
    'Red Hat Enterprise Linux CoreOS 9.6.20261104-0 (Plow)',
    'Red Hat Enterprise Linux CoreOS 416.94.202611040000-0',
    'CentOS Stream CoreOS 420.9.202611040000-0',
  ])
    t.ok(isOpenShiftNode(node(os)), os);
  t.ok(isOpenShiftNode(node('Red Hat Enterprise Linux 9.6 (Plow)', { 'node.openshift.io/os_id': 'rhel' })), 'a worker that is no CoreOS');
  for (const os of ['Fedora CoreOS 44.20261104.3.0', 'Red Hat Enterprise Linux 9.6 (Plow)', null])
    t.notOk(isOpenShiftNode(node(os)), `${os}`);
});

t.test('pull secrets that OpenShift generates', async t => {
  const rows: [string, Partial<SecretFact>, boolean][] = [
    ['as it is', {}, true],
    ['under a name of its own', { name: 'x', keys: ['172.30.1.2:5000', INTERNAL] }, true],
    ['the same keys in another form: somebody wrote it', { type: 'kubernetes.io/dockerconfigjson' }, false],
    ['for another registry', { keys: ['registry.example.com'] }, false],
    ['not read', { type: null, lookup: 'notSeen', keys: [] }, true],
    ['not read, and a name that says nothing', { name: 'regcred', type: null, lookup: 'notSeen', keys: [] }, false],
  ];
  for (const [name, more, wanted] of rows) t.equal(isGenerated(secret(more)), wanted, name);
});

t.test('clusters and images', async t => {
  t.notOk(isOpenShift(of({})));
  t.ok(isOpenShift(of({ secrets: [secret({})] })), 'by a pull secret');
  t.ok(isOpenShift(of({ image: `${INTERNAL}/shop/api:1` })), 'by the image');
  t.notOk(isInternalRegistry('image-registry.example.com'));
  t.strictSame(streamOf(of({ image: `${INTERNAL}/tools/api:1` })), { project: 'tools', stream: 'api' });
  t.equal(streamOf(of({})), null);
  const rows: [string, boolean][] = [
    [`${INTERNAL}/tools/api:1`, true],
    [`${INTERNAL}/shop/api:1`, false],
    [`${INTERNAL}/openshift/cli:latest`, false],
    ['registry.example.com/tools/api:1', false],
  ];
  for (const [image, wanted] of rows) t.equal(isOfOtherProject(of({ image })), wanted, image);
});
