/** One message in every form in which it is handed on, copied and pasted, and without the secrets that stand in it. */
import t from 'tap';
import { asWritten } from '../../../src/parse/messages/copy.ts';
import { ERRORS, readFaults, WRAPPERS } from '../../../src/parse/messages/reader.ts';
import { redact } from '../../../src/util/redact.ts';
import { HEAD, hostsOf, IMAGE, PULLED, read, table } from '../../helpers/messages.ts';

t.test('one error in every form in which kubelet hands it on', async t => {
  const inner = `${PULLED}${HEAD}401 Unauthorized`;
  const host = 'registry.example.com';
  const same = [{ kind: 'status', step: 'resolve', role: 'registry', host, method: 'HEAD', status: 401 }];
  const forms = {
    'event, 1.28 and later': `Failed to pull image "${IMAGE}": ${inner}`,
    'event, up to 1.27': `Failed to pull image "${IMAGE}": rpc error: code = Unknown desc = ${inner}`,
    'status ErrImagePull': inner,
    'status ErrImagePull, up to 1.27': `rpc error: code = Unknown desc = ${inner}`,
    'status ImagePullBackOff, 1.32 and later': `Back-off pulling image "${IMAGE}": ErrImagePull: ${inner}`,
    'the same with a code': `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = ${inner}`,
    'a log line of kubelet': `Error syncing pod, skipping: failed to "StartContainer" for "api" with ErrImagePull: "${inner}`,
    'the sandbox image': `CreatePodSandbox for pod "shop/api-7c9f" failed: failed to get sandbox image "${IMAGE}": ${inner}`,
    'RegistryUnavailable, 1.28 and later': `RegistryUnavailable: image pull failed for ${IMAGE} because the registry is unavailable: ${inner}`,
    'an unknown layer in front': `the new puller of 2030 says: ${inner}`,
  };
  for (const [name, message] of Object.entries(forms)) t.strictSame(read(message), same, name);
});

t.test('no secret stands in the words', async t => {
  const secret = 'canary-3f9a77';
  for (const [name, message] of Object.entries({
    'a signed address': `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://bucket.example.net/blobs/sha256:9b2c?X-Amz-Credential=${secret}&X-Amz-Signature=${secret}": dial tcp: i/o timeout`,
    'a token in a query': `${PULLED}failed to authorize: failed to fetch oauth token: Get "https://sso.example.net/token?token=${secret}&service=x": EOF`,
    'user info in an address': `${PULLED}failed to do request: Head "https://ci:${secret}@registry.example.com/v2/": EOF`,
    'an echoed header': `${PULLED}${HEAD}401 Unauthorized\nunauthorized: bad header Authorization: Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`,
    'a body of JSON': `${PULLED}${HEAD}403 Forbidden\n{"username":"ci","password":"${secret}"}`,
    'inside an aggregate': `[${PULLED}Get "https://x.example.net/?sig=${secret}": EOF, ${PULLED}Get "https://y.example.net/?sig=${secret}": EOF]`,
  })) {
    const shown = JSON.stringify(readFaults(`Failed to pull image "${IMAGE}": ${message}`, hostsOf(IMAGE)));
    t.notOk(shown.includes(secret) || shown.includes(Buffer.from(`ci:${secret}`).toString('base64')), name);
    t.match(shown, /REDACTED/, `${name}: something is told to be left out`);
  }
  t.match(
    read(`${PULLED}Get "https://m.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com": EOF`),
    [{ role: 'mirror' }],
    'ns= is read all the same',
  );
});

// ---- copies

/** What stood in an error: a layer with quotes, an address, a status with what the registry said, and quotes inside quotes. */
const WRITTEN = {
  'a request': `Failed to pull image "${IMAGE}": rpc error: code = Unknown desc = ${PULLED}failed to do request: Head "https://registry.example.com/v2/team/api/manifests/1.4.2?a=1&b=2": dial tcp 10.77.0.21:443: connect: connection refused`,
  'a status': `Failed to pull image "${IMAGE}": ${PULLED}${HEAD}429 Too Many Requests\ntoomanyrequests: the limit of 100 pulls is reached`,
  'quotes inside': `Failed to pull image "${IMAGE}": ${PULLED}"W/\\"9b1f\\"" in header not a valid digest: invalid checksum digest format`,
  "Docker's": `Failed to pull image "${IMAGE}": rpc error: code = Unknown desc = Error response from daemon: pull access denied for team/api, repository does not exist or may require 'docker login'`,
};
const inner = (message: string): string => message.slice(message.indexOf(': ') + 2);
const string = JSON.stringify;
const pairs =
  (open: string, close: string) =>
  (message: string): string => {
    let count = 0;
    return message.replaceAll('"', () => (count++ % 2 === 0 ? open : close));
  };
const html = (message: string): string =>
  message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
const links = (link: (url: string) => string) => (message: string) => message.replace(/https:\/\/[^\s"]+?(?=[":]? |:? |"|$)/g, link);
const klog = (message: string): string =>
  `E1126 10:00:00.123456    1234 log.go:32] "PullImage from image service failed" err=${string(inner(message))}`;
const columns = (width: number) => (message: string) =>
  message
    .split('\n')
    .map(line => line.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n'))
    .join('\n');

const COPIES: Record<string, (message: string) => string> = {
  'kubectl describe': message => `  Warning  Failed     3m12s (x4 over 5m1s)   kubelet            ${message}`,
  'kubectl describe, 1.35': message => `  Warning  Failed  3m (x4 over 5m)  kubelet  spec.containers{api}: ${message}`,
  'its events': message =>
    `Events:\n  Type     Reason   Age   From     Message\n  ----     ------   ----  ----     -------\n  Normal   Pulling  3m    kubelet  Pulling image "x"\n  Warning  Failed   3m    kubelet  ${message}\n  Warning  Failed   3m    kubelet  Error: ErrImagePull`,
  'its state': message =>
    `    State:          Waiting\n      Reason:       ErrImagePull\n      Message:      ${inner(message)}\n    Ready:          False`,
  'kubectl get events': message =>
    `LAST SEEN   TYPE      REASON   OBJECT       MESSAGE\n5m12s       Warning   Failed   pod/api-7c   ${message}`,
  'kubectl get events -o wide': message =>
    `5m12s   Warning   Failed   pod/api-7c9f   spec.containers{api}   kubelet, node-1   ${message}   8m   4   api-7c9f.17f0a2b3c4d5e6f7`,
  k9s: message => `│ shop   5m   Warning   Failed   pod:api-7c9f   4   ${message} │`,
  Lens: message => `Warning\t${message}\tshop\tPod: api-7c9f\tkubelet node-1\t4\t5m\t12s`,
  'Argo CD': message => `Failed\t${message}\t4\t5 minutes ago\tThu Nov 26 2026 10:00:00 GMT+0100`,
  'an event in JSON': message => string({ kind: 'Event', type: 'Warning', reason: 'Failed', message, count: 4 }, null, 2),
  'a line of YAML': message => `        message: ${string(message)}`,
  'a string of YAML': message => `message: '${message.replaceAll("'", "''").replace('\n', '\n\n  ')}'`,
  'a string': string,
  'a cell of a table': message => `"${message.replaceAll('"', '""')}"`,
  'escaped once': message => string(message).slice(1, -1),
  'escaped twice': message => string(string(message).slice(1, -1)).slice(1, -1),
  'typographic quotes': pairs('“', '”'),
  'German quotes': pairs('„', '“'),
  'French quotes': pairs('«\u00a0', '\u00a0»'),
  'Chinese quotes': pairs('「', '」'),
  'entities of HTML': html,
  'entities, twice': message => html(html(message)),
  'a chat': message => links(url => `<${url}|${url}>`)(message.replaceAll('&', '&amp;')),
  'links of Markdown': links(url => `[${url}](${url})`),
  'links of a tracker': links(url => `[${url}|${url}]`),
  'links of a mail': links(url => `${url}<${url}>`),
  'blanks that do not break': message => message.replaceAll(' ', '\u00a0'),
  'characters without a width': message => message.replace(/([/.:])(?=\S)/g, '$1\u200b'),
  'a mark of order': message => `\u202a${message}\u202c`,
  bold: message => `**${message}**`,
  'a bold word': message => message.replace('Failed', '**Failed**'),
  'a block of code': message => `\`\`\`text\n${message}\n\`\`\``,
  'a block of a tracker': message => `{noformat}\n${message}\n{noformat}`,
  'a span of code': message => `\`${message}\``,
  colors: message => message.replace(/failed|Failed/g, '\u001b[1;31m$&\u001b[0m'),
  'colors without their escape': message => `[31m${message}[0m`,
  tabs: message => message.replaceAll(' ', '\t'),
  'line ends of Windows': message => `${message.replaceAll('\n', '\r\n')}\r\n`,
  'a column of 80': columns(80),
  'a column of 77, indented': message => columns(77)(message).replaceAll('\n', '\n      '),
  'a mark of a quote': message => `> ${message.replaceAll('\n', '\n> ')}`,
  klog,
  journald: message => `Nov 26 10:00:00 node-1 kubelet[1234]: ${klog(message)} image="x"`,
  'a pod that does not sync': message =>
    `E1126 10:00:00.123456 1234 pod_workers.go:1301] "Error syncing pod, skipping" err=${string(`failed to "StartContainer" for "api" with ErrImagePull: ${string(inner(message))}`)} pod="shop/api"`,
  "containerd's log": message =>
    `time="2026-11-26T10:00:00.123456789Z" level=error msg="PullImage \\"x\\" failed" error=${string(inner(message))}`,
  'a log in JSON': message => string({ level: 'error', ts: 1_764_150_000.1, msg: 'PullImage failed', err: inner(message) }),
  'a log in JSON in a log in JSON': message => string({ log: `${klog(message)}\n`, stream: 'stderr', time: '2026-11-26T10:00:00Z' }),
  crictl: message => `${klog(message)} image="x"\nFATA[0001] pulling image: ${inner(message)}`,
  kubeadm: message => `\t[ERROR ImagePull]: failed to pull image x:1: failed to pull image x:1: ${inner(message)}`,
  "GitLab's runner": message => `WARNING: Failed to pull image with policy "always": ${inner(message)} (manager.go:237:1s)`,
  "a job's log": message => `2026-11-26T10:00:00.1234567Z ##[error]${inner(message)}`,
};

/** What a message tells, without the names of the rows and the text itself. */
const toldOf = (message: string): object[] =>
  readFaults(message, hostsOf(IMAGE)).map(({ message: _, rows: __, ...fault }) => ({ ...fault }));

t.test('a copy tells what the message told', async t => {
  for (const [what, message] of Object.entries(WRITTEN))
    for (const [how, copy] of Object.entries(COPIES)) {
      const copied = copy(message);
      t.strictSame(toldOf(copied), toldOf(message), `${what}: ${how}`);
      t.equal(asWritten(asWritten(copied)), asWritten(copied), `${what}: ${how}: what is undone stays so`);
    }
});

t.test('who filed a copy put a sentence in front of it', async t => {
  for (const [how, copy] of Object.entries(COPIES)) {
    const message = WRITTEN['a request'];
    const filed = `Back-off pulling image "${IMAGE}": ErrImagePull: ${copy(message)}`;
    // words in front of a fold move its first column
    if (!/column/.test(how)) t.strictSame(toldOf(filed), toldOf(message), how);
  }
});

t.test('a message that nobody copied stays as it is', async t => {
  const messages = [
    ...table<{ message: string }[]>('runtimes').map(({ message }) => message),
    ...[...WRAPPERS, ...ERRORS].map(({ example }) => example),
  ];
  const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
  for (const message of messages) {
    // lines of a body stay lines or become one: the rows read both
    const [written, expected] = message.includes('\n') ? [words(asWritten(message)), words(message)] : [asWritten(message), message];
    t.equal(written, expected);
    t.equal(asWritten(asWritten(message)), asWritten(message));
  }
});

t.test('quotes of others stay', async t => {
  const said = 'denied: the project “blue” isn’t yours, see &quot;rights&quot; and `docs`';
  const message = `${PULLED}${HEAD}403 Forbidden\n${said}`;
  t.equal(asWritten(message), message, 'in the words of a registry');
  const named = 'Failed to pull image "registry.example.com/team/`api`:1": invalid reference format';
  t.equal(asWritten(named), named, 'in the name of an image');
});

t.test('a cut text is not taken for all of it', async t => {
  const cut = `${PULLED}failed to do request: Head "https://registry.exam…ests/1.4.2": dial tcp 10.77.0.21:443: connect: connection refused`;
  t.match(readFaults(cut, hostsOf(IMAGE)), [{ kind: 'refused', understood: false, role: 'registry' }], 'the host of an address');
  const page = `${PULLED}unexpected status code https://registry.example.com/v2/… 502 Bad Gateway`;
  t.match(read(page), [{ kind: 'status', status: 502, host: 'registry.example.com' }], 'the path of an address');
  t.match(read(WRITTEN['a request'].replace('desc = ', 'desc = ...')), [{ kind: 'refused' }], 'the beginning');
});

t.test('hostile copies are read in no time', async t => {
  for (const sign of [
    '"',
    "'",
    '`',
    '\\"',
    '&amp;',
    '<https://x|',
    '[31m',
    '*',
    '\n> ',
    '\n5m Warning Failed ',
    '{"',
    '“',
    'time="',
    '\t1',
    '  ',
    '(x1 over ',
    '[https://',
  ])
    for (const end of ['', 'x', '"', '\n']) {
      const begun = process.cpuUsage().user;
      asWritten(`Failed to pull image "x": ${sign.repeat(16_000 / sign.length)}${end}`);
      asWritten(`${sign.repeat(16_000 / sign.length)}${end}`);
      t.ok(
        process.cpuUsage().user - begun < 1_000_000,
        `${JSON.stringify(sign)} ${JSON.stringify(end)}: ${process.cpuUsage().user - begun} µs`,
      );
    }
});

t.test('a secret in a copy stays hidden', async t => {
  const secret = 'canary-3f9a77';
  for (const [name, text] of Object.entries({
    'typographic quotes': `{“username”:“ci”,“password”:“${secret} and more”}`,
    'German quotes': `password: „${secret} and more“`,
    'French quotes': `"token" : «\u00a0${secret}\u00a0»`,
    entities: `{&quot;password&quot;:&quot;${secret}&quot;}`,
    'entities, twice': `{&amp;quot;password&amp;quot;:&amp;quot;${secret}&amp;quot;}`,
    'a log': `err="bad answer: {\\"password\\":\\"${secret}\\"}"`,
    'a log in a log': JSON.stringify({ log: `err="bad answer: {\\"password\\":\\"${secret}\\"}"` }),
    'characters without a width': `{"password":\u200b"${secret}"}`,
    'a link of a chat': `<https://ci:${secret}@registry.example.com/v2/|https://ci:${secret}@registry.example.com/v2/>`,
    'an address in typographic quotes': `Head “https://registry.example.com/v2/?sig=${secret}”: EOF`,
    backticks: `password=\`${secret}\``,
  })) {
    t.notOk(redact(text).includes(secret), name);
    const message = `Failed to pull image "${IMAGE}": ${PULLED}${HEAD}403 Forbidden\n${text}`;
    t.notOk(JSON.stringify(readFaults(message, hostsOf(IMAGE))).includes(secret), `${name}, in a message`);
  }
});
