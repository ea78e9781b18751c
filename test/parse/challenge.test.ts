/** `WWW-Authenticate` headers, and the challenges that a runtime answers. */
import t from 'tap';
import { parseChallenges } from '../../src/parse/challenge.ts';

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
