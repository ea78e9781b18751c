/** Pull secrets, keyring and image references against the answers of kubelet's own code (see fixtures/kubelet/README.md). */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { imageName, type Reference } from '../../../src/model/reference.ts';
import { keyMatches, lookUpCredentials } from '../../../src/parse/credentials/keyring.ts';
import { readPullSecret } from '../../../src/parse/credentials/pull-secret.ts';
import { parseReference } from '../../../src/parse/reference.ts';

interface SecretRow {
  name: string;
  type: string;
  data: Record<string, string>;
}

interface KeyringRow {
  name: string;
  secrets: SecretRow[];
  image: string;
  error?: string;
  credentials?: { secret: string; key: string; username: string }[];
}

interface Entry {
  key: string | null;
  username: string;
  passwordLength: number;
}

interface EntriesRow {
  name: string;
  text: string;
  error?: string;
  entries?: Entry[];
}

interface ReferenceRow {
  image: string;
  error?: string;
  reference?: Reference;
}

/** Tests run in the project's directory. */
const table = <Row>(name: string): Row[] => JSON.parse(readFileSync(`test/fixtures/kubelet/${name}.json`, 'utf8')) as Row[];

const read = ({ name, type, data }: SecretRow) => readPullSecret({ metadata: { name }, type, data });
const dockerConfig = (name: string, text: string) =>
  read({ name, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': Buffer.from(text).toString('base64') } });

/** Kubelet's entries have no order. */
const sorted = (entries: Entry[]): string[] =>
  entries.map(({ key, username, passwordLength }) => JSON.stringify([key, username, passwordLength])).sort();

t.test('the keyring finds what kubelet finds, in the same order', async t => {
  for (const row of table<KeyringRow>('keyrings')) {
    const parsed = parseReference(row.image);
    if (!parsed.ok) throw new Error(`${row.name}: ${parsed.error}`);
    const keyring = lookUpCredentials(imageName(parsed.reference), row.secrets.map(read));
    const answer =
      keyring.broken === null
        ? { credentials: keyring.credentials.map(({ secret, key, username }) => ({ secret, key, username })) }
        : { error: keyring.broken.error };
    t.strictSame(answer, row.error === undefined ? { credentials: row.credentials } : { error: row.error }, row.name);
  }
});

t.test('the entries of a pull secret are those that kubelet reads', async t => {
  for (const row of table<EntriesRow>('entries')) {
    const secret = dockerConfig('a', row.text);
    t.equal(secret.error, row.error ?? null, `${row.name}: ${row.error === undefined ? 'it parses' : 'the error'}`);
    const entries = secret.entries.map(({ key, credential }) => ({
      key,
      username: credential.username,
      passwordLength: Buffer.byteLength(credential.reveal()),
    }));
    t.strictSame(sorted(entries), sorted(row.entries ?? []), `${row.name}: the entries`);
    t.equal(
      secret.problems.some(problem => problem.breaksKeyring),
      row.error !== undefined,
      `${row.name}: ${row.error === undefined ? 'no pull breaks' : 'every pull breaks'}`,
    );
  }
});

t.test('an image reference has the parts that kubelet sees', async t => {
  for (const row of table<ReferenceRow>('references')) {
    const shown = row.image.length > 80 ? `${row.image.slice(0, 60)}… (${row.image.length} characters)` : row.image;
    const parsed = parseReference(row.image);
    t.strictSame(
      parsed.ok ? { reference: parsed.reference } : { error: parsed.error },
      row.error === undefined ? { reference: row.reference } : { error: row.error },
      JSON.stringify(shown),
    );
  }
});

t.test('a secret that kubelet ignores is known by the form that its content has', async t => {
  const login = { auth: 'Y2k6ZXhhbXBsZQ==' };
  const newer = JSON.stringify({ auths: { 'reg.example.com': login } });
  const older = JSON.stringify({ 'reg.example.com:5000': login });
  const [JSON_TYPE, CFG_TYPE] = ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockercfg'];
  const asJson = (from: string) => ({ type: JSON_TYPE, from, to: '.dockerconfigjson' });
  const asCfg = (from: string) => ({ type: CFG_TYPE, from, to: '.dockercfg' });
  const rows: [string, string, Record<string, string>, object | null][] = [
    ['the right key, the wrong type', 'Opaque', { '.dockerconfigjson': newer }, asJson('.dockerconfigjson')],
    ['another key', 'Opaque', { note: 'hi', 'config.json': newer }, asJson('config.json')],
    ['the older form', 'Opaque', { '.dockercfg': older }, asCfg('.dockercfg')],
    ['the older form under the newer name', JSON_TYPE, { '.dockerconfigjson': older }, asCfg('.dockerconfigjson')],
    ['the newer form under the older name', CFG_TYPE, { '.dockercfg': newer }, asJson('.dockercfg')],
    ['no key of the type', JSON_TYPE, { 'config.json': newer }, asJson('config.json')],
    ['a config of something else', 'Opaque', { 'app.json': JSON.stringify({ database: { username: 'a', password: 'b' } }) }, null],
    ['user name and password on their own', 'kubernetes.io/basic-auth', { username: 'ci', password: 'example' }, null],
    ['no credential in it', 'Opaque', { 'config.json': JSON.stringify({ auths: { 'reg.example.com': {} } }) }, null],
    ['one that does not parse', 'Opaque', { 'config.json': newer.slice(0, -1) }, null],
    ['one that breaks the keyring', JSON_TYPE, { '.dockerconfigjson': newer.slice(0, -1), 'config.json': newer }, null],
    ['one that works', JSON_TYPE, { '.dockerconfigjson': newer }, null],
  ];
  for (const [name, type, stringData, meant] of rows)
    t.strictSame(readPullSecret({ metadata: { name: 'a' }, type, stringData }).intendedFormat, meant, name);
});

t.test('JSON may be as deep as Go allows', async t => {
  const nested = (depth: number) => `{"auths":{"reg.example.com":{}},"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  t.equal(dockerConfig('a', nested(10_000)).error, null, 'a depth of 10,000');
  t.equal(dockerConfig('a', nested(10_001)).error, "invalid character '[' exceeded max depth", 'one more');
  t.equal(dockerConfig('a', '['.repeat(10_000)).error, 'unexpected end of JSON input', 'a text that ends at the deepest place');
});

t.test('a key with many globs is soon compared', async t => {
  t.notOk(keyMatches(`${'*a'.repeat(50)}.io`, `${'a'.repeat(100)}b.io/app`));
  t.ok(keyMatches(`${'*a'.repeat(50)}*.io`, `${'a'.repeat(100)}b.io/app`));
});

t.test('an entry that misses tells why', async t => {
  const why = (key: string, image: string): string | undefined => {
    const parsed = parseReference(image);
    if (!parsed.ok) throw new Error(parsed.error);
    return lookUpCredentials(imageName(parsed.reference), [dockerConfig('a', JSON.stringify({ auths: { [key]: {} } }))]).nearMisses[0]?.why;
  };
  t.match(
    why('reg.example.com ', 'reg.example.com/app'),
    /cannot parse this key \(invalid character " " in host name\)/,
    'a key that url.Parse refuses',
  );
  t.match(why('[::1]', '[::1]/app'), /brackets/, 'an IPv6 address without a port');
  t.match(why('reg.example.com:443', 'reg.example.com/app'), /no default port/, 'a port');
  t.match(why('https://index.docker.io/v1', 'nginx'), /last slash is missing/, 'the slash of Docker Hub');
  t.equal(why('reg.example.com', 'reg.example.com/app'), undefined, 'nothing for one that matches');
});
