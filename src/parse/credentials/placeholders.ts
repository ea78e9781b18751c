/** Placeholders of guides and templates that nobody filled in. Belongs here: what is known as one. Pure. */
import type { Credential } from '../../model/credential.ts';
import { redact, showUser } from '../../util/redact.ts';
import { clipped } from '../../util/text.ts';

/** Words in angle brackets, variables and expressions of templates, which no host and no user name has. */
const MARKED =
  /<[A-Za-z][\w .:/-]{0,60}>|\$\{[^{}]{0,60}\}|\{\{.{0,80}?\}\}|\$\([^()]{0,60}\)|\$[A-Z][A-Z0-9_]{2,40}\b|%[A-Z][A-Z0-9_]{2,40}%/;
/** `your-registry.example.com`, `YOUR_PASSWORD`, `my-private-registry.com`. */
const YOURS = /^<?(?:your|my-private-registry)(?:[-_. ]|$)/i;
/** `REGISTRY_URL`, `DOCKER_USERNAME`. */
const NAMED = /^(?:REGISTRY|DOCKER|ACR|ECR|GCR|HARBOR|GITLAB|GITHUB)_[A-Z_]{2,30}$/;
/** What stands where a value was hidden or left for later. */
const HIDDEN = /^(?:\*{3,}|\u2022{3,}|x{4,}|\.{3,}|change-?_?me|to-?do|placeholder|REPLACE_?ME)$/i;

/** In: the key of an entry, or a user name. Out: the placeholder in it, which is no secret; null without one. */
export const placeholderIn = (text: string): string | null =>
  MARKED.exec(text)?.[0] ?? ([YOURS, NAMED, HIDDEN].some(pattern => pattern.test(text)) ? text : null);

/** What is said of a placeholder in a key, as a clause. */
export const neverFilledIn = (placeholder: string): string =>
  `a placeholder of a guide, "${redact(clipped(placeholder, 80))}", was never filled in`;

/** In: a password. Out: whether the whole of it is a placeholder: a part of a good password may look like one. */
export const isPlaceholder = (password: string): boolean =>
  (MARKED.exec(password)?.[0].length ?? -1) === password.length || [YOURS, NAMED, HIDDEN].some(pattern => pattern.test(password));

/** What of a credential was never filled in, as a clause without a password; null where all of it was. A registry may accept it: it is a fault only where a login fails. */
export function unfilled(credential: Credential): string | null {
  const user = placeholderIn(credential.username);
  const password = isPlaceholder(credential.reveal());
  if (user === null) return password ? 'the password is a placeholder of a guide or a template that was never filled in' : null;
  return `the user name ${password ? 'and the password are placeholders' : `is a placeholder, "${showUser(user)}",`} of a guide or a template that ${password ? 'were' : 'was'} never filled in`;
}
