/** The regular expressions of the source, as the compiler sees them. Belongs here: finding them; what is wanted of them belongs to the tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type * as TypeScript from 'typescript';

/** Not bundled with the test: it looks for its own files. */
const ts = createRequire(resolve('package.json'))('typescript') as typeof TypeScript;

export interface Pattern {
  /** File and line. */
  at: string;
  source: string;
  flags: string;
}

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

/**
 * Out: the expressions of all files of src, but for the rows of messages, which their tables hold; and the files that make one of parts which cannot be put together here.
 */
export function patternsOfSource(): { patterns: Pattern[]; made: string[] } {
  const patterns: Pattern[] = [];
  const made: string[] = [];
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
  return { patterns, made: [...new Set(made)].sort() };
}
