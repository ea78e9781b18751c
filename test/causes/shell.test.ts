/** Words of a fix command, as a shell must read them. */
import t from 'tap';
import { commandLines, hostWord, object, positional, quote } from '../../src/causes/shell.ts';

t.test('a word for a shell', async t => {
  const rows: [string, string][] = [
    ['api-7c9f', 'api-7c9f'],
    ['registry.example.com:5000/team/api@sha256:ab+c=%', 'registry.example.com:5000/team/api@sha256:ab+c=%'],
    ['', "''"],
    ['two words', "'two words'"],
    ["it's", `'it'"'"'s'`],
    ['a\\b', "'a\\b'"],
    ['a\\', `'a'"\\\\"`],
    ["\\'", `"\\\\""'"`],
    ['a\\\\b', `'a'"\\\\\\\\"'b'`],
    ['=ls', "'=ls'"],
    ['%1', "'%1'"],
    ['@me', "'@me'"],
    ['pods,events', "'pods,events'"],
    ['#x', "'#x'"],
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
    t.equal(hostWord(host), '<HOST>', JSON.stringify(host ?? null));
  t.equal(hostWord('--all', 'NODE'), 'NODE', 'a name that is a flag');
  t.equal(positional('api', 'b c'), "api 'b c'", 'plain words');
  t.equal(positional('api', '--all'), '-- api --all', 'a word that begins with a dash ends the flags');
  t.equal(object('pod', '--all'), 'pod/--all', 'TYPE/NAME begins with no dash');
  t.equal(object('pod', 'a b'), "'pod/a b'", 'TYPE/NAME is one word');
  t.strictSame(commandLines('a'), ['a']);
  t.strictSame(commandLines(`a '1\n2' "3\n\\"4" x\\'\nb`), [`a '1\n2' "3\n\\"4" x\\'`, 'b'], 'a line break within quotes ends no command');
});
