/** Names near to one that was meant: the edit distance of two texts, and "did you mean". Belongs here: what every suggestion shares. Pure. */
import { isHidden } from './visible.ts';

/** Edits between two texts: a letter more, less or another, or two neighbors exchanged (optimal string alignment). */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchanged ? (before[j - 2] as number) + 1 : replaced;
      next[j] = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, replaced, exchanged);
    }
    before = row;
    row = next;
  }
  return row[b.length] as number;
}

/** Edits that are needed at least: letters that one of the two has more often. One pass over both, where the distance takes their product. */
export function leastDistance(wanted: string, name: string): number {
  const counts = new Map<string, number>();
  for (const letter of wanted) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let [more, fewer] = [0, wanted.length];
  for (const letter of name) {
    const left = counts.get(letter) ?? 0;
    if (left > 0) {
      counts.set(letter, left - 1);
      fewer--;
    } else more++;
  }
  return Math.max(more, fewer);
}

/** The longest name that is compared: the longest of Kubernetes. */
const LONGEST = 253;
/** Names whose distance is computed: the list may be as long as a cluster likes. */
const MOST_COMPARED = 200;
/** Letters from which on a beginning tells what is meant. */
const TELLING = 3;

/** Edits that a slip of the hand makes in a name of this length: none in one letter, one up to five, then a third. */
const slipsIn = (length: number): number => (length < 2 ? 0 : Math.max(1, Math.floor(length / 3)));

/**
 * In: a name that does not exist, those that do, and how many are wanted. Out: those that may be meant, the likeliest first: what differs in case, what goes on after
 * the name (`api` and `api-7c9f`), what a slip of the hand away. The order is the same for the same names in any order. What a terminal would obey is no suggestion.
 */
export function similar(wanted: string, names: readonly string[], most = 3): string[] {
  if (wanted === '' || wanted.length > LONGEST) return [];
  const low = wanted.toLowerCase();
  const mostEdits = slipsIn(low.length);
  const goesOn = (name: string): boolean => low.length >= TELLING && name.startsWith(low) && !/[a-z0-9]/.test(name[low.length] ?? '');
  return [...new Set(names)]
    .filter(name => name !== wanted && name.length <= LONGEST && !isHidden(name))
    .map(name => ({ name, low: name.toLowerCase() }))
    .map(one => ({ ...one, least: goesOn(one.low) ? 0 : leastDistance(low, one.low) }))
    .filter(({ least }) => least <= mostEdits)
    .sort((a, b) => a.least - b.least || compare(a.name, b.name))
    .slice(0, MOST_COMPARED)
    .map(one => ({ name: one.name, edits: goesOn(one.low) ? 1 : distance(low, one.low) }))
    .filter(({ edits }) => edits <= mostEdits)
    .sort((a, b) => a.edits - b.edits || compare(a.name, b.name))
    .slice(0, most)
    .map(({ name }) => name);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** In: names that may be meant. Out: the question, null without one: `did you mean "a", "b" or "c"?`. */
export function didYouMean(names: readonly string[]): string | null {
  const quoted = names.map(name => `"${name}"`);
  const last = quoted.pop();
  return last === undefined ? null : `did you mean ${quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`}?`;
}
