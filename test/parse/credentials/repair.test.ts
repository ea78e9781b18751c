/** Repairs of pull secrets: what of a content is repaired, what is left, and that kubelet then reads it. */
import t from 'tap';
import { readPullSecret } from '../../../src/parse/credentials/pull-secret.ts';
import { repairSecret, type SecretContent, type Wishes } from '../../../src/parse/credentials/repair.ts';

const [JSON_TYPE, CFG_TYPE, KEY] = ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg', '.dockerconfigjson'];
const PASSWORD = 's3cret-pw-1';
const base64 = (text: string | Uint8Array): string => Buffer.from(text as string).toString('base64');
const auth = base64(`ci:${PASSWORD}`);
const plain = { username: 'ci', password: PASSWORD, auth };
const configOf = (auths: object): string => JSON.stringify({ auths });
const good = configOf({ 'reg.example.com': plain });
const secretOf = (text: string | Uint8Array): SecretContent => ({ type: JSON_TYPE, data: { [KEY]: base64(text) } });
const entry = (value: unknown): SecretContent => secretOf(configOf({ 'reg.example.com': value }));
const keyed = (key: string): SecretContent => secretOf(configOf({ [key]: { auth } }));

/** The entries of a repaired secret. */
const entriesOf = ({ data, type }: ReturnType<typeof repairSecret>): unknown => {
  const config = JSON.parse(Buffer.from(data[type === CFG_TYPE ? '.dockercfg' : KEY] ?? '', 'base64').toString());
  return type === CFG_TYPE ? config : config.auths;
};

const ROWS: [name: string, content: SecretContent, done: string[], entries?: object, wishes?: Wishes][] = [
  ['a good one', secretOf(good), []],
  ['encoded twice', secretOf(base64(good)), ['its value is base64-encoded twice']],
  ['encoded 3 times, in lines', secretOf(base64(base64(good)).replace(/.{20}/g, '$&\n')), ['its value is base64-encoded 3 times']],
  ['a byte order mark', secretOf(`\ufeff${good}`), ['its value begins with a byte order mark (BOM)']],
  [
    'UTF-16',
    secretOf(Buffer.from(`\ufeff${good}`, 'utf16le')),
    ['its value is UTF-16 text (Windows PowerShell writes it with `>`), but kubelet reads UTF-8'],
  ],
  ['a JSON text', secretOf(JSON.stringify(good)), ['its value has quotation marks around it']],
  ['single quotes', secretOf(`'${good}'\n`), ['its value has quotation marks around it']],
  ['raw under data', { type: JSON_TYPE, data: { [KEY]: good } }, ['the value of ".dockerconfigjson" under "data" is not base64-encoded']],
  [
    'an object under data',
    { type: JSON_TYPE, data: { [KEY]: JSON.parse(good) } },
    ['the value of ".dockerconfigjson" under "data" is not base64-encoded'],
  ],
  [
    'another type',
    { type: 'Opaque', data: { [KEY]: base64(good) } },
    ['its type is "Opaque", but kubelet reads only kubernetes.io/dockerconfigjson'],
  ],
  [
    'another type and key, encoded twice',
    { data: { note: 'aGk=', 'config.json': base64(base64(good)) } },
    [
      'its type is "Opaque", but kubelet reads only kubernetes.io/dockerconfigjson',
      'its data key is "config.json", but kubelet reads ".dockerconfigjson"',
      'its value is base64-encoded twice',
    ],
  ],
  [
    'another key',
    { type: JSON_TYPE, stringData: { 'config.json': good } },
    ['its data key is "config.json", but kubelet reads ".dockerconfigjson"'],
  ],
  ['no auths', secretOf(JSON.stringify({ 'reg.example.com': plain })), ['it has no "auths": its entries stand at the top level']],
  [
    'auths in the older form',
    { type: CFG_TYPE, data: { '.dockercfg': base64(good) } },
    ['its ".dockercfg" has "auths", which is the form of ".dockerconfigjson"'],
  ],
  [
    'YAML',
    secretOf(`auths:\n  reg.example.com:\n    auth: ${auth}\n`),
    ['its value is YAML, but kubelet reads JSON'],
    { 'reg.example.com': { auth } },
  ],
  ['a comma too many', secretOf(good.replace('}}}', '}},}')), ['its value is not strict JSON']],
  [
    'auths as a text',
    secretOf(JSON.stringify({ auths: JSON.stringify({ 'reg.example.com': plain }) })),
    ['its "auths" is a text, not an object'],
  ],
  ['an entry as a text', entry(auth), ['entry "reg.example.com": it is a text, not an object'], { 'reg.example.com': { auth } }],
  [
    'a line break',
    entry({ auth: base64(`ci:${PASSWORD}\n`) }),
    ['entry "reg.example.com": the password ends with a line break (`echo` without `-n` adds it)'],
    { 'reg.example.com': { auth } },
  ],
  [
    'quotes, and blanks around them',
    entry({ ...plain, auth: '', password: ` "${PASSWORD}" ` }),
    [
      'entry "reg.example.com": the password has white space around it',
      'entry "reg.example.com": the password includes the quotation marks around it',
    ],
  ],
  [
    'a blank in the auth',
    entry({ auth: `${auth.slice(0, 4)} ${auth.slice(4)}` }),
    ['entry "reg.example.com": its "auth" has blanks or quotation marks'],
    { 'reg.example.com': { auth } },
  ],
  [
    'an auth of another alphabet',
    entry({ auth: base64('ci:???>>>~~').replaceAll('+', '-').replaceAll('/', '_') }),
    ['entry "reg.example.com": its "auth" is base64 of another alphabet'],
    { 'reg.example.com': { auth: base64('ci:???>>>~~') } },
  ],
  [
    'an auth that is not encoded',
    entry({ auth: `ci:${PASSWORD}` }),
    ['entry "reg.example.com": its "auth" is user:password itself, not base64 of it'],
    { 'reg.example.com': { auth } },
  ],
  [
    'an auth that is encoded twice',
    entry({ auth: base64(auth) }),
    ['entry "reg.example.com": its "auth" is base64-encoded twice'],
    { 'reg.example.com': { auth } },
  ],
  [
    'a broken auth beside a login',
    entry({ ...plain, auth: 'xx' }),
    ['entry "reg.example.com": its "auth" cannot be decoded, but its user name and password are there'],
  ],
  [
    'a number for a password',
    entry({ username: 'ci', password: 12345678 }),
    ['entry "reg.example.com": its password is a number, not a text'],
    { 'reg.example.com': { username: 'ci', password: '12345678', auth: base64('ci:12345678') } },
  ],
  [
    'a scheme, upper case and a tag',
    keyed('docker://Reg.Example.com/team/api:1.4'),
    ['entry "docker://Reg.Example.com/team/api:1.4": no image matches this key; it is now "reg.example.com/team/api"'],
    { 'reg.example.com/team/api': { auth } },
  ],
  [
    'the path of the API',
    keyed('https://reg.example.com/v2'),
    ['entry "https://reg.example.com/v2": no image matches this key; it is now "https://reg.example.com"'],
    { 'https://reg.example.com': { auth } },
  ],
  [
    'another host of Docker Hub',
    keyed('registry-1.docker.io'),
    ['entry "registry-1.docker.io": no image matches this key; it is now "https://index.docker.io/v1/"'],
    { 'https://index.docker.io/v1/': { auth } },
  ],
  ...[
    'https://reg.example.com/v1/',
    'docker.io',
    'docker.io/team',
    'https://index.docker.io/v1/',
    '*.example.com',
    'reg.example.com:5000/team',
  ].map((key): (typeof ROWS)[number] => [`the good key ${key}`, keyed(key), [], { [key]: { auth } }]),
  [
    'a robot account, by the path of the key',
    secretOf(configOf({ 'reg.example.com/team': { auth: base64('robot+ci:pw-123456') } })),
    ['entry "reg.example.com/team": the user name is missing "$project" of "robot$project+name": the shell expanded it'],
    { 'reg.example.com/team': { auth: base64('robot$team+ci:pw-123456') } },
  ],
  [
    'a robot account, by an image',
    entry({ auth: base64('robot+ci:pw-123456') }),
    ['entry "reg.example.com": the user name is missing "$project" of "robot$project+name": the shell expanded it'],
    { 'reg.example.com': { auth: base64('robot$shop+ci:pw-123456') } },
    { image: { registry: 'reg.example.com', repository: 'shop/api', tag: '1', digest: null } },
  ],
];

t.test('what is repaired', async t => {
  for (const [name, content, done, entries = { 'reg.example.com': plain }, wishes = {}] of ROWS) {
    const repair = repairSecret(content, wishes);
    t.strictSame([repair.done, repair.left], [done, []], name);
    t.strictSame(entriesOf(repair), entries, `${name}: the entries`);
    t.equal(repair.recreate, (content.type ?? 'Opaque') === 'Opaque', `${name}: only a type has to be recreated`);
    const read = readPullSecret({ metadata: { name: 'a' }, type: repair.type, data: repair.data });
    t.strictSame([read.error, read.problems], [null, []], `${name}: kubelet reads it`);
    const again = repairSecret({ type: repair.type, data: repair.data }, wishes);
    t.strictSame([again.done, again.data], [[], repair.data], `${name}: a second repair changes nothing`);
    t.notMatch([...repair.done, ...repair.left].join(), /s3cret|pw-123456|12345678/, `${name}: no password`);
  }
});

t.test('what only the owner can repair', async t => {
  const rows: [name: string, content: SecretContent, left: string[]][] = [
    [
      'credsStore alone',
      secretOf(JSON.stringify({ credsStore: 'desktop', auths: {} })),
      ['it names only credsStore: the passwords are on the machine where it was made'],
    ],
    ['an empty entry', entry({}), ['entry "reg.example.com": it is empty']],
    ['an identity token', entry({ identitytoken: 'x' }), ['entry "reg.example.com": it holds only identitytoken, which kubelet ignores']],
    [
      'an auth that is nothing',
      entry({ auth: 'not base64!' }),
      ['entry "reg.example.com": its "auth" is not the base64 of user:password, and it has no user name and password'],
    ],
    [
      'the key of a guide',
      keyed('<registry-hostname>'),
      ['entry "<registry-hostname>": a placeholder of a guide, "<registry-hostname>", was never filled in'],
    ],
    [
      'the login of a guide',
      entry({ username: 'YOUR_USER', password: '<your-password>' }),
      [
        'entry "reg.example.com": its user name is a placeholder, "YOUR_USER", that was never filled in',
        'entry "reg.example.com": its password is a placeholder that was never filled in',
      ],
    ],
    ['an expression', secretOf('{{ .Values.config }}'), ['its value is a placeholder of a guide or a template that was never filled in']],
    ['the name of a file', secretOf('~/.docker/config.json\n'), ['its value is the name of a file, not its content']],
    ['a login', secretOf('ci:secret\n'), ['its value is a user name and a password, not a docker config']],
    ['a part', secretOf(good.slice(0, -2)), ['its value is cut off: the end of the JSON is missing']],
    [
      'a robot account, without its project',
      entry({ auth: base64('robot+ci:pw') }),
      ['entry "reg.example.com": its user name seems to lack "$project" of "robot$project+name": --image IMAGE tells the project'],
    ],
    ['no config', { type: 'Opaque', data: { note: 'aGk=' } }, ['it holds no docker config (keys: "note")']],
    [
      'another purpose',
      { type: 'kubernetes.io/tls', data: {} },
      ['its type is "kubernetes.io/tls": it has another purpose than image pulls'],
    ],
  ];
  for (const [name, content, left] of rows) {
    const repair = repairSecret(content);
    t.strictSame([repair.done, repair.left], [[], left], name);
    t.strictSame(repair.data, content.data, `${name}: nothing changes`);
  }
});

t.test('a hostile content is soon given up', async t => {
  const started = Date.now();
  for (const text of [
    '['.repeat(900_000),
    `{"auths":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`,
    'a: ['.repeat(200_000),
    `{${' '.repeat(900_000)}`,
  ]) {
    const { done, left } = repairSecret(secretOf(text));
    t.strictSame([done, left], [[], ['its value is not JSON']], text.slice(0, 20));
  }
  const proto = repairSecret(secretOf('{"auths":{"__proto__":{"username":"ci ","password":"x"}}}'));
  t.strictSame(proto.done, ['entry "__proto__": the user name has white space around it']);
  t.ok(Date.now() - started < 2000);
});

t.test('what is wanted besides', async t => {
  const login = { registry: 'reg.example.com', username: 'new', password: 'p"w\'$' };
  const written = { username: 'new', password: 'p"w\'$', auth: base64('new:p"w\'$') };
  const rows: [name: string, content: SecretContent, wishes: Wishes, entries: object, written: string[]][] = [
    [
      'a new entry',
      keyed('quay.io'),
      { login },
      { 'quay.io': { auth }, 'reg.example.com': written },
      ['the user name and the password into a new entry "reg.example.com"'],
    ],
    [
      'the entry of a registry, as it is written',
      keyed('https://reg.example.com/v2/'),
      { login },
      { 'https://reg.example.com/v2/': written },
      ['the user name and the password into the entry "https://reg.example.com/v2/"'],
    ],
    [
      'Docker Hub',
      secretOf('{}'),
      { login: { ...login, registry: 'docker.io' } },
      { 'https://index.docker.io/v1/': written },
      ['the user name and the password into a new entry "https://index.docker.io/v1/"'],
    ],
    [
      'a secret that does not exist',
      { type: JSON_TYPE },
      { login },
      { 'reg.example.com': written },
      ['the user name and the password into a new entry "reg.example.com"'],
    ],
    [
      'an entry that was empty',
      entry({}),
      { login },
      { 'reg.example.com': written },
      ['the user name and the password into the entry "reg.example.com"'],
    ],
    [
      'another key',
      keyed('reg.example.com'),
      { rekey: [['reg.example.com', 'reg.example.com:5000']] },
      { 'reg.example.com': { auth }, 'reg.example.com:5000': { auth } },
      ['entry "reg.example.com" also under the key "reg.example.com:5000"'],
    ],
    [
      'an entry that is not wanted',
      secretOf(configOf({ 'reg.example.com': {}, 'quay.io': { auth } })),
      { remove: ['reg.example.com'] },
      { 'quay.io': { auth } },
      ['all but the entry "reg.example.com"'],
    ],
    [
      'a placeholder is filled in',
      keyed('<host>'),
      { rekey: [['<host>', 'reg.example.com']] },
      { '<host>': { auth }, 'reg.example.com': { auth } },
      ['entry "<host>" also under the key "reg.example.com"'],
    ],
  ];
  for (const [name, content, wishes, entries, lines] of rows) {
    const repair = repairSecret(content, wishes);
    t.strictSame([entriesOf(repair), repair.written, repair.left], [entries, lines, []], name);
  }
  const none = repairSecret(keyed('reg.example.com'), { rekey: [['quay.io', 'ghcr.io']] });
  t.strictSame([none.written, none.left], [[], ['entry "quay.io": there is no such entry to copy']], 'an entry that is not there');
  const replaced = repairSecret(secretOf('not a config'), { login });
  t.strictSame(
    [replaced.done, entriesOf(replaced)],
    [['its value is not JSON: it is replaced as a whole'], { 'reg.example.com': written }],
    'what cannot be read is replaced',
  );
  t.strictSame(
    repairSecret(secretOf(configOf({ 'reg.example.com': plain, other: { auth: 'x' } })), { login }).left,
    ['entry "other": its "auth" is not the base64 of user:password, and it has no user name and password'],
    'the others are told',
  );
});

t.test('a key that holds a login stays as it is, and is told without it', t => {
  for (const [key, host] of [
    ['https://ci:PassWord-77@Reg.example.com/', 'reg.example.com'],
    ['ci:PassWord-77@reg.example.com:5000/v2/', 'reg.example.com:5000/v2/'],
    ['https://PassWord-77@reg.example.com/Team', 'reg.example.com/Team'],
  ] as const) {
    const { done, left, data } = repairSecret(keyed(key));
    t.strictSame([done, left.length], [[], 1], key);
    t.match(left[0], `holds a login, which kubelet ignores there: use the key "${host}"`);
    t.notMatch(left[0], /PassWord/i);
    t.strictSame(data, keyed(key).data, 'nothing is touched');
    const { left: after } = repairSecret(keyed(key), { login: { registry: 'other.example.com', username: 'ci', password: PASSWORD } });
    t.match(after[0], 'holds a login');
  }
  t.end();
});
