/** Pull secrets whose secrets were replaced: kubelet reads them alike, every visible defect stays, and nothing of a secret is left. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import type { Secret } from '../../../src/model/kubernetes.ts';
import { expiryOf } from '../../../src/parse/credentials/expiry.ts';
import { readPullSecret } from '../../../src/parse/credentials/pull-secret.ts';
import { Replacements, replaceValues, standIn } from '../../../src/parse/credentials/replace.ts';
import { findTypo } from '../../../src/parse/credentials/typos.ts';
import { isReplaced } from '../../../src/util/secrets.ts';
import { leaksOf, viewsOf } from '../../helpers/leaks.ts';
import { often } from '../../properties/arbitraries.ts';

const NOW = '2026-11-20T10:09:00Z';
const REFERENCE = { registry: 'reg.example.com', repository: 'team/api', tag: '1', digest: null };
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');
const jwt = (payload: object): string =>
  [{ alg: 'RS256' }, payload].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.c2lnbmF0dXJlLW9mLXRva2Vu';

/** What is seen of a secret, besides passwords. */
function seen(secret: Secret) {
  const { entries, problems, error, intendedFormat } = readPullSecret(secret);
  return {
    problems,
    error,
    intendedFormat,
    entries: entries.map(({ rawKey, key, keyError, credential }, index) => ({
      rawKey,
      key,
      keyError,
      username: credential.username,
      dropped: credential.dropped,
      isEmpty: credential.isEmpty,
      hasPassword: credential.reveal() !== '',
      expiry: expiryOf(credential, NOW),
      typo: findTypo(credential, REFERENCE)?.what,
      sameAs: entries.findIndex(other => other.credential.sameAs(credential)) === index,
    })),
  };
}

const dockerConfig = (bytes: string | Uint8Array, type = 'kubernetes.io/dockerconfigjson'): Secret => ({
  metadata: { name: 'regcred', namespace: 'shop', creationTimestamp: '2026-11-01T08:00:00Z' },
  type,
  data: { [type.endsWith('json') ? '.dockerconfigjson' : '.dockercfg']: base64(bytes) },
});
const auths = (entry: unknown): string => JSON.stringify({ auths: { 'reg.example.com': entry } });
const login = (username: string, password: string): string => auths({ username, password });
const auth = (text: string): string => auths({ auth: text });

const P = 'Kx7vQm2pLw9z';
const pair = base64(`ci-bot:${P}`);
const folded = (text: string, eol = '\n'): string => (text.match(/.{1,8}/g) ?? []).join(eol);
const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const key = JSON.stringify({
  type: 'service_account',
  project_id: 'canary-project',
  private_key: `-----BEGIN PRIVATE KEY-----\n${P}${P}\n-----END PRIVATE KEY-----\n`,
  client_email: 'puller@team.iam.gserviceaccount.com',
});

/** Name, and the secret. Every one has the password P, or holds it in its form. */
const ROWS: [string, Secret][] = [
  ['user name and password', dockerConfig(login('ci', P))],
  ['auth', dockerConfig(auth(pair))],
  ['auth of type dockercfg', dockerConfig(JSON.stringify({ 'reg.example.com': { auth: pair } }), 'kubernetes.io/dockercfg')],
  ['a line end behind the password', dockerConfig(login('ci', `${P}\n`))],
  ['CR and LF behind the password', dockerConfig(login('ci', `${P}\r\n`))],
  ['blanks around the user name', dockerConfig(login(' ci ', P))],
  ['a BOM before the password', dockerConfig(login('ci', `\ufeff${P}`))],
  ['quotation marks', dockerConfig(login('ci', `"${P}"`))],
  ['quotation marks and a line end', dockerConfig(login('ci', `'${P}'\n`))],
  ['a quotation mark at one end', dockerConfig(login('ci', `"${P}`))],
  ['a robot without its project', dockerConfig(login('robot+ci', P))],
  ['auth with a line end inside', dockerConfig(auth(base64(`ci:${P}\n`)))],
  ['auth with a line end behind it', dockerConfig(auth(`${pair}\n`))],
  ['auth folded', dockerConfig(auth(folded(pair)))],
  ['auth folded by CR and LF', dockerConfig(auth(folded(pair, '\r\n')))],
  ['auth folded as it is written', dockerConfig(`{"auths":{"reg.example.com":{"auth":"${folded(pair)}"}}}`)],
  ['auth with blanks', dockerConfig(auth(` ${pair}`))],
  ['auth without a colon', dockerConfig(auth(base64(P)))],
  ['auth that is the password', dockerConfig(auth(P))],
  ['auth that is user and password', dockerConfig(auth(`ci:${P}`))],
  ['auth that is a user with a sign and a password', dockerConfig(auth(`ci-bot:${P}=`))],
  ['auth twice in base64', dockerConfig(auth(base64(pair)))],
  ['auth url-safe', dockerConfig(auth(Buffer.from(`ci:${P}\u00ff\u00fe\u00fb${P}`).toString('base64url')))],
  ['auth without its padding', dockerConfig(auth(base64(`c:${P}`).replace(/=+$/, '')))],
  ['auth with half of its padding', dockerConfig(auth(`${base64(`ci:${P}-`).replace(/=+$/, '')}=`))],
  ['auth with too much padding', dockerConfig(auth(`${base64(`ci:${P}`)}==`))],
  ['auth with a sign that is none', dockerConfig(auth(`${pair.slice(0, 9)}*${pair.slice(9)}`))],
  ['auth of another type', dockerConfig(auths({ auth: 12345678 }))],
  ['an entry of another type', dockerConfig(auths(P))],
  ['auths of another type', dockerConfig(JSON.stringify({ auths: [P] }))],
  ['an empty entry', dockerConfig(auths({}))],
  ['an empty password', dockerConfig(login('ci', ''))],
  ['an identity token', dockerConfig(auths({ username: '00000000-0000-0000-0000-000000000000', password: '', identitytoken: P }))],
  ['a registry token', dockerConfig(auths({ registrytoken: P }))],
  ['a helper', dockerConfig(JSON.stringify({ auths: {}, credsStore: 'desktop', credHelpers: { 'reg.example.com': P } }))],
  ['headers', dockerConfig(JSON.stringify({ auths: { 'reg.example.com': { auth: pair } }, HttpHeaders: { Authorization: `Basic ${P}` } }))],
  ['headers of another type', dockerConfig(JSON.stringify({ auths: {}, HttpHeaders: { a: [P] } }))],
  ['an e-mail address', dockerConfig(auths({ auth: pair, email: `${P}@example.com` }))],
  ['a field that nobody knows', dockerConfig(auths({ auth: pair, note: P }))],
  ['an expired JWT', dockerConfig(login('oauth2accesstoken', jwt({ exp: 1700000000, sub: P })))],
  ['a JWT that lives', dockerConfig(login('oauth2accesstoken', jwt({ exp: 1900000000, sub: P })))],
  ['a JWT without an end', dockerConfig(login('ci', jwt({ sub: P })))],
  [
    'the token of Amazon',
    dockerConfig(JSON.stringify({ auths: { '1.dkr.ecr.eu-west-1.amazonaws.com': { auth: base64(`AWS:${base64(key)}`) } } })),
  ],
  ['the key file of Google', dockerConfig(login('_json_key', key))],
  ['the key file of Google in base64', dockerConfig(login('_json_key_base64', base64(key)))],
  [
    'the key file of Google, its line ends as they are',
    dockerConfig(
      `{"auths":{"gcr.io":{"username":"_json_key","password":"${key.replaceAll('"', '\\"').replaceAll('\\\\n', '\n').replaceAll('\\n', '\n')}"}}}`,
    ),
  ],
  ['a token of GitHub', dockerConfig(login('ci', `ghp_${P}${P}${P}`))],
  ['a token of GitLab', dockerConfig(login('gitlab-ci-token', `glpat-${P}`))],
  ['a token of Docker', dockerConfig(login('ci', `dckr_pat_${P}`))],
  ['a token as the user', dockerConfig(login(`ghp_${P}${P}${P}`, 'x-oauth-basic'))],
  ['a placeholder', dockerConfig(login('<your-name>', `<${P}>`))],
  ['a variable', dockerConfig(login('$USER', `\${${P}}`))],
  ['a key with a password', dockerConfig(JSON.stringify({ auths: { [`https://ci:${P}@reg.example.com/v1/`]: { auth: pair } } }))],
  [
    'two entries of one password',
    dockerConfig(JSON.stringify({ auths: { a: { auth: pair }, b: { auth: pair }, c: { auth: base64('ci:Zq81mv3TnB') } } })),
  ],
  [
    'keys that stand twice',
    dockerConfig(`{"auths":{"reg.example.com":{"auth":"${pair}"},"reg.example.com":{"username":"b","password":"${P}"}}}`),
  ],
  ['a field that stands twice', dockerConfig(`{"auths":{"reg.example.com":{"password":"${P}","password":"","username":"a"}}}`)],
  ['fields in capitals', dockerConfig(`{"AUTHS":{"reg.example.com":{"Auth":"${pair}","Password":"${P}"}}}`)],
  ['a comma too many', dockerConfig(`{"auths":{"reg.example.com":{"auth":"${pair}",}}}`)],
  ['a comma too few', dockerConfig(`{"auths":{"reg.example.com":{"username":"ci" "password":"${P}"}}}`)],
  ['cut in a password', dockerConfig(`{"auths":{"reg.example.com":{"username":"ci","password":"${P}`)],
  ['cut behind a key', dockerConfig('{"auths":{"reg.example.com":')],
  ['single quotes', dockerConfig(`{'auths':{'reg.example.com':{'auth':'${pair}'}}}`)],
  ['no quotes', dockerConfig(`{auths:{reg.example.com:{auth:${pair}}}}`)],
  ['a password without quotes', dockerConfig(`{"auths":{"reg.example.com":{"password":${P}}}}`)],
  ['a password that begins as true does', dockerConfig(`{"auths":{"reg.example.com":{"password":tr${P}}}}`)],
  ['a password of digits without quotes', dockerConfig('{"auths":{"reg.example.com":{"password":0193847561}}}')],
  ['a wrong escape', dockerConfig(`{"auths":{"reg.example.com":{"password":"${P}\\$${P}"}}}`)],
  ['a wrong escape of Unicode', dockerConfig(`{"auths":{"reg.example.com":{"password":"${P}\\u12"}}}`)],
  ['a line end in a text', dockerConfig(`{"auths":{"reg.example.com":{"password":"${P}\n"}}}`)],
  ['something behind it', dockerConfig(`${auth(pair)} ${P}`)],
  ['quotes around all of it', dockerConfig(`'${auth(pair)}'`)],
  ['a text of JSON', dockerConfig(JSON.stringify(auth(pair)))],
  ['a BOM of UTF-8', dockerConfig(`\ufeff${auth(pair)}`)],
  ['UTF-16', dockerConfig(utf16(auth(pair)))],
  ['base64 of base64', dockerConfig(base64(auth(pair)))],
  ['folded base64 of base64', dockerConfig(`${folded(base64(auth(pair)))}\n`)],
  ['user and password alone', dockerConfig(`ci:${P}`)],
  ['a password alone', dockerConfig(P)],
  ['an auth alone', dockerConfig(pair)],
  ['YAML', dockerConfig(`auths:\n  reg.example.com:\n    auth: ${pair}\n`)],
  ['a list', dockerConfig(`[{"password":"${P}"}]`)],
  ['a number', dockerConfig('918273645')],
  ['a list of words', dockerConfig(`- ${P}`)],
  ['nothing', dockerConfig('')],
  ['a blank', dockerConfig('\n')],
  ['raw JSON under data', { ...dockerConfig(''), data: { '.dockerconfigjson': auth(pair) } }],
  ['folded data', { ...dockerConfig(''), data: { '.dockerconfigjson': `${folded(base64(auth(pair)))}\n` } }],
  ['stringData', { ...dockerConfig(''), data: {}, stringData: { '.dockerconfigjson': login('ci', P) } }],
  ['the wrong key', { ...dockerConfig(''), data: { 'config.json': base64(auth(pair)) } }],
  ['another type that would do', { ...dockerConfig(auth(pair)), type: 'Opaque' }],
  [
    'another type, without auths',
    { ...dockerConfig(''), type: 'Opaque', data: { cfg: base64(JSON.stringify({ 'reg.example.com': { auth: pair } })) } },
  ],
  [
    'another type with values',
    { ...dockerConfig(''), type: 'Opaque', data: { password: base64(`${P}\n`), token: base64(P), 'a.pem': base64(key) } },
  ],
  ['basic-auth', { ...dockerConfig(''), type: 'kubernetes.io/basic-auth', stringData: { username: P, password: P } }],
  ['no type', { metadata: { name: 'regcred' }, data: { '.dockerconfigjson': base64(auth(pair)) } }],
];

/** Rows of which the text itself cannot read alike: what was read of them is recorded in its place. */
const RECORDED = new Set(['auth with blanks', 'a text of JSON', 'user and password alone', 'YAML']);

const replaced = (secret: Secret): Secret => replaceValues(secret, new Replacements());
/** Of what is shown: a registry key without its user info. */
const shown = (secret: Secret): string => JSON.stringify(seen(secret)).replace(/[\w.-]+:[\w.-]+@|REDACTED@/g, '');

/** A user that is a token is shown by its first four characters. */
const shownUsers = (secret: Secret): string => shown(secret).replace(/ghp_\w+/g, 'ghp_');

t.test('each form of a secret reads alike, and holds nothing of it', async t => {
  const recorded: string[] = [];
  for (const [name, secret] of ROWS) {
    const safe = replaced(secret);
    if (shownUsers(safe) !== shownUsers(secret)) recorded.push(name);
    if (!RECORDED.has(name)) t.equal(shownUsers(safe), shownUsers(secret), name);
    t.strictSame(leaksOf(safe, [P]), [], `${name}: nothing of the password`);
    t.strictSame(replaced(safe), safe, `${name}: replaced once more`);
    for (const { credential } of readPullSecret(safe).entries)
      if (!/^\s*$/.test(credential.reveal()) && credential.reveal() !== 'x-oauth-basic')
        t.ok(credential.isReplaced, `${name}: it is marked`);
  }
  t.strictSame(recorded, [...RECORDED], 'those whose reading is recorded');
});

/** What kubelet says of a secret, without the plain words for it. */
const byKubelet = (secret: Secret): object => {
  const { problems, ...rest } = seen(secret);
  return { ...rest, problems: problems.map(({ code, breaksKeyring }) => ({ code, breaksKeyring })) };
};

t.test('the answers of kubelet to each entry stay', async t => {
  const rows = JSON.parse(readFileSync('test/fixtures/kubelet/entries.json', 'utf8')) as { name: string; text: string }[];
  for (const { name, text } of rows) {
    const secret = dockerConfig(text);
    const safe = replaced(secret);
    t.strictSame(byKubelet(safe), byKubelet(secret), name);
    t.strictSame(replaced(safe), safe, `${name}: replaced once more`);
  }
});

t.test('nothing of a random password is left, and the same is read', async t => {
  const password = fc.string({
    minLength: 6,
    maxLength: 60,
    unit: fc.constantFrom(...'abcdefghkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789+/=_-.:$!%&*#@ \\"\'<>{}\u00e4'),
  });
  const user = fc.constantFrom('ci', 'robot$shop+ci', 'robot+ci', 'AWS', 'oauth2accesstoken', ' ci', '"ci"');
  const form = fc.constantFrom<(user: string, password: string) => Secret>(
    (name, word) => dockerConfig(login(name, word)),
    (name, word) => dockerConfig(auth(base64(`${name}:${word}`))),
    (name, word) => dockerConfig(auth(base64(base64(`${name}:${word}`)))),
    (name, word) => dockerConfig(auth(`${name}:${word}`)),
    // what stands before a colon is a user name
    (_, word) => dockerConfig(auth(base64(word.replaceAll(':', '.')))),
    (_, word) => dockerConfig(auth(word)),
    (_, word) => dockerConfig(word),
    (name, word) => dockerConfig(base64(login(name, word))),
    (name, word) => dockerConfig(auth(Buffer.from(`${name}:${word}`).toString('base64url'))),
    (name, word) => dockerConfig(`{"auths":{"reg.example.com":{"username":"${name}","password":"${word}"}}}`),
    (name, word) => dockerConfig(`{"auths":{"reg.example.com":{"username":${name},"password":${word}}}}`),
    (name, word) => ({ ...dockerConfig(login(name, word)), type: 'Opaque' }),
    (_, word) => ({ ...dockerConfig(''), type: 'Opaque', data: { password: base64(word) } }),
    (name, word) => ({ ...dockerConfig(''), stringData: { '.dockerconfigjson': login(name, word) } }),
  );
  let alike = 0;
  const holds = fc.property(form, user, password, (make, name, word) => {
    const secret = make(name, word);
    const safe = replaced(secret);
    const left = leaksOf(safe, [word], name);
    if (left.length > 0) throw new Error(`${left.join(' ')} of ${JSON.stringify(word)} is left in ${JSON.stringify(viewsOf(safe))}`);
    if (JSON.stringify(seen(safe)) === JSON.stringify(seen(secret))) alike++;
  });
  const runs = often(800);
  fc.assert(holds, runs);
  t.ok(alike > 0.85 * (runs.numRuns ?? 0), `${alike} of ${runs.numRuns} read alike by their texts`);
});

t.test('what takes the place of a password tells its kind and its defects, and no length', async t => {
  const replacements = new Replacements();
  const stand = (text: string): string => standIn(text, replacements);
  t.equal(stand('short-1'), 'replaced-by-imagepull-1');
  t.equal(stand(`${'long-'.repeat(50)}`), 'replaced-by-imagepull-2');
  t.equal(stand('short-1'), 'replaced-by-imagepull-1', 'the same has the same number');
  t.equal(stand('\tshort-1\r\n'), '\treplaced-by-imagepull-1\r\n');
  t.equal(stand("'short-1'"), "'replaced-by-imagepull-1'");
  t.equal(stand(''), '');
  t.equal(stand(' '), ' ');
  t.match(stand('glpat-abcdefghijkl'), /^glpat-replaced-by-imagepull-\d$/);
  t.equal(stand(stand('glpat-abcdefghijkl')), stand('glpat-abcdefghijkl'));
  t.match(stand(key), /"client_email":"puller@team.iam.gserviceaccount.com"/);
  t.ok(isReplaced(Buffer.from(stand(jwt({ exp: 5 }))).toString('base64')));
});
