/** Readers of what others wrote, given texts that are made to cost time: a megabyte in a moment, no error thrown, and the same answer again. */
import t from 'tap';
import { nearest } from '../../src/causes/phrases.ts';
import { collectFacts, unexaminedImages } from '../../src/diagnosis/collect-facts.ts';
import { Credential } from '../../src/model/credential.ts';
import { type Event, type Pod, unseenSnapshot } from '../../src/model/kubernetes.ts';
import { parseChallenges } from '../../src/parse/challenge.ts';
import { decodeGoBase64 } from '../../src/parse/credentials/go-base64.ts';
import { parseGoJson } from '../../src/parse/credentials/go-json.ts';
import { parseGoUrl } from '../../src/parse/credentials/go-url.ts';
import { lookUpCredentials } from '../../src/parse/credentials/keyring.ts';
import { readPullSecret } from '../../src/parse/credentials/pull-secret.ts';
import { findTypo } from '../../src/parse/credentials/typos.ts';
import { readDocuments } from '../../src/parse/documents.ts';
import { readImageConfig, readManifest } from '../../src/parse/manifest.ts';
import { readFaults } from '../../src/parse/messages/reader.ts';
import { readNodeReport } from '../../src/parse/node-report.ts';
import { imagesOf } from '../../src/parse/pod.ts';
import { parseReference } from '../../src/parse/reference.ts';

const MEGABYTE = 1024 * 1024;
/** Milliseconds on a busy machine: five times what one megabyte may take. */
const LONGEST = 5000;

/** What a reader may want to go over again, repeated. */
const PIECES = [
  'a',
  ' ',
  'a ',
  'a: ',
  '"',
  '\\"',
  '\\',
  '/',
  '(',
  '[',
  '{',
  '=',
  'a="',
  'a:b@',
  'a:a:a:',
  '?a=b',
  '%41',
  'YTpi',
  '\ud800',
  '\u0000',
  '\n',
];

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretOf = (text: string) =>
  readPullSecret({ metadata: { name: 's' }, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64(text) } });
const credentialOf = (text: string): Credential =>
  new Credential({ secret: 's', key: 'k', rawKey: 'k', username: text, password: text, lastWrittenAt: null, dropped: [] });

t.test('a megabyte is read in a moment, whatever it says', async t => {
  const readers: Record<string, (text: string) => unknown> = {
    message: text => readFaults(text, ['r.example']),
    challenge: text => parseChallenges([`Bearer ${text}`, text]),
    reference: text => [parseReference(text), parseReference(`r.example/${text}`)],
    'a key as a URL': text => parseGoUrl(text),
    base64: text => decodeGoBase64(text, true),
    'JSON as Go reads it': text => parseGoJson(text),
    'defects of a credential': text => findTypo(credentialOf(text), null),
    'pull secret': secretOf,
    'key of a pull secret': text => lookUpCredentials('r.example/a', [secretOf(JSON.stringify({ auths: { [text]: { auth: 'YTpi' } } }))]),
    manifest: text => readManifest('', text),
    'image config': text => readImageConfig(text),
    'file of JSON or YAML': text => readDocuments(text, 100),
    'nearest tag': text => nearest(text.slice(0, 128), [text, ...text.slice(0, 20_000).split('')]),
  };
  for (const [name, read] of Object.entries(readers)) {
    let slowest = { ms: 0, piece: '' };
    for (const piece of PIECES) {
      const text = `${piece.repeat(Math.ceil(MEGABYTE / piece.length))}!`;
      const started = performance.now();
      t.doesNotThrow(() => read(text), `${name}: ${JSON.stringify(piece)}`);
      const ms = performance.now() - started;
      if (ms > slowest.ms) slowest = { ms, piece };
    }
    t.ok(slowest.ms < LONGEST, `${name}: ${Math.round(slowest.ms)} ms for ${JSON.stringify(slowest.piece)}`);
  }
});

t.test('a secret of a megabyte costs no more than a few of its size', async t => {
  const key = 'k'.repeat(400_000);
  const entries = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`r${index}.example`, { auth: 'YTpi' }]));
  for (const [name, auths] of Object.entries({ 'a long key': { [key]: { auth: 'YTpi' } }, 'many entries': entries })) {
    const text = JSON.stringify({ auths });
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const secret = secretOf(text);
    for (let image = 0; image < 10; image++) lookUpCredentials(`r${image}.example/a`, [secret]);
    t.ok(performance.now() - started < LONGEST, `${name}: for ten images in a moment`);
    t.ok(process.memoryUsage().rss - before < 300 * MEGABYTE, `${name}: in little memory`);
  }
});

t.test('a challenge is read up to a limit', async t => {
  const [far] = parseChallenges(`Bearer ${'a=b,'.repeat(10_000)}realm="https://sso.example/token"`);
  t.equal(far?.realm, null, 'behind eight thousand characters nothing is read');
  t.equal(parseChallenges(Array(100_000).fill('Bearer realm="x"')).length, 16, 'nor behind sixteen lines');
});

t.test('values of other types are none', async t => {
  const values = [null, true, 0, '', 'x', [], [null], {}, { a: null }];
  for (const value of values)
    for (const field of ['manifests', 'layers', 'config', 'fsLayers', 'mediaType', 'schemaVersion', 'artifactType', 'rootfs', 'os']) {
      const body = JSON.stringify({ [field]: value });
      t.doesNotThrow(() => [readManifest('', body), readImageConfig(body)], body);
    }
  for (const value of values) t.doesNotThrow(() => readManifest('', JSON.stringify(value)), JSON.stringify(value));
  const index = readManifest(
    '',
    JSON.stringify({ manifests: [null, 1, { digest: 5 }, { digest: `sha256:${'a'.repeat(64)}`, platform: 'x' }] }),
  );
  t.match(index, { type: 'index', entries: [{ platform: null }] }, 'what is an entry stays');
});

const event = (index: number): Event => ({
  metadata: { name: `e${index}` },
  reason: 'Failed',
  message: `Failed to pull image "r.example/a": ${index}: not found`,
  lastTimestamp: `2026-01-01T00:00:${String(index % 60).padStart(2, '0')}Z`,
  involvedObject: { kind: 'Pod', name: 'p' },
});
const podOf = (images: number): Pod => {
  const names = Array.from({ length: images }, (_, index) => `c${index}`);
  return {
    metadata: { name: 'p' },
    spec: { containers: names.map(name => ({ name, image: 'r.example/a' })) },
    status: { containerStatuses: names.map(name => ({ name, state: { waiting: { reason: 'ImagePullBackOff' } } })) },
  };
};

t.test('an event is read once for all containers', async t => {
  const pod = podOf(20);
  let reads = 0;
  const events = Array.from({ length: 200 }, (_, index) => {
    const { message, ...rest } = event(index);
    const count = (): string | undefined => {
      reads++;
      return message;
    };
    return Object.defineProperty(rest, 'message', { get: count, enumerable: true }) as Event;
  });
  const readAll = (): void => void imagesOf(pod).map(image => readNodeReport(image, events, null, pod, false));
  readAll();
  const first = reads;
  readAll();
  t.ok(reads - first < 200 * 20, `${reads - first} reads of 200 messages for 20 containers, after ${first}`);
});

t.test('at most a hundred images of a pod are examined, and the rest is told', async t => {
  const pod = podOf(5000);
  const snapshot = unseenSnapshot(pod, 'x');
  t.equal(collectFacts(snapshot, '2026-01-01T00:00:00Z', false).length, 100);
  t.equal(unexaminedImages(pod), 4900);
  t.equal(unexaminedImages(podOf(100)), 0);
});
