/**
 * Every reader of what others wrote, under one form: a text in; what it was read as out, in few words; an error only where the reader promises one. Each comes with sound
 * inputs to begin from. Used by the tests of properties and by the fuzzer.
 */
import { readFileSync } from 'node:fs';
import { readSaved } from '../../src/cluster/saved-source.ts';
import { parseSelector } from '../../src/cluster/selector.ts';
import { collectFacts } from '../../src/diagnosis/collect-facts.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { Credential } from '../../src/model/credential.ts';
import type { Secret } from '../../src/model/kubernetes.ts';
import { fullReference, imageName, type Reference, registryHosts } from '../../src/model/reference.ts';
import { parseChallenges } from '../../src/parse/challenge.ts';
import { normalizeKey } from '../../src/parse/credentials/auths-key.ts';
import { expiryOf } from '../../src/parse/credentials/expiry.ts';
import { decodeGoBase64 } from '../../src/parse/credentials/go-base64.ts';
import { parseGoJson } from '../../src/parse/credentials/go-json.ts';
import { parseGoUrl } from '../../src/parse/credentials/go-url.ts';
import { keyMatches, lookUpCredentials } from '../../src/parse/credentials/keyring.ts';
import { readPullSecret } from '../../src/parse/credentials/pull-secret.ts';
import { findTypo } from '../../src/parse/credentials/typos.ts';
import { readDocuments } from '../../src/parse/documents.ts';
import { readFactsDocument } from '../../src/parse/facts.ts';
import { readManifest } from '../../src/parse/manifest.ts';
import { ERRORS, readFaults, WRAPPERS } from '../../src/parse/messages/reader.ts';
import { codeOfBody, withStatements } from '../../src/parse/messages/registry-errors.ts';
import { parseReference } from '../../src/parse/reference.ts';
import { AnswerReader, HttpError } from '../../src/registry/answer-reader.ts';
import { NO_AUTH_HEADERS } from '../../src/registry/authentication.ts';
import { inspectImage } from '../../src/registry/image-contents.ts';
import type { ManifestAnswer } from '../../src/registry/manifest-request.ts';
import { rateLimitOf, spokenError } from '../../src/registry/response.ts';
import type { Session } from '../../src/registry/session.ts';
import { listTags } from '../../src/registry/tag-list.ts';
import { fetchToken } from '../../src/registry/token.ts';
import type { Reply, Transport } from '../../src/registry/transport.ts';
import { proxyFor } from '../../src/util/proxy.ts';
import { redact, showUser } from '../../src/util/redact.ts';
import { visible } from '../../src/util/visible.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';
import { CLUSTER } from '../helpers/shop.ts';

export interface Target {
  name: string;
  /** Sound inputs. */
  seeds: () => string[];
  /** The inputs are JSON: their values are edited, and not only their texts. */
  isJson?: boolean;
  /**
   * Reads a text. Out: how it was read, in a word that differs where another way was taken. Errors: UserError where the reader promises it; anything else, and what
   * `promise` throws, is a defect.
   */
  read: (text: string) => string | Promise<string>;
}

const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const NOW = '2026-11-20T10:07:00Z';
const IMAGE = parseReference('registry.example.com/team/api:1.4.2');
const REFERENCE = (IMAGE as { reference: Reference }).reference;
/** Contents are checked against digests of SHA-256: behind another one a made up document is read on. */
const DIGEST = `sha512:${'0123456789abcdef'.repeat(8)}`;
const CREDENTIAL = new Credential({
  secret: 'regcred',
  key: 'registry.example.com',
  rawKey: 'registry.example.com',
  username: 'ci',
  password: 'hidden-example-word',
});

/** Fails where a reader does not keep what it promises. */
function promise(isKept: boolean, what: string): void {
  if (!isKept) throw new Error(`not kept: ${what}`);
}

const reply = (body: string, headers: Reply['headers'] = {}, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
  truncated: false,
  ledInside: false,
  ms: 1,
});
/** A transport that answers at once: the readers behind it are meant, not the network. */
const answering = (answer: (url: string) => Reply): Transport => ({
  request: async (_, url) => ({ ok: true, reply: answer(url) }),
  prepare: () => {},
  checksOf: () => [],
  isPrivate: () => true,
  certificateOf: () => null,
  close: async () => {},
});
const sessionOf = (answer: (url: string) => Reply): Session => ({
  transport: answering(answer),
  base: 'https://registry.example.com',
  ns: null,
  role: 'registry',
  fault: null,
  ping: null,
  answer: null,
  challenges: [],
  open: true,
});

const ANSWERED: Omit<ManifestAnswer, 'manifest'> = {
  auth: NO_AUTH_HEADERS,
  challenge: undefined,
  granted: null,
  checks: [],
  headBlocked: false,
  fault: null,
  withheld: false,
  unasked: false,
  knows: false,
  rateLimit: null,
};

const descriptor = (mediaType: string) => ({ mediaType, digest: DIGEST, size: 1234 });
const MANIFEST = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: descriptor('application/vnd.oci.image.config.v1+json'),
  layers: [descriptor('application/vnd.oci.image.layer.v1.tar+gzip'), descriptor('application/vnd.docker.image.rootfs.diff.tar.gzip')],
};
const INDEX = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: ['amd64', 'arm64'].map(architecture => ({
    ...descriptor(MANIFEST.mediaType),
    platform: { os: 'linux', architecture, variant: 'v8' },
  })),
};
const CONFIG = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [DIGEST, DIGEST] }, history: [] };
const SCHEMA1 = {
  schemaVersion: 1,
  name: 'team/api',
  tag: '1',
  architecture: 'amd64',
  fsLayers: [{ blobSum: DIGEST }],
  history: [{ v1Compatibility: '{}' }],
};
const ERROR_BODIES = [
  { errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail: [{ Type: 'repository', Name: 'a/b', Action: 'pull' }] }] },
  { errors: [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }] },
  { details: 'incorrect username or password' },
  { message: 'Not found' },
  { error: 'invalid_grant', error_description: 'expired' },
];
const JWT = `e30.${Buffer.from(JSON.stringify({ exp: 1_700_000_000, access: [{ type: 'repository', name: 'team/api', actions: ['pull'] }] })).toString('base64url')}.x`;

/** Null where a text is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The ways in which a text is read: all of them, and a large one in the first way alone, so that its time is that of one reading. */
const ways = (text: string, all: string[]): string[] => (text.length > 8192 ? all.slice(0, 1) : all);

const texts = (values: object[]): string[] => values.map(value => JSON.stringify(value));
const messages = (): string[] => {
  const rows = ['runtimes', 'kubelet-1.20', 'kubelet-1.36'].flatMap(name =>
    json<{ message?: string }[]>(`test/fixtures/node-messages/${name}.json`),
  );
  return [...rows.flatMap(({ message }) => message ?? []), ...[...ERRORS, ...WRAPPERS].map(({ example }) => example)];
};
const pullSecrets = (): string[] => [
  ...json<{ text: string }[]>('test/fixtures/kubelet/entries.json').map(({ text }) => text),
  JSON.stringify({
    auths: { 'registry.example.com': { auth: Buffer.from('ci:example').toString('base64'), email: 'x' } },
    HttpHeaders: { a: 'b' },
  }),
];
const secretOf = (name: string, type: string, text: string): Secret => ({
  metadata: { name, namespace: 'shop', creationTimestamp: NOW },
  type: `kubernetes.io/${type}`,
  data: { [`.${type}`]: Buffer.from(text).toString('base64') },
});
/** Facts of some fixtures, as `-o json --facts` prints them. */
const factsDocuments = (): string[] =>
  ['CredentialsExpired', 'PlatformNotAvailable', 'ProxyFailed', 'NoPullSecret', 'CertificateInvalid'].map(name => {
    const facts = factsOf(readFixture(`test/fixtures/causes/${name}.json`));
    return JSON.stringify({
      apiVersion: 'imagepull/v1',
      kind: 'DiagnosisList',
      items: [{ factsVersion: 1, facts }],
      patterns: [],
      warnings: [],
    });
  });

/** How an answer is read in pieces of this length. */
function answerIn(text: string, step: number): string {
  const reader = new AnswerReader({ isHead: false, limit: 100 });
  const bytes = Buffer.from(text, 'latin1');
  try {
    for (let at = 0; at < bytes.length; at += Math.max(1, step)) {
      const rest = reader.read(bytes.subarray(at, at + step));
      if (rest !== null) return JSON.stringify([reader.answer, reader.keepsOpen, rest.length + Math.max(0, bytes.length - at - step)]);
    }
    reader.end();
    return JSON.stringify([reader.answer]);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return error.code;
  }
}

export const TARGETS: Target[] = [
  {
    name: 'reference',
    seeds: () => json<{ image: string }[]>('test/fixtures/kubelet/references.json').map(({ image }) => image),
    read(text) {
      const parsed = parseReference(text);
      if (!parsed.ok) return 'error';
      const again = parseReference(fullReference(parsed.reference));
      promise(
        again.ok && fullReference(again.reference) === fullReference(parsed.reference),
        'a reference written out is read as the same',
      );
      return `${parsed.reference.digest === null} ${parsed.reference.tag === null} ${parsed.reference.registry.length % 4}`;
    },
  },
  {
    name: 'pull secret',
    isJson: true,
    seeds: pullSecrets,
    read(text) {
      const read = ways(text, ['dockerconfigjson', 'dockercfg', 'Opaque']).map(type => readPullSecret(secretOf('regcred', type, text)));
      const { credentials, broken, nearMisses } = lookUpCredentials(imageName(REFERENCE), read);
      const typos = credentials.map(credential => [findTypo(credential, REFERENCE)?.what, expiryOf(credential, NOW)?.source]);
      return `${read.map(({ problems }) => problems.map(({ code }) => code)).join()} ${credentials.length} ${broken === null} ${nearMisses.length > 0} ${typos}`;
    },
  },
  {
    name: 'base64 of a secret',
    seeds: () => ['Y2k6ZXhhbXBsZQ==', 'Y2k6ZXhhbXBsZQ', 'Y2k6\nZXhh', '=', ''],
    read: text => {
      const decoded = [true, false].map(padded => decodeGoBase64(text, padded).ok);
      readPullSecret({ metadata: { name: 'a' }, type: 'kubernetes.io/dockercfg', data: { '.dockercfg': text } });
      return String(decoded);
    },
  },
  {
    name: 'key of an auths entry',
    seeds: () => ['https://index.docker.io/v1/', 'registry.example.com:5000/team', '*.example.com', '[::1]:5000', 'http://u:p@x/%41?q#f'],
    read(text) {
      const key = normalizeKey(text);
      return `${key.ok} ${key.ok && keyMatches(key.key, 'registry.example.com/team/api')} ${parseGoUrl(text).ok}`;
    },
  },
  {
    name: 'Go JSON',
    isJson: true,
    seeds: () => [...pullSecrets(), '[1,-0.5e+3,"\\ud83d\\ude00",null,true,{}]'],
    read: text => String(parseGoJson(text).ok),
  },
  {
    name: 'answer of HTTP',
    seeds: () => [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nTrailer: x\r\n\r\nHTTP/1.1 204 None\r\n\r\n',
      'HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.0 401 No\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n',
    ],
    read(text) {
      const whole = answerIn(text, text.length);
      promise(whole === answerIn(text, 1) && whole === answerIn(text, 7), 'an answer is read the same, however it is cut');
      return whole.slice(0, 12);
    },
  },
  {
    name: 'challenge',
    seeds: () => [
      'Bearer realm="https://sso.example.net/token",service="reg",scope="repository:a/b:pull"',
      'Basic realm="a \\"b\\""',
      'bearer  realm = https://sso.example.net/token , service=reg',
      'Bearer realm="r",error="insufficient_scope"',
      'Negotiate, Basic realm=x, Digest',
    ],
    read: text =>
      parseChallenges(text)
        .map(({ scheme, realm, scope }) => `${scheme}${realm === null}${scope === null}`)
        .join(),
  },
  {
    name: 'message of a node',
    seeds: messages,
    read(text) {
      const faults = readFaults(text, registryHosts(REFERENCE)).map(fault => withStatements(fault, REFERENCE, ['ci']));
      promise(faults.length > 0, 'a message has a fault');
      return faults.map(({ rows, statements }) => [...rows, ...statements].join('+')).join(' | ');
    },
  },
  { name: 'code of a body', seeds: () => ERRORS.map(({ example }) => example), read: text => codeOfBody(text) ?? 'none' },
  {
    name: 'error body of a registry',
    isJson: true,
    seeds: () => [...texts(ERROR_BODIES), '<html><title>502 Bad Gateway</title></html>', 'unauthorized'],
    read(text) {
      const { code, message } = spokenError(reply(text, {}, 401), [CREDENTIAL.reveal()]);
      promise((message?.length ?? 0) <= 400 && !message?.includes('\n'), 'a message of a registry is one short line');
      return `${code} ${message === null}`;
    },
  },
  {
    name: 'limits of a registry',
    seeds: () => ['100;w=21600', '0;w=60', 'Wed, 21 Oct 2026 07:28:00 GMT', '30', '"default";r=0;t=30', '1e9'],
    read(text) {
      const names = ['ratelimit-limit', 'ratelimit-remaining', 'retry-after', 'x-ratelimit-reset', 'ratelimit', 'docker-ratelimit-source'];
      const limit = rateLimitOf(reply('', Object.fromEntries(names.map(name => [name, text])), 429));
      return Object.values(limit ?? {})
        .map(value => value === null)
        .join();
    },
  },
  {
    name: 'manifest',
    isJson: true,
    seeds: () => texts([MANIFEST, INDEX, SCHEMA1, { ...MANIFEST, artifactType: 'application/vnd.cncf.helm.config.v1+json' }]),
    read: text =>
      ways(text, ['', MANIFEST.mediaType, 'application/json', 'text/plain'])
        .map(type => {
          const manifest = readManifest(type, text);
          return manifest.type === 'other' ? manifest.reason : manifest.type;
        })
        .join(),
  },
  {
    name: 'what is behind a manifest',
    isJson: true,
    seeds: () => texts([INDEX, MANIFEST].map(manifest => ({ manifest, image: MANIFEST, config: CONFIG }))),
    async read(text) {
      const documents = jsonOf(text) as Record<'manifest' | 'image' | 'config', unknown> | null;
      const body = (url: string): unknown =>
        url.includes('/blobs/') ? documents?.config : url.endsWith(`/${DIGEST}`) ? documents?.image : documents?.manifest;
      const session = sessionOf(url => reply(JSON.stringify(body(url)) ?? ''));
      const manifest = reply(JSON.stringify(documents?.manifest) ?? '', { 'docker-content-digest': DIGEST.replace('0123', 'abcd') });
      const platform = { os: 'linux', architecture: 'arm64', variant: null };
      const found = await inspectImage(session, REFERENCE, platform, CREDENTIAL, { ...ANSWERED, manifest });
      return `${found.fault?.kind} ${found.checks.length}`;
    },
  },
  {
    name: 'token',
    isJson: true,
    seeds: () => texts([{ token: JWT, expires_in: 300, issued_at: NOW }, { access_token: JWT }, { token: 'opaque' }]),
    async read(text) {
      const challenge = { scheme: 'bearer' as const, realm: 'https://registry.example.com/token', service: 's', scope: null, error: null };
      const asker = 'https://registry.example.com/v2/';
      const result = await fetchToken(
        answering(() => reply(text)),
        { challenge, scope: 'repository:team/api:pull', asker },
        CREDENTIAL,
      );
      return result.ok ? `${result.token.access?.length}` : result.fault.kind;
    },
  },
  {
    name: 'tag list',
    isJson: true,
    seeds: () => texts([{ name: 'team/api', tags: ['1.4.1', 'latest', 'v2'] }, { tags: null }, ...ERROR_BODIES]),
    async read(text) {
      const found = await Promise.all(
        [200, 404].map(status =>
          listTags(
            sessionOf(() => reply(text, {}, status)),
            'team/api',
            NO_AUTH_HEADERS,
          ),
        ),
      );
      return found.map(tags => `${tags.known} ${tags.known && tags.complete}`).join();
    },
  },
  {
    name: 'documents',
    seeds: () => [
      readFileSync('test/fixtures/saved/shop.yaml', 'utf8').slice(0, 1500),
      'a: &a [1]\nb: *a\n',
      '{"a": [1, {"b": null}]}',
      '- |\n  x\n- >-\n  y',
    ],
    read(text) {
      const read = readDocuments(text, 5);
      return read.ok ? String(read.documents.length) : read.error.replace(/\d+/g, '');
    },
  },
  {
    name: 'saved objects',
    isJson: true,
    seeds: () => [
      JSON.stringify({ kind: 'List', items: CLUSTER }),
      JSON.stringify({ kind: 'PodList', items: CLUSTER.filter(({ kind }) => kind === 'Pod') }),
    ],
    async read(text) {
      const saved = readSaved(text, 'the file');
      const causes = new Set<string>();
      for (const pod of saved.pods.slice(0, 20)) {
        if (pod.defect !== undefined) continue;
        for (const { facts } of collectFacts(await saved.snapshot(pod, true), NOW, true))
          causes.add(diagnose({ ...facts, noProbe: 'x' }).cause);
      }
      return `${[...causes].sort()} ${saved.warnings().length}`;
    },
  },
  {
    name: 'saved facts',
    isJson: true,
    seeds: factsDocuments,
    read(text) {
      const document = readFactsDocument(text, 'the file');
      return document?.facts.map(facts => diagnose(facts).decidedBy.rule).join() ?? 'none';
    },
  },
  {
    name: 'selector',
    seeds: () => ['app=web,tier!=db', 'app in (a, b),!x', 'k notin (v)'],
    read: text => String(parseSelector(text)({ app: 'web' })),
  },
  {
    name: 'NO_PROXY',
    seeds: () => ['10.0.0.0/8,.example.com,*.x,[::1]:80,localhost:5000', '*', 'fd00::/8'],
    read: text =>
      ['https://registry.example.com', 'http://10.1.2.3:80', 'https://[fd00::1]:443']
        .map(url => String(proxyFor(new URL(url), { NO_PROXY: text, HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://p:1' })))
        .join(),
  },
  {
    name: 'words of others',
    seeds: () => [
      ...messages().slice(0, 50),
      'https://u:p@x/?token=abc',
      `Bearer ${JWT}`,
      'password: hunter2 "auth": "eA=="',
      'dckr_pat_aaaaaaaaaaaa',
    ],
    read(text) {
      const redacted = redact(text, [CREDENTIAL.reveal()]);
      promise(!redacted.includes(CREDENTIAL.reveal()), 'a password that is known is not shown');
      const shown = visible(redacted);
      promise(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(shown), 'nothing that a terminal obeys or that breaks a line is shown');
      return `${shown === text} ${showUser(text) === text}`;
    },
  },
];
