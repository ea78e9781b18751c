/** Runs of `check` as a gate reads them: findings of the golden fixtures at places in manifests, and the validators of the formats. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import draft4 from 'ajv-draft-04';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import { CAUSES, type CauseCode, NO_CAUSE } from '../../src/model/cause-codes.ts';
import type { Facts } from '../../src/model/facts.ts';
import { cleaned, type GateRun, gateItem } from '../../src/report/gate.ts';
import { factsOf, readFixture } from './facts.ts';

/** All causes that make exit status 1 when nothing is ignored. */
export const ALL_CAUSES: ReadonlySet<CauseCode> = new Set(CAUSES.map(({ code }) => code).filter(code => !NO_CAUSE.has(code)));

/** In: the name of a fixture of a cause, and what differs in its facts. Out: what check finds: there is no pod yet. */
export function planned(name: string, more: Partial<Facts> = {}): Finding {
  const facts: Facts = { ...factsOf(readFixture(`test/fixtures/causes/${name}.json`)), ...more };
  return { facts, diagnosis: diagnose(facts) };
}

export const at = (file: string, line: number, column: number | null = 16): Pick<Facts, 'declaredAt'> => ({
  declaredAt: { file, line, column },
});

/** In: findings, what is ignored, and warnings. Out: the run, cleaned. */
export function runOf(
  findings: readonly Finding[],
  { ignore = [], warnings = [], isComplete = true }: { ignore?: CauseCode[]; warnings?: string[]; isComplete?: boolean } = {},
): GateRun {
  const counted = new Set([...ALL_CAUSES].filter(code => !ignore.includes(code)));
  const items = findings.map(finding => gateItem(finding, counted));
  const status = isComplete ? Number(items.some(({ outcome }) => outcome === 'fail')) : 2;
  return cleaned({ items, warnings, isComplete, status });
}

/** One of everything: proved, likely, ignored (RateLimited), without a cause; with and without a place; with notes. */
export const someFindings = (): Finding[] => [
  planned('NoPullProblem', {
    ...at('deploy/web.yaml', 21),
    notes: [{ code: 'MutableTag', detail: 'The tag "latest" can move to another image.' }],
  }),
  planned('TagNotFound', {
    ...at('deploy/api.yaml', 19),
    planned: {
      usedBy: ['shop/deployment/api'],
      alsoAt: [{ file: 'deploy/worker.yaml', line: 7, column: 16 }],
      credentialsOf: 'cluster',
      nodes: null,
    },
  }),
  planned('CertificateInvalid', at('deploy/api.yaml', 42, null)),
  planned('RegistryUnreachable-seen', at('deploy/jobs/sync report.yaml', 12)),
  planned('RateLimited', at('deploy/web.yaml', 30)),
  planned('InvalidImageName'),
];

/** A run with all of these. */
export const someOfAll = (): GateRun =>
  runOf(someFindings(), { ignore: ['RateLimited'], warnings: ['the secret "mirror" could not be read: forbidden'] });

/** Texts that try to leave their place in a report. */
export const HOSTILE = [
  'x\n::error file=a.ts::forged',
  'x%0A::set-output name=a::b',
  '::add-mask::a,line=1::b',
  '##[add-mask]x',
  'a]]></failure><testcase name="forged"/>',
  '"><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
  '\u001b[2J\u001b]0;title\u0007\u009b31m',
  'moc.live\u202e\u2066\u200b\u2028\u2029\ufeff',
  '\u0000\u0008\u000b\ufffe\uffff\ud800',
  '[click](http://evil.example) {0} {{1}} `x` | <img src=x> @everyone #1 www.evil.example',
] as const;

const ajv = new draft4.default({
  strict: false,
  // one pattern of the schema is none with the flag u
  unicodeRegExp: false,
  allErrors: true,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) => /^(?:[\w.!~*'()/:@&=+$,;?#-]|%[0-9A-F]{2})*$/i.test(text) && URL.canParse(text, 'file:///root/'),
    'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text),
  },
});
const isSarif = ajv.compile(JSON.parse(readFileSync('test/fixtures/schemas/sarif-2.1.0.json', 'utf8')) as object);

/** In: a document. Out: what is wrong with it by the schema of SARIF 2.1.0. */
export const sarifErrors = (document: unknown): string[] =>
  isSarif(document) ? [] : (isSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);

// it looks for its own files beside itself, and so cannot be a part of a bundle
const { validateXML } = createRequire(import.meta.url)('xmllint-wasm') as typeof import('xmllint-wasm');
const xsd = readFileSync('test/fixtures/schemas/junit.xsd', 'utf8');

/** In: an XML document. Out: what is wrong with it by Jenkins' schema of JUnit reports. */
export async function junitErrors(document: string): Promise<string[]> {
  const { valid, errors } = await validateXML({ xml: [{ fileName: 'report.xml', contents: document }], schema: [xsd] });
  return valid ? [] : errors.map(({ rawMessage }) => rawMessage);
}
