/** Redaction: every shape of a secret in a foreign text, and what is left alone. */
import t from 'tap';
import { redact, showUser } from '../../src/util/redact.ts';

t.test('redact takes secrets out of what others wrote', async t => {
  const jwt = `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"ci"}').toString('base64url')}.c2ln`;
  const rows: [string, string, string][] = [
    [
      'a signature in a query',
      'Get "https://b.example.net/x?X-Amz-Signature=0f1e&X-Amz-Expires=1200": EOF',
      'Get "https://b.example.net/x?X-Amz-Signature=REDACTED&X-Amz-Expires=REDACTED": EOF',
    ],
    [
      'what a query may say',
      'https://m.example.net/v2/?ns=docker.io&scope=repository:a:pull&service=s&n=10&last=b',
      'https://m.example.net/v2/?ns=docker.io&scope=repository:a:pull&service=s&n=10&last=b',
    ],
    ['what is redacted already', '?ns=%5BREDACTED%5D&x=[REDACTED]', '?ns=%5BREDACTED%5D&x=[REDACTED]'],
    ['user and password of an address', 'https://ci:pw@registry.example.com/v2/', 'https://REDACTED@registry.example.com/v2/'],
    ['the same without a scheme', 'key "ci:pw@registry.example.com"', 'key "REDACTED@registry.example.com"'],
    ['a password with signs', 'https://ci:p%40w!$@registry.example.com', 'https://REDACTED@registry.example.com'],
    ['a tag and a digest are none', `busybox:1.36@sha256:${'a'.repeat(64)}`, `busybox:1.36@sha256:${'a'.repeat(64)}`],
    ['a port is none', 'registry.example.com:5000/team/api:1.4', 'registry.example.com:5000/team/api:1.4'],
    ['an echoed header', 'Authorization: Basic Y2k6cHc=', 'Authorization: Basic REDACTED'],
    ['in small letters', 'authorization: bearer 0f1e2d3c4b5a', 'authorization: bearer REDACTED'],
    [
      'prose about a scheme',
      'no basic auth credentials; Basic authentication required; requesting bearer token',
      'no basic auth credentials; Basic authentication required; requesting bearer token',
    ],
    ['a challenge', 'Bearer realm="https://sso.example.net/token",service="x"', 'Bearer realm="https://sso.example.net/token",service="x"'],
    ['JSON', '{"username":"ci","password":"pw-1"}', '{"username":"ci","password":"REDACTED"}'],
    ['a longer name', '{"access_token":"abcdef","client_secret": "xyz"}', '{"access_token":"REDACTED","client_secret": "REDACTED"}'],
    ['a form', 'grant_type=password&username=ci&password=pw-1', 'grant_type=password&username=REDACTED&password=REDACTED'],
    ['a token after a colon', 'invalid token: 9f8e7d6c5b4a39281706', 'invalid token: REDACTED'],
    [
      'prose after a colon',
      'failed to fetch oauth token: unexpected status from GET request',
      'failed to fetch oauth token: unexpected status from GET request',
    ],
    ['a JWT', `jwt ${jwt} is no longer valid`, 'jwt REDACTED is no longer valid'],
    ['GitHub', `ghp_${'a1'.repeat(18)}`, 'REDACTED'],
    ['GitLab', 'glpat-abcdefghij1234567890', 'REDACTED'],
    ['AWS', 'AKIAIOSFODNN7EXAMPLE', 'REDACTED'],
    ['Docker Hub', 'dckr_pat_abcdefghijklmnop', 'REDACTED'],
    ['what a terminal obeys is for the writer', 'a\u001b]0;b\r\nd', 'a\u001b]0;b\nd'],
    ['plain text', 'dial tcp: lookup registry.example.com: no such host', 'dial tcp: lookup registry.example.com: no such host'],
  ];
  for (const [name, text, expected] of rows) t.equal(redact(text), expected, name);
  t.equal(redact(redact('?token=abc&x=1')), redact('?token=abc&x=1'), 'twice is as once');
  t.ok(redact(`password=${'x'.repeat(200_000)} ${'token_'.repeat(30_000)}`).length < 200_000, 'a long text takes no long time');
});

t.test('redact takes known passwords out in every form', async t => {
  const password = 'pa ss/wo+rd"1';
  const rows: [string, string, string][] = [
    ['as it is', `bad login ${password}!`, 'bad login REDACTED!'],
    ['in a URL', `/x/${encodeURIComponent(password)}/y`, '/x/REDACTED/y'],
    ['inside base64', `you sent ${Buffer.from(`ci:${password}`).toString('base64')}`, 'you sent REDACTED'],
    ['inside base64url', `you sent ${Buffer.from(`ci:${password}`).toString('base64url')}`, 'you sent REDACTED'],
    ['without its line end', `bad login ${password}`, 'bad login REDACTED'],
  ];
  for (const [name, text, expected] of rows) t.equal(redact(text, [`${password}\n`]), expected, name);
  t.equal(redact('a tag is not a password', ['a']), 'a tag is not a password', 'a very short one would blank out the text');
  t.equal(redact('nothing', ['']), 'nothing', 'an empty one');
});

t.test('a user name is shown, but for one that is a token', async t => {
  for (const user of [
    'ci',
    'robot$team+ci',
    'org+robot',
    'AWS',
    '_json_key',
    'oauth2accesstoken',
    'gitlab+deploy-token-7',
    '1234567|builder',
    '00000000-0000-0000-0000-000000000000',
    'very-long-service-account-name-of-the-build-farm',
  ])
    t.equal(showUser(user), user, user);
  for (const token of [
    `ghp_${'a1'.repeat(18)}`,
    'glpat-abcdefghij1234567890',
    `eyJhbGciOiJub25lIn0.${'e30'.repeat(4)}.x`,
    'Zk3'.repeat(15),
  ])
    t.equal(showUser(token), token.slice(0, 4), `${token.slice(0, 4)}…`);
});

t.test('any text is redacted within a second', async t => {
  for (const part of [
    'a:a@',
    'http://a:b@',
    '?a=b&',
    'a@',
    '://',
    'password=',
    'password\\":\\"',
    'Bearer a1',
    'PRIVATE KEY-----',
    'eyJ',
    '\\',
    '…',
    '(',
    'auth ',
    '\ud800',
  ]) {
    const started = performance.now();
    redact(part.repeat(1_000_000 / part.length), ['pw1', 'password']);
    const ms = Math.round(performance.now() - started);
    t.ok(ms < 1000, `1 MB of ${JSON.stringify(part)}: ${ms} ms`);
  }
});

t.test('URLs are cut by their parts', async t => {
  const rows: [string, string][] = [
    [
      'Get "https://user@corp:p@ss/w0rd@b.example/x?X-Amz-Signature=ab12&ns=r.example": EOF',
      'Get "https://REDACTED@b.example/x?X-Amz-Signature=REDACTED&ns=r.example": EOF',
    ],
    ['https://a.blob.core.windows.net/x?sv=2024&sig=ab%2Bcd%3D', 'https://a.blob.core.windows.net/x?sv=REDACTED&sig=REDACTED'],
    [
      'https://cdn.example/x?Signature=ab/c==&Key-Pair-Id=K1#frag next',
      'https://cdn.example/x?Signature=REDACTED&Key-Pair-Id=REDACTED#REDACTED next',
    ],
    ['https://token12345@host.example/x', 'https://REDACTED@host.example/x'],
    ['client_secret%3Dhunter22', 'client_secret%3DREDACTED'],
    ['StatusCode: 200, "{\\"token\\":\\"opaque0tok…', 'StatusCode: 200, "{\\"token\\":\\"REDACTED'],
    [`nginx:1@sha256:${'ab'.repeat(32)}`, `nginx:1@sha256:${'ab'.repeat(32)}`],
  ];
  for (const [text, expected] of rows) t.equal(redact(text), expected);
});
