/**
 * The text of `check -o junit`: JUnit XML as Jenkins, GitLab, Azure and Tekton read it. A suite for each manifest, a test case for each image; a cause is a failure, what could not be
 * examined is an error. Attributes and elements are those of Jenkins' schema (junit-4.xsd), which has no place for a line: it stands in the text. Pure.
 */
import type { DeclaredAt } from '../model/facts.ts';
import { fixLines, type GateItem, type GateRun, headingOf, placesOf, placeText } from './gate.ts';

/** The suite of the images that no file names, and the case that says whether the run is whole. */
const NO_FILE = 'images';
const RUN = 'kubectl imagepull check';

interface Case {
  name: string;
  suite: string;
  seconds: number;
  /** `failure`, `error` or `skipped`, empty for a case that passes. */
  outcome: 'failure' | 'error' | 'skipped' | '';
  xml: string;
}

/** In: a run that is cleaned. Out: the document. */
export function junit(run: GateRun): string {
  const cases = [...unique(run.items.flatMap(item => placesOf(item).map(place => caseOf(item, place)))), caseOfRun(run)];
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${RUN}" ${counts(cases)}>`,
    ...suites.flatMap(suite =>
      suiteLines(
        suite,
        cases.filter(one => one.suite === suite),
      ),
    ),
    '</testsuites>',
    '',
  ].join('\n');
}

const suiteLines = (name: string, cases: Case[]): string[] => [
  `  <testsuite name="${xml(name)}" ${counts(cases)} skipped="${sizeOf(cases, 'skipped')}">`,
  ...cases.map(
    one => `    <testcase name="${xml(one.name)}" classname="${xml(one.suite)}" time="${one.seconds.toFixed(3)}">${one.xml}</testcase>`,
  ),
  '  </testsuite>',
];

const sizeOf = (cases: readonly Case[], outcome: Case['outcome']): number => cases.filter(one => one.outcome === outcome).length;
const counts = (cases: readonly Case[]): string =>
  `tests="${cases.length}" failures="${sizeOf(cases, 'failure')}" errors="${sizeOf(cases, 'error')}" time="${cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3)}"`;

/** The case of an image at one of its places. */
function caseOf(item: GateItem, place: DeclaredAt | null): Case {
  const { image, container, outcome, cause, title, summary, docs, seconds, notes } = item;
  const text = [...(place === null ? [] : [placeText(place)]), headingOf(item), summary, ...fixLines(item), `More: ${docs}`].join('\n');
  const said = notes.map(({ code, detail }) => `${code}: ${detail}`).join('\n');
  return {
    name: container === '' ? image : `${image} (container "${container}")`,
    suite: place?.file ?? NO_FILE,
    seconds,
    outcome: outcome === 'fail' ? 'failure' : outcome === 'ignored' ? 'skipped' : '',
    xml:
      (outcome === 'pass'
        ? ''
        : outcome === 'ignored'
          ? element('skipped', text)
          : element('failure', text, { type: cause, message: title })) + (said === '' ? '' : element('system-out', said)),
  };
}

/** The case that says whether everything was examined: a reader that counts on a report never meets an empty one. */
function caseOfRun({ isComplete, warnings }: GateRun): Case {
  const text = warnings.join('\n');
  return {
    name: 'everything was examined',
    suite: RUN,
    seconds: 0,
    outcome: isComplete ? '' : 'error',
    xml: isComplete
      ? text === ''
        ? ''
        : element('system-out', text)
      : element('error', text, { type: 'Incomplete', message: 'a part of the check was not possible' }),
  };
}

/** Two cases of one name are one to many readers: the later ones are numbered. */
function unique(cases: Case[]): Case[] {
  const seen = new Map<string, number>();
  return cases.map(one => {
    const key = JSON.stringify([one.suite, one.name]);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return number === 1 ? one : { ...one, name: `${one.name} #${number}` };
  });
}

const element = (name: string, text: string, attributes: Record<string, string> = {}): string =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${xml(value)}"`)
    .join('')}>${xml(text)}</${name}>`;

const ENTITY: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\r': '&#13;',
};

/**
 * In: any text. Out: the same for an element and for an attribute, with what XML 1.0 has no character for as an escape such as `\u0000`. A line break stays one in an element; an
 * attribute has none, since its texts are on one line.
 */
export const xml = (text: string): string =>
  text
    .replace(
      /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,
      found => `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )
    .replace(/[&<>"'\t\r]/g, found => ENTITY[found] ?? found);
