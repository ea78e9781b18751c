/** Visible defects of a credential, and its repaired form. Never a guess at a password. Pure. */
import type { Credential, TypoKind } from '../../model/credential.ts';
import type { Reference } from '../../model/reference.ts';

export interface Typo {
  kind: TypoKind;
  /** A clause that names no value, as `the password ends with a line break`. */
  what: string;
  repaired: Credential;
}

const BLANKS = /^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g;

/**
 * Looks for a defect that is easy to make and hard to see: a line break or white space around user name or password, quotation marks around them, and the `$` of a Harbor robot
 * account that the shell expanded. Out: what is wrong and the form to try once, or null.
 */
export function findTypo(credential: Credential, reference: Reference | null): Typo | null {
  const { username } = credential;
  const password = credential.reveal();
  const trimmed = { username: username.replace(BLANKS, ''), password: password.replace(BLANKS, '') };
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
  const unquoted = { username: username.replace(/^(["'])(.*)\1$/s, '$2'), password: password.replace(/^(["'])(.*)\1$/s, '$2') };
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
