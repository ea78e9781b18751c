/** Short flags as kubectl reads them. Belongs here: the one step that the parser of the command line lacks. Pure. */

/** A flag, as far as this step needs it. */
interface FlagShape {
  name: string;
  alias?: string;
  /** Null for a switch. */
  takes: string | null;
}

/**
 * In: the words of a command line, and the flags. Out: the same with every short flag that has more behind its letter in its long form: `-owide` is `--output=wide`,
 * `-n=shop` is `--namespace=shop`, `-Ao json` is `--all-namespaces -o json`. A value stays as it is, and so does what follows `--`. Source: spf13/pflag, parseShortArg.
 */
export function expandShortFlags(words: readonly string[], flags: readonly FlagShape[]): string[] {
  const out: string[] = [];
  let isValue = false;
  for (const [index, word] of words.entries()) {
    if (word === '--') return [...out, ...words.slice(index)];
    if (isValue || !/^-[^-]/.test(word)) {
      out.push(word);
      const long = flags.find(({ name, takes }) => takes !== null && word === `--${name}`);
      isValue = !isValue && long !== undefined;
      continue;
    }
    const { expanded, isOpen } = expand(word.slice(1), flags);
    out.push(...expanded);
    isValue = isOpen;
  }
  return out;
}

/** One group of letters. `isOpen`: its last flag takes the next word. */
function expand(group: string, flags: readonly FlagShape[]): { expanded: string[]; isOpen: boolean } {
  const expanded: string[] = [];
  for (let at = 0; at < group.length; at++) {
    const flag = flags.find(({ alias }) => alias === group[at]);
    const rest = group.slice(at + 1);
    // of an unknown letter the parser says so
    if (flag === undefined) return { expanded: [...expanded, `-${group.slice(at)}`], isOpen: false };
    if (rest === '') return { expanded: [...expanded, `-${group[at]}`], isOpen: flag.takes !== null };
    if (rest.startsWith('=')) return { expanded: [...expanded, `--${flag.name}${rest}`], isOpen: false };
    if (flag.takes !== null) return { expanded: [...expanded, `--${flag.name}=${rest}`], isOpen: false };
    expanded.push(`--${flag.name}`);
  }
  return { expanded, isOpen: false };
}
