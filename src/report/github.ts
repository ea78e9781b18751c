/**
 * The text of `check -o github`: workflow commands of GitHub Actions, which make annotations at the line of a manifest. Belongs here: what an annotation says, and the escapes without
 * which a name could end a command and begin another. Source: actions/toolkit, packages/core/src/command.ts. Pure.
 */
import type { DeclaredAt } from '../model/facts.ts';
import { fixLines, type GateItem, type GateRun, gravestFirst, headingOf, type Level, placesOf, totals } from './gate.ts';

const COMMAND: Record<Level, string> = { error: 'error', warning: 'warning', note: 'notice' };

/** In: a run that is cleaned. Out: an annotation for each image with a cause, for each note and for each warning, the gravest first; then a line with the totals. */
export function github(run: GateRun): string {
  const { items, warnings, isComplete } = run;
  const causes = items.filter(({ outcome }) => outcome !== 'pass').flatMap(ofCause);
  const unseen = warnings.map(
    message => ({ level: isComplete ? 'warning' : 'error', place: null, title: 'kubectl imagepull check', message }) as const,
  );
  const lines = gravestFirst<Annotation>([...causes, ...unseen, ...items.flatMap(ofNotes)]).map(annotation);
  return [...lines, `kubectl imagepull: ${totals(run)}`, ''].join('\n');
}

interface Annotation {
  level: Level;
  place: DeclaredAt | null;
  title: string;
  message: string;
}

function ofCause(item: GateItem): Annotation[] {
  const message = [`image "${item.image}": ${item.summary}`, ...fixLines(item), `More: ${item.docs}`].join('\n');
  return placesOf(item).map(place => ({ level: item.level, place, title: headingOf(item), message }));
}

const ofNotes = (item: GateItem): Annotation[] =>
  item.notes.flatMap(({ code, detail }) =>
    placesOf(item).map(place => ({ level: 'note', place, title: code, message: `image "${item.image}": ${detail}` }) as const),
  );

function annotation({ level, place, title, message }: Annotation): string {
  const at = place === null ? {} : { file: place.file.replaceAll('\\', '/'), line: place.line, col: place.column };
  const properties = Object.entries({ ...at, title })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${COMMAND[level]} ${properties.join(',')}::${data(message)}`;
}

/** In: any text. Out: the same as the message of a command: on one line, whatever is in it. */
export const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
/** In: any text. Out: the same as a value of a command. */
export const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
