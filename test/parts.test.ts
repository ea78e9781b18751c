/** Tables for the small pure parts: redaction, challenges, manifests, proxies, visible defects, expiry, and what commands and texts are made of. */
import t from 'tap';
import { hostWord, quote } from '../src/causes/commands.ts';
import { distance, list, nearest } from '../src/causes/phrases.ts';
import { knownMove } from '../src/causes/relocated-images.ts';
import { showBytes } from '../src/causes/sizes.ts';
import { parseSelector } from '../src/cluster/selector.ts';
import { Credential } from '../src/model/credential.ts';
import { type Platform, runsOn, showPlatform } from '../src/model/platform.ts';
import { parseChallenges } from '../src/parse/challenge.ts';
import { expiryOf } from '../src/parse/credentials/expiry.ts';
import { findTypo } from '../src/parse/credentials/typos.ts';
import { readManifest, realPlatforms } from '../src/parse/manifest.ts';
import { parseReference } from '../src/parse/reference.ts';
import { isLoopback, proxyFor } from '../src/util/proxy.ts';
import { redact, showUser } from '../src/util/redact.ts';

const referenceOf = (image: string) => {
  const parsed = parseReference(image);
  if (!parsed.ok) throw new Error(`${image}: ${parsed.error}`);
  return parsed.reference;
};
const credential = (username: string, password: string, more: { key?: string; lastWrittenAt?: string } = {}): Credential =>
  new Credential({ secret: 'regcred', rawKey: 'k', key: 'registry.example.com', username, password, ...more });

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
    ['what a terminal obeys', 'a\u001b]0;title\u0007b\u009b31mc\r\nd', 'a]0;titleb31mc\nd'],
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

t.test('challenges as containerd reads them', async t => {
  const bearer = (more: object) => ({ scheme: 'bearer', realm: null, service: null, scope: null, error: null, ...more });
  const rows: [string, string | string[] | undefined, object[]][] = [
    ['none', undefined, []],
    [
      'Bearer',
      'Bearer realm="https://sso.example.net/token",service="reg",scope="repository:a/b:pull"',
      [bearer({ realm: 'https://sso.example.net/token', service: 'reg', scope: 'repository:a/b:pull' })],
    ],
    [
      'blanks and no quotes',
      'bearer  realm = https://sso.example.net/token , service=reg',
      [bearer({ realm: 'https://sso.example.net/token', service: 'reg' })],
    ],
    [
      'a comma in quotes',
      'Bearer realm="https://x.example.net/t",scope="repository:a:pull,push"',
      [bearer({ realm: 'https://x.example.net/t', scope: 'repository:a:pull,push' })],
    ],
    ['escaped quotes', 'Basic realm="a \\"b\\""', [{ scheme: 'basic', realm: 'a "b"', service: null, scope: null, error: null }]],
    ['an error', 'Bearer realm="r",error="insufficient_scope"', [bearer({ realm: 'r', error: 'insufficient_scope' })]],
    ['an empty service', 'Bearer realm="r",service=""', [bearer({ realm: 'r', service: '' })]],
    [
      'Bearer before Basic, whatever the order',
      ['Basic realm="b"', 'Bearer realm="r"'],
      [bearer({ realm: 'r' }), { scheme: 'basic', realm: 'b', service: null, scope: null, error: null }],
    ],
    ['no realm', 'Bearer service="reg"', [bearer({ service: 'reg' })]],
    ['a scheme alone', 'Basic', [{ scheme: 'basic', realm: null, service: null, scope: null, error: null }]],
    ['schemes that no runtime answers', ['Negotiate', 'NTLM', 'Digest realm="d"', 'AWS4-HMAC-SHA256 x=y'], []],
    ['nonsense', ['', '=', '"""'], []],
  ];
  for (const [name, header, expected] of rows) t.strictSame(parseChallenges(header), expected, name);
});

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 10 };
const layer = (mediaType: string) => ({ mediaType, digest: DIGEST, size: 20 });
const manifest = (more: object = {}) =>
  JSON.stringify({ schemaVersion: 2, mediaType: OCI, config, layers: [layer('application/vnd.oci.image.layer.v1.tar+gzip')], ...more });

t.test('what a manifest is', async t => {
  const rows: [string, string, string, object][] = [
    ['an OCI image', OCI, manifest(), { type: 'image', config, layers: [{ digest: DIGEST, size: 20 }] }],
    [
      "Docker's image",
      DOCKER,
      manifest({
        mediaType: DOCKER,
        config: { ...config, mediaType: 'application/vnd.docker.container.image.v1+json' },
        layers: [layer('application/vnd.docker.image.rootfs.diff.tar.gzip')],
      }),
      { type: 'image' },
    ],
    [
      'an image without media types',
      OCI,
      manifest({ mediaType: undefined, config: { digest: DIGEST }, layers: [{ digest: DIGEST }] }),
      { type: 'image', config: { size: 0 } },
    ],
    ['zstd layers', OCI, manifest({ layers: [layer('application/vnd.oci.image.layer.v1.tar+zstd')] }), { type: 'image' }],
    [
      'foreign layers of Windows',
      DOCKER,
      manifest({ mediaType: DOCKER, layers: [layer('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')] }),
      { type: 'image' },
    ],
    [
      'an index',
      'application/vnd.oci.image.index.v1+json',
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          { digest: DIGEST, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
          { digest: 'broken' },
          { digest: DIGEST },
        ],
      }),
      { type: 'index', entries: [{ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }, { platform: null }] },
    ],
    [
      'schema 1',
      'application/vnd.docker.distribution.manifest.v1+prettyjws',
      JSON.stringify({ schemaVersion: 1, fsLayers: [] }),
      { type: 'schema1' },
    ],
    [
      'schema 1 by its type alone',
      'application/vnd.docker.distribution.manifest.v1+json',
      JSON.stringify({ fsLayers: [] }),
      { type: 'schema1' },
    ],
    [
      'a Helm chart',
      OCI,
      manifest({ config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' } }),
      { type: 'other', why: /artifact of type "application\/vnd\.cncf\.helm\.config\.v1\+json"/ },
    ],
    [
      'an artifact with a type of its own',
      OCI,
      manifest({ artifactType: 'application/spdx+json', config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' } }),
      { type: 'other', why: /"application\/spdx\+json"/ },
    ],
    [
      'an encrypted image',
      OCI,
      manifest({ layers: [layer('application/vnd.oci.image.layer.v1.tar+gzip+encrypted')] }),
      { type: 'other', why: /encrypted/ },
    ],
    ['an unknown layer', OCI, manifest({ layers: [layer('application/x-thing')] }), { type: 'other', why: /"application\/x-thing"/ }],
    ['a layer without a digest', OCI, manifest({ layers: [{ mediaType: 'x', digest: 'sha256:zz' }] }), { type: 'other', why: /no digest/ }],
    ['no layers', OCI, manifest({ layers: undefined }), { type: 'other', why: /without config and layers/ }],
    ['a type that no runtime takes', 'application/octet-stream', manifest(), { type: 'other', why: /application\/octet-stream/ }],
    ['a web page', 'text/html; charset=utf-8', '<html></html>', { type: 'other', why: 'an HTML page' }],
    ['a web page that says it is JSON', 'application/json', '<!doctype html>', { type: 'other', why: 'an HTML page' }],
    ['text', 'text/plain', 'hello', { type: 'other', why: /not JSON/ }],
    ['nothing', '', '', { type: 'other', why: /not JSON/ }],
    ['null', OCI, 'null', { type: 'other', why: /no manifest/ }],
    ['an empty object', OCI, '{}', { type: 'other', why: /without config and layers/ }],
  ];
  for (const [name, type, body, expected] of rows) t.match(readManifest(type, body), expected, name);
});

t.test('which image runs on which node', async t => {
  const platform = (text: string): Platform => {
    const [os = '', architecture = '', variant = null] = text.split('/');
    return { os, architecture, variant };
  };
  const rows: [string, string, boolean][] = [
    ['linux/amd64', 'linux/amd64', true],
    ['linux/arm64', 'linux/amd64', false],
    ['linux/arm64/v8', 'linux/arm64', true],
    ['windows/amd64', 'linux/amd64', false],
    ['linux/386', 'linux/amd64', true],
    ['linux/amd64', 'linux/386', false],
    ['linux/arm/v6', 'linux/arm/v7', true],
    ['linux/arm/v7', 'linux/arm/v6', false],
    ['linux/arm/v7', 'linux/arm64', true],
    ['linux/arm', 'linux/arm/v6', true],
  ];
  for (const [image, node, expected] of rows) t.equal(runsOn(platform(image), platform(node)), expected, `${image} on ${node}`);
  t.equal(showPlatform(platform('linux/arm/v7')), 'linux/arm/v7');
  t.equal(showPlatform(platform('linux/amd64')), 'linux/amd64');
  t.strictSame(
    realPlatforms([{ platform: platform('linux/amd64') }, { platform: platform('unknown/unknown') }, { platform: null }]),
    [platform('linux/amd64')],
    'attestations are no platforms',
  );
});

t.test('which proxy a URL takes', async t => {
  const all = { HTTPS_PROXY: 'http://secure.example.net:3128', HTTP_PROXY: 'http://plain.example.net:3128' };
  const rows: [string, string, Record<string, string>, string | null][] = [
    ['https', 'https://registry.example.com/v2/', all, 'http://secure.example.net:3128'],
    ['http', 'http://registry.example.com/v2/', all, 'http://plain.example.net:3128'],
    ['none is set', 'https://registry.example.com/', {}, null],
    ['an empty one is none', 'https://registry.example.com/', { HTTPS_PROXY: '' }, null],
    ['small letters', 'https://registry.example.com/', { https_proxy: 'http://p.example.net' }, 'http://p.example.net'],
    ['without a scheme', 'https://registry.example.com/', { HTTPS_PROXY: 'p.example.net:8080' }, 'http://p.example.net:8080'],
    ['loopback never', 'https://127.0.0.1:5000/', all, null],
    ['localhost never', 'http://localhost:5000/', all, null],
    ['loopback of IPv6 never', 'http://[::1]:5000/', all, null],
    ['excluded by name', 'https://registry.example.com/', { ...all, NO_PROXY: 'registry.example.com' }, null],
    ['excluded by its domain', 'https://registry.example.com/', { ...all, NO_PROXY: 'example.com' }, null],
    ['excluded by a suffix', 'https://registry.example.com/', { ...all, NO_PROXY: '.example.com' }, null],
    ['a suffix is not the domain itself', 'https://example.com/', { ...all, NO_PROXY: '.example.com' }, 'http://secure.example.net:3128'],
    ['part of a label is no suffix', 'https://myexample.com/', { ...all, NO_PROXY: 'example.com' }, 'http://secure.example.net:3128'],
    ['a star and a suffix', 'https://a.example.com/', { ...all, NO_PROXY: '*.example.com' }, null],
    ['everything excluded', 'https://registry.example.com/', { ...all, NO_PROXY: '*' }, null],
    ['a list with blanks', 'https://registry.example.com/', { ...all, NO_PROXY: 'a.example.net, registry.example.com ,b' }, null],
    [
      'another port',
      'https://registry.example.com:5000/',
      { ...all, NO_PROXY: 'registry.example.com:443' },
      'http://secure.example.net:3128',
    ],
    ['this port', 'https://registry.example.com:5000/', { ...all, NO_PROXY: 'registry.example.com:5000' }, null],
    ['the default port', 'https://registry.example.com/', { ...all, NO_PROXY: 'registry.example.com:443' }, null],
    ['an address', 'https://192.0.2.7/', { ...all, NO_PROXY: '192.0.2.7' }, null],
    ['a network', 'https://192.0.2.7/', { ...all, NO_PROXY: '192.0.2.0/24' }, null],
    ['another network', 'https://198.51.100.7/', { ...all, NO_PROXY: '192.0.2.0/24' }, 'http://secure.example.net:3128'],
    ['a network of IPv6', 'https://[2001:db8::7]/', { ...all, NO_PROXY: '2001:db8::/32' }, null],
    ['a name is in no network', 'https://registry.example.com/', { ...all, NO_PROXY: '0.0.0.0/0' }, 'http://secure.example.net:3128'],
    ['upper case', 'https://Registry.Example.com/', { ...all, NO_PROXY: 'REGISTRY.example.COM' }, null],
    ['small no_proxy', 'https://registry.example.com/', { ...all, no_proxy: 'registry.example.com' }, null],
  ];
  for (const [name, url, environment, expected] of rows) t.equal(proxyFor(new URL(url), environment), expected, name);
  for (const [host, expected] of [
    ['localhost', true],
    ['127.8.9.10', true],
    ['[::1]', true],
    ['LOCALHOST', true],
    ['127.0.0.1.example.com', false],
    ['192.0.2.1', false],
  ] as const)
    t.equal(isLoopback(host), expected, `${host} is ${expected ? '' : 'not '}loopback`);
});

t.test('defects of a credential that can be seen', async t => {
  const image = referenceOf('harbor.example.com/team/api:1');
  const rows: [string, string, string, RegExp | null, [string, string]?][] = [
    ['nothing', 'ci', 'pw', null],
    ['a line break', 'ci', 'pw\n', /^the password ends with a line break/, ['ci', 'pw']],
    ['a line break of Windows', 'ci', 'pw\r\n', /^the password ends with a line break/, ['ci', 'pw']],
    ['a line break in the user name', 'ci\n', 'pw', /^the user name ends with a line break/, ['ci', 'pw']],
    ['in both', 'ci\n', 'pw\n', /^the user name and password end with a line break/, ['ci', 'pw']],
    ['blanks', ' ci', 'pw ', /^the user name and password have blanks around them/, ['ci', 'pw']],
    ['a byte order mark', '\ufeffci', 'pw', /^the user name has blanks around it/, ['ci', 'pw']],
    ['quotes', 'ci', '"pw"', /^the password stands in quotes/, ['ci', 'pw']],
    ['quotes around the user name', "'ci'", 'pw', /^the user name stands in quotes/, ['ci', 'pw']],
    ['one quote is none', 'ci', '"pw', null],
    ['quotes and nothing in them', 'ci', '""', null],
    ["Harbor's robot without its project", 'robot+ci', 'pw', /lost "\$project"/, ['robot$team+ci', 'pw']],
    ["Quay's robot", 'team+ci', 'pw', null],
    ['a whole robot', 'robot$team+ci', 'pw', null],
    ['a blank inside', 'ci bot', 'p w', null],
  ];
  for (const [name, username, password, what, repaired] of rows) {
    const defect = findTypo(credential(username, password), image);
    if (what === null) t.equal(defect, null, name);
    else {
      t.match(defect?.what, what, name);
      t.strictSame([defect?.repaired.username, defect?.repaired.reveal()], repaired, `${name}: repaired`);
      t.notMatch(defect?.what ?? '', /\bpw\b/, `${name}: the words hold no value`);
    }
  }
  t.equal(findTypo(credential('robot+ci', 'pw'), null), null, 'a robot, and no image that tells the project');
});

t.test('a credential past its time', async t => {
  const now = '2026-11-20T10:00:00Z';
  const jwt = (claims: object) => `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  const at = (date: string) => Date.parse(date) / 1000;
  const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const rows: [string, Credential, RegExp | null][] = [
    ['a password', credential('ci', 'pw', { lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'a token that ended',
      credential('ci', jwt({ exp: at('2026-11-20T04:00:00Z') })),
      /^its password is a token that expired on 2026-11-20 04:00 UTC \(6 hours ago\)$/,
    ],
    ['a token that ended a while ago', credential('ci', jwt({ exp: at('2026-11-10T10:00:00Z') })), /\(10 days ago\)$/],
    ['a token that ended just now', credential('ci', jwt({ exp: at('2026-11-20T09:59:40Z') })), /\(1 minute ago\)$/],
    ['a token that lives', credential('ci', jwt({ exp: at('2026-11-20T11:00:00Z') })), null],
    ['a token without an end', credential('ci', jwt({ sub: 'ci' })), null],
    ['what looks like a token', credential('ci', 'eyJub25zZW5zZQ.eyJ.x'), null],
    [
      'ECR, thirteen hours',
      credential('AWS', 'pw', { key: ecr, lastWrittenAt: '2026-11-19T21:00:00Z' }),
      /^an ECR token lives 12 hours, and the secret was made 13 hours ago$/,
    ],
    ['ECR, eleven hours', credential('AWS', 'pw', { key: ecr, lastWrittenAt: '2026-11-19T23:00:00Z' }), null],
    ['ECR, age not known', credential('AWS', 'pw', { key: ecr }), null],
    ['a user called AWS elsewhere', credential('AWS', 'pw', { lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'Google, two hours',
      credential('oauth2accesstoken', 'pw', { key: 'europe-docker.pkg.dev/p', lastWrittenAt: '2026-11-20T08:00:00Z' }),
      /^a Google access token lives one hour/,
    ],
    ["Google's key file", credential('_json_key', 'pw', { key: 'gcr.io', lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'Azure, four hours',
      credential('00000000-0000-0000-0000-000000000000', 'pw', { key: 'acme.azurecr.io', lastWrittenAt: '2026-11-20T06:00:00Z' }),
      /^an ACR access token lives three hours/,
    ],
  ];
  for (const [name, one, expected] of rows) {
    const told = expiryOf(one, now);
    if (expected === null) t.equal(told, null, name);
    else t.match(told, expected, name);
  }
});

t.test('a word for a shell', async t => {
  const rows: [string, string][] = [
    ['api-7c9f', 'api-7c9f'],
    ['registry.example.com:5000/team/api@sha256:ab+c=%', 'registry.example.com:5000/team/api@sha256:ab+c=%'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", "'it'\\''s'"],
    ['$(reboot)', "'$(reboot)'"],
    ['`reboot`', "'`reboot`'"],
    ['a;b', "'a;b'"],
    ['a\nb', "'a\nb'"],
    ['~/x', "'~/x'"],
    ['*', "'*'"],
    ['{"a":"b"}', '\'{"a":"b"}\''],
  ];
  for (const [word, expected] of rows) t.equal(quote(word), expected, JSON.stringify(word));
  for (const host of ['registry.example.com', 'registry:5000', '10.0.0.1:443', '[2001:db8::1]:5000', 'my_reg.io'])
    t.equal(hostWord(host), host, host);
  for (const host of ['$(reboot)', 'a b', 'a;b', "a'b", 'a`b`', '', null, undefined])
    t.equal(hostWord(host), 'HOST', JSON.stringify(host ?? null));
});

t.test('images that moved', async t => {
  const rows: [string, string | null][] = [
    ['bitnami/redis:7.2', 'docker.io/bitnamilegacy/redis:7.2'],
    ['docker.io/bitnami/charts/redis:1', 'docker.io/bitnamilegacy/charts/redis:1'],
    ['minio/mc', 'quay.io/minio/mc:latest'],
    ['gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0', 'registry.k8s.io/kubebuilder/kube-rbac-proxy:v0.15.0'],
    ['k8s.gcr.io/ingress-nginx/controller:v1', 'registry.k8s.io/ingress-nginx/controller:v1'],
    ['gcr.io/google_containers/pause:3.1', 'registry.k8s.io/pause:3.1'],
    ['docker.pkg.github.com/acme/repo/web:1', 'ghcr.io/acme/web:1'],
    ['centos:7', 'quay.io/centos/centos:7'],
    ['nginx', null],
    ['registry.example.com/bitnami/redis:7.2', null],
    ['mybitnami/redis', null],
  ];
  for (const [image, expected] of rows) t.equal(knownMove(referenceOf(image))?.image ?? null, expected, image);
  t.match(
    knownMove(referenceOf(`k8s.gcr.io/pause@${DIGEST}`)),
    { image: `registry.k8s.io/pause@${DIGEST}`, since: /^20\d\d/ },
    'a digest goes with it',
  );
  t.equal(knownMove(null), null, 'an image that does not parse');
});

t.test('the nearest existing tags', async t => {
  const rows: [string, string[], string[]][] = [
    ['1.4.2', ['1.3.0', '1.4.1', '1.4.0', 'latest'], ['1.4.1', '1.4.0', '1.3.0']],
    ['lates', ['1.0', 'latest', 'stable'], ['latest']],
    ['v1.2', ['1.2', '2.1', 'v1.2.0'], ['v1.2.0', '1.2']],
    ['1.4', ['1.4.10', '1.4.9', '1.4.2-alpine'], ['1.4.9', '1.4.10']],
    ['LATEST', ['latest', 'newest'], ['latest']],
    ['1', [], []],
  ];
  for (const [wanted, names, first] of rows)
    t.strictSame(nearest(wanted, names, 3).slice(0, first.length), first, `${wanted} among ${names.join(', ')}`);
  t.equal(nearest('a', ['b', 'c', 'd', 'e'], 2).length, 2, 'no more than asked for');
  for (const [a, b, expected] of [
    ['', '', 0],
    ['abc', 'abc', 0],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['abc', '', 3],
  ] as const)
    t.equal(distance(a, b), expected, `from "${a}" to "${b}"`);
});

t.test('lists and sizes for people', async t => {
  t.equal(list(['a', 'b'], 5), 'a, b');
  t.equal(list(['a', 'b', 'c'], 2), 'a, b and 1 more');
  t.equal(list([]), '');
  for (const [bytes, expected] of [
    [0, '0 kB'],
    [1, '1 kB'],
    [999_999, '1000 kB'],
    [1_500_000, '1.5 MB'],
    [8_589_934_592, '8.6 GB'],
  ] as const)
    t.equal(showBytes(bytes), expected);
});

t.test('label selectors', t => {
  const rows: [string, Record<string, string>, boolean][] = [
    ['', {}, true],
    ['app=web', { app: 'web' }, true],
    ['app==web', { app: 'api' }, false],
    ['app!=web', {}, true],
    ['app!=web', { app: 'web' }, false],
    ['app', {}, false],
    ['app', { app: '' }, true],
    ['!app', {}, true],
    ['app in (web, api)', { app: 'api' }, true],
    ['app in (web,api),tier', { app: 'api' }, false],
    ['app notin (web,api)', {}, true],
    ['example.com/team=a', { 'example.com/team': 'a' }, true],
  ];
  for (const [text, labels, wanted] of rows)
    t.equal(parseSelector(text)(labels), wanted, `${text || '(none)'} of ${JSON.stringify(labels)}`);
  for (const wrong of ['!!', 'a=b=c', 'a in', '=b']) t.throws(() => parseSelector(wrong), /invalid --selector/, wrong);
  t.end();
});
