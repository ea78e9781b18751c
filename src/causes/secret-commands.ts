/** Commands that make, renew and mend pull secrets. No password stands in one: it is read from a variable, or stays inside the secret. Pure. */

import type { TypoKind } from '../model/credential.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { CredentialFact, Facts, SecretFact } from '../model/facts.ts';
import { normalizeKey } from '../parse/credentials/pull-secret.ts';
import { redact } from '../util/redact.ts';
import { kubectl, quote } from './commands.ts';

const registryOf = (facts: Facts): string => facts.reference?.registry ?? 'REGISTRY';
/** The key that kubelet matches for this registry, as `docker login` writes it. */
const serverOf = (facts: Facts): string => (registryOf(facts) === 'docker.io' ? 'https://index.docker.io/v1/' : registryOf(facts));

/** Creates a pull secret; the password stays in the shell's variable. */
export const createSecret = (facts: Facts, name: string, title: string): Fix => ({
  title: `${title} (${variables(facts)})`,
  command: creation(facts, name),
});

/** In: user name and password as words of a shell. */
const creation = (facts: Facts, name: string, user = '"$REGISTRY_USER"', password = '"$REGISTRY_PASSWORD"'): string =>
  kubectl(
    facts,
    `create secret docker-registry ${quote(name)} --docker-server=${quote(serverOf(facts))} --docker-username=${user} --docker-password=${password}`,
  );

/** Replaces a pull secret by one of this registry alone. */
export const replacement = (facts: Facts, name: string, ...login: [user?: string, password?: string]): string =>
  `${creation(facts, name, ...login)} --dry-run=client -o yaml | ${kubectl(facts, 'replace -f -')}`;

const variables = (facts: Facts): string => `set REGISTRY_USER and REGISTRY_PASSWORD first${hint(facts)}`;

/** Writes this registry's entry of a pull secret anew. Other entries of the secret stay. */
export function renewSecret(facts: Facts, name: string, title: string): Fix {
  const secret = facts.secrets.find(candidate => candidate.name === name);
  if (secret?.lookup === 'found' && secret.type === 'kubernetes.io/dockerconfigjson' && secret.keys.length <= 1) {
    return {
      title: `${title} (${variables(facts)})`,
      command: replacement(facts, name),
    };
  }
  const old = facts.keyring.credentials.find(credential => credential.secret === name);
  const key = old === undefined ? serverOf(facts) : rawKeyOf(facts, old);
  const words = `--arg key ${quote(key)} --arg user "$REGISTRY_USER" --arg password "$REGISTRY_PASSWORD"`;
  return {
    title: `${title} (${variables(facts)}; what else the secret holds stays)`,
    command: editSecret(facts, name, words, entries => `${entries}[$key] = {username: $user, password: $password}`),
  };
}

/** The key of a credential as it stands in its secret. */
export const rawKeyOf = (facts: Facts, { secret, key }: CredentialFact): string =>
  facts.secrets
    .find(({ name }) => name === secret)
    ?.keys.find(raw => {
      const normal = normalizeKey(raw);
      return normal.ok && redact(normal.key) === key;
    }) ?? key;

/** What takes a defect out of a user name or a password, as a jq filter of a string. */
const typoFilter = (facts: Facts, kind: TypoKind): string => {
  const blank = '[\\\\s\\\\x{200b}\\\\x{feff}]+';
  if (kind === 'blanks') return `sub("\\\\A${blank}"; "") | sub("${blank}\\\\z"; "")`;
  if (kind === 'quotes') return 'if length > 1 and .[:1] == .[-1:] and (.[:1] | . == "\\"" or . == "\\u0027") then .[1:-1] else . end';
  return `if startswith("robot+") then "robot$${facts.reference?.repository.split('/')[0]}" + .[5:] else . end`;
};

/** Takes a visible defect out of an entry, in place: user name and password stay inside the secret, and what else it holds stays. */
export const fixEntryInPlace = (facts: Facts, name: string, rawKey: string, kind: TypoKind): Fix => ({
  title: 'mend it inside the secret (nothing has to be typed; what else the secret holds stays)',
  command: editSecret(facts, name, `--arg key ${quote(rawKey)}`, entries =>
    [
      `(def mend: ${typoFilter(facts, kind)};`,
      `${entries}[$key] |= (with_entries(if .key == "username" or .key == "password" then .value |= mend else . end)`,
      `| if (.auth | length) > 0 then .auth |= (@base64d | split(":") | [(.[0] | mend), (.[1:] | join(":") | mend)] | join(":") | @base64) else . end))`,
    ].join(' '),
  ),
});

/** Types of secrets that may be meant for pulls; another serves something else, which a repair must not break. */
export const isForPulls = (type: string | null): boolean =>
  type === null || type === 'Opaque' || type === 'kubernetes.io/dockerconfigjson' || type === 'kubernetes.io/dockercfg';

/** Makes a secret anew that kubelet cannot read. Only where its type is wrong the old one has to go first. */
export function recreateSecret(facts: Facts, name: string): Fix {
  const { type = null, intendedFormat = null } = facts.secrets.find(candidate => candidate.name === name) ?? {};
  if (intendedFormat !== null) return retypeSecret(facts, name, intendedFormat);
  if (type === 'kubernetes.io/dockerconfigjson') return renewSecret(facts, name, 'write the secret anew in the right form');
  const make = createSecret(facts, name, 'make the secret anew in the right form');
  return {
    title: `${make.title}: kubectl cannot change a secret's type, so the old one goes first, with all that it holds`,
    command: `${kubectl(facts, `delete secret ${quote(name)}`)}\n${make.command}`,
  };
}

/** Gives a secret with the right content the form that kubelet reads. A type cannot be changed: kubectl deletes the secret and makes it anew with all that it holds. */
function retypeSecret(facts: Facts, name: string, { type, from, to }: NonNullable<SecretFact['intendedFormat']>): Fix {
  const moved = from === to ? '' : ` | .data[${JSON.stringify(to)}] = .data[${JSON.stringify(from)}]`;
  const filter = `.type = "${type}"${moved} | del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.managedFields)`;
  return {
    title: `make the secret anew as type ${type}, with what it holds (nothing has to be typed)`,
    command: `${kubectl(facts, `get secret ${quote(name)} -o json`)} | jq ${quote(filter)} | ${kubectl(facts, 'replace --force -f -')}`,
  };
}

/** Files an entry of a pull secret under the key that kubelet looks for too; what is there stays. */
export function copyEntry(facts: Facts, name: string, wrong: string): Fix {
  // a key with a login in it is not shown, and so cannot be named
  if (wrong.includes('REDACTED')) return renewSecret(facts, name, 'write the login under the key that kubelet looks for');
  return {
    title: `file the same user name and password also under the key that kubelet looks for, "${serverOf(facts)}"`,
    command: editSecret(
      facts,
      name,
      `--arg old ${quote(wrong)} --arg new ${quote(serverOf(facts))}`,
      entries => `${entries}[$new] = (${entries}[$old] // error("no such entry"))`,
    ),
  };
}

/** Edits the entries inside a pull secret by jq, in the form that its type has. */
function editSecret(facts: Facts, name: string, words: string, edit: (entries: string) => string): string {
  const old = facts.secrets.find(candidate => candidate.name === name)?.type === 'kubernetes.io/dockercfg';
  const filter = `.data["${old ? '.dockercfg' : '.dockerconfigjson'}"] |= (@base64d | fromjson | ${edit(old ? '.' : '.auths')} | tojson | @base64)`;
  return `${kubectl(facts, `get secret ${quote(name)} -o json`)} | jq ${words} ${quote(filter)} | ${kubectl(facts, 'replace -f -')}`;
}

/** Where a password for this registry comes from. */
function hint(facts: Facts): string {
  const registry = registryOf(facts);
  if (registry === 'docker.io') return ': a Docker ID and a personal access token with "Public Repo Read-only" or "Read"';
  if (registry === 'ghcr.io') return ': a GitHub login and a classic personal access token with read:packages';
  if (/\.amazonaws\.com$/.test(registry)) return ': AWS, and the output of `aws ecr get-login-password`, which lives 12 hours';
  if (/(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(registry)) return ": _json_key, and the text of a service account's key file";
  if (/\.azurecr\.io$/.test(registry)) return ": a service principal's id and secret, or a repository token";
  if (registry === 'quay.io') return ': a robot account ("org+robot") and its token';
  if (registry === 'registry.gitlab.com') return ": a deploy token's user and value, scope read_registry";
  return '';
}

/** A free name for a new pull secret, told by the registry. */
export function newSecretName(facts: Facts): string {
  const base = registryOf(facts)
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  const name = `${base || 'registry'}-pull`;
  return facts.secrets.some(secret => secret.name === name) ? `${name}-2` : name;
}

/** Tests a pull secret with this tool. */
export const testSecret = (facts: Facts, name: string): Fix => ({
  title: 'check that it works',
  command: kubectl(facts, `imagepull test-secret ${quote(name)} --image ${quote(facts.image)}`).replace(
    /^kubectl -n (\S+) imagepull (.*)$/,
    'kubectl imagepull $2 -n $1',
  ),
});
