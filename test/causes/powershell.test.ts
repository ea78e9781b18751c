/** What of PowerShell's grammar the printed commands are tested by: each row is read, or refused, as PowerShell does it. */
import t from 'tap';
import { powerShellCalls } from '../helpers/powershell.ts';

t.test('a command line as PowerShell reads it', async t => {
  const rows: [text: string, calls: string[][]][] = [
    ['kubectl get pods', [['kubectl', 'get', 'pods']]],
    ["kubectl get 'a b' \"c d\" e'f'g", [['kubectl', 'get', 'a b', 'c d', 'efg']]],
    ["a 'it''s' --x='y z'", [['a', "it's", '--x=y z']]],
    ['a | b -\nc > ./d e', [['a'], ['b', '-'], ['c', 'e']]],
    ['a && b; c', [['a'], ['b'], ['c']]],
    ['echo Q | a --x=y.z', [['a', '--x=y.z']]],
    ["a '$HOME `x' b:c/d@e", [['a', '$HOME `x', 'b:c/d@e']]],
  ];
  for (const [text, calls] of rows) t.strictSame(powerShellCalls(text), calls, text);
  const refused = [
    'a "$X"',
    'a $X',
    'a "$(b)"',
    'a <b',
    'a </dev/null',
    'a b,c',
    'a {b}',
    'a @b',
    'a #b',
    "a 'b",
    `a 'b'"c"`,
    'a 2>&1',
    'a & b',
    'a || b',
    "'a' b",
    'a -b.c',
  ];
  for (const text of refused) t.throws(() => powerShellCalls(text), text);
});
