/**
 * Commands that create, renew and repair pull secrets. No password is in one: `repair-secret` reads it from the environment or from the issuer's command, or it stays inside the secret.
 * So no shell has to expand anything. Pure.
 */
import type { TypoKind } from '../model/credential.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { CredentialFact, DeclaredAt, Facts } from '../model/facts.ts';
import { authsKeyOf, providerOf, type RegistryProvider, type TokenUser } from '../model/registry-providers.ts';
import { normalizeKey } from '../parse/credentials/auths-key.ts';
import { program } from '../util/called-as.ts';
import { redact } from '../util/redact.ts';
import { kubectl, namespaceOf } from './commands.ts';
import { count } from './phrases.ts';
import { positional, quote } from './shell.ts';

const registryOf = (facts: Facts): string => facts.reference?.registry ?? '<REGISTRY>';
const providerOfImage = (facts: Facts): RegistryProvider | null => providerOf(registryOf(facts), facts.probe?.challenge ?? null);

/** How the printed secret reaches the cluster: as a new one, in the place of the old one, or in its place after it was deleted. */
type Writing = 'create' | 'replace' | 'replace --force';

/** Where a secret stands in a manifest, null for one of the cluster. */
const manifestOf = (facts: Facts, name: string): DeclaredAt | null =>
  facts.secrets.find(secret => secret.name === name)?.declaredAt ?? null;

/**
 * `repair-secret` in a namespace, and what writes its answer: for a secret of a manifest into a file beside it. In: its flags, quoted already. A name that begins with a dash stands
 * last.
 */
function repairing(facts: Facts, name: string, flags: string, writing: Writing, from = namespaceOf(facts)): string {
  const place = manifestOf(facts, name);
  const words = (more: string): string =>
    `${program()} repair-secret ${name.startsWith('-') ? '' : `${quote(name)} `}${more}${flags === '' ? '' : ` ${flags}`}${name.startsWith('-') ? ` ${positional(name)}` : ''}`;
  return place === null
    ? `${words(`-n ${quote(from)}`)} | ${kubectl(facts, `${writing} -f -`)}`
    : `${words(`-f ${quote(fileOf(place))}`)} > ${quote(`./${name.replace(/\//g, '-')}.yaml`)}`;
}

/** Where a command finds a secret: in the namespace of the pod, or in its manifest. */
function whereOf(facts: Facts, name: string): string {
  const place = manifestOf(facts, name);
  return place === null ? `-n ${quote(namespaceOf(facts))}` : `-f ${quote(fileOf(place))}`;
}

/** A file as an argument: one that begins with a dash is no flag. */
const fileOf = ({ file }: DeclaredAt): string => (file.startsWith('-') ? `./${file}` : file);

/** In: a fix that writes a secret. Out: the same; of one that stands in a manifest it says where, and what is to be done with the copy. Standard input cannot be read again. */
function inPlace(facts: Facts, name: string, fix: Fix): Fix {
  const place = manifestOf(facts, name);
  if (place === null) return fix;
  const isStdin = place.file === '-';
  return {
    title: `${fix.title}. The secret stands in ${isStdin ? 'standard input' : place.file}, line ${place.line}: ${isStdin ? 'change it at its source' : `put the copy that the command writes in its place`}`,
    command: isStdin ? null : fix.command,
  };
}

/** The environment variables to set before a command, and what belongs in them. */
function variables(facts: Facts): string {
  const provider = providerOfImage(facts);
  const names = provider?.username == null ? 'variables REGISTRY_USER and REGISTRY_PASSWORD' : 'variable REGISTRY_PASSWORD';
  return `set the environment ${names} first${provider?.hints.login == null ? '' : `: ${provider.hints.login}`}`;
}

/** Writes an entry for the key of a registry, with user name and password from the environment. The user name is written where the registry takes only one. */
function withEnvironment(facts: Facts, name: string, key: string, writing: Writing): string {
  const user = providerOfImage(facts)?.username ?? null;
  return repairing(facts, name, `${flag('set', key)}${user === null ? '' : ` ${flag('docker-username', user)}`}`, writing);
}

/** The same with a token that the command of its issuer prints. */
const withToken = (facts: Facts, name: string, key: string, { username, command }: TokenUser, writing: Writing): string =>
  `${command(registryOf(facts))} | ${repairing(facts, name, `${flag('set', key)} ${flag('docker-username', username)} --password-stdin`, writing)}`;

/** Where nobody knows the registry: it is left to be filled in. */
export const UNKNOWN_REGISTRY = '<REGISTRY>';

/** A flag with a value that may begin with a dash. */
const flag = (name: string, value: string): string => {
  if (value === UNKNOWN_REGISTRY) return `--${name} ${value}`;
  return value.startsWith('-') ? `--${name}=${quote(value)}` : `--${name} ${quote(value)}`;
};

/** Creates a pull secret. In: its name, and the title as an imperative. */
export function createSecret(facts: Facts, name: string, title: string): Fix {
  const provider = providerOfImage(facts);
  const token = provider?.username == null ? undefined : provider.tokenUsers.find(({ username }) => username === provider.username);
  if (token !== undefined)
    return {
      title: `${title} (its token is valid for ${count(token.hours, 'hour')})`,
      command: withToken(facts, name, registryOf(facts), token, 'create'),
    };
  return { title: `${title} (${variables(facts)})`, command: withEnvironment(facts, name, registryOf(facts), 'create') };
}

/** Writes the user name and the password of this registry into a pull secret. Its other entries are kept. */
export const renewSecret = (facts: Facts, name: string, title: string, writing: Writing = 'replace'): Fix =>
  inPlace(facts, name, {
    title: `${title} (${variables(facts)}${othersAreKept(facts, name)})`,
    command: withEnvironment(facts, name, keyIn(facts, name), writing),
  });

/** Writes a new token from its issuer into a pull secret. Its other entries are kept. */
export const renewToken = (facts: Facts, name: string, token: TokenUser): Fix =>
  inPlace(facts, name, {
    title: `write a new token into the secret (it is valid for ${count(token.hours, 'hour')}${othersAreKept(facts, name)})`,
    command: withToken(facts, name, keyIn(facts, name), token, 'replace'),
  });

/** Said unless the secret is known to have no other entry. */
function othersAreKept(facts: Facts, name: string): string {
  const secret = facts.secrets.find(candidate => candidate.name === name);
  return secret?.lookup === 'found' && secret.keys.length <= 1 ? '' : '; other entries are kept';
}

/** The key of this registry's entry in a secret. A key with a password in it is not shown, and so cannot be named. */
function keyIn(facts: Facts, name: string): string {
  const old = facts.keyring.credentials.find(credential => credential.secret === name);
  const key = old === undefined ? null : rawKeyOf(facts, old);
  return key === null || key.includes('REDACTED') ? registryOf(facts) : key;
}

/** The key of a credential as it is written in its secret. */
const rawKeyOf = (facts: Facts, { secret, key }: CredentialFact): string =>
  facts.secrets
    .find(({ name }) => name === secret)
    ?.keys.find(raw => {
      const normal = normalizeKey(raw);
      return normal.ok && redact(normal.key) === key;
    }) ?? key;

/** Repairs every visible defect of a pull secret. In: whether one of them is the lost project of a robot account, which the image tells. */
export const repairVisible = (facts: Facts, name: string, kind?: TypoKind): Fix =>
  inPlace(facts, name, {
    title: 'repair the secret (no password to type; other entries are kept)',
    command: repairing(facts, name, kind === 'robot' ? flag('image', facts.image) : '', 'replace'),
  });

/** Repairs or replaces a secret that kubelet cannot read. Only if its type is wrong, the old one has to be deleted first. */
export function recreateSecret(facts: Facts, name: string): Fix {
  const { type = null, intendedFormat = null, repair = null } = facts.secrets.find(candidate => candidate.name === name) ?? {};
  // facts of an older version tell only the form that was meant
  const isRepairable = repair !== null || intendedFormat !== null;
  const recreate = repair?.recreate ?? (type !== 'kubernetes.io/dockerconfigjson' && type !== 'kubernetes.io/dockercfg');
  const writing = recreate ? 'replace --force' : 'replace';
  const deletes =
    recreate && manifestOf(facts, name) === null
      ? '. What is wrong cannot be changed in place: kubectl deletes the secret and creates it again'
      : '';
  if (isRepairable)
    return inPlace(facts, name, {
      title: `repair the secret (no password to type; its content is kept)${deletes}`,
      command: repairing(facts, name, '', writing),
    });
  const renew = renewSecret(facts, name, 'write the secret again in the correct format', writing);
  return { ...renew, title: `${renew.title}${deletes}` };
}

/** Copies an entry of a pull secret to the key that kubelet looks for. All entries are kept. */
export function copyEntry(facts: Facts, name: string, wrong: string): Fix {
  const right = authsKeyOf(registryOf(facts));
  // a key with a password in it is not shown, and so cannot be named
  if (wrong.includes('REDACTED')) return renewSecret(facts, name, `write the user name and the password under the key "${right}"`);
  return inPlace(facts, name, {
    title: `copy the entry to the key that kubelet looks for${right === UNKNOWN_REGISTRY ? '' : `, "${right}"`} (no password to type; all entries are kept)`,
    command: repairing(
      facts,
      name,
      right === UNKNOWN_REGISTRY ? `${flag('rekey', `${wrong}=`)}${right}` : flag('rekey', `${wrong}=${right}`),
      'replace',
    ),
  });
}

/** Copies a secret from another namespace. */
export const copySecret = (facts: Facts, name: string, from: string): Fix => ({
  title: `copy it from namespace "${from}"`,
  command: repairing(facts, name, `--to-namespace ${quote(namespaceOf(facts))}`, 'create', from),
});

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

/** Tests a pull secret with this tool: there is no step where it stands in standard input. */
export const testSecret = (facts: Facts, name: string): Fix => ({
  title: manifestOf(facts, name)?.file === '-' ? '' : 'test the secret',
  command: `${program()} test-secret ${name.startsWith('-') ? '' : `${quote(name)} `}--image ${quote(facts.image)} ${whereOf(facts, name)}${name.startsWith('-') ? ` ${positional(name)}` : ''}`,
});
