/** Visible defects of a credential, and its repaired form. Never a guess at a password. Pure. */
import type { Credential, TypoKind } from '../../model/credential.ts';
import type { Reference } from '../../model/reference.ts';

/** A visible typo in a credential, and the credential without it. */
export interface Typo {
  kind: TypoKind;
  /** A clause that names no value, as `the password ends with a line break`. */
  what: string;
  repaired: Credential;
}

const BLANK = /[\s\u200b\ufeff]/;

/** A text without blanks around it. From the ends inwards: a long row of blanks in the middle is looked at once. */
export function trimmedOf(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text[start] as string)) start++;
  while (end > start && BLANK.test(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/** A text without the quotation marks around it. */
export const unquotedOf = (text: string): string =>
  text.length >= 2 && text[0] === text.at(-1) && (text[0] === '"' || text[0] === "'") ? text.slice(1, -1) : text;

/**
 * Looks for a defect that is easy to make and hard to see: a line break or white space around user name or password, quotation marks around them, and the `$` of a Harbor robot
 * account that the shell expanded. Out: what is wrong and the form to try once, or null.
 */
export function findTypo(credential: Credential, reference: Reference | null): Typo | null {
  const { username } = credential;
  const password = credential.reveal();
  const trimmed = { username: trimmedOf(username), password: trimmedOf(password) };
  if (trimmed.username !== username || trimmed.password !== password) {
    const where = [trimmed.username === username ? '' : 'user name', trimmed.password === password ? '' : 'password']
      .filter(Boolean)
      .join(' and the ');
    const both = where.includes(' and ');
    const lineBreak = /[\r\n]$/.test(password) || /[\r\n]$/.test(username);
    return {
      kind: 'blanks',
      what: `the ${where} ${lineBreak ? `${both ? 'end' : 'ends'} with a line break (\`echo\` without \`-n\` adds it)` : both ? 'have white space around them' : 'has white space around it'}`,
      repaired: credential.repaired(trimmed),
    };
  }
  const unquoted = { username: unquotedOf(username), password: unquotedOf(password) };
  if ((unquoted.username !== username || unquoted.password !== password) && unquoted.password !== '') {
    return {
      kind: 'quotes',
      what: `${unquoted.password === password ? 'the user name' : 'the password'} includes the quotation marks around it`,
      repaired: credential.repaired(unquoted),
    };
  }
  const project = reference?.repository.split('/')[0];
  const robot = /^robot\+(.+)$/.exec(username);
  if (robot && project !== undefined) {
    return {
      kind: 'robot',
      what: 'the user name is missing "$project" of "robot$project+name": the shell expanded it',
      repaired: credential.repaired({ username: `robot$${project}+${robot[1]}` }),
    };
  }
  return null;
}
