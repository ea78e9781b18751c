/** `test-secret`: what one pull secret is worth, entry by entry. The registry is asked through the prober; everything else is pure. */

import type { Fix } from './causes/cause.ts';
import { kubectl, quote } from './causes/commands.ts';
import { type CauseCode, causeOf } from './causes/index.ts';
import type { Secret } from './cluster/objects.ts';
import { diagnose } from './diagnose.ts';
import type { Facts } from './facts.ts';
import type { Fault } from './fault.ts';
import { expiryOf } from './keyring/expiry.ts';
import { isHubName, keyMatches } from './keyring/keyring.ts';
import { type AuthsEntry, type PullSecret, readPullSecret } from './keyring/pull-secret.ts';
import type { CredentialResult, ProbeFacts } from './probe-facts.ts';
import { ladder } from './probe-view.ts';
import { redact, showUser } from './redact.ts';
import { HUB, imageName, parseReference, type Reference } from './reference.ts';
import type { Check } from './registry/checks.ts';
import type { LoginFacts, Prober } from './registry/probe.ts';

export interface SecretTest {
  secret: { namespace: string; name: string; type: string };
  problems: { code: string; detail: string }[];
  entries: EntryTest[];
  /** Repairs of the secret as a whole. */
  fixes: Fix[];
}

export interface EntryTest {
  /** As written in the secret. */
  key: string;
  /** The registry that the key stands for. */
  registry: string;
  username: string;
  result: CredentialResult;
  /** Null when nothing is wrong. */
  cause: CauseCode | null;
  checks: Check[];
  detail: string;
  fixes: Fix[];
}

/** In: the secret, an image whose pull is to be proved (or null), the time, and the prober (null with --no-probe). */
export async function testSecret(secret: Secret, image: string | null, now: string, prober: Prober | null): Promise<SecretTest> {
  const read = readPullSecret(secret);
  const parsed = image === null ? null : parseReference(image);
  const reference = parsed?.ok ? parsed.reference : null;
  const test: SecretTest = {
    secret: { namespace: read.namespace, name: read.name, type: read.type },
    problems: read.problems.map(({ code, detail }) => ({ code, detail })),
    entries: [],
    fixes: [],
  };
  for (const entry of read.entries) test.entries.push(await testEntry(entry, read, reference, image, now, prober));
  if (reference !== null && !test.entries.some((_, index) => covers(read.entries[index] as AuthsEntry, reference)) && read.error === null) {
    test.problems.push({
      code: 'SecretRegistryMismatch',
      detail: `no entry covers "${redact(image ?? '')}": kubelet would not use this secret for it`,
    });
  }
  if (test.problems.length > 0) test.fixes = repairs(read, test.problems[0]?.code ?? '', reference);
  return test;
}

/** kubelet's matching, with Docker Hub's fallback key. */
const covers = (entry: AuthsEntry, reference: Reference): boolean =>
  entry.key !== null &&
  (keyMatches(entry.key, imageName(reference)) || (entry.key === 'index.docker.io' && isHubName(imageName(reference))));

/** The registry that a key stands for: its host, Hub by its usual names. */
function registryOf(entry: AuthsEntry): string {
  const host = (entry.key ?? entry.rawKey).split('/')[0] ?? '';
  return ['index.docker.io', 'docker.io', 'registry-1.docker.io'].includes(host) ? HUB : host;
}

async function testEntry(
  entry: AuthsEntry,
  read: PullSecret,
  reference: Reference | null,
  image: string | null,
  now: string,
  prober: Prober | null,
): Promise<EntryTest> {
  const { credential } = entry;
  const registry = registryOf(entry);
  const row: EntryTest = {
    key: redact(entry.rawKey),
    registry: redact(registry),
    username: showUser(credential.username),
    result: 'notTried',
    cause: null,
    checks: [],
    detail: '',
    fixes: [],
  };
  if (entry.key === null)
    return {
      ...row,
      cause: 'SecretMalformed',
      detail: `kubelet cannot parse this key (${entry.keyError}) and skips the entry`,
      fixes: repairs(read, 'SecretMalformed', null),
    };
  const never = neverMatches(entry.key);
  if (never !== null)
    return { ...row, cause: 'SecretRegistryMismatch', detail: never, fixes: repairs(read, 'SecretRegistryMismatch', null, registry) };
  if (credential.isEmpty)
    return {
      ...row,
      result: 'notVerifiable',
      cause: 'SecretHasNoCredentials',
      detail:
        entry.dropped.length > 0
          ? `it holds only ${entry.dropped.join(', ')}, which kubelet drops`
          : 'the entry is empty: kubelet pulls as nobody',
      fixes: repairs(read, 'SecretHasNoCredentials', null, registry),
    };
  if (prober === null) return { ...row, detail: '--no-probe was given' };
  if (/[*?]/.test(registry))
    return { ...row, result: 'notVerifiable', detail: 'a pattern of hosts: name an image with --image to test it against one' };
  const facts =
    reference !== null && covers(entry, reference)
      ? await pullAs(entry, reference, image ?? '', now, prober)
      : await loginAs(entry, registry, now, prober);
  const cause = facts.cause;
  return {
    ...row,
    result: facts.result,
    detail: facts.detail,
    checks: ladder(facts.checks),
    cause,
    fixes: cause === null ? [] : (facts.fixes ?? repairs(read, cause, reference, registry)),
  };
}

/** Keys that parse and that no image can ever match. */
function neverMatches(key: string): string | null {
  if (key === 'index.docker.io/v1' || key === 'index.docker.io/v2')
    return 'the last slash is missing: "https://index.docker.io/v1/" is Docker Hub for kubelet, without the slash no image matches';
  if (/^(?:registry-1\.docker\.io|registry\.hub\.docker\.com|hub\.docker\.com)(?:\/|$)/.test(key))
    return `"${key.split('/')[0]}" is not Docker Hub for kubelet: the key has to be "https://index.docker.io/v1/"`;
  if (/^(?:docker|oci):/.test(key)) return 'kubelet knows only https:// and http:// in front of a host';
  if (/\/[^/]*:/.test(key)) return 'the key has a tag: a key is a host and a path';
  return null;
}

type Answer = { result: CredentialResult; detail: string; cause: CauseCode | null; checks: Check[]; fixes?: Fix[] };

async function loginAs(entry: AuthsEntry, registry: string, now: string, prober: Prober): Promise<Answer> {
  const facts = await prober.login(registry, entry.credential);
  const repaired =
    facts.repaired === null ? '' : `; ${facts.repaired.defect}: repaired, it is ${facts.repaired.works ? 'accepted' : 'refused too'}`;
  return { result: facts.result, detail: `${facts.detail}${repaired}`, cause: causeOfLogin(facts, entry, now), checks: facts.checks };
}

function causeOfLogin(facts: LoginFacts, entry: AuthsEntry, now: string): CauseCode | null {
  switch (facts.result) {
    case 'accepted':
    case 'notVerifiable':
    case 'notTried':
      return null;
    case 'rejected':
      return expiryOf(entry.credential, now) !== null || /expired/i.test(facts.detail) ? 'CredentialsExpired' : 'CredentialsRejected';
    case 'denied':
      return 'AccessDenied';
    case 'error':
      return facts.fault === null ? 'Unknown' : diagnose(factsOf(null, '', now, null, facts.fault)).cause;
  }
}

/** The pull of one image with one credential, judged as `why` would. */
async function pullAs(entry: AuthsEntry, reference: Reference, image: string, now: string, prober: Prober): Promise<Answer> {
  const probe = await prober.probe(reference, [entry.credential], { platform: null, deep: reference.registry !== HUB });
  const facts = factsOf(reference, image, now, probe, null, entry);
  const diagnosis = diagnose(facts);
  const attempt = probe.attempts[0];
  const fine = diagnosis.cause === 'FixedWaitingForRetry';
  const checks = [...probe.connection, ...(attempt?.checks ?? [])];
  if (probe.connectionFault !== null)
    return { result: 'error', detail: probe.connectionFault.words, cause: diagnosis.cause, checks, fixes: diagnosis.fixes };
  return {
    result: attempt?.result ?? 'notTried',
    detail: fine ? `the image "${redact(image)}" can be pulled with it` : diagnosis.summary,
    cause: fine ? null : diagnosis.cause,
    checks,
  };
}

/** Facts of a pull that no pod makes: the diagnosis sees only what the registry said. */
function factsOf(
  reference: Reference | null,
  image: string,
  now: string,
  probe: ProbeFacts | null,
  fault: Fault | null,
  entry?: AuthsEntry,
): Facts {
  const credential = entry?.credential;
  return {
    now,
    pod: null,
    container: { name: '', kind: 'container' },
    image: redact(image),
    reference: reference ?? { registry: fault?.host ?? '', repository: '', tag: null, digest: null },
    referenceError: null,
    pullPolicy: null,
    failing: true,
    state: { reason: null, message: null, since: null, attempts: null, nextRetry: null },
    words: { faults: fault === null ? [] : [fault], source: null, at: null, unretrieved: [], pulledAfter: false, pullingSince: null },
    node: { name: null, platform: null, runtime: null, kubelet: null, diskPressure: false, ready: null, provider: null, why: null },
    serviceAccount: { name: 'default', secrets: null, covering: [], why: null },
    secrets: [],
    keyring: {
      broken: null,
      complete: true,
      nearMisses: [],
      credentials:
        credential === undefined
          ? []
          : [
              {
                secret: credential.secret,
                key: redact(credential.key),
                username: showUser(credential.username),
                empty: credential.isEmpty,
                expired: expiryOf(credential, now),
                defect: null,
              },
            ],
    },
    probe: probe === null ? null : { ...probe, otherMachine: false },
    noProbe: null,
  };
}

/** The command that writes the secret anew, in the right form. */
function repairs(read: PullSecret, code: string, reference: Reference | null, registry: string | null = null): Fix[] {
  const host = reference?.registry ?? registry ?? registryOfSecret(read);
  const server = host === HUB ? 'https://index.docker.io/v1/' : host;
  const facts = { pod: { namespace: read.namespace } } as Facts;
  const make = kubectl(
    facts,
    `create secret docker-registry ${quote(read.name)} --docker-server=${quote(server)} --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"`,
  );
  const wrongType = read.type !== 'kubernetes.io/dockerconfigjson';
  const others = read.entries.length > 1 ? '; it replaces the other entries' : '';
  if (code === 'SecretMalformed' || wrongType)
    return [
      {
        title: `make the secret anew in the right form (set REGISTRY_USER and REGISTRY_PASSWORD first${others})`,
        command: `${kubectl(facts, `delete secret ${quote(read.name)}`)}\n${make}`,
      },
    ];
  if (['CredentialsRejected', 'CredentialsExpired', 'SecretHasNoCredentials', 'SecretRegistryMismatch'].includes(code))
    return [
      {
        title: `write the right entry into the secret (set REGISTRY_USER and REGISTRY_PASSWORD first${others})`,
        command: `${make} --dry-run=client -o yaml | ${kubectl(facts, 'apply -f -')}`,
      },
    ];
  return [{ title: `${causeOf(code as CauseCode)?.title ?? code}: kubectl imagepull explains it on the page of ${code}`, command: null }];
}

const registryOfSecret = (read: PullSecret): string => (read.entries[0] === undefined ? 'REGISTRY' : registryOf(read.entries[0]));
