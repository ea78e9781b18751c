/**
 * JSON and YAML texts as values, within bounds that hold before anything is built: no alias multiplies what a file says, no nesting exhausts
 * the stack, and an error tells a position, never a word of the text. Pure.
 */
import { CORE_SCHEMA, loadAll, YAMLException } from 'js-yaml';

/** The documents of a text; else what is wrong with it, in words of this program and the library, and where. */
export type Documents = { ok: true; documents: unknown[] } | { ok: false; error: string };

/** Kubernetes objects are about ten levels deep, of which a List adds two. */
const MAX_DEPTH = 64;

/**
 * Reads JSON, or YAML of one or many documents. In: the text, and how many aliases (`*name`) one document may have: with n of them a text
 * can stand for 3^(n/3) times its length, so that few are harmless and many are an attack. Duplicate keys of YAML are an error, of JSON
 * the last one counts, as for kubectl.
 */
export function readDocuments(text: string, maxAliases: number): Documents {
  try {
    return { ok: true, documents: [JSON.parse(text)] };
  } catch {
    // not JSON: it may be YAML, or several JSON documents in a row, which YAML reads too
  }
  try {
    return { ok: true, documents: loadAll(text, { schema: CORE_SCHEMA, maxDepth: MAX_DEPTH, maxAliases }) as unknown[] };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { ok: false, error: 'it cannot be read' };
    const where = error.mark === undefined ? '' : ` (line ${error.mark.line + 1}, column ${error.mark.column + 1})`;
    return { ok: false, error: `${reasonOf(error.reason)}${where}` };
  }
}

/**
 * What is wrong, without the names of aliases, anchors and tags that the library quotes: they are words of the text. In: the library's
 * reason. Out: its beginning, up to the first character that may introduce a quotation.
 */
function reasonOf(reason: string): string {
  if (/maxDepth/.test(reason)) return `it is nested more than ${MAX_DEPTH} levels deep`;
  if (/maxAliases/.test(reason)) return 'it has more YAML aliases than are read';
  return /^[A-Za-z][A-Za-z ,()-]*(?=[^A-Za-z ,()-]|$)/.exec(reason)?.[0].trim() || 'it is not YAML';
}
