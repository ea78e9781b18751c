/**
 * `__complete`: the candidates of tab completion. kubectl asks `kubectl_complete-imagepull ARGS… WORD` (since 1.26) and reads lines `candidate<TAB>description`, then a
 * directive. What there is to complete stands in the table of flags. Source: kubectl pkg/cmd/cmd.go, SetupPluginCompletion; cobra's ShellCompDirective.
 */

import { Writable } from 'node:stream';
import { METADATA_LIST } from '../cluster/api.ts';
import { entryNames } from '../cluster/kubeconfig.ts';
import { isPods, WORKLOADS, workloadOf } from '../cluster/workload-kinds.ts';
import {
  COMMANDS,
  type ConnectionFlags,
  choicesOf,
  connectionFlags,
  describe,
  FLAGS,
  type Flag,
  type FlagName,
  flagsOf,
  longForm,
  templatesOf,
  type ValueKind,
} from '../flags.ts';
import { CAUSES } from '../model/cause-codes.ts';
import { inUrl } from '../util/text.ts';
import { isHidden, visible } from '../util/visible.ts';
import type { Context } from './context.ts';
import { withApi } from './open-cluster.ts';
import { print } from './terminal.ts';

/** The directives "no file names" and "the shell's file names". */
const NO_FILES = ':4';
const FILES = ':0';
/** Milliseconds that somebody who presses the key waits. */
const MAX_WAIT = 1500;

interface Candidate {
  value: string;
  about: string;
}

interface Answer {
  list: Candidate[];
  directive: string;
}

const answer = (list: Candidate[]): Answer => ({ list, directive: NO_FILES });
const plain = (values: readonly string[]): Answer => answer(values.map(value => ({ value, about: '' })));
const NOTHING = plain([]);

/**
 * In: the words of the line, the one being typed last. Prints candidates; after an error, and after the time that somebody waits, there are none and nothing is said. Out: the
 * exit status.
 */
export async function complete(words: string[], context: Context): Promise<number> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(MAX_WAIT)]);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { list, directive } = await Promise.race([
    // at a key no question can be answered
    candidates(words, { ...context, signal, stderr: silent, isInteractive: false }).catch(() => NOTHING),
    new Promise<Answer>(resolve => signal.addEventListener('abort', () => resolve(NOTHING), { once: true })),
  ]);
  const typed = words.at(-1) ?? '';
  const lines = list
    // a name with a line break or a tab would be more than one candidate
    .filter(({ value }) => value.startsWith(typed) && !isHidden(value))
    .map(({ value, about }) => (about === '' ? value : `${value}\t${visible(about)}`));
  print(context, [...lines, directive].join('\n'));
  return 0;
}

/** A line that is being typed: what is known of it before its last word. */
interface Line {
  typed: string;
  /** The command, once it is written. */
  command: (typeof COMMANDS)[number] | undefined;
  /** The flag whose value is being typed. */
  open: Flag | undefined;
  /** In: a flag. Out: its values so far; `true` for a switch. */
  valuesOf(name: FlagName): string[];
}

function readLine(words: string[]): Line {
  const values: [string, string][] = [];
  let command: (typeof COMMANDS)[number] | undefined;
  let open: Flag | undefined;
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) {
      values.push([open.name, word]);
      open = undefined;
      continue;
    }
    const [name = '', ...value] = word.split('=');
    const flag = FLAGS.find(one => name === `--${one.name}` || name === `-${one.alias}`);
    if (flag === undefined) command ??= word.startsWith('-') ? undefined : COMMANDS.find(one => one.name === word);
    else if (value.length > 0 || flag.takes === null) values.push([flag.name, value.join('=') || 'true']);
    else open = flag;
  }
  return { typed: words.at(-1) ?? '', command, open, valuesOf: flag => values.flatMap(([name, value]) => (name === flag ? [value] : [])) };
}

async function candidates(words: string[], context: Context): Promise<Answer> {
  const line = readLine(words);
  const { typed, command, open } = line;
  if (open !== undefined) return valuesOf(open.value ?? 'text', choicesWithTemplates(open, command?.name ?? ''), line, context);
  if (typed.startsWith('-')) {
    const flags = command === undefined ? FLAGS.filter(({ commands }) => commands.length === COMMANDS.length) : flagsOf(command.name);
    return answer(flags.map(flag => ({ value: longForm(flag), about: describe(flag, command?.name ?? '') })));
  }
  if (command === undefined) return answer(COMMANDS.map(({ name, description }) => ({ value: name, about: description })));
  return command.argument === null ? NOTHING : valuesOf(command.argument.value, command.argument.choices, line, context);
}

/** What can be typed for a flag; a template has to follow some of it. */
const choicesWithTemplates = (flag: Flag, command: string): readonly string[] | undefined => {
  const choices = choicesOf(flag, command);
  return choices && [...choices, ...templatesOf(flag, command)];
};

async function valuesOf(kind: ValueKind, choices: readonly string[] = [], line: Line, context: Context): Promise<Answer> {
  const { typed } = line;
  switch (kind) {
    case 'text':
      return NOTHING;
    case 'file':
      return { list: [], directive: FILES };
    case 'choice':
      return plain(choices);
    case 'causes':
      return answer(CAUSES.map(({ code, title }) => ({ value: `${before(typed)}${code}`, about: title })));
    case 'causeNames':
      return answer(CAUSES.map(({ code, title }) => ({ value: code, about: title })));
    case 'contextGlobs':
      return listed(typed, entryNames('contexts', connectionOf(line), context.environment));
    case 'contexts':
    case 'clusters':
    case 'users':
      return plain(entryNames(kind, connectionOf(line), context.environment));
    case 'namespaces':
    case 'nodes':
    case 'secrets':
      return objectsOf(kind, line, context);
    case 'podsAndWorkloads': {
      const slash = typed.indexOf('/');
      if (slash > 0) return objectsOf(typed.slice(0, slash), line, context);
      const pods = await objectsOf('pods', line, context);
      const types = WORKLOADS.map(({ names }) => ({ value: `${names[0]}/`, about: '' }));
      return typed === '' ? pods : answer([...pods.list, ...types]);
    }
  }
}

/** Of a list what stands before the last comma stays. */
const before = (typed: string): string => typed.slice(0, typed.lastIndexOf(',') + 1);
const listed = (typed: string, values: readonly string[]): Answer => plain(values.map(value => `${before(typed)}${value}`));

const connectionOf = (line: Line): ConnectionFlags => connectionFlags(line.valuesOf);

/** Where the objects of a kind are listed; null for a word that is no kind. */
function pathOf(kind: string, namespace: string): string | null {
  const within = `/api/v1/namespaces/${inUrl(namespace)}`;
  if (kind === 'namespaces' || kind === 'nodes') return `/api/v1/${kind}`;
  if (kind === 'secrets') return `${within}/secrets`;
  if (isPods(kind)) return `${within}/pods`;
  return workloadOf(kind)?.path(namespace) ?? null;
}

/** The names of the objects of a kind; `TYPE/NAME` where the type was typed. */
async function objectsOf(kind: string, line: Line, context: Context): Promise<Answer> {
  if (pathOf(kind, '') === null) return NOTHING;
  return withApi({ ...connectionOf(line), requestTimeout: MAX_WAIT }, context, async (api, ownNamespace) => {
    const path = pathOf(kind, line.valuesOf('namespace').at(-1) ?? ownNamespace);
    const prefix = line.typed.includes('/') ? `${kind}/` : '';
    const pods = isPods(kind);
    // names are enough, and no data of secrets should be transferred
    const found = await api.get<{ items: { metadata: { name: string }; status?: { phase?: string } }[] | null }>(
      `${path}?limit=500`,
      pods ? undefined : METADATA_LIST,
    );
    if (!found.ok) return NOTHING;
    return answer(
      (found.value.items ?? []).map(({ metadata, status }) => ({
        value: `${prefix}${metadata.name}`,
        about: pods ? (status?.phase ?? '') : '',
      })),
    );
  });
}
