/** Which files are tests: those below test/ that end with `.test.ts`. The rest (fixtures, helpers, scenarios) only serves them. */
import { readdirSync } from 'node:fs';

/**
 * In: words of the command line; a test is taken when its path below test/ holds one of them. None: all tests.
 * Out: paths below test/, with slashes, without test/ itself.
 * @param {readonly string[]} names
 */
export function testFiles(names = []) {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => file.endsWith('.test.ts'))
    .filter(file => names.length === 0 || names.some(name => file.replace(/(?:\.test)?\.ts$/, '').includes(name)))
    .sort();
}
