/**
 * The facts of a diagnosis as a document: what `-o json --facts` writes is read again here, by `why -f`. The file may have been edited, or come from another version, so each
 * shape is checked. A field that is added to the facts needs a reader here (the compiler asks for it); what an older version did not write is null or empty. Pure.
 */
import type { ForeignContent } from '../model/content.ts';
import type { NearMiss, SecretFormat, SecretProblem, SecretRepair } from '../model/credential.ts';
import type {
  CredentialExpiry,
  CredentialFact,
  DeclaredAt,
  Facts,
  ImageTrigger,
  Manager,
  NodeAnswer,
  NodeContrast,
  NodeFacts,
  NodeReport,
  Note,
  Obstacle,
  Owner,
  Planned,
  PlannedNodes,
  Refusal,
  SecretFact,
  Standing,
  State,
} from '../model/facts.ts';
import { type Fault, type FaultDetails, STEPS, type Step } from '../model/fault.ts';
import type { DiskEvent, DiskFacts, EndedPull, FileSystem, LayerSize, NodePulls, OpenPull } from '../model/node-load.ts';
import type { Platform } from '../model/platform.ts';
import {
  type Attempt,
  type BlobHost,
  type CertificateFacts,
  CHECK_ORDER,
  type Check,
  type CheckName,
  type CredentialResult,
  type ProbeFacts,
  type RateLimit,
  type Tags,
} from '../model/probe.ts';
import type { Reference } from '../model/reference.ts';
import { isProviderId } from '../model/registry-providers.ts';
import { redact, showUser } from '../util/redact.ts';
import { UserError } from '../util/user-error.ts';
import { readDocuments } from './documents.ts';
import {
  boolean,
  isObject,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Reader,
  record,
  ShapeError,
  text,
  time,
} from './shape.ts';

/** Version of the JSON that `why` and `test-secret` print. */
export const API_VERSION = 'imagepull/v1';
/** Version of the facts in it. It changes when the meaning of a field does; new fields do not change it. */
export const FACTS_VERSION = 1;

/** Facts to diagnose again, and what the first run said besides its diagnoses. */
export interface FactsDocument {
  facts: Facts[];
  /** What the failing pods had in common. */
  patterns: string[];
  /** What the first run could not see. */
  warnings: string[];
}

const HINT = 'save it with: kubectl imagepull why POD -o json --facts';

/**
 * In: the text of a file (JSON or YAML), and the file's name for errors. Out: the facts in it, null when the file holds something else, such as Kubernetes objects.
 * An item that cannot be read costs the others nothing: it is a warning. Throws UserError where no item can be read: a diagnosis without facts, of another version,
 * or with facts of a wrong shape.
 */
export function readFactsDocument(content: string, name: string): FactsDocument | null {
  if (!/DiagnosisList|factsVersion/.test(content)) return null;
  const documents = parseDocuments(content);
  const own = documents.filter(isDiagnosis);
  if (own.length === 0) return null;
  if (own.length < documents.length) throw new UserError(`${name} holds diagnoses and other objects`, 'give them in separate files');
  const failures: UserError[] = [];
  /** In: what is read of a part of the file. Out: nothing where it cannot be read. */
  const attempt = <T>(read: () => T[]): T[] => {
    try {
      return read();
    } catch (error) {
      failures.push(unreadable(error, name));
      return [];
    }
  };
  const read = own.map((document, index): FactsDocument => {
    if (!isList(document))
      return { facts: attempt(() => [readItem(document, own.length > 1 ? `document ${index + 1}` : 'item')]), ...NOTHING_SAID };
    const { patterns, warnings } = document;
    return {
      facts: attempt(() => itemsOf(document)).flatMap((item, at) => attempt(() => [readItem(item, `items[${at}]`)])),
      patterns: attempt(() => list(quoted)(patterns, 'patterns')),
      warnings: attempt(() => list(quoted)(warnings, 'warnings')),
    };
  });
  const facts = read.flatMap(one => one.facts);
  if (facts.length === 0 && failures[0] !== undefined) throw failures[0];
  return {
    facts,
    patterns: read.flatMap(one => one.patterns),
    warnings: [...read.flatMap(one => one.warnings), ...failures.map(({ message }) => message)],
  };
}

const NOTHING_SAID = { patterns: [], warnings: [] };

/** The error of a part of a file that cannot be read. Any other error is thrown again. */
function unreadable(error: unknown, name: string): UserError {
  if (error instanceof ShapeError) return new UserError(`${name} holds facts that cannot be read: ${error.message}`, HINT);
  if (error instanceof UserError) return new UserError(`${name}: ${error.message}`, error.hint);
  throw error;
}

/** JSON (one document, or several one after the other as jq prints them) or YAML. What is neither has no document. */
function parseDocuments(content: string): unknown[] {
  try {
    // each of several begins a line, and no string of JSON has a line end
    return content
      .replace(/^---[ \t]*$/gm, '')
      .trim()
      .split(/\n(?=\{)/)
      .flatMap(document => JSON.parse(document) as unknown);
  } catch {
    // it may be YAML; whoever reads the file as objects names the error
  }
  const parsed = readDocuments(content, 0);
  return parsed.ok ? parsed.documents.flat().filter(document => document !== null) : [];
}

const isList = (document: Record<string, unknown>): boolean => document['kind'] === 'DiagnosisList';
const isDiagnosis = (document: unknown): document is Record<string, unknown> =>
  isObject(document) && (isList(document) || ('factsVersion' in document && 'facts' in document));

/** The items of a list, unread. Throws UserError for a list of another version, ShapeError for what is no list. */
function itemsOf({ apiVersion, items }: Record<string, unknown>): unknown[] {
  if (apiVersion !== API_VERSION)
    throw new UserError(`the DiagnosisList has apiVersion ${JSON.stringify(apiVersion)}`, `this version reads ${API_VERSION}`);
  return list<unknown>(item => item)(items, 'items');
}

function readItem(item: unknown, path: string): Facts {
  if (!isObject(item)) throw new ShapeError(path, item, 'an object');
  if (item['facts'] === undefined) throw new UserError(`${path} has no facts, only the diagnosis`, HINT);
  if (item['factsVersion'] !== FACTS_VERSION)
    throw new UserError(
      `${path}.factsVersion is ${JSON.stringify(item['factsVersion'])}`,
      `this version of kubectl imagepull reads ${FACTS_VERSION}`,
    );
  return readFacts(item['facts'], `${path}.facts`);
}

/** In: a parsed value, and where it stands. Out: the facts. Throws ShapeError. */
export const readFacts: Reader<Facts> = (value, path) => {
  const facts = factsShape(value, path);
  const { probe, keyring } = facts;
  if (probe === null) return facts;
  for (const [index, { credential }] of probe.attempts.entries())
    if (credential !== null && keyring.credentials[credential] === undefined)
      throw new ShapeError(`${path}.probe.attempts[${index}].credential`, credential, 'the index of a credential');
  return facts;
};

/** A text that somebody else wrote. It was redacted when it was written; a file that was edited may hold anything. */
const quoted: Reader<string> = (value, path) => redact(text(value, path));

const reference = object<Reference>({ registry: text, repository: text, tag: nullable(text), digest: nullable(text) });
const platform = object<Platform>({ os: text, architecture: text, variant: nullable(text) });

const step = oneOf<Step>(Object.fromEntries(STEPS.map(word => [word, true])) as Record<Step, true>);
const checkName = oneOf<CheckName>(Object.fromEntries(CHECK_ORDER.map(word => [word, true])) as Record<CheckName, true>);
const result = oneOf<CredentialResult>({ accepted: true, rejected: true, denied: true, notTried: true, notVerifiable: true, error: true });

const content = object<ForeignContent>({
  reason: oneOf({
    html: true,
    notJson: true,
    notManifest: true,
    layerDigest: true,
    contentType: true,
    artifact: true,
    encrypted: true,
    layerType: true,
    nestedIndex: true,
  }),
  mediaType: nullable(text),
});

const details = object<FaultDetails>({
  certificate: optional(
    object<NonNullable<FaultDetails['certificate']>>({
      problem: oneOf({
        expired: true,
        notYetValid: true,
        wrongName: true,
        noIpAddress: true,
        commonNameOnly: true,
        usage: true,
        other: true,
      }),
      limit: optional(text),
      clock: optional(text),
      names: optional(text),
      wanted: optional(text),
    }),
  ),
  tls: optional(
    oneOf({
      clientCertificate: true,
      protocolVersion: true,
      noCommonCipher: true,
      insecureAlgorithm: true,
      noCertificate: true,
      unverified: true,
      other: true,
    }),
  ),
  dns: optional(oneOf({ noSuchName: true, noAnswer: true })),
  ownAddress: optional(text),
  proxyAnswers: optional(boolean),
  othersServed: optional(boolean),
  tokenOpens: optional(boolean),
  unasked: optional(boolean),
  upstream: optional(oneOf({ limited: true, refused: true, missing: true, failed: true })),
  proxy: optional(text),
  nameServer: optional(text),
  silent: optional(boolean),
  inConversation: optional(boolean),
  ownPhrase: optional(boolean),
  resource: optional(oneOf({ ping: true, token: true, manifest: true, blob: true })),
  scheme: optional(oneOf({ http: true, https: true })),
  document: optional(oneOf({ json: true, base64: true, html: true })),
  secrets: optional(list(text)),
  part: optional(oneOf({ layer: true, config: true, manifest: true, other: true })),
  mediaType: optional(text),
  content: optional(content),
  archive: optional(oneOf({ notTar: true })),
  received: optional(number),
  notAsked: optional(
    oneOf({ address: true, innerNetwork: true, weakerScheme: true, manyHosts: true, foreignLogin: true, silentBefore: true }),
  ),
  ledInside: optional(boolean),
  socket: optional(text),
  storage: optional(oneOf({ readOnly: true, ioError: true, contentLost: true })),
  signature: optional(oneOf({ missing: true, notFound: true, blocked: true, invalid: true })),
  shortName: optional(oneOf({ noRegistry: true, ambiguous: true })),
  subPath: optional(text),
  phrase: optional(text),
  reason: optional(text),
});

const faultFields = object<Fault>({
  seenBy: oneOf({ node: true, probe: true }),
  speaker: nullable(oneOf({ kubelet: true, containerd: true, containersImage: true, docker: true, probe: true })),
  kind: oneOf({
    badReference: true,
    shortName: true,
    never: true,
    secretParse: true,
    secretUnread: true,
    dns: true,
    refused: true,
    timeout: true,
    unreachable: true,
    reset: true,
    eof: true,
    proxy: true,
    redirects: true,
    badScheme: true,
    notAsked: true,
    untrusted: true,
    badCertificate: true,
    x509: true,
    tls: true,
    plainHttp: true,
    httpToHttps: true,
    status: true,
    notFound: true,
    denied: true,
    noBasicAuth: true,
    badToken: true,
    insufficientScope: true,
    invalidToken: true,
    notJson: true,
    platform: true,
    schema1: true,
    mediaType: true,
    badManifest: true,
    tooLarge: true,
    blobMissing: true,
    corrupt: true,
    shortBody: true,
    diskFull: true,
    storage: true,
    runtime: true,
    throttled: true,
    canceled: true,
    deadline: true,
    signature: true,
    policy: true,
    encrypted: true,
    unknown: true,
  }),
  step,
  host: nullable(text),
  role: oneOf({ registry: true, mirror: true, token: true, redirect: true, proxy: true }),
  method: nullable(text),
  status: nullable(number),
  code: nullable(text),
  explanation: nullable(text),
  statements: list(
    oneOf({
      tokenExpired: true,
      expired: true,
      linkExpired: true,
      credentialsWrong: true,
      rightMissing: true,
      policy: true,
      offline: true,
      rateLimit: true,
      clientCertificate: true,
      htmlPage: true,
      httpsWanted: true,
      statusOnly: true,
      notFound: true,
      tagExpired: true,
      accountDisabled: true,
      gateway: true,
      clientBlocked: true,
    }),
  ),
  login: nullable(oneOf({ sent: true, none: true })),
  details: (value, path) => (value === undefined ? {} : details(value, path)),
  understood: boolean,
  rows: list(text),
  message: text,
});

/** The messages of a node are what others wrote; the messages of the probe are this program's own. */
const fault: Reader<Fault> = (value, path) => {
  const read = faultFields(value, path);
  if (read.seenBy === 'probe') return read;
  return { ...read, message: redact(read.message), explanation: read.explanation === null ? null : redact(read.explanation) };
};

const state = object<State>({
  reason: nullable(text),
  message: nullable(quoted),
  since: nullable(text),
  attempts: nullable(number),
  nextRetry: nullable(text),
});

const nodeReport = object<NodeReport>({
  faults: list(fault),
  source: nullable(oneOf({ status: true, event: true, node: true })),
  at: nullable(text),
  unreadableSecrets: list(text),
  pulledAfter: boolean,
  pullingSince: nullable(text),
  searched: nullable(text),
});

const node = object<NodeFacts>({
  name: nullable(text),
  platform: nullable(platform),
  runtime: nullable(text),
  kubelet: nullable(text),
  osImage: nullable(text),
  labels: record(text),
  diskPressure: boolean,
  provider: nullable(text),
});

const disk = object<DiskFacts>({
  pressureSince: nullable(text),
  capacityBytes: nullable(number),
  allocatableBytes: nullable(number),
  images: nullable(object<NonNullable<DiskFacts['images']>>({ count: number, bytes: number, complete: boolean })),
  events: list(
    object<DiskEvent>({
      kind: oneOf({ gcFailed: true, reclaiming: true, pressure: true, relieved: true, full: true }),
      at: text,
      words: quoted,
      wantedBytes: nullable(number),
      freedBytes: nullable(number),
    }),
  ),
  fileSystems: optional(
    list(
      object<FileSystem>({
        name: oneOf({ image: true, container: true, node: true }),
        availableBytes: nullable(number),
        capacityBytes: nullable(number),
        inodesFree: nullable(number),
        inodes: nullable(number),
      }),
    ),
  ),
});

const pulls = object<NodePulls>({
  ended: list(object<EndedPull>({ image: quoted, at: text, seconds: number, withWaiting: nullable(number), bytes: nullable(number) })),
  open: list(object<OpenPull>({ pod: text, image: quoted, since: text })),
});

/** What is wrong with a pull secret as a whole. */
export const secretProblems: Reader<SecretProblem[]> = list(
  object<SecretProblem>({
    code: oneOf({ SecretMalformed: true, SecretHasNoCredentials: true }),
    breaksKeyring: boolean,
    detail: text,
    plain: optional(text),
  }),
);
/** How what is wrong with it can be repaired. */
export const secretRepair = object<SecretRepair>({ recreate: boolean });
/** The form in which kubelet would read what a pull secret holds. */
export const secretFormat: Reader<SecretFormat | null> = nullable(object<SecretFormat>({ type: text, from: text, to: text }));

const place = object<DeclaredAt>({ file: quoted, line: number, column: nullable(number) });
const secret = object<SecretFact>({
  name: text,
  type: nullable(text),
  lookup: oneOf({ found: true, missing: true, notSeen: true }),
  why: nullable(text),
  problems: secretProblems,
  intendedFormat: secretFormat,
  repair: optional(secretRepair),
  keys: list(quoted),
  otherNamespaces: nullable(list(text)),
  declaredAt: optional(place),
});

type ExpiryBy<S extends CredentialExpiry['source']> = Extract<CredentialExpiry, { source: S }>;
const expiryByToken = object<ExpiryBy<'token'>>({ source: oneOf({ token: true }), expiredAt: time });
const expiryByAge = object<ExpiryBy<'age'>>({
  source: oneOf({ age: true }),
  provider: (value, path) => {
    const id = text(value, path);
    if (!isProviderId(id)) throw new ShapeError(path, value, 'a registry that this version knows');
    return id;
  },
  lifetimeHours: number,
  ageHours: number,
});
const expiry: Reader<CredentialExpiry> = (value, path) =>
  isObject(value) && value['source'] === 'age' ? expiryByAge(value, path) : expiryByToken(value, path);

const credential = object<CredentialFact>({
  secret: text,
  key: quoted,
  username: (value, path) => showUser(text(value, path)),
  empty: boolean,
  expiry: nullable(expiry),
  defect: nullable(text),
});

const keyring = object<Facts['keyring']>({
  broken: nullable(object<NonNullable<Facts['keyring']['broken']>>({ secret: text, error: text })),
  credentials: list(credential),
  nearMisses: list(object<NearMiss>({ secret: text, key: quoted, why: text, near: boolean })),
  complete: boolean,
});

const check = object<Check>({
  name: checkName,
  status: oneOf({ ok: true, failed: true, skipped: true, warning: true }),
  code: nullable(text),
  detail: text,
  ms: nullable(number),
});

const attempt = object<Attempt>({
  credential: nullable(number),
  result,
  detail: text,
  checks: list(check),
  fault: nullable(fault),
  granted: nullable(list(text)),
  repaired: nullable(
    object<NonNullable<Attempt['repaired']>>({
      defect: text,
      kind: oneOf({ blanks: true, quotes: true, robot: true }),
      works: boolean,
    }),
  ),
});

const tags: Reader<Tags> = (value, path) => {
  const { known, names, complete, repositoryMissing, ambiguous, why } = object<Record<string, unknown>>({
    known: boolean,
    names: optional(list(text)),
    complete: optional(boolean),
    repositoryMissing: optional(boolean),
    ambiguous: optional(boolean),
    why: optional(text),
  })(value, path) as {
    known: boolean;
    names?: string[];
    complete?: boolean;
    repositoryMissing?: boolean;
    ambiguous?: boolean;
    why?: string;
  };
  if (known) return { known, names: names ?? [], complete: complete ?? false };
  if (repositoryMissing) return { known, repositoryMissing, ...(ambiguous ? { ambiguous } : {}) };
  return { known, repositoryMissing: false, why: why ?? '' };
};

const probeShape = object<ProbeFacts>({
  host: text,
  scheme: oneOf({ https: true, http: true }),
  mirrorOf: nullable(text),
  registryItself: nullable(object<NonNullable<ProbeFacts['registryItself']>>({ host: text, fault: nullable(fault) })),
  nodeResolvesElsewhere: boolean,
  connection: list(check),
  certificate: nullable(object<CertificateFacts>({ names: text, issuer: text, selfSigned: boolean, validFrom: text, validUntil: text })),
  connectionFault: nullable(fault),
  challenge: nullable(object<NonNullable<ProbeFacts['challenge']>>({ scheme: text, realm: nullable(text), service: nullable(text) })),
  attempts: list(attempt),
  decisive: nullable(number),
  headBlocked: boolean,
  tags: nullable(tags),
  upstream: nullable(fault),
  platforms: nullable(list(platform)),
  digest: optional(text),
  platformDigest: optional(text),
  size: nullable(number),
  layers: nullable(number),
  largestLayers: optional(list(object<LayerSize>({ digest: text, bytes: number }))),
  presentBytes: optional(number),
  blobHosts: list(object<BlobHost>({ host: text, ok: boolean, detail: text })),
  rateLimit: nullable(
    object<RateLimit>({
      limit: nullable(number),
      remaining: nullable(number),
      windowSeconds: nullable(number),
      source: nullable(text),
      retryAfter: nullable(text),
    }),
  ),
});

/** What a probe found. Whose credentials its attempts name by index is known to the reader of the whole. */
export const probe: Reader<ProbeFacts> = (value, path) => {
  const found = probeShape(value, path);
  if (found.decisive !== null && found.attempts[found.decisive] === undefined)
    throw new ShapeError(`${path}.decisive`, found.decisive, 'the index of an attempt');
  return found;
};

const trigger = object<ImageTrigger>({ tag: quoted, namespace: nullable(text), paused: boolean });
const contrast = object<NodeContrast>({
  fails: number,
  runs: number,
  compared: number,
  differences: list(object<NodeContrast['differences'][number]>({ failing: quoted, running: quoted })),
});

const planned = object<Planned>({
  usedBy: list(quoted),
  alsoAt: list(place),
  credentialsOf: oneOf({ cluster: true, manifest: true, file: true, user: true, nobody: true }),
  nodes: nullable(
    object<PlannedNodes>({
      count: number,
      names: list(text),
      all: number,
      platforms: list(platform),
      lacking: list(text),
      listing: number,
      unknown: number,
    }),
  ),
});
const note = object<Note>({
  code: oneOf({
    MutableTag: true,
    LatestIfNotPresent: true,
    TagMoved: true,
    WrongPlatform: true,
    MissingSecret: true,
    AccessUnknown: true,
    NoNode: true,
    NoNamespace: true,
    NoServiceAccount: true,
    OnNodes: true,
    NeverPulled: true,
    OwnCredentials: true,
  }),
  detail: quoted,
});
const nodeAnswer = object<NodeAnswer>({
  node: text,
  outcome: oneOf({ pulled: true, failed: true, pulling: true, notStarted: true, refused: true }),
  message: nullable(quoted),
  seconds: number,
  addedSecrets: list(text),
});

const factsShape = object<Facts>({
  now: time,
  pod: nullable(
    object<NonNullable<Facts['pod']>>({
      namespace: text,
      name: text,
      node: nullable(text),
      owner: object<Owner>({ kind: text, name: text }),
      manager: nullable(
        object<Manager>({
          tool: oneOf({ helm: true, argocd: true, fluxKustomization: true, fluxHelmRelease: true }),
          name: nullable(text),
          namespace: nullable(text),
          chart: nullable(text),
        }),
      ),
    }),
  ),
  container: object<Facts['container']>({
    name: text,
    kind: oneOf({ container: true, initContainer: true, ephemeralContainer: true, imageVolume: true, sandbox: true }),
  }),
  image: quoted,
  reference: nullable(reference),
  referenceError: nullable(quoted),
  pullPolicy: nullable(text),
  trigger: (value, path) => (value === undefined ? null : nullable(trigger)(value, path)),
  failing: boolean,
  state,
  nodeReport,
  node,
  onNode: nullable(boolean),
  serviceAccount: object<Facts['serviceAccount']>({
    name: text,
    identity: nullable(text),
    secrets: nullable(list(text)),
    matching: list(text),
  }),
  secrets: list(secret),
  keyring,
  disk: optional(disk),
  pulls: optional(pulls),
  // facts that an earlier release saved have none
  contrast: (value, path) => (value === undefined ? null : nullable(contrast)(value, path)),
  probe: nullable(probe),
  noProbe: nullable(text),
  obstacle: optional(
    object<Obstacle>({
      kind: oneOf({
        terminating: true,
        evicted: true,
        ended: true,
        unschedulable: true,
        gated: true,
        nodeNotReady: true,
        nodeGone: true,
        volume: true,
        sandbox: true,
        container: true,
      }),
      words: nullable(quoted),
      disk: optional(oneOf({ refused: true, pulling: true, unstarted: true, everyNode: true, everyNodeReports: true })),
    }),
  ),
  standing: optional(
    object<Standing>({
      kind: oneOf({ running: true, completed: true, failed: true, crashing: true, outOfMemory: true }),
      container: text,
      exitCode: nullable(number),
      restarts: nullable(number),
    }),
  ),
  refusal: optional(
    object<Refusal>({
      by: oneOf({
        imagePolicy: true,
        webhook: true,
        policy: true,
        quota: true,
        podSecurity: true,
        silentWebhook: true,
        other: true,
      }),
      name: nullable(text),
      words: quoted,
      about: nullable(oneOf({ image: true, signature: true })),
      exact: boolean,
      maker: object<Owner>({ kind: text, name: text }),
      lasts: boolean,
    }),
  ),
  planned: optional(planned),
  declaredAt: optional(place),
  notes: optional(list(note)),
  fromNode: optional(list(nodeAnswer)),
});
