/** The secrets of a run: in which forms they are found, and what is none. */
import t from 'tap';
import { Secrets } from '../../src/util/secrets.ts';

const PASSWORD = `p4ss "w'rd\\ <&>%+/=é`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secretsOf(value: string, user: string | null = null): Secrets {
  const secrets = new Secrets();
  secrets.add(value, user);
  return secrets;
}

t.test('a secret is found in every form', async t => {
  const secrets = secretsOf(PASSWORD, 'ci');
  const forms: [string, string][] = [
    ['as it is', PASSWORD],
    ['base64', base64(PASSWORD)],
    ['base64 without padding', base64(PASSWORD).replace(/=+$/, '')],
    ['base64 for URLs', Buffer.from(PASSWORD).toString('base64url')],
    ['behind a user name', base64(`ci:${PASSWORD}`)],
    ['behind another user name', base64(`robot+x:${PASSWORD}`)],
    ['before more', base64(`${PASSWORD}\nmore`)],
    ['percent', encodeURIComponent(PASSWORD)],
    ['percent in small letters', encodeURIComponent(PASSWORD).replace(/%[0-9A-F]{2}/g, code => code.toLowerCase())],
    ['a form', new URLSearchParams({ p: PASSWORD }).toString().slice(2)],
    ['JSON', JSON.stringify(PASSWORD).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(PASSWORD).slice(1, -1)).slice(1, -1)],
    [
      "Go's JSON",
      JSON.stringify(PASSWORD)
        .slice(1, -1)
        .replace(/[<>&]/g, sign => `\\u00${sign.charCodeAt(0).toString(16)}`),
    ],
    [
      'HTML',
      PASSWORD.replace(/[&<>"']/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' })[sign] as string),
    ],
    ['hexadecimal', Buffer.from(PASSWORD).toString('hex')],
    ['on one line', PASSWORD.replace(' ', '  ').replace('  ', ' ')],
  ];
  for (const [name, form] of forms) t.equal(secrets.remove(`before ${form} behind`), 'before REDACTED behind', name);
  for (const [cut, left] of [
    [`you sent ${base64(PASSWORD).slice(0, 14)}…`, 'you sent REDACTED…'],
    [`…${PASSWORD.slice(-8)} behind`, '…REDACTED behind'],
    [`you sent ${base64(`ci:${PASSWORD}`).slice(0, 20)} and`, 'you sent REDACTED and'],
  ] as const)
    t.equal(secrets.remove(cut), left, cut);
  t.equal(secrets.remove(`"${base64(PASSWORD).slice(0, 12)}"`, true), '"REDACTED"', 'cut at the end of a quote');
});

t.test('what is no secret stays', async t => {
  const rows: [string, string, string | null, string, string][] = [
    ['three characters', 'abc', null, 'abc abcdef', 'abc abcdef'],
    ['a word', 'registry', null, 'the registry denies', 'the registry denies'],
    ['a long word', 'authentication', null, 'authentication required', 'authentication required'],
    ['a short password alone', 'pw1234', null, 'pw1234 is short', 'pw1234 is short'],
    ['a user name', 'Zq8!vvvvvvvv', 'a-rather-long-user-name', 'user a-rather-long-user-name', 'user a-rather-long-user-name'],
    [
      'a user name in base64',
      'pw1234',
      'a-rather-long-user-name',
      base64('a-rather-long-user-name:x'),
      base64('a-rather-long-user-name:x'),
    ],
  ];
  for (const [name, secret, user, text, expected] of rows) t.equal(secretsOf(secret, user).remove(text), expected, name);
  const short = secretsOf('pw1', 'admin');
  t.equal(
    short.remove(`Basic ${base64('admin:pw1')} admin:pw1`),
    'Basic REDACTED REDACTED',
    'a short password is found with its user name',
  );
  const weak = new Secrets(true);
  weak.add('word');
  t.equal(weak.remove('a word'), 'a REDACTED', 'the answer to a request that carried a word');
  const letters = secretsOf('correcthorsebatterystaple');
  t.equal(letters.remove('got correcthorsebatterystaple'), 'got REDACTED', 'many letters are no word of ours');
});

t.test('where secrets come from', async t => {
  const secrets = new Secrets();
  secrets.addHeaders({
    'set-cookie': ['id=cookie0value1; Path=/'],
    location: 'https://u:user0info9@s3.example/x?X-Amz-Signature=0signature0&ns=registry.example.com',
  });
  secrets.addUserInfo('http://me:proxy%2Fpass1@proxy:3128');
  secrets.addAuthorization(`Basic ${base64('ci:basic0pass')}`);
  secrets.addAnswer('{"token":"answer0token","expires_in":300,"issued_at":"2026-11-20T10:00:00Z"}');
  secrets.addDocument(`{"auths":{"registry.example.com":{"auth":"${base64('ci:config0pass')}","identitytoken":"identity0tok"}}}`, false);
  secrets.addDocument(base64('{"auths":{"x":{"password":"twice0encoded"}}}'), true);
  secrets.addDocument('{"auths":{"registry.example.com":{"username":"somebody0","password":"broken0json",}}}', true);
  secrets.addDocument('db.example.com:5432', false);
  for (const secret of [
    'cookie0value1',
    'user0info9',
    '0signature0',
    'proxy/pass1',
    'proxy%2Fpass1',
    'basic0pass',
    'answer0token',
    'config0pass',
    'identity0tok',
    'twice0encoded',
    'broken0json',
  ])
    t.equal(secrets.remove(`a ${secret} b`), 'a REDACTED b', secret);
  for (const name of ['registry.example.com', 'somebody0', 'db.example.com:5432', '2026-11-20T10:00:00Z', '/x'])
    t.equal(secrets.remove(name), name, name);
});

t.test('thousands of secrets that begin alike take no longer than one', async t => {
  const [one, many] = [new Secrets(), new Secrets()];
  one.add('aaaaaaaaaaa1');
  for (let index = 0; index < 5000; index++) many.add(`aaaaaaaaaaa${index}"\\<`);
  const text = 'aaaaaaaa '.repeat(30_000);
  const timeOf = (secrets: Secrets): number => {
    const started = performance.now();
    secrets.remove(text);
    return performance.now() - started;
  };
  timeOf(many);
  const [short, long] = [timeOf(one), timeOf(many)];
  t.ok(long < 50 * short + 2000, `${Math.round(short)} ms and ${Math.round(long)} ms`);
});
