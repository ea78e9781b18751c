/** The pages of the causes, as docs/causes has them, in the bundle. Belongs here: how they are unpacked when the first one is asked for. Pure. */
import { brotliDecompressSync } from 'node:zlib';
import { CAUSES, type CauseCode } from '../model/cause-codes.ts';

/** Put in by the build: scripts/pages.mjs. */
declare const __CAUSE_PAGES__: string;

let pages: Record<CauseCode, string> | undefined;

/** In: a cause. Out: its page in Markdown. */
export function pageOf(code: CauseCode): string {
  pages ??= JSON.parse(brotliDecompressSync(Buffer.from(__CAUSE_PAGES__, 'base64')).toString('utf8')) as Record<CauseCode, string>;
  return pages[code];
}

/** Pages that a search names. */
const MOST_FOUND = 5;
/** Characters of words that are looked for. */
const LONGEST = 200;

/**
 * Looks for words in the pages. In: some words of a person. Out: the causes whose pages have them, at most five: first where a message has them in a row, then where the page
 * has them in a row, then where the messages have all of them.
 */
export function pagesWith(words: string): CauseCode[] {
  const phrase = flat(words);
  if (phrase.length < 4 || phrase.length > LONGEST) return [];
  const each = phrase.split(' ');
  return CAUSES.map(({ code }) => {
    const page = flat(pageOf(code));
    const messages = page.slice(page.indexOf('## what you see'), page.indexOf('## why'));
    const score = messages.includes(phrase) ? 3 : page.includes(phrase) ? 2 : each.every(word => messages.includes(word)) ? 1 : 0;
    return { code, score };
  })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_FOUND)
    .map(({ code }) => code);
}

const flat = (text: string): string => text.toLowerCase().replace(/[`"']/g, '').replace(/\s+/g, ' ').trim();
