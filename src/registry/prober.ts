/**
 * The probe of an image: who asks the registry in which order, and what of it decides. Belongs here: the plan, and the facts put together at its end.
 * What is remembered from one probe to the next: once-per-credential.ts, rate-limit-memory.ts.
 */
import type { Credential } from '../model/credential.ts';
import { type Fault, isAuthenticationFault, isNetworkFault, pullProgress } from '../model/fault.ts';
import type { Platform } from '../model/platform.ts';
import { type Attempt, type Check, type CredentialResult, faultOfProbe, type ProbeFacts, type Tags } from '../model/probe.ts';
import { imageName, manifestReference, type Reference } from '../model/reference.ts';
import { mayBeCache } from '../model/registry-providers.ts';
import type { Client } from '../model/runtime-client.ts';
import type { Challenge } from '../parse/challenge.ts';
import { isDigest } from '../parse/manifest.ts';
import { oncePerKey } from '../util/once.ts';
import { isLoopback } from '../util/proxy.ts';
import { redact } from '../util/redact.ts';
import { classifyAttempt, type Tried } from './attempt.ts';
import { NO_AUTH_HEADERS } from './authentication.ts';
import { type ImageContents, inspectImage } from './image-contents.ts';
import { logIn, pingFault } from './login.ts';
import { type ManifestAnswer, type ManifestQuestion, requestManifest } from './manifest-request.ts';
import { CredentialUses, type Memory } from './once-per-credential.ts';
import { servesOthers, withOthersServed } from './others.ts';
import { RateLimitMemory } from './rate-limit-memory.ts';
import { faultOfWire, header } from './response.ts';
import { addressOf, connectionChecks, firstBaseOf, follow, openSession, type Session, type SessionOptions } from './session.ts';
import { listTags } from './tag-list.ts';
import { limitedBy, type Transport } from './transport.ts';
import { askUpstream } from './upstream.ts';
import { SILENT, type WireFault } from './wire.ts';

interface ProbeOptions {
  /** The node's platform, null when it is not known. */
  platform: Platform | null;
  /** Which code of the node's runtime pulls; default: containerd's. */
  client?: Client;
  /** What the node reports that it was answered; default: nothing. */
  reported?: Reported;
  /** Whether to look behind the manifest (platform, config, layers). A manifest GET counts as a pull on Docker Hub. */
  deep: boolean;
  /** Of what is behind the manifest only the list of layers, where nobody asks whether they are there. */
  listOnly?: boolean;
}

/** What a node reports of its request: it was refused by 401, in another way that a login could change, or the image is not there. */
export type Reported = 'unauthorized' | 'refused' | 'notFound';

/** Asks registries what a pull would ask. */
export interface Prober {
  /** Probes an image. In: the credentials in kubelet's order. Out: the facts; nothing that a network does is an error. */
  probe(reference: Reference, credentials: readonly Credential[], options: ProbeOptions): Promise<ProbeFacts>;
  /** Connects the host that the probe of this image will ask first; no request is sent. */
  prepare(reference: Reference): void;
  /** Whether a registry accepts a credential, asked of `/v2/` alone. */
  login(registry: string, credential: Credential): Promise<LoginFacts>;
}

/** What `/v2/` answered to a credential. */
export interface LoginFacts {
  /** From the connection on. */
  checks: Check[];
  result: CredentialResult;
  detail: string;
  fault: Fault | null;
  repaired: Attempt['repaired'];
}

/** How registries are asked. */
export interface ProberOptions extends SessionOptions {
  /** Milliseconds for the whole probe of one image. */
  timeout: number;
  memory: Memory;
}

/**
 * Makes the prober of a run: every question is asked once. In: the transport (closed by its owner), the hosts to ask in others' places or with less care,
 * and the memory of refused credentials.
 */
export function createProber(transport: Transport, options: ProberOptions): Prober {
  const sessions = oncePerKey<Session>();
  const probes = oncePerKey<ProbeFacts>();
  const answers = oncePerKey<ManifestAnswer>();
  /** Each makes a cache ask its upstream, and log in there, once more. */
  const upstreams = oncePerKey<Fault | null>();
  const uses = new CredentialUses(options.memory);
  const limits = new RateLimitMemory();

  /** What logins that ended in silence have taken: together they take no longer than one probe may. */
  const silence = new SilentTime(options.timeout);
  /** The same for the probes of each registry: all its images together wait no longer than one of them may. */
  const silences = new Map<string, SilentTime>();

  function silenceOf(registry: string): SilentTime {
    const known = silences.get(registry) ?? new SilentTime(options.timeout);
    silences.set(registry, known);
    return known;
  }

  /**
   * Works on a registry within the time that is left of a shared one, which what ends in silence uses up. In: that time, the registry, what to do in its
   * session, which is opened once, and how to tell silence from an answer.
   */
  async function within<T>(
    waits: SilentTime,
    registry: string,
    work: (session: Session) => Promise<T>,
    isOfSilence: (result: T) => boolean,
  ): Promise<T> {
    const started = performance.now();
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), waits.left());
    const limited = limitedBy(transport, over.signal);
    try {
      const session = await sessions(registry, () => openSession(limited, registry, options));
      const result = await work({ ...session, transport: limited });
      if (isOfSilence(result)) waits.spend(started);
      return result;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    probe(reference, credentials, { platform, deep, client = 'containerd', reported, listOnly = false }) {
      const identities = credentials.map(credential => uses.identityOf(credential));
      const key = JSON.stringify([
        imageName(reference),
        manifestReference(reference),
        identities,
        platform,
        deep,
        client,
        reported,
        listOnly,
      ]);
      return probes(key, async () => {
        const { registry } = reference;
        const waits = silenceOf(registry);
        const isGivenUp = waits.left() <= 0;
        const question = {
          reference,
          credentials,
          platform,
          deep,
          client,
          listOnly,
          uses,
          limits,
          answers,
          upstreams,
          ...(reported && { reported }),
        };
        const facts = await within(
          waits,
          registry,
          session => probeImage({ session: isGivenUp ? givenUp(session) : session, ...question }),
          isSilent,
        );
        if (!options.mirrors.has(registry) || faultOfProbe(facts) === null) return facts;
        // whoever names a mirror sends no credential elsewhere
        const itself = createProber(transport, { ...options, mirrors: new Map() });
        const found = await itself.probe(reference, [], { platform, deep: false, client });
        return { ...facts, registryItself: { host: found.host, fault: faultOfProbe(found) } };
      });
    },

    prepare: ({ registry }) => transport.prepare(firstBaseOf(registry, options)),

    async login(registry, credential) {
      const detail = 'not tried: registries that do not answer have used up the time limit (--timeout)';
      if (silence.left() <= 0) return { checks: [], result: 'notTried', detail, fault: null, repaired: null };
      return within(
        silence,
        registry,
        session => logInAt(session, registry, credential),
        ({ fault }) => isSilent({ connectionFault: fault, attempts: [] }),
      );
    },
  };

  async function logInAt(session: Session, registry: string, credential: Credential): Promise<LoginFacts> {
    const checks = connectionChecks(session);
    const { fault } = session;
    if (fault !== null) return { checks, result: 'error', detail: fault.message, fault, repaired: null };
    const { attempt } = await uses.oncePerCredential(session.base, credential, null, async who => ({
      attempt: await logIn(session, registry, who),
      answer: null,
    }));
    const { result, detail, repaired } = attempt;
    return { checks: [...checks, ...attempt.checks], result, detail, fault: attempt.fault, repaired };
  }
}

/** The session with a registry that has kept silent for so long that it is asked nothing more. */
const givenUp = (session: Session): Session => ({
  ...session,
  fault: session.fault ?? faultOfWire(GIVEN_UP, { step: 'ping', role: session.role, url: session.base, method: 'GET', login: 'none' }),
});
const GIVEN_UP: WireFault = {
  stage: 'http',
  kind: 'timeout',
  code: SILENT,
  detail: 'not asked: waiting for other answers of this registry has used up the time limit (--timeout)',
  details: { silent: true, notAsked: 'silentBefore' },
};

/** Whether a probe waited for an answer that did not come. */
const isSilent = ({ connectionFault, attempts }: Pick<ProbeFacts, 'connectionFault' | 'attempts'>): boolean =>
  [connectionFault, ...attempts.map(({ fault }) => fault)].some(fault => fault?.kind === 'timeout' || fault?.details.dns === 'noAnswer');

/** A time that several waits share. Waits at the same time count once. */
class SilentTime {
  #spent = 0;
  /** The end of the last wait. */
  #until = 0;

  constructor(private readonly most: number) {}

  /** Milliseconds that are left. */
  left(): number {
    return Math.max(0, this.most - this.#spent);
  }

  /** Counts a wait that ends now. In: when it began, by performance.now(). */
  spend(started: number): void {
    const now = performance.now();
    this.#spent += now - Math.max(started, this.#until);
    this.#until = now;
  }
}

/** One probe: what is asked for, and what the run remembers. */
interface Probe extends ProbeOptions {
  client: Client;
  session: Session;
  reference: Reference;
  credentials: readonly Credential[];
  uses: CredentialUses;
  limits: RateLimitMemory;
  /** The same question as the same identity is asked once, whatever its pod's node reports. */
  answers: (key: string, make: () => Promise<ManifestAnswer>) => Promise<ManifestAnswer>;
  /** What caches answered of their upstreams, by use and repository. */
  upstreams: (key: string, make: () => Promise<Fault | null>) => Promise<Fault | null>;
}

/** The plan: every identity in turn, the one that decides, and then the tags or what is behind the manifest. */
async function probeImage(given: Probe): Promise<ProbeFacts> {
  const probe = { ...given, session: await passingPing(given) };
  const { session, credentials, uses, limits } = probe;
  if (session.fault !== null) return factsOf(session, [], { decisive: null });
  const tries = await tryIdentities(probe);
  const index = decisiveOf(tries, credentials.length > 0);
  const decisive = index === null ? undefined : tries[index];
  if (decisive === undefined) return factsOf(session, tries, { decisive: null });
  const credential = credentials[decisive.attempt.credential ?? -1] ?? null;
  const { tags, upstream } = await lookAround(probe, tries, decisive, credential);
  const contents = await inspect(probe, decisive, credential);
  const decided = await secondQuestion(probe, contents === null ? decisive : withContents(decisive, contents), credential);
  limits.remember(uses.useOf(session.base, credential), decided);
  return factsOf(session, tries.with(index as number, decided), { decisive: index, tags, upstream, contents });
}

/**
 * The session as the runtime sees it. CRI-O goes no further where `/v2/` is neither open nor asks for a login; containerd never asks it, so that a connection that is closed there
 * is no end where the manifest is answered.
 */
async function passingPing({ session, reference, client }: Probe): Promise<Session> {
  const { fault, ping } = session;
  if (client === 'containersImage' && fault === null && ping?.code !== '200' && ping?.code !== '401')
    return { ...session, fault: pingFault(session) };
  const isClosed = fault?.kind === 'reset' || fault?.kind === 'eof' || fault?.kind === 'shortBody';
  if (client !== 'containerd' || !isClosed || ping?.name !== 'ping') return session;
  const { outcome } = await follow(
    session,
    'HEAD',
    addressOf(session, `/v2/${reference.repository}/manifests/${manifestReference(reference)}`),
    {},
  );
  return outcome.ok ? { ...session, fault: null, ping: { ...ping, status: 'warning' } } : session;
}

/** What one more question tells of a result: whether others are served where this manifest is answered with 500, and how containerd is asked for its login. */
async function secondQuestion(probe: Probe, tried: Tried, credential: Credential | null): Promise<Tried> {
  const { session, reference, client, reported } = probe;
  const { attempt, answer } = tried;
  const { fault } = attempt;
  if (answer === null) return tried;
  const isOfManifest = fault?.status === 500 && (fault.step === 'resolve' || fault.step === 'manifest') && fault.role === session.role;
  if (isOfManifest && !answer.headBlocked && (await servesOthers(session, reference.repository, answer.auth)))
    return { ...tried, attempt: { ...attempt, fault: withOthersServed(fault, 'other manifests of the repository') } };
  if (fault !== null || client !== 'containerd' || reported !== 'unauthorized' || credential === null || session.challenges.length === 0)
    return tried;
  const bare = await requestManifest({ ...session, challenges: [] }, reference, null, questionOf(probe));
  return bare.fault?.status === 401 && bare.fault.role === session.role && bare.challenge === undefined
    ? { ...tried, attempt: { ...attempt, fault: { ...bare.fault, details: { ...bare.fault.details, unasked: true } } } }
    : tried;
}

/** In: whether the identity is one whose manifest would be read. */
const questionOf = ({ client, deep, reported }: Probe, { bareFirst = false, isRead = false } = {}): ManifestQuestion => ({
  client,
  byGet: deep,
  testsLogin: reported !== 'notFound',
  bareFirst,
  mayBeMissing: isRead && deep && client === 'containerd' && reported === 'notFound',
});

/**
 * Every credential in kubelet's order until one ends the matter, then the anonymous request where it tells something.
 */
async function tryIdentities(probe: Probe): Promise<Tried[]> {
  const { credentials } = probe;
  // an entry without a password is the anonymous request
  const anonymousTried = credentials.some(credential => credential.reveal() === '');
  // containerd sends a credential only where the manifest asks for one: the node's report of a refusal shows that it did
  const mayBeOpen = probe.client === 'containerd' && probe.reported !== 'unauthorized' && probe.reported !== 'refused';
  const tries: Tried[] = [];
  for (const [index, credential] of credentials.entries()) {
    const tried = await tryAs(probe, index, credential);
    tries.push(tried);
    if (endsTheMatter(tried)) break;
  }
  for (let index = tries.length; index < credentials.length; index++) tries.push({ attempt: notTried(index), answer: null });
  if (credentials.length > 0 && (anonymousTried || !keepsAllOut(tries))) return tries;
  const anonymous = await tryAs(probe, null, null, mayBeOpen && tries.length > 0);
  const { fault } = anonymous.attempt;
  if (!mayBeOpen || tries.length > 0 || fault?.role !== 'token' || !isAuthenticationFault(fault)) return [...tries, anonymous];
  const bare = await tryAs(probe, null, null, true);
  return [bare.answer?.unasked ? bare : anonymous];
}

/**
 * Whether all were refused. What keeps everybody out keeps a credential out that was not sent: a token server that nobody reaches, a failing
 * registry.
 */
const keepsAllOut = (tries: readonly Tried[]): boolean =>
  tries.every(({ attempt: { fault, result } }) => fault !== null && (isAuthenticationFault(fault) || result === 'notTried'));

/** Whether kubelet, or the host, would get no further with another credential. */
const endsTheMatter = ({ attempt: { fault }, answer }: Tried): boolean =>
  fault === null ||
  answer?.headBlocked === true ||
  isNetworkFault(fault) ||
  fault.details.notAsked !== undefined ||
  (fault.status ?? 0) >= 429;

const notTried = (credential: number): Attempt => ({
  credential,
  result: 'notTried',
  detail: 'not tried: an earlier credential already decided the result',
  checks: [],
  fault: null,
  granted: null,
  repaired: null,
});

/** One identity's request for the manifest, unless it was refused or told to wait before. */
async function tryAs(probe: Probe, index: number | null, credential: Credential | null, bareFirst = false): Promise<Tried> {
  const { session, reference, credentials, uses, limits } = probe;
  const isRead = credential !== null || credentials.length === 0;
  const ask = async (who: Credential | null): Promise<Tried> => {
    const use = uses.useOf(session.base, who);
    const limited = limits.before(use);
    if (limited !== null) return limited;
    const question = questionOf(probe, { bareFirst, isRead });
    const key = JSON.stringify([use, imageName(reference), manifestReference(reference), question]);
    const answer = await probe.answers(key, () => requestManifest(session, reference, who, question));
    const { checks, fault, granted } = answer;
    const verdict = classifyAttempt(answer, reference.registry, who);
    return limits.remember(use, { attempt: { credential: index, ...verdict, checks, fault, granted, repaired: null }, answer });
  };
  const tried = credential === null ? await ask(null) : await uses.oncePerCredential(session.base, credential, reference, ask);
  return { ...tried, attempt: { ...tried.attempt, credential: index } };
}

/**
 * The attempt that a pull would have ended with: the first that got the manifest, else the one that got farthest. The anonymous one counts only when the pod brings no credential, or the
 * manifest asks for none.
 */
function decisiveOf(tries: Tried[], hasCredentials: boolean): number | null {
  const open = tries.findIndex(
    ({ attempt, answer }) => answer?.unasked === true && (attempt.fault === null || attempt.fault.kind === 'notFound'),
  );
  if (open >= 0) return open;
  const eligible = tries
    .map(({ attempt }, index) => ({ attempt, index }))
    .filter(({ attempt }) => attempt.result !== 'notTried' || attempt.fault !== null)
    .filter(({ attempt }) => !hasCredentials || attempt.credential !== null);
  const good = eligible.find(({ attempt }) => attempt.fault === null);
  if (good) return good.index;
  return eligible.sort((a, b) => pullProgress(b.attempt.fault as Fault) - pullProgress(a.attempt.fault as Fault))[0]?.index ?? null;
}

/**
 * After a manifest that is not there: the tags, asked by the first to whom that was said (who decides, then anonymously), and what the upstream
 * of a cache says. Both go out together where the manifest was asked for once less: for a tag that is listed the second is needless, and yet no
 * request more than usual. Out: null for what was not asked.
 */
async function lookAround(
  probe: Probe,
  tries: readonly Tried[],
  decisive: Tried,
  credential: Credential | null,
): Promise<Pick<ProbeFacts, 'tags' | 'upstream'>> {
  const absent = [decisive, ...tries.filter(({ attempt }) => attempt.credential === null)].find(
    ({ attempt: { fault } }) => fault?.kind === 'notFound' && fault.role !== 'token',
  );
  if (absent === undefined) return { tags: null, upstream: null };
  const isUnclear = mayHideUpstream(probe, decisive);
  const early = isUnclear && mayGoTogether(decisive.answer) ? confirmMissing(probe, decisive, credential) : null;
  const tags = await lookUpTags(probe, absent);
  const isListed = tags.known && tags.names.includes(manifestReference(probe.reference));
  const upstream = await (early ?? (isUnclear && !isListed ? confirmMissing(probe, decisive, credential) : null));
  return { tags, upstream: isListed ? null : upstream };
}

/** A password that may be refused goes nowhere twice at a time. */
const mayGoTogether = (answer: ManifestAnswer | null): boolean =>
  answer?.sparesHead === true && (answer.auth.headers.authorization === undefined || answer.auth.token !== null || answer.knows);

/** The tags, as somebody to whom the manifest is not there. */
async function lookUpTags({ session, reference }: Probe, { attempt, answer }: Tried): Promise<Tags> {
  if (attempt.fault?.code === 'NAME_UNKNOWN') return { known: false, repositoryMissing: true };
  return listTags(session, reference.repository, answer?.auth ?? NO_AUTH_HEADERS);
}

/** Whether "not found" may be the word of a cache whose upstream does not serve it: the answer for a digest is the upstream's already. */
function mayHideUpstream({ session, reference }: Probe, { attempt: { fault }, answer }: Tried): boolean {
  if (answer === null || fault?.kind !== 'notFound' || fault.role === 'redirect' || fault.code === 'TAG_EXPIRED') return false;
  return reference.digest === null && (session.ns !== null || mayBeCache(reference.registry));
}

/**
 * What the upstream says; null where nothing else than "not found" is known. In: the try that decides, and its credential. It is asked once for
 * each repository and identity.
 */
function confirmMissing(probe: Probe, { answer }: Tried, credential: Credential | null): Promise<Fault | null> {
  const { session, reference, uses, upstreams } = probe;
  const key = `${uses.useOf(session.base, credential)} ${reference.repository}`;
  return upstreams(key, () => askUpstream(session, reference, answer?.auth ?? NO_AUTH_HEADERS, credential));
}

/** What is behind the manifest that was returned; null when it is not asked for. */
async function inspect(probe: Probe, { attempt, answer }: Tried, credential: Credential | null): Promise<ImageContents | null> {
  const { session, reference, platform, deep, listOnly = false } = probe;
  // a mirror is asked in a registry's place: that registry counts no pull
  if (attempt.fault !== null || answer === null || answer.manifest === null || !(deep || session.ns !== null)) return null;
  return inspectImage(session, reference, platform, credential, answer, listOnly);
}

const withContents = ({ attempt, answer }: Tried, { checks, fault }: ImageContents): Tried => ({
  attempt: { ...attempt, checks: [...attempt.checks, ...checks], fault },
  answer,
});

/** What a probe found besides its tries; what is not given was not asked for. */
interface Found extends Pick<ProbeFacts, 'decisive'>, Partial<Pick<ProbeFacts, 'tags' | 'upstream'>> {
  contents?: ImageContents | null;
}

/** The facts of a probe. */
function factsOf(session: Session, tries: Tried[], { decisive, tags = null, upstream = null, contents = null }: Found): ProbeFacts {
  const { host, hostname, isSecure } = addressParts(session.base);
  const answers = tries.flatMap(({ answer }) => answer ?? []);
  const manifest = decisive === null ? null : (tries[decisive]?.answer?.manifest ?? null);
  const digest = contents?.digest ?? (manifest === null ? undefined : header(manifest, 'docker-content-digest'));
  return {
    host,
    scheme: isSecure ? 'https' : 'http',
    mirrorOf: session.ns,
    registryItself: null,
    nodeResolvesElsewhere: nodeResolvesElsewhere(hostname),
    connection: connectionChecks(session),
    certificate: session.transport.certificateOf(session.base),
    connectionFault: session.fault,
    challenge: shownChallenge(session.challenges[0] ?? answers.find(({ challenge }) => challenge !== undefined)?.challenge),
    attempts: tries.map(({ attempt }) => attempt),
    decisive,
    headBlocked: decisive !== null && tries[decisive]?.answer?.headBlocked === true,
    tags,
    upstream,
    platforms: contents?.platforms ?? null,
    ...(isDigest(digest ?? '') ? { digest: digest as string } : {}),
    ...(contents?.platformDigest === undefined ? {} : { platformDigest: contents.platformDigest }),
    size: contents?.size ?? null,
    layers: contents?.layers ?? null,
    ...(contents?.largestLayers?.length ? { largestLayers: contents.largestLayers } : {}),
    blobHosts: contents?.blobHosts ?? [],
    rateLimit: contents?.rateLimit ?? answers.find(({ rateLimit }) => rateLimit !== null)?.rateLimit ?? null,
  };
}

const shownChallenge = (challenge: Challenge | undefined): ProbeFacts['challenge'] =>
  challenge === undefined
    ? null
    : { scheme: challenge.scheme, realm: challenge.realm === null ? null : redact(challenge.realm), service: challenge.service };

/** Of the base of a session. The grammar of images has hosts that no URL can have (`a.b.1`, port 99999): they stay as they are written. */
function addressParts(base: string): { host: string; hostname: string; isSecure: boolean } {
  const isSecure = base.startsWith('https:');
  if (URL.canParse(base)) return { host: new URL(base).host, hostname: new URL(base).hostname, isSecure };
  const written = base.replace(/^https?:\/\//, '');
  return { host: written, hostname: written, isSecure };
}

/** Names that lead a node to another machine than us. */
const nodeResolvesElsewhere = (hostname: string): boolean =>
  isLoopback(hostname) || /\.(?:svc|local|localhost|internal)$|\.svc\./i.test(hostname);
