/** Credentials whose end is written in them, or follows from the age of the secret. */
import t from 'tap';
import { expiryText } from '../../../src/causes/phrases.ts';
import { Credential } from '../../../src/model/credential.ts';
import type { CredentialExpiry } from '../../../src/model/facts.ts';
import { expiryOf } from '../../../src/parse/credentials/expiry.ts';

const credential = (username: string, password: string, more: { key?: string; lastWrittenAt?: string } = {}): Credential =>
  new Credential({ secret: 'regcred', rawKey: 'k', key: 'registry.example.com', username, password, ...more });

t.test('a credential past its time', async t => {
  const now = '2026-11-20T10:00:00Z';
  const jwt = (claims: object) => `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  const at = (date: string) => Date.parse(date) / 1000;
  const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const rows: [string, Credential, [CredentialExpiry, RegExp] | null][] = [
    ['a password', credential('ci', 'pw', { lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'a token that ended',
      credential('ci', jwt({ exp: at('2026-11-20T04:00:00Z') })),
      [
        { source: 'token', expiredAt: '2026-11-20T04:00:00Z' },
        /^its password is a token that expired on 2026-11-20 04:00 UTC \(6 hours ago\)$/,
      ],
    ],
    [
      'a token that ended a while ago',
      credential('ci', jwt({ exp: at('2026-11-10T10:00:00Z') })),
      [{ source: 'token', expiredAt: '2026-11-10T10:00:00Z' }, /\(10 days ago\)$/],
    ],
    [
      'a token that ended just now',
      credential('ci', jwt({ exp: at('2026-11-20T09:59:40Z') })),
      [{ source: 'token', expiredAt: '2026-11-20T09:59:40Z' }, /\(1 minute ago\)$/],
    ],
    ['a token that is valid', credential('ci', jwt({ exp: at('2026-11-20T11:00:00Z') })), null],
    ['a token without an end', credential('ci', jwt({ sub: 'ci' })), null],
    ['a token whose end is no date', credential('ci', jwt({ exp: 1e300 })), null],
    ['what looks like a token', credential('ci', 'eyJub25zZW5zZQ.eyJ.x'), null],
    [
      'ECR, thirteen hours',
      credential('AWS', 'pw', { key: ecr, lastWrittenAt: '2026-11-19T21:00:00Z' }),
      [
        { source: 'age', provider: 'ecr', lifetimeHours: 12, ageHours: 13 },
        /^ECR tokens are valid for 12 hours, and the secret was last written 13 hours ago$/,
      ],
    ],
    ['ECR, eleven hours', credential('AWS', 'pw', { key: ecr, lastWrittenAt: '2026-11-19T23:00:00Z' }), null],
    ['ECR, age not known', credential('AWS', 'pw', { key: ecr }), null],
    ['another user at ECR', credential('ci', 'pw', { key: ecr, lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'ECR of China, three days',
      credential('AWS', 'pw', { key: '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', lastWrittenAt: '2026-11-17T10:00:00Z' }),
      [{ source: 'age', provider: 'ecr', lifetimeHours: 12, ageHours: 72 }, /last written 3 days ago$/],
    ],
    ['a user called AWS elsewhere', credential('AWS', 'pw', { lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'Google, two hours',
      credential('oauth2accesstoken', 'pw', { key: 'europe-docker.pkg.dev/p', lastWrittenAt: '2026-11-20T08:00:00Z' }),
      [{ source: 'age', provider: 'artifactRegistry', lifetimeHours: 1, ageHours: 2 }, /^Google access tokens are valid for 1 hour, and/],
    ],
    ["Google's key file", credential('_json_key', 'pw', { key: 'gcr.io', lastWrittenAt: '2020-01-01T00:00:00Z' }), null],
    [
      'Azure, four hours',
      credential('00000000-0000-0000-0000-000000000000', 'pw', { key: 'acme.azurecr.io', lastWrittenAt: '2026-11-20T06:00:00Z' }),
      [{ source: 'age', provider: 'acr', lifetimeHours: 3, ageHours: 4 }, /^ACR access tokens are valid for 3 hours/],
    ],
  ];
  for (const [name, one, expected] of rows) {
    const expiry = expiryOf(one, now);
    t.strictSame(expiry, expected?.[0] ?? null, name);
    if (expiry !== null && expected !== null) t.match(expiryText(expiry, now), expected[1], `${name}, as text`);
  }
});
