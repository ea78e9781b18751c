/** Values without secrets: as text, as a command, and in documents that stay valid. */
import { load } from 'js-yaml';
import t from 'tap';
import { forReading, withoutSecrets } from '../../src/report/clean.ts';
import { toJson, toJsonLine, toYaml } from '../../src/report/json.ts';
import { SECRETS } from '../../src/util/secrets.ts';
import { isHidden } from '../../src/util/visible.ts';

t.test('a command keeps its quotes', async t => {
  SECRETS.add('token-0123456789');
  SECRETS.add("'aaaaaaaa1");
  t.strictSame(
    withoutSecrets([
      { command: "kubectl get 'token-0123456789 x'", title: 'with token-0123456789' },
      { command: "kubectl get 'aaaaaaaa1$(reboot)'", title: "get 'aaaaaaaa1" },
    ]),
    [
      { command: "kubectl get 'REDACTED x'", title: 'with REDACTED' },
      { command: 'REDACTED', title: 'get REDACTED' },
    ],
    'a secret with a quote in it takes no quote of ours: the command is left out',
  );
  SECRETS.add('RepositoryNotFoundOrPrivate');
  t.strictSame(
    withoutSecrets({ cause: 'RepositoryNotFoundOrPrivate' }),
    { cause: 'RepositoryNotFoundOrPrivate' },
    'the code of a cause stays',
  );
});

t.test('names break no line', async t => {
  t.strictSame(forReading({ pod: 'a\nFix\n  1. run this', command: "kubectl get 'a\nb'\nkubectl get c" }), {
    pod: 'a\\nFix\\n  1. run this',
    command: "kubectl get 'a\\nb'\nkubectl get c",
  });
});

t.test('documents stay valid and say the same', async t => {
  const texts = [
    '"',
    "'",
    '\\x01abcd\\x02',
    '\u0001abcd\u0002',
    'a\nb\r\n',
    '\u202e\u2028\u0085\u007f',
    '\ud83d\ude00\ud800',
    '- a: b # c',
    'yes',
    '',
    ' x ',
    '{"a":1}',
    '*a',
    '!!js',
  ];
  const value = { texts, command: "a 'x\ny'\nb", nested: { key: texts.join('') } };
  t.strictSame(JSON.parse(toJson(value)), value);
  t.strictSame(JSON.parse(toJsonLine(value)), value);
  t.strictSame(load(toYaml(value)), value);
  for (const document of [toJson(value), toJsonLine(value), toYaml(value)])
    t.notOk(isHidden(document.replaceAll('\n', '')), 'nothing is hidden');
  // a secret of the signs of the document itself
  for (const secret of ['": "apple1', '",\n  "b"', ': apple1\nb', '12345678', '{"a":"apple1"']) SECRETS.add(secret);
  const plain = { a: 'apple1', b: 'apple12', size: 123456789, list: ['",\n  "b"'] };
  t.strictSame(JSON.parse(toJson(plain)), { ...plain, list: ['REDACTED'] });
  t.strictSame(load(toYaml(plain)), { ...plain, list: ['REDACTED'] });
});
