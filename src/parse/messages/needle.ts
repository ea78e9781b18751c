/**
 * What a text must hold, or begin with, for a pattern to match it. Looking for that costs next to nothing, where compiling and trying hundreds of patterns does
 * not. Belongs here: reading it off the pattern.
 */

/** One piece of a pattern: a run of plain characters, or what is no run. An escape of a letter that is not listed is none of them. */
const TOKEN =
  /(?<run>(?:[^\\()[\]{}.*+?^$|]|\\\W)+)|(?<head>\((?:\?(?:<?[=!]|:|<\w+>))?)|(?<bar>\|)|(?<end>\))|\[(?:\\.|[^\]\\])*\]|\\[bBdDnrsStvwW]|\{\d+(?:,\d*)?\}|[.^$*+?{}\]]/y;
/** Behind a character, a class or a group: it may be missing. */
const OPTIONAL = /[*?]|\{0/y;
/** Groups whose text is a part of the match. */
const TRANSPARENT = /^\(\?(?::|<\w+>)$/;

/**
 * The longest piece of text that every match of a pattern holds, in the case that the pattern has; '' where none is seen. In: a regular expression.
 * Nothing is known of alternatives, of what may be missing, and of a pattern without regard to case.
 */
export function needleOf({ source, flags }: Pick<RegExp, 'source' | 'flags'>): string {
  if (/[iuv]/.test(flags)) return '';
  // the groups around the place that is read, with the longest piece of each
  const groups = [{ head: '', longest: '', hasAlternatives: false }];
  let group = groups[0] as (typeof groups)[number];
  const isOptionalAt = (at: number): boolean => {
    OPTIONAL.lastIndex = at;
    return OPTIONAL.test(source);
  };
  const offer = (piece: string): void => {
    if (piece.length > group.longest.length) group.longest = piece;
  };
  for (let at = 0; at < source.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(source);
    if (token === null) return '';
    const { run, head, bar, end } = token.groups as Record<string, string | undefined>;
    if (run !== undefined) offer((isOptionalAt(TOKEN.lastIndex) ? run.replace(/\\?.$/s, '') : run).replace(/\\(\W)/g, '$1'));
    else if (bar !== undefined) group.hasAlternatives = true;
    else if (head !== undefined) {
      group = { head, longest: '', hasAlternatives: false };
      groups.push(group);
    } else if (end !== undefined) {
      const inner = group;
      groups.pop();
      group = groups.at(-1) as typeof group;
      if (TRANSPARENT.test(inner.head) && !inner.hasAlternatives && !isOptionalAt(TOKEN.lastIndex)) offer(inner.longest);
    }
  }
  return group.hasAlternatives ? '' : group.longest;
}

/** Plain characters at the beginning of a pattern. */
const BEGINNING = /^[^\\()[\]{}.*+?^$|]+/;

/** What every match of a pattern begins with; '' where nothing is seen. In: a regular expression. It is found quicker than the longest piece. */
export function beginningOf({ source, flags }: Pick<RegExp, 'source' | 'flags'>): string {
  const plain = /[iuv]/.test(flags) || source.includes('|') ? '' : (BEGINNING.exec(source)?.[0] ?? '');
  OPTIONAL.lastIndex = plain.length;
  return OPTIONAL.test(source) ? plain.slice(0, -1) : plain;
}
