/** A page of a list as text: what is told before it is whole, and what of it is left unread. */
import t from 'tap';
import { followingPage, withoutManagedFields } from '../../src/cluster/page.ts';

t.test('the page that follows is known from the beginning', async t => {
  const rows: [string, string, string][] = [
    [
      'an API server',
      '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"abc=","remainingItemCount":9},"items":[',
      'abc=',
    ],
    [
      'the last page',
      '{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"continue":"no"}}]',
      '',
    ],
    ['an empty token', '{"kind":"PodList","apiVersion":"v1","metadata":{"continue":""},"items":[', ''],
    ['another order', '{"apiVersion":"v1","items":[],"kind":"PodList","metadata":{"continue":"abc"}}', ''],
    ['no list', '{"kind":"Status","apiVersion":"v1","metadata":{"continue":"abc"}}', ''],
    ['a piece', '{"kind":"PodList","apiVer', ''],
    ['an escape in the token', String.raw`{"kind":"PodList","apiVersion":"v1","metadata":{"continue":"a\u0062"},"items":[`, ''],
  ];
  for (const [name, text, wanted] of rows) t.equal(followingPage(text), wanted, name);
});

t.test('who wrote a field of a pod is left out, and nothing else', async t => {
  const managed = [{ manager: 'kubelet', fieldsV1: { 'f:spec': { 'k:{"name":"a"}': {}, 'v:"},\\"spec\\":"': {} } } }];
  const spec = { containers: [{ name: 'a', args: [',"managedFields":[', ']},"spec":'] }] };
  const pod = (metadata: object) => ({ metadata: { name: 'web', ...metadata }, spec });
  const list = (kind: string, ...items: object[]): string => JSON.stringify({ kind, apiVersion: 'v1', metadata: {}, items });
  const bare = list('PodList', pod({}), pod({}));
  const rows: [string, string, string][] = [
    ['of each pod', list('PodList', pod({ managedFields: managed }), pod({ managedFields: managed })), bare],
    ['of one of them', list('PodList', pod({}), pod({ managedFields: managed })), bare],
    ['none', bare, bare],
  ];
  for (const [name, text, wanted] of rows) t.equal(withoutManagedFields(text), wanted, name);
  const kept: [string, string][] = [
    ['another kind', list('SecretList', pod({ managedFields: managed }))],
    ['other fields behind', list('PodList', { metadata: { managedFields: managed, name: 'web', ownerReferences: [{ kind: 'X' }] }, spec })],
    ['no spec', list('PodList', { metadata: { name: 'web', managedFields: managed } })],
  ];
  for (const [name, text] of kept) t.equal(withoutManagedFields(text), text, name);
});
