/** A page of a list as the text that an API server sends. Belongs here: what can be told before it is read whole, and what of it need not be read. Pure. */

/** The characters in which the head of a list stands. */
const HEAD = 4096;
const CONTINUE = /^\{"kind":"\w+List","apiVersion":"[^"\\]*","metadata":\{[^{}]*?"continue":"([^"\\]+)"/;

/**
 * The token of the page that follows, which an API server writes before the objects. In: the beginning of a list. Out: empty where there is none, and where a server writes a
 * list in another order.
 */
export const followingPage = (beginning: string): string => CONTINUE.exec(beginning.slice(0, HEAD))?.[1] ?? '';

const MANAGED = ',"managedFields":[';
const AFTER_METADATA = ']},"spec":';

/**
 * A list of pods without who wrote which of their fields: a third of the text, and most of its objects. In: a list. Out: the same, without these where they are the last of the
 * metadata, as an API server writes them; the same one for every other list. No text inside a string can look like the marks: it would have a backslash before each quote.
 */
export function withoutManagedFields(list: string): string {
  if (!list.startsWith('{"kind":"PodList"')) return list;
  const parts: string[] = [];
  let kept = 0;
  for (let from = list.indexOf(MANAGED); from >= 0; from = list.indexOf(MANAGED, kept)) {
    const to = list.indexOf(AFTER_METADATA, from);
    // a name that follows is another field of the metadata: they are not its last
    if (to < 0 || list.slice(from, to).includes('"name":')) return list;
    parts.push(list.slice(kept, from));
    kept = to + 1;
  }
  return kept === 0 ? list : parts.join('') + list.slice(kept);
}
