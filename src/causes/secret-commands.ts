/** Commands that create, renew and repair pull secrets. No password is in one: it is read from a variable or a file, comes from the issuer's command, or stays inside the secret. Pure. */

import type { TypoKind } from '../model/credential.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { CredentialFact, Facts, SecretFact } from '../model/facts.ts';
import { authsKeyOf, providerOf, type RegistryProvider, type TokenUser } from '../model/registry-providers.ts';
import { normalizeKey } from '../parse/credentials/pull-secret.ts';
import { redact } from '../util/redact.ts';
import { kubectl, namespaceOf } from './commands.ts';
import { count } from './phrases.ts';
import { object, positional, quote } from './shell.ts';

const registryOf = (facts: Facts): string => facts.reference?.registry ?? 'REGISTRY';
const providerOfImage = (facts: Facts): RegistryProvider | null => providerOf(registryOf(facts), facts.probe?.challenge ?? null);

/** User name and password as words of a shell. */
interface Login {
  user: string;
  password: string;
}
/** From variables of the shell; the user name is written where the registry takes only one. */
const loginFromVariables = (facts: Facts): Login => {
  const user = providerOfImage(facts)?.username ?? null;
  return { user: user === null ? '"$REGISTRY_USER"' : quote(user), password: '"$REGISTRY_PASSWORD"' };
};
/** From the command of the issuer. */
const loginFromIssuer = (facts: Facts, { username, command }: TokenUser): Login => ({
  user: quote(username),
  password: `"$(${command(registryOf(facts))})"`,
});

/** The variables to set before a command, and what belongs in them. */
function variables(facts: Facts): string {
  const provider = providerOfImage(facts);
  const names = provider?.username == null ? 'REGISTRY_USER and REGISTRY_PASSWORD' : 'REGISTRY_PASSWORD';
  return `set ${names} first${provider?.hints.login == null ? '' : `: ${provider.hints.login}`}`;
}

/** Creates a pull secret. In: its name, and the title as an imperative. */
export function createSecret(facts: Facts, name: string, title: string): Fix {
  const provider = providerOfImage(facts);
  const token = provider?.username == null ? undefined : provider.tokenUsers.find(({ username }) => username === provider.username);
  if (token !== undefined)
    return {
      title: `${title} (its token is valid for ${count(token.hours, 'hour')})`,
      command: creation(facts, name, loginFromIssuer(facts, token)),
    };
  return { title: `${title} (${variables(facts)})`, command: creation(facts, name, loginFromVariables(facts)) };
}

const creation = (facts: Facts, name: string, { user, password }: Login, flags = ''): string => {
  const fields = `--docker-server=${quote(authsKeyOf(registryOf(facts)))} --docker-username=${user} --docker-password=${password}${flags}`;
  const create = 'create secret docker-registry';
  return kubectl(facts, name.startsWith('-') ? `${create} ${fields} ${positional(name)}` : `${create} ${quote(name)} ${fields}`);
};

/** Replaces a pull secret by one that holds only this registry. */
const replacement = (facts: Facts, name: string, login: Login): string =>
  `${creation(facts, name, login, ' --dry-run=client -o yaml')} | ${kubectl(facts, 'replace -f -')}`;

/** Whether a secret can be replaced by a new one without a loss: it holds this registry at most. */
const holdsNothingElse = (secret: SecretFact | undefined): boolean =>
  secret?.lookup === 'found' && secret.type === 'kubernetes.io/dockerconfigjson' && secret.keys.length <= 1;

/** Writes the user name and the password of this registry into a pull secret. Its other entries are kept. */
export const renewSecret = (facts: Facts, name: string, title: string): Fix =>
  writeEntry(facts, name, `${title} (${variables(facts)}`, loginFromVariables(facts));

/** Writes a new token from its issuer into a pull secret. Its other entries are kept. */
export const renewToken = (facts: Facts, name: string, token: TokenUser): Fix =>
  writeEntry(
    facts,
    name,
    `write a new token into the secret (it is valid for ${count(token.hours, 'hour')}`,
    loginFromIssuer(facts, token),
  );

/** In: a title with an open parenthesis. */
function writeEntry(facts: Facts, name: string, title: string, login: Login): Fix {
  if (holdsNothingElse(facts.secrets.find(candidate => candidate.name === name)))
    return { title: `${title})`, command: replacement(facts, name, login) };
  const old = facts.keyring.credentials.find(credential => credential.secret === name);
  const key = old === undefined ? authsKeyOf(registryOf(facts)) : rawKeyOf(facts, old);
  const words = `--arg key ${quote(key)} --arg user ${login.user} --arg password ${login.password}`;
  return {
    title: `${title}; other entries are kept)`,
    command: editSecret(facts, name, words, entries => `${entries}[$key] = {username: $user, password: $password}`),
  };
}

/** The key of a credential as it is written in its secret. */
export const rawKeyOf = (facts: Facts, { secret, key }: CredentialFact): string =>
  facts.secrets
    .find(({ name }) => name === secret)
    ?.keys.find(raw => {
      const normal = normalizeKey(raw);
      return normal.ok && redact(normal.key) === key;
    }) ?? key;

/** What removes a defect from a user name or a password, as a jq filter of a string. */
const typoFilter = (facts: Facts, kind: TypoKind): string => {
  // white space, a space without a width, a byte order mark
  const blank = '("[[:space:]" + ([8203, 65279] | implode) + "]+") as $blank';
  if (kind === 'blanks') return `${blank} | sub("^" + $blank; "") | sub($blank + "$"; "")`;
  if (kind === 'quotes') return 'if length > 1 and .[:1] == .[-1:] and (explode[0] | . == 34 or . == 39) then .[1:-1] else . end';
  return `if startswith("robot+") then ${JSON.stringify(`robot$${facts.reference?.repository.split('/')[0]}`)} + .[5:] else . end`;
};

/** Removes a visible defect from an entry: user name and password stay inside the secret, and its other entries are kept. */
export const fixEntryInPlace = (facts: Facts, name: string, rawKey: string, kind: TypoKind): Fix => ({
  title: 'fix the entry in place (no password to type; other entries are kept)',
  command: editSecret(facts, name, `--arg key ${quote(rawKey)}`, entries =>
    [
      `(def repair: ${typoFilter(facts, kind)};`,
      `${entries}[$key] |= (with_entries(if .key == "username" or .key == "password" then .value |= repair else . end)`,
      `| if (.auth | length) > 0 then .auth |= (@base64d | split(":") | [(.[0] | repair), (.[1:] | join(":") | repair)] | join(":") | @base64) else . end))`,
    ].join(' '),
  ),
});

/** Types of secrets that may be intended for pulls. Another type has another purpose, and a repair must not change such a secret. */
export const isForPulls = (type: string | null): boolean =>
  type === null || type === 'Opaque' || type === 'kubernetes.io/dockerconfigjson' || type === 'kubernetes.io/dockercfg';

/** Recreates a secret that kubelet cannot read. Only if its type is wrong, the old one has to be deleted first. */
export function recreateSecret(facts: Facts, name: string): Fix {
  const { type = null, intendedFormat = null } = facts.secrets.find(candidate => candidate.name === name) ?? {};
  if (intendedFormat !== null) return retypeSecret(facts, name, intendedFormat);
  if (type === 'kubernetes.io/dockerconfigjson') return renewSecret(facts, name, 'recreate the secret in the correct format');
  const create = createSecret(facts, name, 'recreate the secret in the correct format');
  return {
    title: `${create.title}. The type of a secret cannot be changed: the old secret is deleted first, with all its content`,
    command: `${kubectl(facts, `delete ${object('secret', name)}`)}\n${create.command}`,
  };
}

/** Gives a secret with the right content the form that kubelet reads. A type cannot be changed: kubectl deletes the secret and recreates it with all its content. */
function retypeSecret(facts: Facts, name: string, { type, from, to }: NonNullable<SecretFact['intendedFormat']>): Fix {
  const moved = from === to ? '' : ` | .data[${JSON.stringify(to)}] = .data[${JSON.stringify(from)}]`;
  const filter = `.type = "${type}"${moved} | del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.managedFields)`;
  return {
    title: `recreate the secret as type ${type} (no password to type; its content is kept)`,
    command: `${kubectl(facts, `get ${object('secret', name)} -o json`)} | jq ${quote(filter)} | ${kubectl(facts, 'replace --force -f -')}`,
  };
}

/** Copies an entry of a pull secret to the key that kubelet looks for. All entries are kept. */
export function copyEntry(facts: Facts, name: string, wrong: string): Fix {
  const right = authsKeyOf(registryOf(facts));
  // a key with a password in it is not shown, and so cannot be named
  if (wrong.includes('REDACTED')) return renewSecret(facts, name, `write the user name and the password under the key "${right}"`);
  return {
    title: `copy the entry to the key that kubelet looks for, "${right}" (no password to type; all entries are kept)`,
    command: editSecret(
      facts,
      name,
      `--arg old ${quote(wrong)} --arg new ${quote(right)}`,
      entries => `${entries}[$new] = (${entries}[$old] // error("no such entry"))`,
    ),
  };
}

/** Edits the entries inside a pull secret by jq, in the form that its type has. */
function editSecret(facts: Facts, name: string, words: string, edit: (entries: string) => string): string {
  const old = facts.secrets.find(candidate => candidate.name === name)?.type === 'kubernetes.io/dockercfg';
  const filter = `.data["${old ? '.dockercfg' : '.dockerconfigjson'}"] |= (@base64d | fromjson | ${edit(old ? '.' : '.auths')} | tojson | @base64)`;
  return `${kubectl(facts, `get ${object('secret', name)} -o json`)} | jq ${words} ${quote(filter)} | ${kubectl(facts, 'replace -f -')}`;
}

/** A free name for a new pull secret, after the registry. */
export function newSecretName(facts: Facts): string {
  const words = registryOf(facts)
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-');
  // without points and dashes around it
  const base = /[a-z0-9]+(?:[.-]+[a-z0-9]+)*/.exec(words)?.[0] ?? 'registry';
  const name = `${base}-pull`;
  return facts.secrets.some(secret => secret.name === name) ? `${name}-2` : name;
}

/** Tests a pull secret with this tool. */
export const testSecret = (facts: Facts, name: string): Fix => ({
  title: 'test the secret',
  command: `kubectl imagepull test-secret ${name.startsWith('-') ? '' : `${quote(name)} `}--image ${quote(facts.image)} -n ${quote(namespaceOf(facts))}${name.startsWith('-') ? ` ${positional(name)}` : ''}`,
});
