import type { Credential } from '../model/credential.ts';
import { type Fault, isAuthenticationFault, isNetworkFault, pullProgress } from '../model/fault.ts';
import type { Platform } from '../model/platform.ts';
import type { Attempt, Check, CredentialResult, ProbeFacts, Tags } from '../model/probe.ts';
import { imageName, manifestReference, type Reference } from '../model/reference.ts';
import { type Challenge, parseChallenges } from '../parse/challenge.ts';
import { findTypo } from '../parse/credentials/typos.ts';
import { withStatements } from '../parse/messages/registry-errors.ts';
import { isLoopback } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { inspectImage } from './image-contents.ts';
import {
  authenticate,
  classifyAttempt,
  type ManifestRequest,
  NO_AUTH_HEADERS,
  newAttempt,
  requestManifest,
  secretsOf,
  tokenVerdict,
} from './manifest-request.ts';
import { faultOfContent, faultOfReply, faultOfWire, header, isHtml, spokenError } from './response.ts';
import { addressOf, connectionChecks, follow, openSession, type Session, type SessionOptions } from './session.ts';
import type { Transport } from './transport.ts';

export interface ProbeOptions {
  /** The node's platform, null when it is not known. */
  platform: Platform | null;
  /** Whether to look behind the manifest (platform, config, layers). A manifest GET counts as a pull on Docker Hub. */
  deep: boolean;
}

export interface Prober {
  probe(reference: Reference, credentials: readonly Credential[], want: ProbeOptions): Promise<ProbeFacts>;
  /** Whether a registry takes a credential, asked of `/v2/` alone. */
  login(registry: string, credential: Credential): Promise<LoginFacts>;
}

export interface LoginFacts {
  checks: Check[];
  result: CredentialResult;
  detail: string;
  fault: Fault | null;
  repaired: Attempt['repaired'];
}

/** What is read of a tag list. */
const MAX_LIST = 1024 * 1024;

/** What one run has to remember of credentials, and a watch over many: no refused one is sent twice. */
export interface Memory {
  known: Credential[];
  /** `host#credential` → what refused it. */
  refused: Map<string, Attempt>;
}

export const newMemory = (): Memory => ({ known: [], refused: new Map() });

export interface ProberOptions extends SessionOptions {
  /** Milliseconds for the whole probe of one image. */
  timeout: number;
  memory: Memory;
}

/** In: the transport (closed by its owner), and the hosts to ask in others' places or with less care. Every question is asked once per run. */
export function createProber(transport: Transport, options: ProberOptions): Prober {
  const sessions = new Map<string, Promise<Session>>();
  const probes = new Map<string, Promise<ProbeFacts>>();
  const { known, refused } = options.memory;
  /** `host#credential` (nobody: -1) → the walk that was told to wait. */
  const waiting = new Map<string, ManifestRequest>();
  /** `host#credential` → its first use, until which has ended nobody else sends it there: several pods are examined at the same time. */
  const firstUses = new Map<string, Promise<unknown>>();

  const identity = (credential: Credential): number => {
    const index = known.findIndex(other => other.sameAs(credential));
    return index < 0 ? known.push(credential) - 1 : index;
  };
  const useKey = (session: Session, credential: Credential | null): string =>
    `${session.base}#${credential === null ? -1 : identity(credential)}`;

  /** Who was told to wait is not sent again. */
  function rememberRateLimit(session: Session, who: Credential | null, walked: ManifestRequest): void {
    if (walked.attempt.fault?.status === 429) waiting.set(useKey(session, who), walked);
  }

  /** Uses a credential at a registry. Out: what the use gave, or what has refused the credential before. */
  async function oncePerCredential<T>(session: Session, credential: Credential, use: () => Promise<T>): Promise<T | Attempt> {
    const key = useKey(session, credential);
    const before = refused.get(key);
    if (before !== undefined) return before;
    const first = firstUses.get(key);
    if (first === undefined) {
      const using = use();
      firstUses.set(key, using);
      return using;
    }
    await first;
    return refused.get(key) ?? use();
  }

  /** The session with a registry, opened once, for a probe that has its own time. */
  async function sessionOf(registry: string): Promise<Session> {
    const signal = AbortSignal.timeout(options.timeout);
    const limited: Transport = { ...transport, request: (method, url, more) => transport.request(method, url, { ...more, signal }) };
    const session = sessions.get(registry) ?? openSession(limited, registry, options);
    sessions.set(registry, session);
    return { ...(await session), transport: limited };
  }

  function probe(reference: Reference, credentials: readonly Credential[], want: ProbeOptions): Promise<ProbeFacts> {
    const key = JSON.stringify([imageName(reference), manifestReference(reference), credentials.map(identity), want]);
    const running = probes.get(key) ?? probeOnce(reference, credentials, want).then(facts => stated(facts, reference, credentials));
    probes.set(key, running);
    return running;
  }

  async function probeOnce(reference: Reference, credentials: readonly Credential[], want: ProbeOptions): Promise<ProbeFacts> {
    const session = await sessionOf(reference.registry);
    const facts = newFacts(session);
    if (session.fault !== null) return facts;
    const requests: ManifestRequest[] = [];
    const add = (walked: ManifestRequest): Attempt => {
      requests.push(walked);
      facts.attempts.push(walked.attempt);
      facts.rateLimit ??= walked.rateLimit;
      facts.challenge ??= challengeOf(walked.challenge);
      return walked.attempt;
    };
    for (const [index, credential] of credentials.entries()) {
      const { fault } = add(await tryAs(session, reference, index, credential));
      if (fault === null || requests.at(-1)?.headBlocked || isNetworkFault(fault) || (fault.status ?? 0) >= 429) break;
    }
    for (let index = requests.length; index < credentials.length; index++) {
      add({
        ...untried(session, index),
        attempt: { ...newAttempt(index), result: 'notTried', detail: 'an earlier try ended the matter' },
      });
    }
    // what keeps everybody out keeps a credential out that was not sent: a token server that nobody reaches, a failing registry
    const allRefused = facts.attempts.every(
      ({ fault, result }) => fault !== null && (isAuthenticationFault(fault) || result === 'notTried'),
    );
    const nobodyTried = credentials.some(credential => credential.reveal() === '');
    if (credentials.length === 0 || (allRefused && !nobodyTried)) add(await tryAs(session, reference, null, null));

    facts.decisive = decisiveOf(facts.attempts, credentials.length > 0);
    const decisive = facts.decisive === null ? undefined : requests[facts.decisive];
    if (decisive === undefined) return facts;
    const { fault } = decisive.attempt;
    facts.headBlocked = decisive.headBlocked;
    const absent = [decisive, ...requests.filter(({ attempt }) => attempt.credential === null)].find(
      ({ attempt: { fault: met } }) => met?.kind === 'notFound' && met.role !== 'token',
    );
    if (absent !== undefined) facts.tags = await listTags(session, reference, absent);
    // a mirror is asked in a registry's place: that registry counts no pull
    if (fault === null && decisive.manifest !== null && (want.deep || session.ns !== null))
      await inspectImage(session, reference, want.platform, decisive, facts);
    rememberRateLimit(session, credentials[decisive.attempt.credential ?? -1] ?? null, decisive);
    return facts;
  }

  async function tryAs(
    session: Session,
    reference: Reference,
    index: number | null,
    credential: Credential | null,
  ): Promise<ManifestRequest> {
    const walkAs = async (who: Credential | null): Promise<ManifestRequest> => {
      const told = waiting.get(useKey(session, who));
      if (told !== undefined) return { ...told, attempt: { ...rateLimitedBefore(told.attempt, session), credential: index } };
      const walked = await requestManifest(session, reference, index, who);
      classifyAttempt(walked, reference.registry, who);
      rememberRateLimit(session, who, walked);
      return walked;
    };
    if (credential === null) return walkAs(null);
    const got = await oncePerCredential(session, credential, async () => {
      const walked = await walkAs(credential);
      if (walked.attempt.result === 'rejected') {
        refused.set(useKey(session, credential), walked.attempt);
        walked.attempt.repaired = await tryRepaired(session, credential, reference, async repaired => (await walkAs(repaired)).attempt);
      }
      return walked;
    });
    return 'attempt' in got ? got : { ...untried(session, index), attempt: { ...got, credential: index, checks: [] } };
  }

  /** Tries the visibly repaired form of a rejected credential, once per run. */
  async function tryRepaired(
    session: Session,
    credential: Credential,
    reference: Reference | null,
    again: (repaired: Credential) => Promise<Attempt>,
  ): Promise<Attempt['repaired']> {
    const defect = findTypo(credential, reference);
    if (defect === null) return null;
    const attempt = await oncePerCredential(session, defect.repaired, async () => {
      const tried = await again(defect.repaired);
      if (tried.result === 'rejected') refused.set(useKey(session, defect.repaired), tried);
      return tried;
    });
    return { defect: defect.what, kind: defect.kind, works: attempt.result === 'accepted' };
  }

  /** One page of the tag list, with the same pass: it proves whether the repository is there, and gives names near the wanted one. */
  async function listTags(session: Session, reference: Reference, walked: ManifestRequest): Promise<Tags> {
    if (walked.attempt.fault?.code === 'NAME_UNKNOWN') return { known: false, repositoryMissing: true };
    const { outcome } = await follow(
      session,
      'GET',
      addressOf(session, `/v2/${reference.repository}/tags/list?n=1000`),
      walked.pass.headers,
      MAX_LIST,
    );
    if (!outcome.ok) return { known: false, repositoryMissing: false, why: outcome.fault.detail };
    const { reply } = outcome;
    if (reply.status === 200 && !reply.truncated) {
      const names = readTags(reply.body);
      if (names !== null) return { known: true, names, complete: header(reply, 'link') === null };
      return { known: false, repositoryMissing: false, why: 'the tag list is not JSON' };
    }
    const { code } = spokenError(reply);
    if (reply.status === 404 && (code === 'NAME_UNKNOWN' || code === 'NOT_FOUND')) return { known: false, repositoryMissing: true };
    if (reply.status === 404 && !isHtml(reply) && code === null) return { known: false, repositoryMissing: true, ambiguous: true };
    return { known: false, repositoryMissing: false, why: `the tag list is answered ${reply.status}${code === null ? '' : ` ${code}`}` };
  }

  async function login(registry: string, credential: Credential): Promise<LoginFacts> {
    const session = await sessionOf(registry);
    const checks = connectionChecks(session);
    if (session.fault !== null) return { checks, result: 'error', detail: session.fault.message, fault: session.fault, repaired: null };
    const attempt = await oncePerCredential(session, credential, async () => {
      const tried = await loginOnce(session, credential);
      if (tried.result === 'rejected') {
        refused.set(useKey(session, credential), tried);
        tried.repaired = await tryRepaired(session, credential, null, repaired => loginOnce(session, repaired));
      }
      return tried;
    });
    return {
      checks: [...checks, ...attempt.checks],
      result: attempt.result,
      detail: attempt.detail,
      fault: attempt.fault,
      repaired: attempt.repaired,
    };
  }

  async function loginOnce(session: Session, credential: Credential): Promise<Attempt> {
    const attempt = newAttempt(null);
    const set = (result: CredentialResult, detail: string, fault: Fault | null = null): Attempt =>
      Object.assign(attempt, { result, detail, fault });
    if (credential.reveal() === '') return set('rejected', 'the password is empty: the runtime sends no login');
    const [challenge] = session.challenges;
    if (challenge === undefined) {
      if (session.open)
        return set('notVerifiable', 'the registry asks for no login at /v2/: only a pull of a private image would tell (--image IMAGE)');
      return set('error', session.ping?.detail ?? 'no answer that a registry gives', pingFault(session));
    }
    const got = await authenticate(session, challenge, credential, null);
    if (got.check !== null) attempt.checks.push(got.check);
    if ('fault' in got) {
      if (got.withheld) return set('notTried', got.fault.message, got.fault);
      const [result, detail] = tokenVerdict(got.fault, new URL(session.base).host);
      return set(result, detail, got.fault);
    }
    const url = addressOf(session, '/v2/');
    const outcome = await transport.request('GET', url, { headers: got.pass.headers });
    const place = { step: 'ping' as const, role: session.role, url, method: 'GET', login: 'sent' as const };
    if (!outcome.ok) return set('error', outcome.fault.detail, faultOfWire(outcome.fault, place));
    const { reply } = outcome;
    const token = got.pass.token !== null;
    if (reply.status === 200)
      return set('accepted', token ? 'the token server and the registry take the login' : 'the registry takes the user name and password');
    const error = parseChallenges(reply.headers['www-authenticate'])[0]?.error ?? null;
    const fault = faultOfReply(reply, place, secretsOf(credential), undefined, error);
    if (reply.status !== 401 && reply.status !== 403) return set('error', fault.message, fault);
    // a token without a scope need not open /v2/; that the token server gave one is the answer
    if (token) return set('accepted', 'the token server takes the login');
    return set(
      'rejected',
      `the registry refuses the user name and password${fault.explanation === null ? '' : `: ${fault.explanation}`}`,
      fault,
    );
  }

  return { probe, login };
}

/** The facts with what the explanations of their faults state. */
const stated = (facts: ProbeFacts, reference: Reference, credentials: readonly Credential[]): ProbeFacts => ({
  ...facts,
  attempts: facts.attempts.map(attempt => ({
    ...attempt,
    fault:
      attempt.fault &&
      withStatements(
        attempt.fault,
        reference,
        credentials.map(({ username }) => username),
      ),
  })),
});

function newFacts(session: Session): ProbeFacts {
  const { host, hostname, protocol } = new URL(session.base);
  return {
    host,
    scheme: protocol === 'https:' ? 'https' : 'http',
    mirrorOf: session.ns,
    nodeResolvesElsewhere: isOtherMachine(hostname),
    connection: connectionChecks(session),
    certificate: session.transport.certificateOf(session.base),
    connectionFault: session.fault,
    challenge: challengeOf(session.challenges[0]),
    attempts: [],
    decisive: null,
    headBlocked: false,
    tags: null,
    platforms: null,
    size: null,
    layers: null,
    blobHosts: [],
    rateLimit: null,
  };
}

const untried = (session: Session, index: number | null): ManifestRequest => ({
  attempt: newAttempt(index),
  pass: NO_AUTH_HEADERS,
  manifest: null,
  headBlocked: false,
  rateLimit: null,
  challenge: session.challenges[0],
});

/** The answer to an earlier question, that named another repository. */
const rateLimitedBefore = (attempt: Attempt, session: Session): Attempt => ({
  ...attempt,
  checks: [],
  fault: attempt.fault && {
    ...attempt.fault,
    message: `${new URL(session.base).host} answered 429 Too Many Requests to an earlier question of this run, and was not asked again`,
  },
});

const challengeOf = (challenge: Challenge | undefined): ProbeFacts['challenge'] =>
  challenge === undefined
    ? null
    : { scheme: challenge.scheme, realm: challenge.realm === null ? null : redact(challenge.realm), service: challenge.service };

/** Names that lead a node to another machine than us. */
const isOtherMachine = (hostname: string): boolean => isLoopback(hostname) || /\.(?:svc|local|localhost|internal)$|\.svc\./i.test(hostname);

/** The answer of a `/v2/` that is no registry's. */
function pingFault(session: Session): Fault {
  const place = { step: 'ping' as const, role: session.role, url: session.base, method: 'GET', login: 'none' as const };
  const status = Number(session.ping?.code ?? 0) || null;
  const kind = status === 401 || (status ?? 0) >= 500 || status === 429 ? 'status' : 'notJson';
  return faultOfContent(kind, place, session.ping?.detail ?? 'no registry answers', { status });
}

/** The attempt that a pull would have ended with: the first that got the manifest, else the one that got farthest. Nobody counts only when the pod brings no credential. */
function decisiveOf(attempts: Attempt[], hasCredentials: boolean): number | null {
  const eligible = attempts
    .map((attempt, index) => ({ attempt, index }))
    .filter(({ attempt }) => attempt.result !== 'notTried' || attempt.fault !== null)
    .filter(({ attempt }) => !hasCredentials || attempt.credential !== null);
  const good = eligible.find(({ attempt }) => attempt.fault === null);
  if (good) return good.index;
  return eligible.sort((a, b) => pullProgress(b.attempt.fault as Fault) - pullProgress(a.attempt.fault as Fault))[0]?.index ?? null;
}

function readTags(body: string): string[] | null {
  try {
    const { tags } = JSON.parse(body) as { tags?: unknown };
    if (tags === null) return [];
    return Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string') : null;
  } catch {
    return null;
  }
}
