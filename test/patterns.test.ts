/**
 * Regular expressions of the source take time in proportion to the text, proven by static analysis (scslre): none can go back over the same characters in two ways, and none
 * that is searched for can begin at each of many characters and run to the end from there.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { analyse } from 'scslre';
import t from 'tap';
import type * as TypeScript from 'typescript';
import { ERRORS, WRAPPERS } from '../src/parse/messages/reader.ts';
import { compileError, type ErrorRow, type Wrapper } from '../src/parse/messages/row.ts';
import { STATEMENTS } from '../src/parse/messages/statements.ts';

/** Not bundled with the test: it looks for its own files. */
const ts = createRequire(resolve('package.json'))('typescript') as typeof TypeScript;

interface Pattern {
  /** File and line. */
  at: string;
  source: string;
  flags: string;
}

/** What makes a pattern slow; empty where nothing does. `isSearched`: it may begin anywhere in the text. */
const faultsOf = ({ source, flags }: Pick<Pattern, 'source' | 'flags'>, isSearched = true): string[] =>
  analyse({ source, flags }, { maxReports: 3, reportTypes: { Move: isSearched, Self: true, Trade: true } }).reports.map(
    ({ type, exponential }) => `${type}${exponential ? ' (exponential)' : ''} in /${source.slice(0, 160)}/`,
  );

/** Expressions that are made of parts that the analysis cannot put together, and why they are none to fear. */
const MADE_OF_PARTS: Record<string, string> = {
  'src/model/registry-providers.ts': 'hosts of a table, joined by |, between ^ and $',
  'src/parse/messages/row.ts': 'the rows, which a test of its own looks at',
};

const patterns: Pattern[] = [];
const made: string[] = [];

/** The text of a template whose parts are constants of the same file, null where there are others. */
function textOf(node: TypeScript.Node, constants: ReadonlyMap<string, TypeScript.Expression>): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isIdentifier(node)) {
    const value = constants.get(node.text);
    return value === undefined ? null : textOf(value, constants);
  }
  if (!ts.isTemplateExpression(node)) return null;
  const parts = node.templateSpans.map(span => [textOf(span.expression, constants), span.literal.text]);
  return parts.some(([value]) => value === null) ? null : node.head.text + parts.flat().join('');
}

for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
  const path = `src/${name.replaceAll('\\', '/')}`;
  if (!path.endsWith('.ts')) continue;
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, TypeScript.Expression>();
  const add = (node: TypeScript.Node, source: string, flags: string): void =>
    void patterns.push({ at: `${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`, source, flags });
  const visit = (node: TypeScript.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined)
      constants.set(node.name.text, node.initializer);
    // the rows of messages are looked at as they are compiled
    const isRow = ts.isPropertyAssignment(node) && node.name.getText() === 'match' && path.startsWith('src/parse/messages/');
    if (isRow) return;
    if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
      const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.getText()) ?? [];
      add(node, source, flags);
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'RegExp') {
      const source = node.arguments?.[0] === undefined ? null : textOf(node.arguments[0], constants);
      if (source === null) made.push(path);
      else add(node, source, (node.arguments?.[1] as TypeScript.StringLiteral | undefined)?.text ?? '');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}

t.test('the analysis finds what is slow', async t => {
  for (const slow of [/\s+$/, /(a+)+b/, /^(.*?)((?::[^/]*)?(?:@.*)?)$/, /\w+\s*=/, /".*" is not/, /^a*[ab]*a*$/])
    t.not(faultsOf(slow).length, 0, String(slow));
  for (const fast of [/^\s+/, /\b[a-z]+: x/, /^[^:]*:[^:]*$/, /"[^"]{0,200}" is not/]) t.strictSame(faultsOf(fast), [], String(fast));
});

t.test('no regular expression of the source takes more than linear time', async t => {
  t.ok(patterns.length > 250, `${patterns.length} are found`);
  for (const pattern of patterns) t.strictSame(faultsOf(pattern), [], pattern.at);
  t.strictSame([...new Set(made)].sort(), Object.keys(MADE_OF_PARTS).sort(), 'those that are made of parts are known');
});

t.test('no row of the messages takes more than linear time', async t => {
  const rows: (Wrapper | ErrorRow)[] = [...WRAPPERS, ...ERRORS];
  for (const { id, match } of rows) t.strictSame(faultsOf(match, false), [], id);
  for (const { id, match } of STATEMENTS) t.strictSame(faultsOf(match), [], id);
  // those that are looked for inside a text: the bounds of their repetitions are taken off again, so that the analysis sees what they bound
  for (const row of ERRORS.filter(({ isWhole }) => !isWhole)) {
    const { source, flags } = compileError(row).part;
    t.strictSame(faultsOf({ source: source.replaceAll('{1,600}', '+').replaceAll('{0,600}', '*'), flags }), [], `${row.id}, anywhere`);
  }
});
