/**
 * The script that is shipped: a launcher (src/launcher.ts), and behind it the program as a comment. Node reads over a comment in a few milliseconds; to parse the
 * program takes ten times as long, and that is done once, see the launcher. This is the one place that knows the form of the file.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript';

/** What stands in the program for the end of a comment. */
const BREAK = '*~/';
const NAME = '#!/usr/bin/env node\n';
const NOTE = '// The program is the comment below; these lines run it. https://github.com/kubectl-imagepull/kubectl-imagepull\n';
const OPEN = '/*program*/(function(require){\n';
const CLOSE = '\n})';
const END = '*/\n';

/** The offset of the program has so many digits in the launcher, so that its own length is known before. */
const DIGITS = '1000000';

/** @param {string} root */
async function commandNames(root) {
  const { outputFiles } = await build({ entryPoints: [join(root, 'src', 'flags.ts')], write: false, format: 'esm', logLevel: 'warning' });
  const { COMMANDS } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`);
  return COMMANDS.map((/** @type {{ name: string }} */ { name }) => name);
}

/**
 * In: the folder of the project, the bundled program, and its version. Out: the script.
 * @param {string} root
 * @param {string} program
 * @param {string} version
 */
export async function pack(root, program, version) {
  const letter = /[^\x00-\x7f]/.exec(program);
  if (letter !== null) throw new Error(`the bundle holds "${letter[0]}" as it is: the launcher reads one byte a character`);
  for (const [what, why] of Object.entries({
    [BREAK]: 'which stands for the end of a comment',
    'import.meta': 'which the launcher does not give',
    __filename: 'which the launcher does not give',
  }))
    if (program.includes(what)) throw new Error(`the bundle holds ${what}, ${why}: look at scripts/build/pack.mjs`);
  if (/(?<![\w.$])import\(/.test(program)) throw new Error('the bundle imports at run time, which a script without a module cannot');
  const text = `${OPEN}${program}${CLOSE}`;
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src', 'launcher.ts')],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    logLevel: 'warning',
    define: {
      __START__: DIGITS,
      __LINES__: String(LINES),
      __BREAK__: JSON.stringify(BREAK),
      __BUILD__: JSON.stringify(`${version}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`),
      __COMMANDS__: JSON.stringify(await commandNames(root)),
    },
  });
  const launcher = (outputFiles[0]?.text ?? '').trim();
  // esbuild writes 1000000 as 1e6
  const places = launcher.split('1e6');
  if (places.length !== 2 || launcher.includes('\n'))
    throw new Error('the launcher is not one line, or holds 1e6 twice: look at scripts/build/pack.mjs');
  const length = NAME.length + NOTE.length + launcher.length - '1e6'.length + DIGITS.length + '/*'.length + 1;
  const head = `${NAME}${NOTE}${places.join(String(length).padStart(DIGITS.length))}\n/*`;
  return `${head}${text.replaceAll('*/', BREAK)}${END}`;
}

/** Lines of the file before the first one of the program's text. */
const LINES = 3;

/**
 * The program of a script, as the bundler made it; a text that is no such script as it is.
 * @param {string} script
 */
export function programOf(script) {
  const start = script.indexOf(OPEN.replaceAll('*/', BREAK));
  if (start < 0) return script;
  return script.slice(start, -END.length).replaceAll(BREAK, '*/').slice(OPEN.length, -CLOSE.length);
}

/** Characters that V8 sees before the program. */
export const BEFORE = OPEN.length;

/**
 * Regular expressions of our sources with the letters that are not ASCII as escapes: the bundler leaves them as they are.
 * @param {string} path
 * @param {string} text
 */
export function withoutLetters(path, text) {
  if (!/[^\x00-\x7f]/.test(text)) return text;
  /** @type {ts.RegularExpressionLiteral[]} */
  const found = [];
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isRegularExpressionLiteral(node) && /[^\x00-\x7f]/.test(node.text)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const escaped = (/** @type {string} */ letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return found.reduceRight(
    (rest, node) => rest.slice(0, node.getStart()) + node.text.replace(/[^\x00-\x7f]/g, escaped) + rest.slice(node.end),
    text,
  );
}
