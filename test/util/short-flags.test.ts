/** Short flags with more behind their letter, as kubectl reads them. */
import t from 'tap';
import { FLAGS } from '../../src/flags.ts';
import { expandShortFlags } from '../../src/util/short-flags.ts';

t.test('short flags', async t => {
  for (const [line, expected] of [
    ['why -owide', 'why --output=wide'],
    ['why -o=json', 'why --output=json'],
    ['why -n=shop -A', 'why --namespace=shop -A'],
    ['why -nshop', 'why --namespace=shop'],
    ['why -Ao json', 'why --all-namespaces -o json'],
    ['why -Aojson', 'why --all-namespaces --output=json'],
    ['why -A=false', 'why --all-namespaces=false'],
    ['why -f - -owide', 'why -f - --output=wide'],
    ['why -l -owide', 'why -l -owide'],
    ['why --selector -owide', 'why --selector -owide'],
    ['why --selector=app -owide', 'why --selector=app --output=wide'],
    ['why -Z', 'why -Z'],
    ['why -AZ', 'why --all-namespaces -Z'],
    ['why -- -owide', 'why -- -owide'],
    ['why -l app=web,tier!=x', 'why -l app=web,tier!=x'],
    ['-h', '-h'],
  ] as const)
    t.equal(expandShortFlags(line.split(' '), FLAGS).join(' '), expected, line);
});
