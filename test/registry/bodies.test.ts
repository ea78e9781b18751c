/** Bodies and headers of the wrong shape, from real registries on loopback, in runs of the built plugin: each costs the finding of its own pod alone. */
import t, { type Test } from 'tap';
import { failingPod, json, type KubernetesObject, Lab, surroundings } from '../helpers/lab.ts';
import { run } from '../helpers/process.ts';
import type { Answer, SeenRequest } from '../helpers/registry.ts';

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
/** Which request each place is: a run asks few hosts of this machine, so all rows of a place share one, and are told apart by their repositories. */
const PLACES = {
  token: ({ path }: SeenRequest) => path === '/token',
  tags: ({ path }: SeenRequest) => path.endsWith('/tags/list'),
  manifest: ({ path }: SeenRequest) => path.includes('/manifests/'),
  config: ({ path, method }: SeenRequest) => path.includes('/blobs/') && method === 'GET',
};
type Place = keyof typeof PLACES;

/** The answers that are tried at a place. */
function answersAt(place: Place | 'ping'): Answer[] {
  const bodies = [...BODIES, ...(DOCUMENTS[place] ?? []).map(document => JSON.stringify(document))];
  const shapes = bodies.flatMap((body): Answer[] => [200, 404].map(status => ({ ...json(status, {}), body })));
  if (place !== 'manifest') return shapes;
  const headers = Object.entries(HEADERS).flatMap(([name, value]) =>
    [200, 307, 401].map((status): Answer => ({ status, headers: { [name]: value }, body: '{}' })),
  );
  return [...shapes, ...headers];
}

/** The number of the row that a request is about. */
const rowOf = ({ url }: SeenRequest): number => Number(/team\/row-(\d+)/.exec(decodeURIComponent(url))?.[1] ?? -1);

/** Runs the plugin on pods of these images. Fails unless each has a finding, and nothing was thrown. */
async function examine(test: Test, images: readonly string[]): Promise<void> {
  const pods = images.flatMap((image, index): KubernetesObject[] => failingPod({ name: `pod-${index}`, image }));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...pods, ...surroundings()] });
  const { stdout, stderr, status } = await run(['why', '-f', '-', '-A', '-o', 'json'], { input });
  test.equal(status, 1, stderr);
  test.notMatch(stderr, /internal error|cannot examine/, 'no reader throws');
  const { items } = JSON.parse(stdout) as { items: { pod: { name: string } }[] };
  const names = images.map((_, index) => `pod-${index}`);
  test.strictSame(items.map(({ pod }) => pod.name).sort(), names.sort(), 'every pod has a finding');
}

t.test('a registry whose answers have other shapes costs its own pod alone', async t => {
  for (const place of Object.keys(PLACES) as Place[]) {
    const lab = new Lab();
    t.teardown(() => lab.close());
    const answers = answersAt(place);
    const images = place === 'tags' ? [] : answers.map((_, row) => ({ repository: `team/row-${row}`, tag: '1' }));
    const { host, requests } = await lab.registry({
      images,
      ...(place === 'token' ? { auth: { kind: 'bearer', users: {} } } : {}),
      answer: request => (PLACES[place](request) ? answers[rowOf(request)] : undefined),
    });
    await examine(
      t,
      answers.map((_, row) => `${host}/team/row-${row}:1`),
    );
    const asked = new Set(requests.filter(PLACES[place]).map(rowOf));
    t.equal(asked.size, answers.length, `${place}: every answer was given`);
  }
});

t.test('an answer that holds for a whole host costs the pods of that host alone', async t => {
  const lab = new Lab();
  t.teardown(() => lab.close());
  const challenges = ['', 'Bearer', 'Bearer realm="', 'Bearer realm=":"', `Bearer ${'a="'.repeat(2000)}`, 'Basic realm=x, Bearer realm=y'];
  const isPing = ({ path }: SeenRequest): boolean => path === '/v2/';
  const answers: [isOf: (request: SeenRequest) => boolean, Answer][] = [
    ...answersAt('ping').map((answer): [typeof isPing, Answer] => [isPing, answer]),
    ...challenges.map((challenge): [typeof isPing, Answer] => [
      isPing,
      { status: 401, headers: { 'WWW-Authenticate': challenge }, body: 'x' },
    ]),
    // who asks too often is told when to come again, for the whole host
    ...Object.entries(HEADERS).map(([name, value]): [typeof isPing, Answer] => [
      PLACES.manifest,
      { status: 429, headers: { [name]: value }, body: '{}' },
    ]),
  ];
  // a run asks few hosts of this machine
  for (let first = 0; first < answers.length; first += 4) {
    const registries = await Promise.all(
      answers.slice(first, first + 4).map(([isOf, answer]) => lab.registry({ answer: request => (isOf(request) ? answer : undefined) })),
    );
    await examine(
      t,
      registries.map(({ host }) => `${host}/team/app:1`),
    );
    for (const { requests } of registries) t.ok(requests.length > 0, 'it was asked');
  }
});
