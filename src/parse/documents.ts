/**
 * JSON and YAML texts as values, within bounds that hold before anything is built: no alias multiplies what a file says, no nesting exhausts
 * the stack, and an error tells a position, never a word of the text. Pure.
 */
import {
  CORE_SCHEMA,
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  loadAll,
  mergeTag,
  parseEvents,
  YAMLException,
} from 'js-yaml';

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
    return { ok: false, error: describe(error) };
  }
}

/** An error of the library without a word of the text. */
function describe(error: unknown): string {
  if (!(error instanceof YAMLException)) return 'it cannot be read';
  const where = error.mark === undefined ? '' : ` (line ${error.mark.line + 1}, column ${error.mark.column + 1})`;
  return `${reasonOf(error.reason)}${where}`;
}

/** A place in a text, both from 1. */
interface Position {
  line: number;
  column: number;
}

/** A path into a document: keys and indexes. */
export type Path = readonly (string | number)[];

/** A document whose values can be found in the text. */
export interface LocatedDocument {
  value: unknown;
  /** Where the value at a path is written; of one that has no place of its own (an alias, a merged key) the nearest that has. */
  positionOf(path: Path): Position;
}

/** Aliases of one manifest that are followed: people write a few, and few are harmless (see `readDocuments`). */
const ALIASES_OF_PEOPLE = 20;

/**
 * Reads a manifest that people write, as kubectl does: JSON, or YAML of one or many documents, with a few aliases and merged keys. In: the text. Out: each document with
 * the places of its values, else what is wrong.
 */
export function readManifest(text: string): { ok: true; documents: LocatedDocument[] } | { ok: false; error: string } {
  const lines = lineStarts(text);
  try {
    const events = parseEvents(text, { maxDepth: MAX_DEPTH });
    const values = constructFromEvents(events, {
      source: text,
      schema: CORE_SCHEMA.withTags(mergeTag),
      maxAliases: ALIASES_OF_PEOPLE,
      // as encoding/json does, where the text is JSON
      json: text.trimStart().startsWith('{'),
    });
    const placeIn = placesOf(events, text);
    return {
      ok: true,
      documents: values.map((value, index) => ({ value, positionOf: path => positionAt(lines, offsetOf(placeIn(index), path)) })),
    };
  } catch (error) {
    try {
      // tabs may indent JSON, and no YAML
      return {
        ok: true,
        documents: [{ value: JSON.parse(text) as unknown, positionOf: path => positionAt(lines, offsetOf(undefined, path)) }],
      };
    } catch {
      return { ok: false, error: describe(error) };
    }
  }
}

/** Where a value begins, and those in it by key or index. */
interface Place {
  offset: number;
  children: Map<string | number, Place>;
}

/**
 * In: the events of all documents. Out: the places in the document of an index. Those of one document alone are held, since there may be tens of thousands, which are read one
 * after the other.
 */
function placesOf(events: readonly Event[], text: string): (index: number) => Place | undefined {
  const starts = events.flatMap((event, at) => (event.type === EVENT_ID.DOCUMENT ? [at] : []));
  let last: { index: number; place: Place | undefined } | null = null;
  return index => {
    last = last?.index === index ? last : { index, place: placeOf(events.slice(starts[index], starts[index + 1]), text) };
    return last.place;
  };
}

/** The places of the values of a document. */
function placeOf(events: readonly Event[], text: string): Place | undefined {
  let root: Place | undefined;
  /** The open collections, the innermost last; `key` is that of the value to come, null where a key comes. */
  const open: { place: Place | null; isMap: boolean; key: string | number | null }[] = [];
  const add = (offset: number): Place => {
    const place: Place = { offset, children: new Map() };
    const parent = open.at(-1);
    if (parent === undefined) return place;
    if (parent.place === null) root = place;
    else {
      if (parent.key !== null) parent.place.children.set(parent.key, place);
      parent.key = parent.isMap ? null : (parent.key as number) + 1;
    }
    return place;
  };
  for (const event of events) {
    const parent = open.at(-1);
    const isKey = parent?.isMap === true && parent.key === null;
    if (event.type === EVENT_ID.DOCUMENT) open.push({ place: null, isMap: false, key: null });
    else if (event.type === EVENT_ID.POP) open.pop();
    else if (event.type === EVENT_ID.SCALAR && isKey) parent.key = getScalarValue(text, event);
    else if (event.type === EVENT_ID.SCALAR) add(event.valueStart);
    else if (event.type === EVENT_ID.ALIAS && isKey) parent.key = '';
    else if (event.type === EVENT_ID.ALIAS) add(event.anchorStart);
    else if (event.type === EVENT_ID.MAPPING) open.push({ place: add(event.start), isMap: true, key: null });
    else open.push({ place: add(event.start), isMap: false, key: 0 });
  }
  return root;
}

function offsetOf(place: Place | undefined, path: Path): number {
  let at = place;
  for (const part of path) {
    const next = at?.children.get(part);
    if (next === undefined) break;
    at = next;
  }
  return Math.max(0, at?.offset ?? 0);
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionAt(starts: readonly number[], offset: number): Position {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] as number) + 1 };
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
