/** Whether a text gets colors: the flag, then the environment, then the terminal. */
import t from 'tap';
import { type ColorWhen, wantsColor } from '../../src/util/color.ts';

t.test('the first that says something wins', async t => {
  const rows: [ColorWhen, Record<string, string>, boolean, boolean][] = [
    // the terminal
    ['auto', {}, true, true],
    ['auto', {}, false, false],
    // the flag
    ['always', {}, false, true],
    ['always', { NO_COLOR: '1', TERM: 'dumb' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
    // the environment
    ['auto', { NO_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '' }, true, true],
    ['auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['auto', { FORCE_COLOR: '1' }, false, true],
    ['auto', { FORCE_COLOR: '3' }, false, true],
    ['auto', { FORCE_COLOR: '' }, false, false],
    ['auto', { FORCE_COLOR: '0' }, true, false],
    ['auto', { FORCE_COLOR: 'false' }, true, false],
    ['auto', { CLICOLOR_FORCE: '1' }, false, true],
    ['auto', { CLICOLOR_FORCE: '0' }, false, false],
    ['auto', { CLICOLOR_FORCE: '1', TERM: 'dumb' }, false, true],
    ['auto', { CLICOLOR: '0' }, true, false],
    ['auto', { CLICOLOR: '1' }, false, false],
    ['auto', { TERM: 'dumb' }, true, false],
  ];
  for (const [when, environment, isTerminal, wanted] of rows)
    t.equal(wantsColor(when, environment, isTerminal), wanted, `${when} ${JSON.stringify(environment)} ${isTerminal}`);
});
