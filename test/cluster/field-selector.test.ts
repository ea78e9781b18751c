/** Field selectors: what is passed to the API server, and what they select in a file. */
import t from 'tap';
import { fieldSelectorOf, selectsIn } from '../../src/cluster/field-selector.ts';

const POD = { name: 'api', namespace: 'shop', node: 'node-3', serviceAccount: 'builder', phase: 'Pending' };

t.test('the selector of a run', async t => {
  for (const [fieldSelector, node, wanted] of [
    [undefined, undefined, null],
    ['', undefined, null],
    ['status.phase=Pending', undefined, 'status.phase=Pending'],
    ['status.phase==Pending, spec.nodeName!=a', undefined, 'status.phase=Pending,spec.nodeName!=a'],
    ['a.b=c\\,d\\=e\\\\', undefined, 'a.b=c\\,d\\=e\\\\'],
    [undefined, 'node,1=2', 'spec.nodeName=node\\,1\\=2'],
    ['spec.nodeName!=a', 'b', 'spec.nodeName!=a,spec.nodeName=b'],
    // which fields there are the API server says
    ['no.such/field=x', undefined, 'no.such/field=x'],
  ] as const)
    t.equal(fieldSelectorOf({ fieldSelector, node }), wanted, String(fieldSelector ?? node));
});

t.test('what is no selector', async t => {
  for (const text of ['a', '=b', 'a=b=c', 'a=b\\c', 'a!b', 'a in (b)', 'a=b\\'])
    t.throws(() => fieldSelectorOf({ fieldSelector: text }), { name: 'UserError', message: /invalid --field-selector/ }, text);
});

t.test('what is selected in a file', async t => {
  for (const [text, isSelected] of [
    [null, true],
    ['metadata.name=api', true],
    ['metadata.name!=api', false],
    ['metadata.namespace=shop,spec.nodeName=node-3', true],
    ['metadata.namespace=shop,spec.nodeName=node-4', false],
    ['spec.serviceAccountName=builder', true],
    ['status.phase!=Running', true],
  ] as const)
    t.equal(selectsIn(text, '"f"')(POD), isSelected, String(text));
  t.throws(() => selectsIn('spec.hostNetwork=true', '"f"'), { message: /cannot select by spec\.hostNetwork in "f"/ });
  t.throws(() => selectsIn('status.phase=x', '"f"')({ ...POD, phase: null }), { message: /status\.phase in "f": it is not known there/ });
  t.equal(selectsIn('spec.nodeName=', '"f"')({ ...POD, node: null }), true, 'a pod that no node has yet');
});
