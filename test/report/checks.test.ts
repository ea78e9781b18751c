/** The text of `check` over several images: what is known of each, and a width that no line exceeds but for a name. */
import t from 'tap';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { notesOf } from '../../src/diagnosis/notes.ts';
import type { Facts } from '../../src/model/facts.ts';
import { renderImageChecks } from '../../src/report/checks.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';

const of = (facts: Facts): Finding => ({ facts, diagnosis: diagnose(facts) });
const planned = (name: string, more: Partial<Facts> = {}): Facts => ({
  ...factsOf(readFixture(`test/fixtures/causes/${name}.json`)),
  ...more,
});
const NOTHING = { running: null, noNode: null, noNamespace: false, noServiceAccount: false };
const OPTIONS = { color: false, wide: false, width: 80 };

const unreachable = factsOf(readFixture('test/fixtures/causes/RegistryUnreachable-seen.json'));
const { planned: plan } = planned('NoPullProblem-planned');
const fromHere: Facts = { ...unreachable, ...(plan === undefined ? {} : { planned: plan }) };

t.test('what only this machine met is not told of the nodes', async t => {
  const finding = of(fromHere);
  t.match(finding.diagnosis.title, /^This machine cannot .*; the nodes may$/);
  t.not(finding.diagnosis.certainty, 'certain');
  const text = renderImageChecks([finding, of(planned('NoPullSecret-planned'))], OPTIONS);
  t.match(text, /^2 images: 0 can be pulled, 1 cannot, of 1 it is not known from this machine\n/);
});

t.test('an image that nodes have may be refused to the pod', async t => {
  const nodes = plan?.nodes === null || plan === undefined ? null : { ...(plan.nodes as NonNullable<typeof plan.nodes>), lacking: [] };
  const facts = planned('NoPullProblem-planned', {
    pullPolicy: 'Never',
    onNode: true,
    planned: { ...(plan as NonNullable<typeof plan>), nodes },
  });
  const recent: Facts = { ...facts, node: { ...facts.node, kubelet: 'v1.36.0' } };
  const old: Facts = { ...facts, node: { ...facts.node, kubelet: 'v1.32.0' } };
  t.ok(notesOf(recent, NOTHING).some(({ code }) => code === 'AccessUnknown'));
  t.notOk(notesOf(old, NOTHING).some(({ code }) => code === 'AccessUnknown'));
  const noted: Facts = { ...recent, notes: notesOf(recent, NOTHING) };
  const text = renderImageChecks([of(noted), of(old)], OPTIONS);
  t.match(text, /^2 images: 1 can be pulled, 0 cannot, of 1 it is not known from this machine\n/);
  t.match(text, /not known +\S/);
});

t.test('a name that does not fit has a line of its own, whole', async t => {
  const image = `registry.example.com/${'deep/'.repeat(30)}api:1.4.2`;
  const text = renderImageChecks([of(planned('NoPullProblem-planned', { image })), of(planned('NoPullProblem-planned'))], OPTIONS);
  t.ok(text.includes(image), 'it can be copied');
  const long = text.split('\n').filter(line => line.length > 80 && !line.includes(image));
  t.strictSame(long, []);
});
