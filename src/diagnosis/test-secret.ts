/** Whether a pull secret works: its form, and what the registry of each entry answers to its credential. Asks registries through the prober. */
import { namingBlanks } from '../causes/blanks.ts';
import { docsOf } from '../causes/docs-url.ts';
import {
  copyEntry,
  createSecret,
  newSecretName,
  recreateSecret,
  renewSecret,
  repairVisible,
  UNKNOWN_REGISTRY,
} from '../causes/secret-commands.ts';
import { type CauseCode, causeOf, isCauseCode } from '../model/cause-codes.ts';
import { isForPulls, type TypoKind } from '../model/credential.ts';
import type { Fix } from '../model/diagnosis.ts';
import { type Facts, NO_REPORT } from '../model/facts.ts';
import { notSeen, type Secret } from '../model/kubernetes.ts';
import type { Attempt, Check, CredentialResult } from '../model/probe.ts';
import { HUB, imageName, type Reference } from '../model/reference.ts';
import { HUB_HOSTS } from '../model/registry-providers.ts';
import { intendedKey, neverMatches } from '../parse/credentials/auths-key.ts';
import { expiryOf } from '../parse/credentials/expiry.ts';
import { isHubName, keyMatches, lookUpCredentials } from '../parse/credentials/keyring.ts';
import { neverFilledIn, placeholderIn, unfilled } from '../parse/credentials/placeholders.ts';
import { type AuthsEntry, type PullSecret, readPullSecret } from '../parse/credentials/pull-secret.ts';
import { parseReference } from '../parse/reference.ts';
import type { LoginFacts, Prober } from '../registry/prober.ts';
import { failureText } from '../util/failure.ts';
import { append } from '../util/lists.ts';
import { redact, showUser } from '../util/redact.ts';
import { VERSION } from '../util/version.ts';
import { credentialFact, nodeFacts } from './collect-facts.ts';
import { diagnose } from './diagnose.ts';
import { ladder } from './probe-view.ts';

/** The test of one secret, as `test-secret` prints it. */
export interface SecretTest {
  secret: { namespace: string; name: string; type: string };
  problems: { code: string; detail: string }[];
  entries: EntryTest[];
  /** Repairs of the secret as a whole. */
  fixes: Fix[];
}

/** The test of one auths entry. */
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

/** What every step of the test of one secret needs. */
interface SecretUnderTest {
  read: PullSecret;
  /** The image whose pull is to be proved, null when only the login is. */
  reference: Reference | null;
  image: string;
  now: string;
  /** Is told of an entry that could not be tested, by a fault of ours or for want of its password: one line, perhaps several times. */
  fail(warning: string): void;
}

/**
 * In: the secret, an image whose pull is to be proved (or null), the time, the prober (null with --no-probe), and who is told of an entry that could not
 * be tested, by a fault of ours or for want of its password.
 */
export async function testSecret(
  secret: Secret,
  image: string | null,
  now: string,
  prober: Prober | null,
  fail: (warning: string) => void,
): Promise<SecretTest> {
  const read = readPullSecret(secret);
  const parsed = image === null ? null : parseReference(image);
  const reference = parsed?.ok ? parsed.reference : null;
  const subject: SecretUnderTest = { read, reference, image: redact(image ?? ''), now, fail };
  const test: SecretTest = {
    secret: { namespace: read.namespace, name: read.name, type: read.type },
    problems: read.problems.map(({ code, detail }) => ({ code, detail })),
    entries: [],
    fixes: read.problems.slice(0, 1).flatMap(({ code }) => repairs(subject, code, null)),
  };
  test.entries.push(...(await testEntries(subject, prober)));
  if (reference !== null && read.error === null && !read.entries.some(entry => covers(entry, reference))) {
    test.problems.push({
      code: 'SecretRegistryMismatch',
      detail: `no entry matches "${subject.image}": kubelet does not use this secret for this image`,
    });
    const [miss] = lookUpCredentials(imageName(reference), [read]).nearMisses;
    if (test.fixes.length === 0) test.fixes = miss?.near ? [copyEntry(factsOf(subject), read.name, miss.key)] : otherSecret(subject);
  }
  return test;
}

/** Registries that are asked at the same time. */
const AT_ONCE = 8;

/** Tests the entries of several registries at the same time, those of one registry one after the other. Out: the tests in the order of the secret. */
async function testEntries(subject: SecretUnderTest, prober: Prober | null): Promise<EntryTest[]> {
  const { entries } = subject.read;
  const tests: EntryTest[] = [];
  const byRegistry = new Map<string, number[]>();
  for (const [index, entry] of entries.entries()) append(byRegistry, registryOf(entry), index);
  const waiting = [...byRegistry.values()];
  const worker = async (): Promise<void> => {
    for (let indexes = waiting.shift(); indexes !== undefined; indexes = waiting.shift())
      for (const index of indexes) tests[index] = await testOne(entries[index] as AuthsEntry, subject, prober);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return tests;
}

/** kubelet's matching, with Docker Hub's fallback key. */
const covers = (entry: AuthsEntry, reference: Reference): boolean =>
  entry.key !== null &&
  (keyMatches(entry.key, imageName(reference)) || (entry.key === 'index.docker.io' && isHubName(imageName(reference))));

/** The registry that a key stands for: its host, Hub by its usual names. */
function registryOf(entry: AuthsEntry): string {
  const host = (entry.key ?? entry.rawKey).split('/')[0] ?? '';
  return HUB_HOSTS.includes(host) ? HUB : host;
}

/** The row of an entry before it is tested. */
function untested(entry: AuthsEntry): EntryTest {
  return {
    key: redact(entry.rawKey),
    registry: redact(registryOf(entry)),
    username: showUser(entry.credential.username),
    result: 'notTried',
    cause: null,
    checks: [],
    detail: '',
    fixes: [],
  };
}

/** Tests one entry. One that cannot be tested, by a fault of ours, is `Unknown` and leaves the other entries their results. */
async function testOne(entry: AuthsEntry, subject: SecretUnderTest, prober: Prober | null): Promise<EntryTest> {
  try {
    return await testEntry(entry, subject, prober);
  } catch (error) {
    const row = untested(entry);
    const why = failureText(error);
    subject.fail(`cannot test the entry "${row.key}" of secret "${subject.read.name}": ${why}`);
    return { ...row, result: 'error', cause: 'Unknown', detail: `it could not be tested: ${why}` };
  }
}

async function testEntry(entry: AuthsEntry, subject: SecretUnderTest, prober: Prober | null): Promise<EntryTest> {
  const { credential } = entry;
  const registry = registryOf(entry);
  const row = untested(entry);
  const bad = (cause: CauseCode, detail: string, result: CredentialResult = 'notTried'): EntryTest => ({
    ...row,
    result,
    cause,
    detail,
    fixes: repairs(subject, cause, entry),
  });
  const placeholder = placeholderIn(entry.rawKey);
  if (entry.key === null)
    return bad(
      'SecretMalformed',
      `${placeholder === null ? '' : `${neverFilledIn(placeholder)}; `}kubelet cannot parse this key (${entry.keyError}) and ignores the entry`,
    );
  if (placeholder !== null) return bad('SecretRegistryMismatch', neverFilledIn(placeholder));
  const never = neverMatches(entry.key);
  if (never !== null) return bad('SecretRegistryMismatch', never);
  if (credential.isEmpty) {
    const { dropped } = credential;
    return bad(
      'SecretHasNoCredentials',
      dropped.length > 0
        ? `it contains only ${dropped.join(', ')}, which kubelet ignores`
        : 'the entry is empty, so kubelet pulls anonymously',
      'notVerifiable',
    );
  }
  if (credential.isReplaced && prober !== null)
    subject.fail(`the logins of secret "${subject.read.name}" were not tested: collect has replaced its passwords; test it in its cluster`);
  if (credential.isReplaced)
    return { ...row, detail: 'not tested: its password was replaced when it was collected. Test the secret in its cluster' };
  if (prober === null) return { ...row, detail: 'not tested, because of --no-probe' };
  if (/[*?]/.test(registry))
    return { ...row, result: 'notVerifiable', detail: 'the key is a pattern: add --image to test it with an image' };
  const { reference } = subject;
  const answer =
    reference !== null && covers(entry, reference)
      ? await pullAs(entry, reference, subject, prober)
      : await loginAs(entry, registry, subject, prober);
  const { repairOf, ...result } = answer;
  const fixes =
    result.cause === null
      ? []
      : repairOf === null
        ? repairs(subject, result.cause, entry)
        : [repairVisible(factsOf(subject, entry), subject.read.name, repairOf)];
  return { ...row, ...result, checks: ladder(result.checks), fixes };
}

/** With the defect whose repaired form was accepted. */
type Answer = Pick<EntryTest, 'result' | 'detail' | 'cause' | 'checks'> & { repairOf: TypoKind | null };

const worksRepaired = (repaired: Attempt['repaired'] | undefined): TypoKind | null => (repaired?.works ? repaired.kind : null);

async function loginAs(entry: AuthsEntry, registry: string, tested: SecretUnderTest, prober: Prober): Promise<Answer> {
  const facts = await prober.login(registry, entry.credential);
  const repaired =
    facts.repaired === null
      ? ''
      : `; ${facts.repaired.defect}; without this defect the registry ${facts.repaired.works ? 'accepts it' : 'rejects it too'}`;
  const subject: SecretUnderTest = { ...tested, reference: null, image: '' };
  return {
    result: facts.result,
    detail: `${facts.detail}${repaired}${facts.result === 'rejected' && facts.repaired === null ? neverFilled(entry) : ''}`,
    cause: causeOfLogin(facts, entry, subject),
    checks: facts.checks,
    repairOf: worksRepaired(facts.repaired),
  };
}

/** What of a rejected login was never filled in, behind another clause. */
function neverFilled({ credential }: AuthsEntry): string {
  const what = unfilled(credential);
  return what === null ? '' : `; ${what}`;
}

function causeOfLogin(facts: LoginFacts, entry: AuthsEntry, subject: SecretUnderTest): CauseCode | null {
  switch (facts.result) {
    case 'accepted':
    case 'notVerifiable':
    case 'notTried':
      return null;
    case 'rejected':
      return expiryOf(entry.credential, subject.now) !== null ||
        facts.fault?.statements.some(statement => statement === 'expired' || statement === 'tokenExpired')
        ? 'CredentialsExpired'
        : 'CredentialsRejected';
    case 'denied':
      return 'AccessDenied';
    case 'error':
      return facts.fault === null
        ? 'Unknown'
        : diagnose({ ...factsOf(subject, entry), nodeReport: { ...NO_REPORT, faults: [facts.fault] } }).cause;
  }
}

/** The pull of one image with one credential, judged as `why` would. */
async function pullAs(entry: AuthsEntry, reference: Reference, subject: SecretUnderTest, prober: Prober): Promise<Answer> {
  const probe = await prober.probe(reference, [entry.credential], { platform: null, deep: reference.registry !== HUB });
  // no node is asked for here: what the name leads to is this machine's business
  const diagnosis = diagnose({ ...factsOf(subject, entry), probe: { ...probe, nodeResolvesElsewhere: false } });
  const [attempt] = probe.attempts;
  const fine = diagnosis.cause === 'FixedWaitingForRetry';
  const checks = [...probe.connection, ...(attempt?.checks ?? [])];
  if (probe.connectionFault !== null)
    return { result: 'error', detail: probe.connectionFault.message, cause: diagnosis.cause, checks, repairOf: null };
  return {
    result: attempt?.result ?? 'notTried',
    detail: fine ? `the image "${subject.image}" can be pulled with it` : diagnosis.summary,
    cause: fine ? null : diagnosis.cause,
    checks,
    repairOf: worksRepaired(attempt?.repaired),
  };
}

/** Facts of a pull that no pod makes: the secret, one of its entries, and what the registry said. */
function factsOf({ read, reference, image, now }: SecretUnderTest, entry?: AuthsEntry): Facts {
  const credential = entry?.credential;
  return {
    now,
    pod: { namespace: read.namespace, name: '', node: null, owner: { kind: 'pod', name: '' }, manager: null },
    container: { name: '', kind: 'container' },
    image,
    reference: reference ?? {
      registry: entry === undefined ? UNKNOWN_REGISTRY : registryOf(entry),
      repository: '',
      tag: null,
      digest: null,
    },
    referenceError: null,
    pullPolicy: null,
    failing: true,
    state: { reason: null, message: null, since: null, attempts: null, nextRetry: null },
    nodeReport: NO_REPORT,
    node: nodeFacts(null, notSeen('a secret is tested without a node')),
    onNode: null,
    serviceAccount: { name: 'default', identity: null, secrets: null, matching: [] },
    secrets: [
      {
        name: read.name,
        type: read.type,
        lookup: 'found',
        why: null,
        problems: [],
        intendedFormat: read.intendedFormat,
        ...(read.repair === null ? {} : { repair: read.repair }),
        keys: read.entries.map(({ rawKey }) => redact(rawKey)),
        otherNamespaces: null,
      },
    ],
    keyring: {
      broken: null,
      complete: true,
      nearMisses: [],
      credentials: credential === undefined ? [] : [credentialFact(credential, now, reference)],
    },
    probe: null,
    contrast: null,
    trigger: null,
    noProbe: null,
  };
}

/** What repairs the secret itself. For a fault of a registry or a network the page of the cause is named. */
const repairs = (subject: SecretUnderTest, code: string, entry: AuthsEntry | null): Fix[] =>
  repairsOf(subject, code, entry).map(namingBlanks);

function repairsOf(subject: SecretUnderTest, code: string, entry: AuthsEntry | null): Fix[] {
  const { read } = subject;
  const facts = factsOf(subject, entry ?? read.entries[0]);
  if (entry !== null && intendedKey(entry.rawKey) !== null) return [repairVisible(facts, read.name)];
  switch (code) {
    case 'SecretMalformed':
      return isForPulls(read.type)
        ? [recreateSecret(facts, read.name)]
        : [
            createSecret(
              facts,
              newSecretName(facts),
              `create a separate pull secret: this one has the type "${read.type}" and another purpose`,
            ),
          ];
    case 'SecretHasNoCredentials':
    case 'CredentialsRejected':
    case 'CredentialsExpired':
      return [renewSecret(facts, read.name, 'write a valid user name and password into the secret')];
    case 'SecretRegistryMismatch':
      // what was never filled in is no registry
      return [copyEntry(placeholderIn(entry?.rawKey ?? '') === null ? facts : factsOf(subject), read.name, entry?.rawKey ?? '')];
    default:
      return [{ title: `${isCauseCode(code) ? causeOf(code).title : code}: see ${docsOf(code as CauseCode, VERSION)}`, command: null }];
  }
}

/** Another secret, for a registry that this one has no entry for. */
function otherSecret(subject: SecretUnderTest): Fix[] {
  const facts = factsOf({ ...subject });
  return [createSecret(facts, newSecretName(facts), 'create a pull secret for this registry, and add it to the pods')];
}
