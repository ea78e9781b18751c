/** `why` connects the registry while it reads the cluster, where the probe will ask it, and nobody else; and asks the cluster no more than it needs. */
import t from 'tap';
import { imagesToAsk } from '../../src/diagnosis/ahead.ts';
import type { Pod } from '../../src/model/kubernetes.ts';
import { type ClusterObject, startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { run } from '../helpers/process.ts';
import { startTcp } from '../helpers/registry.ts';
import { dockerconfigjson, NODE, named, podOf } from '../helpers/shop.ts';

const REPORT = {
  reason: 'ImagePullBackOff',
  message:
    'Back-off pulling image "x": ErrImagePull: failed to pull and unpack image "x": failed to resolve reference "x": unexpected status from HEAD request to https://x/v2/app/manifests/1: 503 Service Unavailable',
};
const BARE = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' };
const podAt = (host: string, more: Parameters<typeof podOf>[2], name = 'api'): ClusterObject =>
  podOf(name, 'shop', { image: `${host}/team/api:1`, waiting: REPORT, ...more });
const around = [NODE, named('Namespace', 'shop'), named('ServiceAccount', 'builder', 'shop')];
const good = (host: string): ClusterObject => dockerconfigjson('good', 'shop', { [host]: { username: 'ci', password: 'example' } });
const torn: ClusterObject = {
  ...good('x'),
  metadata: { name: 'torn', namespace: 'shop' },
  data: { '.dockerconfigjson': Buffer.from('{ torn').toString('base64') },
};

/** Milliseconds before each answer of the API server: many times what a connection on this machine takes. */
const DELAY = 600;

/** Runs `why` on a cluster that answers slowly. Out: when the registry was connected, and what the cluster was asked. */
async function ask(objectsAt: (host: string) => ClusterObject[], args: string[]) {
  const connected: number[] = [];
  const registry = await startTcp(socket => {
    connected.push(performance.now());
    socket.destroy();
  });
  const cluster = await startCluster({ objects: [...around, ...objectsAt(registry.host)], delayMs: DELAY });
  const { stdout } = await run(['why', ...args, '-n', 'shop', '-o', 'json', '--kubeconfig', writeKubeconfig({ server: cluster.server })]);
  await Promise.all([registry.close(), cluster.close()]);
  return { connected, requests: cluster.requests, stdout };
}

t.test('the registry is connected before the cluster is read', async t => {
  const rows: [string, (host: string) => ClusterObject[], string[], RegExp][] = [
    ['a pod without pull secrets', host => [podAt(host, {})], ['api'], /\/nodes\//],
    ['a pod whose node was answered', host => [podAt(host, { secrets: ['good'] }), good(host)], ['api'], /\/secrets\/good$/],
    ['the pods of a namespace', host => ['a', 'b', 'c'].map(name => podAt(host, {}, name)), [], /\/events$/],
  ];
  for (const [name, objects, args, path] of rows) {
    const { connected, requests, stdout } = await ask(objects, args);
    const last = requests
      .filter(request => path.test(request.path) && !request.query.get('fieldSelector')?.includes('FailedCreate'))
      .at(-1);
    const [first = Number.POSITIVE_INFINITY] = connected;
    t.ok(
      last !== undefined && first < last.ended,
      `${name}: connected ${Math.round((last?.ended ?? 0) - first)} ms before that was answered`,
    );
    const asked = requests.map(({ path, query }) => `${path}?${query}`);
    t.equal(new Set(asked).size, asked.length, `${name}: nothing is asked twice: ${asked.join(' ')}`);
    t.match(stdout, /"name": "connect",\s+"status": "ok"/, `${name}: the connection is told as the probe's own`);
  }
});

t.test('nobody is connected who is not asked', async t => {
  const rows: [string, (host: string) => ClusterObject[], string[]][] = [
    ['--no-probe', host => [podAt(host, {})], ['api', '--no-probe']],
    ['a pull secret that does not parse', host => [podAt(host, { secrets: ['torn'], waiting: BARE }), torn], ['api']],
    ['a healthy pod', host => [podAt(host, { waiting: null })], ['api']],
    ['a name that is not valid', host => [podAt(host, { waiting: { reason: 'InvalidImageName', message: 'x' } })], ['api']],
  ];
  for (const [name, objects, args] of rows) t.strictSame((await ask(objects, args)).connected, [], name);
});

t.test('which images are surely asked for', async t => {
  const of = (more: Parameters<typeof podOf>[2], change: (pod: Pod) => void = () => {}): string[] => {
    const pod = structuredClone(podAt('registry.acme.example', more)) as unknown as Pod;
    change(pod);
    return imagesToAsk(pod, null).map(({ registry }) => registry);
  };
  t.strictSame(of({}), ['registry.acme.example']);
  t.strictSame(of({ waiting: BARE }), ['registry.acme.example'], 'without pull secrets none can be broken');
  t.strictSame(of({ secrets: ['good'] }), ['registry.acme.example'], 'the node has asked');
  t.strictSame(of({ secrets: ['good'], waiting: BARE }), [], 'nobody knows whether the secrets parse');
  t.strictSame(of({ waiting: { reason: 'ErrImageNeverPull', message: 'x' } }), [], 'it is never pulled');
  t.strictSame(
    of({}, pod => Object.assign(pod.spec?.containers?.[0] ?? {}, { imagePullPolicy: 'Never' })),
    [],
    'by its policy',
  );
  t.strictSame(
    of({}, pod => Object.assign(pod.spec ?? {}, { volumes: [{ name: 'v', image: { reference: 'x/y:1' } }] })),
    [],
    'the status may be of the volume',
  );
  t.strictSame(of({ image: 'A B' }), [], 'no image');
  t.strictSame(of({ waiting: null }), [], 'it runs');
  t.strictSame(imagesToAsk(podAt('registry.acme.example', {}) as unknown as Pod, 'other'), [], 'another container was asked for');
});
