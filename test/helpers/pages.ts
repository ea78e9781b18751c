/** Pages of -o markdown and -o html: one of each kind of run, from the golden fixtures of causes, and one whose every text is hostile. */
import { groupFindings } from '../../src/diagnosis/aggregate.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import type { EntryTest, SecretTest } from '../../src/diagnosis/test-secret.ts';
import { CAUSES, type CauseCode, NO_CAUSE } from '../../src/model/cause-codes.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Origin, Page } from '../../src/report/page.ts';
import { checkPage, findingsPage } from '../../src/report/page-findings.ts';
import { secretsPage } from '../../src/report/page-secrets.ts';
import { factsOf, readFixture } from './facts.ts';
import { ALL_CAUSES, someFindings } from './gates.ts';

export const ORIGIN: Origin = { now: '2026-11-20T10:12:00Z', context: 'prod', namespace: null, files: [], collectedAt: null };

/** In: the name of a fixture of a cause, and the pod that has it. */
function findingOf(name: string, pod: Partial<Facts['pod'] & object> = {}, more: Partial<Facts> = {}): Finding {
  const facts = factsOf(readFixture(`test/fixtures/causes/${name}.json`));
  const moved: Facts = { ...facts, pod: facts.pod && { ...facts.pod, ...pod }, ...more };
  return { facts: moved, diagnosis: diagnose(moved) };
}

/** In: findings. Out: the page of `why` of them. */
export const whyPage = (findings: readonly Finding[], more: Partial<Parameters<typeof findingsPage>[0]> = {}): Page =>
  findingsPage({
    groups: groupFindings(findings),
    patterns: [],
    warnings: [],
    isComplete: true,
    origin: ORIGIN,
    place: 'of any namespace',
    ...more,
  });

export const onePod = (): Page => whyPage([findingOf('CredentialsRejected')], { origin: { ...ORIGIN, namespace: 'shop' } });

export const manyPods = (): Page =>
  whyPage(
    [
      findingOf('TagNotFound'),
      ...['api-1', 'api-2', 'api-3'].map(name => findingOf('CertificateNotTrusted', { name, node: `node-${name.at(-1)}` })),
      findingOf('NodeDiskFull', { name: 'batch-0' }),
      findingOf('SecretRegistryMismatch', { name: 'worker-0' }),
      findingOf('FixedWaitingForRetry', { name: 'web-0' }),
      findingOf('RateLimited', { name: 'cron-1' }),
    ],
    {
      patterns: ['only pods on node "node-3" fail'],
      warnings: ['secrets in namespace "pay" could not be read: forbidden'],
      isComplete: false,
    },
  );

export const checked = (): Page =>
  checkPage({
    findings: someFindings(),
    counted: new Set([...ALL_CAUSES].filter(code => code !== 'RateLimited')),
    warnings: ['the secret "mirror" could not be read: forbidden'],
    isComplete: true,
    origin: { ...ORIGIN, namespace: 'shop', files: ['/srv/somebody/deploy/'] },
  });

const entry = (more: Partial<EntryTest>): EntryTest => ({
  ...{ key: 'registry.example.com', registry: 'registry.example.com', username: 'ci', result: 'accepted', cause: null },
  checks: [
    { name: 'dns', status: 'ok', code: null, detail: '192.0.2.1', ms: 4 },
    { name: 'token', status: 'ok', code: null, detail: 'a token for "ci"', ms: 31 },
    { name: 'manifest', status: 'skipped', code: null, detail: 'not needed', ms: null },
  ],
  detail: 'the registry accepts it',
  fixes: [],
  ...more,
});
const secretTest = (name: string, more: Partial<SecretTest>): SecretTest => ({
  secret: { namespace: 'shop', name, type: 'kubernetes.io/dockerconfigjson' },
  ...{ problems: [], entries: [], fixes: [] },
  ...more,
});
export const secretTests = (): SecretTest[] => [
  secretTest('regcred', {
    entries: [
      entry({}),
      entry({
        ...{ key: 'https://quay.io', registry: 'quay.io', username: '', result: 'rejected', cause: 'CredentialsRejected' },
        checks: [
          { name: 'dns', status: 'ok', code: null, detail: '192.0.2.7', ms: 5 },
          { name: 'token', status: 'failed', code: '401', detail: 'the token server refuses "ci"', ms: 40 },
        ],
        detail: 'the registry rejects user and password',
        fixes: [
          {
            title: 'Write a new password into the secret',
            command: 'read -rs PASSWORD\nkubectl -n shop create secret docker-registry regcred',
          },
        ],
      }),
    ],
  }),
  secretTest('old', {
    problems: [{ code: 'SecretMalformed', detail: 'its type is "Opaque"' }],
    fixes: [{ title: 'Ask its owner', command: null }],
  }),
];
export const testedSecrets = (): Page => secretsPage(secretTests(), [], { ...ORIGIN, namespace: 'shop' });

/** A page whose every text is the same, wherever others choose a text. */
export function everywhere(words: string): Page {
  const table = { title: words, columns: [words, words], rows: [[words, { code: words }]] };
  const list = { title: words, columns: null, rows: [[words, { code: words }]] };
  const part: Page['parts'][number] = {
    ...{ tone: 'failed', name: words, labels: [words], title: words, subject: [words], paragraphs: [words], docs: null },
    tables: [table],
    ladders: [{ who: words, steps: [{ name: 'token', status: 'failed', code: words }] }],
    fixes: [
      { title: words, command: words },
      { title: words, command: null },
    ],
    details: [list, table],
  };
  return {
    ...{
      title: 'Image pull report',
      summary: [words],
      about: [
        ['Context', { code: words }],
        ['Namespace', words],
      ],
      isComplete: false,
    },
    overview: { columns: [words], rows: [{ part: 0, cells: [words, { code: words }].slice(0, 1) }] },
    parts: [part, part],
    blocks: [list, table],
    warnings: [words],
  };
}

/** Causes that end in a page of their own. */
export const allCauses = (): Page =>
  whyPage(
    CAUSES.map(({ code }) => code)
      .filter((code: CauseCode) => !NO_CAUSE.has(code))
      .map((code, index) => findingOf(code, { name: `pod-${index}` })),
  );
