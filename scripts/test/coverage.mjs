/**
 * What of src/ no test reaches. Node writes, for every process that the tests start and for the tests themselves, which parts of a bundle ran. Source maps tell
 * where each piece of a bundle comes from. A piece is reached when it ran in any process, be it in the plugin's bundle or in the copy that a test holds.
 * Lines, functions and branches are those of the TypeScript sources, so that what the minifier made of them does not matter.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { decode } from '@jridgewell/sourcemap-codec';
import ts from 'typescript';
import { BEFORE, programOf } from '../build/pack.mjs';

/** @typedef {{ startOffset: number, endOffset: number, count: number }} Range */
/** @typedef {{ url: string, functions: { ranges: Range[] }[] }} Script */
/** @typedef {{ file: string, line: number, column: number }} Origin */
/** A bundle: where the pieces that come from src/ begin, in ascending order, what each comes from, and whether it ran. @typedef {{ offsets: Uint32Array, origins: Origin[], ran: Uint8Array }} Bundle */
/** Line (from 0) → column → whether it ran. @typedef {Map<number, Map<number, boolean>>} Pieces */
/** @typedef {{ total: number, reached: number }} Share */
/** @typedef {{ lines: Share, functions: Share, branches: Share }} Shares */
/** What is not reached: each with its line. @typedef {{ lines: number[], functions: { line: number, name: string }[], branches: number[] }} Gaps */

/**
 * Prints what is covered and what is not, and compares it with `coverage` of package.json.
 * Out: whether it is enough. `folder`: what Node wrote.
 * @param {string} folder
 */
export function reportCoverage(folder) {
  /** @type {Shares} */
  const all = { lines: { total: 0, reached: 0 }, functions: { total: 0, reached: 0 }, branches: { total: 0, reached: 0 } };
  /** @type {Record<string, Gaps>} */
  const gaps = {};
  for (const [file, pieces] of [...piecesOf(readBundles(folder))].sort(([one], [other]) => (one < other ? -1 : 1)))
    gaps[file] = measure(file, pieces, all);
  writeFileSync('dist/coverage.json', JSON.stringify({ all, gaps }, undefined, 1));

  const print = (/** @type {string} */ text) => process.stderr.write(`# ${text}\n`);
  for (const [file, { lines, functions }] of Object.entries(gaps)) {
    if (lines.length + functions.length === 0) continue;
    const named = functions.map(({ name, line }) => `${name} (${line})`).join(', ');
    const parts = [named && `functions ${named}`, lines.length > 0 && `lines ${spans(lines)}`].filter(Boolean);
    print(`not reached: ${file}: ${parts.join('; ')}`);
  }
  /** @type {Record<string, number>} */
  const least = JSON.parse(readFileSync('package.json', 'utf8')).coverage;
  let enough = true;
  for (const [what, { total, reached }] of Object.entries(all)) {
    const percent = (100 * reached) / total;
    const asked = least[what] ?? 100;
    const fine = percent >= asked;
    print(`coverage: ${percent.toFixed(2)} % of ${total} ${what}${fine ? '' : `, less than the ${asked} % that package.json asks for`}`);
    enough &&= fine;
  }
  print('coverage: branches that are not reached stand in dist/coverage.json');
  return enough;
}

/**
 * @param {string} folder
 * @returns {Iterable<Bundle>}
 */
function readBundles(folder) {
  /** @type {Map<string, Bundle>} */
  const bundles = new Map();
  const ours = pathToFileURL(resolve('dist')).href;
  for (const name of readdirSync(folder)) {
    for (const script of readScripts(join(folder, name))) {
      if (!script.url.startsWith(ours)) continue;
      const path = fileURLToPath(script.url);
      // the launcher of a packed script: its program has an address of its own
      if (isPacked(path) && !script.url.endsWith('#program')) continue;
      let bundle = bundles.get(path);
      if (bundle === undefined) {
        if (!existsSync(`${path}.map`)) continue;
        bundle = readBundle(path);
        bundles.set(path, bundle);
      }
      addRun(bundle, script);
    }
  }
  return bundles.values();
}

/**
 * @param {string} path
 * @returns {Script[]}
 */
function readScripts(path) {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text).result;
  } catch {
    // a process that was killed while it wrote
    return [];
  }
}

/** Whether a bundle is the script with its launcher. @param {string} path */
const isPacked = path => path === resolve('dist/kubectl-imagepull.cjs');

/**
 * @param {string} path
 * @returns {Bundle}
 */
function readBundle(path) {
  /** @type {{ sources: string[], mappings: string }} */
  const { sources, mappings } = JSON.parse(readFileSync(`${path}.map`, 'utf8'));
  const files = sources.map(source => relative('.', resolve(dirname(path), source)).replaceAll('\\', '/'));
  /** @type {number[]} */
  const offsets = [];
  /** @type {Origin[]} */
  const origins = [];
  let lineStart = isPacked(path) ? BEFORE : 0;
  const lines = programOf(readFileSync(path, 'utf8')).split('\n');
  for (const [index, segments] of decode(mappings).entries()) {
    for (const [column, source, line, originalColumn] of segments) {
      const file = source === undefined ? undefined : files[source];
      if (!file?.startsWith('src/') || line === undefined || originalColumn === undefined) continue;
      offsets.push(lineStart + column);
      origins.push({ file, line, column: originalColumn });
    }
    lineStart += (lines[index]?.length ?? 0) + 1;
  }
  return { offsets: Uint32Array.from(offsets), origins, ran: new Uint8Array(offsets.length) };
}

/**
 * Marks in `bundle` what ran in one process. Of ranges that hold each other the innermost counts.
 * @param {Bundle} bundle
 * @param {Script} script
 */
function addRun({ offsets, ran }, { functions }) {
  const ranges = functions
    .flatMap(one => one.ranges)
    .sort((one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset);
  /** @type {Range[]} */
  const open = [];
  let next = 0;
  for (let index = 0; index < offsets.length; index++) {
    const offset = /** @type {number} */ (offsets[index]);
    for (let range = ranges[next]; range !== undefined && range.startOffset <= offset; range = ranges[++next]) {
      while (open.length > 0 && /** @type {Range} */ (open.at(-1)).endOffset <= range.startOffset) open.pop();
      open.push(range);
    }
    while (open.length > 0 && /** @type {Range} */ (open.at(-1)).endOffset <= offset) open.pop();
    if ((open.at(-1)?.count ?? 0) > 0) ran[index] = 1;
  }
}

/**
 * @param {Iterable<Bundle>} bundles
 * @returns {Map<string, Pieces>}
 */
function piecesOf(bundles) {
  /** @type {Map<string, Pieces>} */
  const files = new Map();
  for (const { origins, ran } of bundles) {
    for (const [index, { file, line, column }] of origins.entries()) {
      const pieces = files.get(file) ?? new Map();
      files.set(file, pieces);
      const columns = pieces.get(line) ?? new Map();
      pieces.set(line, columns);
      if (ran[index] === 1 || !columns.has(column)) columns.set(column, ran[index] === 1);
    }
  }
  return files;
}

/**
 * @param {string} file
 * @param {Pieces} pieces
 * @param {Shares} all What this file has is added to it.
 * @returns {Gaps}
 */
function measure(file, pieces, all) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  /** @type {Gaps} */
  const gaps = { lines: [], functions: [], branches: [] };

  const lines = text.split('\n');
  for (const [line, columns] of pieces) {
    // the bracket that closes what returned before is no code
    if (/^[\s\])};,]*$/.test(lines[line] ?? '')) continue;
    count(all.lines, [...columns.values()].includes(true), () => gaps.lines.push(line + 1));
  }
  gaps.lines.sort((one, other) => one - other);

  /** Whether any piece of a node ran; undefined without a piece (a type, or what the bundler computed). @type {(node: ts.Node) => boolean | undefined} */
  const ranIn = node => {
    const start = source.getLineAndCharacterOfPosition(node.getStart(source));
    const end = source.getLineAndCharacterOfPosition(node.getEnd());
    let answer;
    for (let line = start.line; line <= end.line; line++) {
      for (const [column, ran] of pieces.get(line) ?? []) {
        if ((line === start.line && column < start.character) || (line === end.line && column >= end.character)) continue;
        if (ran) return true;
        answer = false;
      }
    }
    return answer;
  };
  const lineOf = (/** @type {ts.Node} */ node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;

  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const ran = ranIn(/** @type {ts.Node} */ (node.body));
      if (ran !== undefined) count(all.functions, ran, () => gaps.functions.push({ line: lineOf(node), name: nameOf(node) }));
    }
    for (const branch of branchesOf(node)) {
      const ran = ranIn(branch);
      if (ran !== undefined) count(all.branches, ran, () => gaps.branches.push(lineOf(branch)));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return gaps;
}

/**
 * @param {Share} share
 * @param {boolean} reached
 * @param {() => void} otherwise
 */
function count(share, reached, otherwise) {
  share.total++;
  if (reached) share.reached++;
  else otherwise();
}

/**
 * What runs only sometimes when `node` runs.
 * @param {ts.Node} node
 * @returns {ts.Node[]}
 */
function branchesOf(node) {
  if (ts.isIfStatement(node)) return node.elseStatement === undefined ? [node.thenStatement] : [node.thenStatement, node.elseStatement];
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse];
  if (ts.isCaseOrDefaultClause(node)) return [...node.statements];
  if (ts.isCatchClause(node)) return [node.block];
  if (ts.isBinaryExpression(node) && LAZY.has(node.operatorToken.kind)) return [node.right];
  if ((ts.isParameter(node) || ts.isBindingElement(node)) && node.initializer !== undefined) return [node.initializer];
  return [];
}

const LAZY = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.AmpersandAmpersandEqualsToken,
  ts.SyntaxKind.BarBarEqualsToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
]);

/**
 * @param {ts.SignatureDeclaration} node
 * @returns {string}
 */
function nameOf(node) {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) &&
    parent.name !== undefined
    ? parent.name.getText()
    : 'function';
}

/**
 * `[1, 2, 3, 7]` → `1-3, 7`
 * @param {readonly number[]} lines
 */
function spans(lines) {
  /** @type {[number, number][]} */
  const found = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(', ');
}
