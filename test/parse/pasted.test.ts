/** A pasted text falls into its messages, pods and reasons, whatever it was copied from. */
import t from 'tap';
import { type Pasted, readPasted } from '../../src/parse/pasted.ts';

const IMAGE = 'registry.example.com/team/api:1.4.2';
const WORDS = `Failed to pull image "${IMAGE}": failed to resolve image: ${IMAGE}: not found`;

/** What a text holds, messages by their images. */
const inShort = ({ messages, pods, reasons }: Pasted) => ({ images: messages.map(({ image }) => image), pods, reasons });

t.test('what a text is copied from', async t => {
  const pod = (name: string, namespace: string | null = null) => ({ namespace, name });
  const texts: [name: string, text: string, expected: ReturnType<typeof inShort>][] = [
    ['a bare message', WORDS, { images: [IMAGE], pods: [], reasons: [] }],
    [
      'kubectl get events',
      `LAST SEEN   TYPE      REASON   OBJECT          MESSAGE\n40s         Warning   Failed   pod/api-7c9f    ${WORDS}\n39s         Warning   Failed   pod/api-7c9f    Error: ErrImagePull\n`,
      { images: [IMAGE], pods: [pod('api-7c9f')], reasons: ['ErrImagePull'] },
    ],
    [
      'kubectl get events -A',
      `NAMESPACE   LAST SEEN   TYPE      REASON   OBJECT          MESSAGE\nshop        40s         Warning   Failed   pod/api-7c9f    ${WORDS}`,
      { images: [IMAGE], pods: [pod('api-7c9f')], reasons: [] },
    ],
    [
      'kubectl get pods',
      'NAME       READY   STATUS             RESTARTS   AGE\napi-7c9f   0/1     ImagePullBackOff   0          5m\ndb-0       1/1     Running            0          5m',
      { images: [], pods: [pod('api-7c9f'), pod('db-0')], reasons: ['ImagePullBackOff'] },
    ],
    [
      'kubectl get pods -A',
      'shop   api-7c9f   0/1   Init:ErrImagePull   0   5m',
      { images: [], pods: [pod('api-7c9f', 'shop')], reasons: ['ErrImagePull'] },
    ],
    [
      'a waiting state in JSON',
      JSON.stringify({ waiting: { reason: 'ErrImagePull', message: WORDS } }),
      { images: [IMAGE], pods: [], reasons: ['ErrImagePull'] },
    ],
    [
      'a message in JSON that names no image',
      JSON.stringify({ name: 'main', image: IMAGE, state: { waiting: { reason: 'ErrImagePull', message: 'unexpected EOF' } } }),
      { images: [IMAGE], pods: [], reasons: ['ErrImagePull'] },
    ],
    [
      'an event in YAML',
      `apiVersion: v1\nkind: Event\ninvolvedObject: { kind: Pod, namespace: shop, name: api-7c9f }\nreason: Failed\nmessage: '${WORDS}'\n`,
      { images: [IMAGE], pods: [pod('api-7c9f', 'shop')], reasons: [] },
    ],
    [
      'a pod in YAML, whose status names no image',
      `kind: Pod\nmetadata: { name: api-7c9f, namespace: shop }\nspec: { containers: [{ name: main, image: '${IMAGE}' }] }\nstatus: { containerStatuses: [{ name: main, state: { waiting: { reason: ErrImagePull, message: unexpected EOF } } }] }\n`,
      { images: [IMAGE], pods: [pod('api-7c9f', 'shop')], reasons: ['ErrImagePull'] },
    ],
    [
      "a line of kubelet's log",
      `E1126 10:00:00.123456    1234 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"main\\" with ErrImagePull: \\"failed to pull image \\\\\\"${IMAGE}\\\\\\": failed to resolve reference \\\\\\"${IMAGE}\\\\\\": ${IMAGE}: not found\\"" pod="shop/api-7c9f" podUID="1"`,
      { images: [IMAGE], pods: [pod('api-7c9f', 'shop')], reasons: [] },
    ],
    [
      'an address instead of a name',
      'Error response from daemon: Get https://registry.example.com/v2/team/api/manifests/1.4.2: unauthorized',
      { images: [IMAGE], pods: [], reasons: [] },
    ],
    [
      'an address at a mirror',
      'unexpected status from HEAD request to https://mirror.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com: 500 Internal Server Error',
      { images: [IMAGE], pods: [], reasons: [] },
    ],
    ["Docker's names", `Error response from daemon: manifest for ${IMAGE} not found`, { images: [IMAGE], pods: [], reasons: [] }],
    ['a back-off that does not tell why', `Back-off pulling image "${IMAGE}"`, { images: [], pods: [], reasons: ['ImagePullBackOff'] }],
    ['nothing', '  \n ', { images: [], pods: [], reasons: [] }],
  ];
  for (const [name, text, expected] of texts) t.strictSame(inShort(readPasted(text)), expected, name);
});

t.test('the image and the pod of a block of kubectl describe belong to its events', async t => {
  const block = (images: string[]): string =>
    [
      'Name:             api-7c9f',
      'Namespace:        shop',
      'Labels:           app=api',
      '                  tier=web',
      'Containers:',
      ...images.map(
        (image, at) => `  c${at}:\n    Image:          ${image}\n    State:          Waiting\n      Reason:       ImagePullBackOff`,
      ),
      'Events:',
      '  Type     Reason  Age  From     Message',
      '  ----     ------  ---  ----     -------',
      '  Warning  Failed  24s  kubelet  unexpected EOF',
    ].join('\n');
  const one = readPasted(block([IMAGE]));
  t.strictSame(one.pods, [{ namespace: 'shop', name: 'api-7c9f' }]);
  t.strictSame(one.reasons, ['ImagePullBackOff']);
  t.ok(one.messages.some(({ text, image }) => text.includes('unexpected EOF') && image === IMAGE));
  const two = readPasted(block([IMAGE, 'nginx:1']));
  t.ok(
    two.messages.every(({ image }) => image === null),
    'of two images none is taken',
  );
});

t.test('what names no pod is none, and the same message counts once', async t => {
  const line = (pod: string): string => `40s  Warning  Failed  pod/${pod}  ${WORDS}`;
  t.strictSame(readPasted(line('-rf')).pods, [], 'a name that is none');
  t.strictSame(readPasted(JSON.stringify({ kind: 'Pod', metadata: { name: '$(x)', namespace: 'a b' } })).pods, []);
  const { messages, pods } = readPasted([line('a'), line('b'), line('a')].join('\n'));
  t.equal(messages.length, 1);
  t.strictSame(
    pods.map(({ name }) => name),
    ['a', 'b'],
  );
});

t.test('a long log takes no long time', async t => {
  const noise = Array.from(
    { length: 20_000 },
    (_, at) => `I1126 10:00:00.${String(at).padStart(6, '0')}    1234 kubelet.go:2000] "SyncLoop (PLEG)" pod="shop/p${at}"`,
  );
  const start = performance.now();
  const { messages } = readPasted(
    [...noise, `E1126 10:00:01.000000    1234 log.go:32] "PullImage from image service failed" err=${JSON.stringify(WORDS)}`].join('\n'),
  );
  t.strictSame(
    messages.map(({ image }) => image),
    [IMAGE],
  );
  for (const text of [' '.repeat(200_000), `a${' '.repeat(200_000)}b`, '1m'.repeat(100_000), '{"'.repeat(50_000), '-- '.repeat(70_000)])
    readPasted(text);
  t.ok(performance.now() - start < 20_000, 'seconds, not minutes');
});
