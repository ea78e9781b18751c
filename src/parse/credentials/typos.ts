/** Defects that a credential shows to the eye, and its repaired form. Never a guess at a password. Pure. */
import type { Credential, TypoKind } from '../../model/credential.ts';
import type { Reference } from '../../model/reference.ts';

export interface Typo {
  kind: TypoKind;
  /** In words that name no value. */
  what: string;
  repaired: Credential;
}

const BLANKS = /^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g;

/**
 * Looks for a defect that people make without noticing: a line end or blanks around user name or password, quotes around them, and a
 * robot's `$` that an unquoted shell ate. Out: what is wrong and the form to try once, or null.
 */
export function findTypo(credential: Credential, reference: Reference | null): Typo | null {
  const { username } = credential;
  const password = credential.reveal();
  const trimmed = { username: username.replace(BLANKS, ''), password: password.replace(BLANKS, '') };
  if (trimmed.username !== username || trimmed.password !== password) {
    const where = [trimmed.username === username ? '' : 'user name', trimmed.password === password ? '' : 'password']
      .filter(Boolean)
      .join(' and ');
    const both = where.includes(' and ');
    const lineEnd = /[\r\n]$/.test(password) || /[\r\n]$/.test(username);
    return {
      kind: 'blanks',
      what: `the ${where} ${lineEnd ? `${both ? 'end' : 'ends'} with a line break (made by \`echo\` without \`-n\`)` : both ? 'have blanks around them' : 'has blanks around it'}`,
      repaired: credential.repaired(trimmed),
    };
  }
  const unquoted = { username: username.replace(/^(["'])(.*)\1$/s, '$2'), password: password.replace(/^(["'])(.*)\1$/s, '$2') };
  if ((unquoted.username !== username || unquoted.password !== password) && unquoted.password !== '') {
    return {
      kind: 'quotes',
      what: `${unquoted.password === password ? 'the user name' : 'the password'} stands in quotes that belong to the shell`,
      repaired: credential.repaired(unquoted),
    };
  }
  const project = reference?.repository.split('/')[0];
  const robot = /^robot\+(.+)$/.exec(username);
  if (robot && project !== undefined) {
    return {
      kind: 'robot',
      what: 'the user name has lost "$project" of "robot$project+name" (an unquoted shell ate it)',
      repaired: credential.repaired({ username: `robot$${project}+${robot[1]}` }),
    };
  }
  return null;
}
