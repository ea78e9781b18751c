/**
 * The document of `check -o sarif`: SARIF 2.1.0, as GitHub's code scanning and other viewers read it. A rule for each cause and each note, a result for each image with one of them; an image
 * that can be pulled gives none, since viewers show every result as a problem. Source: the OASIS standard; docs.github.com, SARIF support for code scanning. Pure.
 */
import { createHash } from 'node:crypto';
import { docsOf } from '../causes/docs-url.ts';
import { CAUSES, NO_CAUSE } from '../model/cause-codes.ts';
import type { DeclaredAt } from '../model/facts.ts';
import { inUrl } from '../util/text.ts';
import { VERSION } from '../util/version.ts';
import { type GateItem, type GateRun, gravestFirst, headingOf, type Level, placesOf } from './gate.ts';
import { toJson } from './json.ts';

const HOMEPAGE = 'https://github.com/kubectl-imagepull/kubectl-imagepull';
const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
/** What file names are relative to: the folder in which the command ran. Readers set it to the root of the repository. */
const ROOT = '%SRCROOT%';

/** In: a run that is cleaned. Out: the document. */
export function sarif(run: GateRun): string {
  const rules = rulesOf(run);
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const results = [
    ...gravestFirst(run.items.filter(({ outcome }) => outcome !== 'pass')).flatMap(causeResults),
    ...run.items.flatMap(noteResults),
  ];
  return toJson({
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kubectl-imagepull', version: VERSION, semanticVersion: VERSION, informationUri: HOMEPAGE, rules } },
        invocations: [invocationOf(run)],
        originalUriBaseIds: { [ROOT]: { description: { text: 'The folder in which the command ran.' } } },
        columnKind: 'utf16CodeUnits',
        results: results.map(result => ({ ...result, ruleIndex: indexOf.get(result.ruleId) })),
      },
    ],
  });
}

/** What stands of a rule in the document. */
interface Rule {
  id: string;
  name: string;
  [more: string]: unknown;
}

/** The rules of all causes, whatever this run found, so that a reader can tell what was looked for; of notes those that are there. */
function rulesOf({ items }: GateRun): Rule[] {
  const causes = CAUSES.filter(({ code }) => !NO_CAUSE.has(code)).map(({ code, title, transient, group }) => {
    const retry = transient ? ' The same pull can succeed later without any change.' : '';
    return ruleOf(code, `${title}.`, `${title}.${retry}`, docsOf(code, VERSION), 'error', group);
  });
  const notes = [...new Set(items.flatMap(({ notes }) => notes.map(({ code }) => code)))].map(code => {
    const text = `A note, not a cause: ${wordsOf(code).toLowerCase()}.`;
    return ruleOf(code, text, text, `${HOMEPAGE}/blob/v${VERSION}/docs/gates.md`, 'note', 'note');
  });
  return [...causes, ...notes];
}

const ruleOf = (code: string, short: string, full: string, page: string, level: Level, group: string): Rule => ({
  id: code,
  name: wordsOf(code),
  shortDescription: { text: literal(short) },
  fullDescription: { text: literal(full) },
  help: {
    text: `${full} What it means, how to check it and how to repair it: ${page}`,
    markdown: `${full}\n\n[What it means, how to check it and how to repair it](${page})`,
  },
  helpUri: page,
  defaultConfiguration: { level },
  properties: { tags: ['kubernetes', 'container-image', group] },
});

/** A code as words: `TagNotFound` is "Tag not found", `Unknown` "Unknown cause". A name has to differ from its id. */
function wordsOf(code: string): string {
  const words = code.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? [code];
  if (words.length === 1) return `${code} cause`;
  return words.map((word, index) => (index === 0 || /^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase())).join(' ');
}

interface Result {
  ruleId: string;
  [more: string]: unknown;
}

function causeResults(item: GateItem): Result[] {
  const { cause, certainty, level, outcome, summary, fixes } = item;
  const message = [`${headingOf(item)}: ${summary}`, ...(outcome === 'ignored' ? [] : fixes.map(messageOfFix))].join('\n');
  return placesOf(item).map(place => ({
    ...resultOf(item, place, cause, level, message),
    ...(outcome === 'ignored'
      ? { suppressions: [{ kind: 'external', status: 'accepted', justification: '--ignore or --fail-on leaves this cause out.' }] }
      : {}),
    properties: { image: item.image, usedBy: item.usedBy, certainty, fixes, docs: item.docs },
  }));
}

const noteResults = (item: GateItem): Result[] =>
  item.notes.flatMap(({ code, detail }) =>
    placesOf(item).map(place => ({
      ...resultOf(item, place, code, 'note', `image "${item.image}": ${detail}`),
      properties: { image: item.image, usedBy: item.usedBy },
    })),
  );

const resultOf = (item: GateItem, place: DeclaredAt | null, ruleId: string, level: Level, text: string): Result => ({
  ruleId,
  level,
  message: { text: literal(text) },
  locations: [locationOf(item, place)],
  partialFingerprints: { 'imagepullQuestion/v1': fingerprintOf(item, place, ruleId) },
});

/** A fix in a message. A command with braces is not what it was in a viewer that leaves them doubled: it stands in the properties alone. */
const messageOfFix = ({ title, command }: GateItem['fixes'][number]): string =>
  `Fix: ${title}${command === null || /[{}]/.test(command) ? '' : `: ${command}`}`;

/** Where it is; of an image that no file names only what it is. */
function locationOf({ image, container, usedBy }: GateItem, place: DeclaredAt | null): object {
  const names = usedBy.length === 0 ? [image] : usedBy.map(user => (container === '' ? user : `${user}/${container}`));
  return {
    ...(place === null
      ? {}
      : {
          physicalLocation: {
            artifactLocation: artifactOf(place.file),
            region: { startLine: place.line, ...(place.column === null ? {} : { startColumn: place.column }) },
          },
        }),
    logicalLocations: names.map(name => ({ fullyQualifiedName: name, kind: 'resource' })),
  };
}

/** A path as a reference: relative to the root, absolute ones as they are. Each part is escaped, so that no name makes it another one. */
function artifactOf(file: string): object {
  const drive = /^[A-Za-z]:[\\/]/.test(file);
  const parts = file
    .replaceAll('\\', '/')
    .split('/')
    .filter((part, index) => part !== '.' && (part !== '' || index === 0));
  const path = parts.map(part => inUrl(part)).join('/');
  if (drive) return { uri: `file:///${path.replace('%3A', ':')}` };
  return file.startsWith('/') ? { uri: `file://${path}` } : { uri: path, uriBaseId: ROOT };
}

/** The same while lines move and texts are reworded, another when the image, its container or its file is another one. */
const fingerprintOf = ({ image, container, usedBy }: GateItem, place: DeclaredAt | null, ruleId: string): string =>
  createHash('sha256')
    .update(JSON.stringify([ruleId, image, container, usedBy[0] ?? null, place?.file ?? null]))
    .digest('hex')
    .slice(0, 32);

/** How the run ended, and what it could not see. */
const invocationOf = ({ status, isComplete, warnings }: GateRun): object => ({
  executionSuccessful: isComplete,
  exitCode: status,
  ...(warnings.length === 0
    ? {}
    : {
        toolExecutionNotifications: warnings.map(warning => ({
          level: isComplete ? 'warning' : 'error',
          message: { text: literal(warning) },
        })),
      }),
});

/**
 * A text for a message. A brace stands twice there, since one may begin a placeholder (SARIF 3.11.5). What looks like a link is parted, since the standard has no escape for that outside of
 * links (3.11.6): nobody's name becomes one.
 */
const literal = (text: string): string => text.replace(/[{}]/g, '$&$&').replaceAll('](', '] (');
