/** The answers of several clusters as one: text with a head for each, JSON as one list whose items name their context. Pure. */

import { count } from '../causes/phrases.ts';
import { positional } from '../causes/shell.ts';
import type { CauseCode } from '../model/cause-codes.ts';
import { isObject } from '../parse/shape.ts';
import { forReading } from './clean.ts';
import { fold, table } from './columns.ts';
import { diagnosisList } from './json.ts';
import { type Style, style, type TextOptions } from './style.ts';

/** The answer of one cluster. */
export interface ClusterAnswer {
  context: string;
  /** Pods that were told, and their causes. */
  pods: number;
  causes: readonly CauseCode[];
  /** What `why` prints of it: text, or JSON. */
  text: string;
  /** Why the cluster could not be read, null where it could. */
  error: string | null;
}

/** In: the answers, whose texts are clean already. Out: what fails where at a glance, then each cluster that has something to tell. */
export function textOfClusters(answers: readonly ClusterAnswer[], { color, width }: Pick<TextOptions, 'color' | 'width'>): string {
  const s = style(color);
  const known = answers.map(({ text, ...rest }) => ({ ...forReading(rest), text }));
  const failing = known.filter(({ causes }) => causes.length > 0).length;
  const unread = known.filter(({ error }) => error !== null).length;
  const rows = known.map(({ context, pods, causes, error }) => [
    context,
    error === null ? String(pods) : '?',
    error !== null ? 'could not be read' : causes.length === 0 ? 'none' : causes.join(', '),
  ]);
  const sum = [`${count(known.length, 'cluster')}: ${failing} with causes`, ...(unread === 0 ? [] : [`${unread} could not be read`])].join(
    ', ',
  );
  const parts = known
    .filter(({ text, error }) => text !== '' || error !== null)
    .map(({ context, causes, text, error }) => {
      const head = [s.bold(`Context ${context}`), ...(causes.length === 0 ? [] : switchTo(context, s))].join('\n');
      return `${head}\n\n${error === null ? text : `${fold(error, width, '').join('\n')}\n`}`;
    });
  return [`${sum}\n${table(['CONTEXT', 'PODS', 'CAUSES'], rows, width)}\n`, ...parts].join('\n');
}

/** The commands of a fix name no context: those of one cluster must not run in another. */
const switchTo = (context: string, s: Style): string[] => [
  'Before you run a command of this part, switch to its cluster:',
  `  ${s.cyan(`kubectl config use-context ${positional(context)}`)}`,
];

/** In: the answers, whose texts are JSON. Out: one list. Of each item and group its context is told. */
export function jsonOfClusters(answers: readonly ClusterAnswer[]): object {
  const lists = answers.map(({ context, text, error }) => ({
    context,
    error,
    list: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  }));
  const objectsOf = (field: string, where: 'add' | 'keep'): object[] =>
    lists.flatMap(({ context, list }) =>
      entriesOf(list[field])
        .filter(isObject)
        .map(entry => (where === 'add' ? { context, ...entry } : entry)),
    );
  const textsOf = (field: string): string[] =>
    lists.flatMap(({ context, list }) => entriesOf(list[field]).map(text => `context "${context}": ${text}`));
  const errors = lists.flatMap(({ context, error }) => (error === null ? [] : [`context "${context}": ${error}`]));
  const isCompared = lists.some(({ list }) => 'gone' in list);
  return {
    ...diagnosisList(objectsOf('items', 'add'), objectsOf('groups', 'add') as never[], textsOf('patterns'), [
      ...errors,
      ...textsOf('warnings'),
    ]),
    // these have their context from the earlier answer
    ...(isCompared ? { gone: objectsOf('gone', 'keep') } : {}),
  };
}

const entriesOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
