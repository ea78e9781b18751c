/** What OpenShift changes in a verdict: its nodes have credentials of their own, and its pods a pull secret that nobody wrote. */
import t from 'tap';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Facts } from '../../src/model/facts.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const fixture = (name: string): Facts => factsOf(readFixture(`test/fixtures/causes/${name}.json`));
const LABELS = { 'node.openshift.io/os_id': 'rhel' };
const on = (facts: Facts): Facts => ({ ...facts, node: { ...facts.node, labels: LABELS } });
const verdict = (facts: Facts): string => {
  const { cause, certainty } = diagnose(facts);
  return `${cause} ${certainty}`;
};

t.test('a missing pull secret is never certain on OpenShift', async t => {
  const facts = fixture('NoPullSecret');
  facts.nodeReport.faults = [];
  t.equal(verdict(facts), 'NoPullSecret certain');
  t.equal(verdict(on(facts)), 'NoPullSecret likely');
  t.equal(verdict(fixture('NoPullSecret')), 'NoPullSecret certain', 'unless the node says that it sent no credentials');
});

t.test('a generated pull secret is no mismatch, one that somebody wrote is', async t => {
  const facts = fixture('NoPullSecret-openshift');
  t.equal(verdict(facts), 'NoPullSecret likely');
  const [own] = fixture('SecretRegistryMismatch').secrets;
  const miss = { secret: 'regcred', key: 'registry.example.org', why: 'it is for another registry', near: true };
  const both = {
    ...facts,
    secrets: [...facts.secrets, { ...(own as Facts['secrets'][number]), name: 'regcred', keys: [miss.key] }],
    keyring: { ...facts.keyring, nearMisses: [...facts.keyring.nearMisses, miss] },
  };
  const { cause, summary } = diagnose(both);
  t.equal(cause, 'SecretRegistryMismatch');
  t.match(summary, 'The nearest key is "registry.example.org" in secret "regcred"');
  t.notMatch(summary, 'dockercfg');
});

t.test('the words of the node decide where only its nodes know the registry', async t => {
  const unreachable = fixture('redherring-service-not-reachable');
  const said = fixture('AccessDenied-project');
  t.equal(verdict(unreachable), verdict(said));
  t.equal(
    verdict({
      ...said,
      image: said.image.replace('/tools/', '/shop/'),
      reference: said.reference && { ...said.reference, repository: 'shop/api' },
    }),
    'CredentialsRejected possible',
  );
  t.match(
    diagnose(unreachable).evidence.map(({ detail }) => detail),
    [/./, /./, /./, /says nothing of the node/],
  );
});
