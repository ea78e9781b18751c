/** What is written to a cluster: pods of our own, each created once and deleted by its uid; a server that does not answer is asked again. */
import t from 'tap';
import { LABEL, pullPod } from '../../src/cluster/pull-pod.ts';
import { createWriter, type Writer } from '../../src/cluster/writer.ts';
import { type Answer, authority, failure, startCluster } from '../helpers/cluster.ts';

const pod = pullPod(
  {
    namespace: 'shop',
    node: 'node-3',
    isWindows: false,
    image: 'registry.example.com/api:1',
    secrets: [],
    serviceAccount: 'default',
    runtimeClass: null,
    owner: { name: 'api', uid: 'u' },
  },
  'run1',
  'abc',
  60,
);
const { name } = pod.metadata;
const there = (uid: string, metadata: object = pod.metadata) => ({
  ...pod,
  kind: 'Pod',
  metadata: { ...metadata, namespace: 'shop', name, uid },
});

async function writerOf(options: Parameters<typeof startCluster>[0], test: { teardown(work: () => unknown): void }, persists = 3000) {
  const cluster = await startCluster(options);
  const connection = {
    server: cluster.server,
    headers: {},
    tls: { ca: authority.cert },
    proxyUrl: null,
    namespace: 'shop',
    origin: 'kubeconfig',
  };
  const writer: Writer = createWriter(connection as never, {}, 'test', persists);
  test.teardown(() => Promise.all([writer.close(), cluster.close()]));
  return { writer, asked: () => cluster.requests.map(({ method }) => method) };
}

t.test('a pod that is another one, or not ours, is never deleted', async t => {
  const at = { namespace: 'shop', name, uid: 'uid-1' };
  for (const [title, object, is] of [
    ['another uid', there('uid-2'), 'replaced'],
    ['the label alone', there('uid-1', { labels: { [LABEL]: 'true' } }), 'unmarked'],
    ['no mark at all', there('uid-1', {}), 'unmarked'],
  ] as const) {
    const { writer, asked } = await writerOf({ objects: [object] }, t);
    t.equal((await writer.remove(at)).is, is, title);
    t.strictSame(asked(), ['GET'], `${title}: nothing is deleted`);
  }
  const gone = await writerOf({}, t);
  t.equal((await gone.writer.remove(at)).is, 'gone');
});

t.test('a request that hangs is told as silence', async t => {
  const hang = (): Answer => ({ status: 200, body: '', hang: 'headers' });
  const at = { namespace: 'shop', name, uid: 'uid-1' };
  const { writer } = await writerOf({ objects: [there('uid-1')], write: hang }, t, 1);
  const [removal, created] = await Promise.all([writer.remove(at), writer.create(pod)]);
  t.match(removal, { is: 'there', why: /the request timed out/ });
  t.match(created, { ok: false, status: 0, message: /the request timed out/ });
});

t.test('a deletion has the uid, is repeated while the server fails, and is looked after', async t => {
  const objects = [there('uid-1')];
  const bodies: unknown[] = [];
  const { writer, asked } = await writerOf(
    {
      objects,
      write(_, __, body): Answer {
        bodies.push(body);
        if (bodies.length === 1) return failure(500, 'InternalError', 'no leader');
        objects.pop();
        return { status: 200, body: '{}' };
      },
    },
    t,
  );
  t.equal((await writer.remove({ namespace: 'shop', name, uid: null })).is, 'gone');
  t.strictSame(asked(), ['GET', 'DELETE', 'GET', 'DELETE', 'GET'], 'the last look finds nothing');
  t.match(bodies, [{ gracePeriodSeconds: 0, preconditions: { uid: 'uid-1' } }, { preconditions: { uid: 'uid-1' } }]);
  const stuck = await writerOf({ objects: [there('uid-1')], write: () => ({ status: 200, body: '{}' }) }, t, 600);
  t.match(await stuck.writer.remove({ namespace: 'shop', name, uid: 'uid-1' }), { why: /the pod is still there/ }, 'a finalizer keeps it');
});

t.test('a refusal is an answer, silence is none', async t => {
  const refuses = await writerOf({ write: () => failure(403, 'Forbidden', 'exceeded quota') }, t);
  t.match(await refuses.writer.create(pod), { ok: false, status: 403, message: 'exceeded quota' });
  t.strictSame(refuses.asked(), ['POST'], 'and not asked again');
  const silent = await writerOf({ write: () => ({ status: 503, body: '<html>' }) }, t, 500);
  t.match(await silent.writer.create(pod), { ok: false, status: 503 });
  t.ok(silent.asked().filter(method => method === 'POST').length > 1, 'asked again');
});

t.test('rights: yes, no, and not told', async t => {
  for (const [body, wanted] of [
    ['{"status":{"allowed":true}}', true],
    ['{"status":{"allowed":false}}', false],
    ['{"status":{}}', null],
    ['[]', null],
  ] as const) {
    const { writer } = await writerOf({ write: () => ({ status: 201, body }) }, t);
    t.equal(await writer.mayI('create', 'shop'), wanted);
  }
  const { writer } = await writerOf({ write: () => failure(403, 'Forbidden', 'no') }, t);
  t.equal(await writer.mayI('create', 'shop'), null);
});
