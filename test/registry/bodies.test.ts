/** Bodies and headers of the wrong shape, from real registries on loopback, all in one run of the built plugin: each costs the finding of its own pod alone. */
import t from 'tap';
import { APP, failingPod, json, type KubernetesObject, Lab, surroundings } from '../helpers/lab.ts';
import { run } from '../helpers/process.ts';
import type { Answer, RegistryOptions, SeenRequest } from '../helpers/registry.ts';

const BODIES = ['', 'null', '[]', '"x"', '0', 'true', '{', '[null]', '{"errors":[null]}', '{"errors":{"a":1}}', '['.repeat(60_000)];
/** Objects whose fields have other types. */
const DOCUMENTS: Record<string, readonly unknown[]> = {
  token: [
    { token: 5 },
    { token: null, access_token: [] },
    { token: `a.${Buffer.from('{"access":[null,5,{"name":{}}]}').toString('base64url')}.c` },
  ],
  tags: [{ tags: 5 }, { tags: [null, 5, {}] }, { tags: { a: 1 } }],
  manifest: [
    { manifests: [null] },
    { manifests: 5 },
    { manifests: [{ digest: 5, platform: 'x' }] },
    { layers: [null], config: null },
    { layers: {}, config: [] },
    { mediaType: {}, schemaVersion: 'x', fsLayers: 5 },
    { schemaVersion: 1, fsLayers: [null], history: 5 },
  ],
  config: [
    { os: 5, rootfs: null },
    { os: [], rootfs: { diff_ids: 5 } },
  ],
};
const HEADERS: Record<string, string> = {
  'WWW-Authenticate': `Bearer ${'a="'.repeat(2000)}`,
  'Retry-After': '9'.repeat(2000),
  'RateLimit-Limit': ';w=;;,'.repeat(500),
  'RateLimit-Remaining': '-1;w=x',
  'Content-Type': '/;'.repeat(1000),
  'Docker-Content-Digest': ':'.repeat(2000),
  Location: `http://[${':'.repeat(100)}`,
  Link: '<'.repeat(2000),
};
const isOf: Record<string, (request: SeenRequest) => boolean> = {
  ping: ({ path }) => path === '/v2/',
  token: ({ path }) => path === '/token',
  tags: ({ path }) => path.endsWith('/tags/list'),
  manifest: ({ path }) => path.includes('/manifests/'),
  config: ({ path, method }) => path.includes('/blobs/') && method === 'GET',
};

/** Every answer that is tried: where, and what. */
function answers(): [where: string, answer: Answer][] {
  const shapes = Object.keys(isOf).flatMap(where => {
    const bodies = [...BODIES, ...(DOCUMENTS[where] ?? []).map(document => JSON.stringify(document))];
    return bodies.flatMap((body): [string, Answer][] => [
      [where, { ...json(200, {}), body }],
      [where, { ...json(404, {}), body }],
    ]);
  });
  const headers = Object.entries(HEADERS).flatMap(([name, value]) =>
    [200, 307, 401, 429].map((status): [string, Answer] => ['manifest', { status, headers: { [name]: value }, body: '{}' }]),
  );
  return [...shapes, ...headers];
}

t.test('a registry whose answers have other shapes costs its own pod alone', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const rows = answers();
  const pods: KubernetesObject[] = [];
  for (const [index, [where, answer]] of rows.entries()) {
    const options: RegistryOptions = {
      images: where === 'tags' ? [] : [APP],
      auth: where === 'token' ? { kind: 'bearer', users: {} } : undefined,
      answer: request => (isOf[where]?.(request) ? answer : undefined),
    } as RegistryOptions;
    const { host } = await lab.registry(options);
    pods.push(...failingPod({ name: `pod-${index}`, image: `${host}/${APP.repository}:${APP.tag}` }));
  }
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...pods, ...surroundings()] });
  const { stdout, stderr, status } = await run(['why', '-f', '-', '-A', '-o', 'json'], { input });
  t.equal(status, 1, stderr);
  t.notMatch(stderr, /internal error|cannot examine/, 'no reader throws');
  const { items } = JSON.parse(stdout) as { items: { pod: { name: string }; cause: string }[] };
  t.strictSame(items.map(({ pod }) => pod.name).sort(), rows.map((_, index) => `pod-${index}`).sort(), 'every pod has a finding');
});
