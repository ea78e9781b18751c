/**
 * Changes every sentence of the source: an esbuild plugin that puts a word into each text of two or more words that users may read. What is decided must not depend on
 * how it is told; `npm run test:texts` builds the plugin and the tests of verdicts with it, and no verdict, certainty or alternative may change.
 */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The word that is put in. */
export const WORD = 'zebra';

/** Texts of others, which are read and not written here: messages of runtimes and of Go's packages. */
const OF_OTHERS = /[/\\]src[/\\](?:parse[/\\]messages[/\\]|parse[/\\]credentials[/\\]go-)/;

/** A sentence gets its word between every two words of small letters. Out: the text, unchanged where it is no sentence. */
const mutate = (/** @type {string} */ text) => text.replace(/([a-z]{2,}) (?=[a-z]{2,})/g, `$1 ${WORD} `);

/**
 * In: a source text and its path. Out: the source with changed sentences, and how many were changed.
 * @param {string} text
 * @param {string} path
 */
export function mutateSource(text, path) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  /** @type {{ from: number, to: number, text: string }[]} */
  const edits = [];
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    const isText =
      ts.isStringLiteral(node) ||
      ts.isNoSubstitutionTemplateLiteral(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node);
    if (isText) {
      const from = node.getStart(file);
      const raw = text.slice(from, node.end);
      const changed = mutate(raw);
      if (changed !== raw) edits.push({ from, to: node.end, text: changed });
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  let out = text;
  for (const edit of edits.reverse()) out = out.slice(0, edit.from) + edit.text + out.slice(edit.to);
  return { text: out, count: edits.length };
}

/** The plugin, and the number of sentences that it changed. */
export function mutation() {
  const changed = { sentences: 0 };
  return {
    changed,
    plugin: {
      name: 'mutation',
      setup(/** @type {import('esbuild').PluginBuild} */ builder) {
        builder.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, args => {
          const source = readFileSync(args.path, 'utf8');
          if (OF_OTHERS.test(args.path)) return { contents: source, loader: /** @type {const} */ ('ts') };
          const { text, count } = mutateSource(source, args.path);
          changed.sentences += count;
          return { contents: text, loader: /** @type {const} */ ('ts') };
        });
      },
    },
  };
}
