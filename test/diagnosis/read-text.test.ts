/** The causes that a pasted text tells of: every message that is known is found again in each form in which people copy it, and no text proves anything. */
import t from 'tap';
import { readText } from '../../src/diagnosis/read-text.ts';
import { asWritten } from '../../src/parse/messages/copy.ts';
import { ERRORS, readFaults, WRAPPERS } from '../../src/parse/messages/reader.ts';
import { HEAD, IMAGE, PULLED } from '../helpers/messages.ts';

const NOW = '2026-11-20T10:00:00Z';
const causesIn = (text: string): string[] => readText(text, NOW).readings.map(({ cause }) => cause);

/** How a message is copied, by where from. */
const FORMS: Record<string, (message: string) => string> = {
  'kubectl describe': message =>
    [
      'Name:             api-7c9f',
      'Namespace:        shop',
      'Labels:           app=api',
      'Containers:',
      '  main:',
      `    Image:          ${IMAGE}`,
      '    State:          Waiting',
      '      Reason:       ImagePullBackOff',
      'Conditions:',
      '  Type                        Status',
      '  Ready                       False ',
      'Tolerations:                 node.kubernetes.io/not-ready:NoExecute op=Exists for 300s',
      'Events:',
      '  Type     Reason     Age                From               Message',
      '  ----     ------     ----               ----               -------',
      '  Normal   Scheduled  65s                default-scheduler  Successfully assigned shop/api-7c9f to node-1',
      `  Normal   Pulling    24s (x3 over 65s)  kubelet            Pulling image "${IMAGE}"`,
      `  Warning  Failed     24s (x3 over 64s)  kubelet            ${message}`,
      '  Warning  Failed     24s (x3 over 64s)  kubelet            Error: ErrImagePull',
      `  Normal   BackOff    11s (x3 over 63s)  kubelet            Back-off pulling image "${IMAGE}"`,
    ].join('\n'),
  'kubectl get events': message =>
    [
      'LAST SEEN   TYPE      REASON      OBJECT            MESSAGE',
      '2m10s       Normal    Scheduled   pod/api-7c9f      Successfully assigned shop/api-7c9f to node-1',
      `39s         Warning   Failed      pod/api-7c9f      ${message}`,
      '39s         Warning   Failed      pod/api-7c9f      Error: ErrImagePull',
    ].join('\n'),
  'a line of a log with escaped quotes': message => `time="2026-11-20T10:00:00.123456789Z" level=error msg=${JSON.stringify(message)}`,
  "a line of kubelet's log": message =>
    `E1120 10:00:00.123456    1234 log.go:32] "PullImage from image service failed" err=${JSON.stringify(message)} image="${IMAGE}"`,
  "a line of CRI's log": message => `2026-11-20T10:00:00.123456789Z stderr F ${message}`,
  'a status in JSON': message => JSON.stringify({ image: IMAGE, state: { waiting: { reason: 'ErrImagePull', message } } }, null, 2),
};

t.test('every message that is known is found in each form', async t => {
  // a row whose example is a line of a log itself stands in no other log
  const rows = [...WRAPPERS, ...ERRORS].filter(({ example }) => readText(example, NOW).readings.length > 0 && !/^"Unable/.test(example));
  t.ok(
    rows.length > 0.9 * (WRAPPERS.length + ERRORS.length),
    `${rows.length} of ${WRAPPERS.length + ERRORS.length} rows tell a cause by themselves`,
  );
  for (const [form, copy] of Object.entries(FORMS)) {
    const lost = rows.filter(({ example }) => {
      // what is a copy itself, and an end that no pull's words stand before, is copied as kubelet would write it
      const message = asWritten(example);
      const [fault] = readFaults(message);
      return !readText(copy(message), NOW).readings.some(reading => reading.fault?.kind === fault?.kind);
    });
    t.strictSame(
      lost.map(({ id }) => id),
      [],
      form,
    );
  }
});

t.test('several pulls of one text are told apart, and one that repeats is told once', async t => {
  const event = (image: string, words: string): string => `24s  Warning  Failed  pod/api-7c9f  Failed to pull image "${image}": ${words}`;
  const text = [
    event('a.example.com/x:1', 'failed to resolve image: a.example.com/x:1: not found'),
    event(
      'b.example.com/y:1',
      'failed to do request: Head "https://b.example.com/v2/y/manifests/1": dial tcp: lookup b.example.com: no such host',
    ),
    event('a.example.com/x:1', 'failed to resolve image: a.example.com/x:1: not found'),
  ].join('\n');
  t.strictSame(causesIn(text), ['TagNotFound', 'RegistryNameNotResolved']);
});

t.test('what is no failure, or tells no cause', async t => {
  for (const [text, causes] of [
    [`Pulling image "${IMAGE}"`, ['StillPulling']],
    [`Successfully pulled image "${IMAGE}" in 2s (2s including waiting)`, ['NoPullProblem']],
    [`Pulling image "${IMAGE}"\nError: ErrImagePull`, []],
    ['ErrImageNeverPull', ['ImageNeverPulled']],
    ['InvalidImageName', ['InvalidImageName']],
    ['ImagePullBackOff', []],
    ['the weather is fine', []],
    ['manifest unknown', ['TagNotFound']],
    ['Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.', ['SecretNotFound']],
  ] as const)
    t.strictSame(causesIn(text), causes, text);
});

t.test('a text proves nothing, and does not tell whether there is a pull secret', async t => {
  for (const words of ['401 Unauthorized', '403 Forbidden', '500 Internal Server Error', '429 Too Many Requests']) {
    const [reading] = readText(`Failed to pull image "${IMAGE}": ${PULLED}${HEAD}${words}`, NOW).readings;
    t.ok(reading !== undefined && ['likely', 'possible'].includes(reading.certainty), words);
  }
  const [refused] = readText(`Failed to pull image "${IMAGE}": ${PULLED}${HEAD}401 Unauthorized`, NOW).readings;
  const causes = [refused?.cause, ...(refused?.also ?? [])];
  t.ok(causes.includes('NoPullSecret') && causes.includes('CredentialsRejected'), 'without and with one');
  t.equal(refused?.certainty, 'possible');
  t.match(refused, { image: IMAGE, fault: { speaker: 'containerd', host: 'registry.example.com', status: 401, step: 'resolve' } });
});

t.test('of a log only what is of a pull counts', async t => {
  const other =
    'E1120 10:00:00.123456    1234 reflector.go:150] "Failed to watch" err="Get \\"https://10.0.0.1:6443/api/v1/nodes\\": dial tcp 10.0.0.1:6443: connect: connection refused"';
  const own = `E1120 10:00:01.123456    1234 log.go:32] "PullImage from image service failed" err=${JSON.stringify(`failed to pull and unpack image "${IMAGE}": failed to resolve image: ${IMAGE}: not found`)}`;
  t.strictSame(causesIn(`${other}\n${own}`), ['TagNotFound']);
});

t.test('no secret of a text is quoted', async t => {
  const secret = 'canary-3f9a77';
  for (const text of [
    `Failed to pull image "${IMAGE}": ${PULLED}failed to do request: Head "https://ci:${secret}@registry.example.com/v2/": EOF`,
    `Failed to pull image "${IMAGE}": failed to copy: Get "https://bucket.example.net/b?X-Amz-Signature=${secret}": dial tcp: i/o timeout`,
    `39s  Warning  Failed  pod/api  ${PULLED}${HEAD}401 Unauthorized\nunauthorized: bad header Authorization: Bearer ${secret}1Aa`,
    `Failed to pull image "ci:${secret}@registry.example.com/team/api:1": EOF`,
  ]) {
    const shown = JSON.stringify(readText(text, NOW));
    t.notOk(shown.includes(secret), text.slice(0, 60));
    t.ok(readText(text, NOW).readings.length > 0, 'and something is told');
  }
});
