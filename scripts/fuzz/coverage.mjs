/**
 * An esbuild plugin that counts which branches of the source run: each function, branch, case and operand gets a cell of `globalThis.__coverage`. An input that fills a cell
 * first is worth changing further. Plain JavaScript: no native code, every system.
 */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Cells for all branches, `fresh` counts those that were filled. To stand at the beginning of the bundle. */
export const COVERAGE = 'const __coverage = (globalThis.__coverage = { cells: new Uint8Array(1 << 16), fresh: 0 });';

/** In: a source text, its path and the number of its first cell. Out: the text with its cells, and the number of the next one. */
function instrument(/** @type {string} */ text, /** @type {string} */ path, /** @type {number} */ first) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  let next = first;
  /** @type {{ at: number, text: string }[]} */
  const insertions = [];
  const cell = () => {
    const at = next++;
    return `__coverage.cells[${at}]||(__coverage.cells[${at}]=1,__coverage.fresh++)`;
  };
  const statement = (/** @type {ts.Statement} */ node) => {
    if (ts.isBlock(node)) insertions.push({ at: node.getStart(file) + 1, text: `${cell()};` });
    else insertions.push({ at: node.getStart(file), text: `{${cell()};` }, { at: node.end, text: '}' });
  };
  const expression = (/** @type {ts.Expression} */ node) =>
    insertions.push({ at: node.getStart(file), text: `(${cell()},(` }, { at: node.end, text: '))' });
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isTypeNode(node)) return;
    if (ts.isIfStatement(node)) {
      statement(node.thenStatement);
      if (node.elseStatement !== undefined) statement(node.elseStatement);
    } else if (ts.isIterationStatement(node, false)) statement(node.statement);
    else if (ts.isConditionalExpression(node)) {
      expression(node.whenTrue);
      expression(node.whenFalse);
    } else if (ts.isBinaryExpression(node) && /^(?:&&|\|\||\?\?)$/.test(node.operatorToken.getText(file))) expression(node.right);
    else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) expression(node.body);
    else if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined && ts.isBlock(/** @type {ts.Node} */ (node.body)))
      statement(/** @type {ts.Block} */ (node.body));
    else if (ts.isCaseOrDefaultClause(node) && node.statements[0] !== undefined)
      insertions.push({ at: node.statements[0].getStart(file), text: `${cell()};` });
    ts.forEachChild(node, visit);
  };
  visit(file);
  // of those at one place the outer one was found first, and has to stand first where it opens and last where it closes
  const opens = (/** @type {{ text: string }} */ { text: inserted }) => !/^[)}]+$/.test(inserted);
  const order = insertions.map((insertion, index) => ({ ...insertion, index }));
  order.sort((a, b) => a.at - b.at || Number(opens(a)) - Number(opens(b)) || (opens(a) ? a.index - b.index : b.index - a.index));
  let [out, from] = ['', 0];
  for (const { at, text: inserted } of order) {
    out += text.slice(from, at) + inserted;
    from = at;
  }
  return { text: out + text.slice(from), next };
}

/** The plugin; it counts from 0 for each build. @returns {import('esbuild').Plugin} */
export function coverage() {
  let next = 0;
  return {
    name: 'coverage',
    setup(builder) {
      builder.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, args => {
        const instrumented = instrument(readFileSync(args.path, 'utf8'), args.path, next);
        next = instrumented.next;
        return { contents: instrumented.text, loader: /** @type {const} */ ('ts') };
      });
    },
  };
}
