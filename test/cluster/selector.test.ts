/** Label selectors of `-l`. */
import t from 'tap';
import { parseSelector } from '../../src/cluster/selector.ts';

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
