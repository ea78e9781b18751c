/**
 * Tab completion. kubectl asks `kubectl_complete-imagepull ARGS… WORD` (since 1.26) and reads lines `candidate<TAB>description`, then a directive; `:4` is "no file
 * names". Source: kubectl pkg/cmd/cmd.go, SetupPluginCompletion; cobra's ShellCompDirective.
 */
import { Writable } from 'node:stream';
import { METADATA_LIST } from '../cluster/api.ts';
import { contextNames } from '../cluster/kubeconfig.ts';
import { isPods, WORKLOADS, workloadOf } from '../cluster/workloads.ts';
import { CAUSES } from '../model/cause-codes.ts';
import type { Context } from './context.ts';
import { withApi } from './open-cluster.ts';

const NO_FILES = ':4';
const FILES = ':0';
/** So long a person waits at a key, in milliseconds. */
const PATIENCE = 1500;

interface Candidate {
  value: string;
  about: string;
}

const COMMANDS: Candidate[] = [
  { value: 'why', about: 'why does this pod (or workload) not get its image?' },
  { value: 'test-secret', about: 'does this pull secret work?' },
  { value: 'completion', about: 'the script that switches tab completion on' },
  { value: 'version', about: 'print the version' },
];
const FORMATS = ['text', 'wide', 'json', 'yaml', 'name', 'prometheus'];
const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];
const TYPES = WORKLOADS.map(({ names }) => `${names[0]}/`);

/** Flags with what they take: `-` nothing, else the kind of value. */
const COMMON: Record<string, string> = {
  '--namespace': 'namespaces',
  '-n': 'namespaces',
  '--all-namespaces': '-',
  '-A': '-',
  '--output': 'formats',
  '-o': 'formats',
  '--no-color': '-',
  '--no-probe': '-',
  '--timeout': 'text',
  '--insecure-registry': 'text',
  '--registry-ca': 'file',
  '--registry-mirror': 'text',
  '--kubeconfig': 'file',
  '--context': 'contexts',
  '--cluster': 'text',
  '--user': 'text',
  '--as': 'text',
  '--as-group': 'text',
  '--request-timeout': 'text',
  '--help': '-',
  '-h': '-',
};
const OWN: Record<string, Record<string, string>> = {
  why: {
    '--filename': 'file',
    '-f': 'file',
    '--selector': 'text',
    '-l': 'text',
    '--container': 'text',
    '-c': 'text',
    '--watch': '-',
    '-w': '-',
    '--fail-on': 'causes',
    '--ignore': 'causes',
  },
  'test-secret': { '--image': 'text', '--filename': 'file', '-f': 'file' },
};

/** In: the words of the line, the one being typed last. Prints candidates; an error gives none, since nobody reads it at a key. Out: the exit status. */
export async function complete(words: string[], context: Context): Promise<number> {
  // whoever presses a key waits for all of it only so long, and can answer no question
  const nothing = { list: [], directive: NO_FILES };
  const late = AbortSignal.timeout(PATIENCE);
  const signal = AbortSignal.any([context.signal, late]);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await Promise.race([
    candidates(words, { ...context, signal, stderr: silent, isInteractive: false }).catch(() => nothing),
    new Promise<typeof nothing>(resolve => signal.addEventListener('abort', () => resolve(nothing), { once: true })),
  ]);
  const word = words.at(-1) ?? '';
  const fitting = answer.list.filter(({ value }) => value.startsWith(word));
  context.stdout.write(
    [...fitting.map(({ value, about }) => (about === '' ? value : `${value}\t${about}`)), answer.directive, ''].join('\n'),
  );
  return 0;
}

const plain = (values: readonly string[]): { list: Candidate[]; directive: string } => ({
  list: values.map(value => ({ value, about: '' })),
  directive: NO_FILES,
});

async function candidates(words: string[], context: Context): Promise<{ list: Candidate[]; directive: string }> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = before.find(word => COMMANDS.some(({ value }) => value === word)) ?? '';
  const flags = { ...COMMON, ...OWN[command] };
  const takes = flags[before.at(-1) ?? ''];
  if (takes !== undefined && takes !== '-') return valuesOf(takes, before, typed, context);
  if (typed.startsWith('-')) return plain(Object.keys(flags).filter(flag => flag.startsWith('--')));
  if (command === '') return { list: COMMANDS, directive: NO_FILES };
  if (command === 'completion') return plain(SHELLS);
  if (command === 'test-secret') return valuesOf('secrets', before, typed, context);
  if (command !== 'why') return plain([]);
  const slash = typed.indexOf('/');
  if (slash > 0) return valuesOf(typed.slice(0, slash), before, typed, context);
  const pods = await valuesOf('pods', before, typed, context);
  return typed === '' ? pods : { ...pods, list: [...pods.list, ...TYPES.map(value => ({ value, about: '' }))] };
}

/** Where the names of a kind are listed; null for a kind that is none. */
function pathOf(kind: string, namespace: string): string | null {
  const within = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  if (kind === 'namespaces') return '/api/v1/namespaces';
  if (kind === 'secrets') return `${within}/secrets`;
  if (isPods(kind)) return `${within}/pods`;
  return workloadOf(kind)?.path(namespace) ?? null;
}

async function valuesOf(
  kind: string,
  before: string[],
  typed: string,
  context: Context,
): Promise<{ list: Candidate[]; directive: string }> {
  if (kind === 'formats') return plain(FORMATS);
  if (kind === 'causes') {
    // a list: what stands before the last comma stays
    const first = typed.slice(0, typed.lastIndexOf(',') + 1);
    return { list: CAUSES.map(({ code, title }) => ({ value: `${first}${code}`, about: title })), directive: NO_FILES };
  }
  if (kind === 'file') return { list: [], directive: FILES };
  const flagValue = (...names: string[]): string | undefined => {
    const at = before.findLastIndex(word => names.includes(word));
    return at < 0 ? before.findLast(word => names.some(name => word.startsWith(`${name}=`)))?.replace(/^[^=]*=/, '') : before[at + 1];
  };
  const flags = {
    kubeconfig: flagValue('--kubeconfig'),
    context: flagValue('--context'),
    cluster: flagValue('--cluster'),
    user: flagValue('--user'),
    as: flagValue('--as'),
  };
  if (kind === 'contexts') return plain(contextNames(flags, context.environment));
  if (pathOf(kind, '') === null) return plain([]);
  return withApi({ ...flags, requestTimeout: PATIENCE }, context, async (api, ownNamespace) => {
    const path = pathOf(kind, flagValue('-n', '--namespace') ?? ownNamespace);
    const prefix = typed.includes('/') ? `${kind}/` : '';
    const pods = isPods(kind);
    // names are enough, and of secrets no data should travel
    const answer = await api.get<{ items: { metadata: { name: string }; status?: { phase?: string } }[] | null }>(
      `${path}?limit=500`,
      pods ? undefined : METADATA_LIST,
    );
    if (!answer.ok) return plain([]);
    return {
      list: (answer.value.items ?? []).map(({ metadata, status }) => ({
        value: `${prefix}${metadata.name}`,
        about: pods ? (status?.phase ?? '') : '',
      })),
      directive: NO_FILES,
    };
  });
}

const HELPER = '#!/bin/sh\nexec kubectl imagepull __complete "$@"\n';

/**
 * The script of a shell. kubectl finds the completion of a plugin as a program `kubectl_complete-imagepull` in PATH, which krew cannot put there: the script makes that
 * two-line program in the user's cache folder and adds the folder to PATH. Without a shell the program itself.
 */
export function completionScript(shell: string | undefined): string {
  const file = 'kubectl_complete-imagepull';
  switch (shell) {
    case 'bash':
    case 'zsh':
      return `# ${shell}: source <(kubectl imagepull completion ${shell})   (after kubectl's own completion)
__imagepull_dir="\${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-imagepull"
mkdir -p "$__imagepull_dir"
printf '%s\\n' '#!/bin/sh' 'exec kubectl imagepull __complete "$@"' > "$__imagepull_dir/${file}"
chmod +x "$__imagepull_dir/${file}"
case ":$PATH:" in *":$__imagepull_dir:"*) ;; *) export PATH="$PATH:$__imagepull_dir" ;; esac
unset __imagepull_dir
`;
    case 'fish':
      return `# fish: kubectl imagepull completion fish | source   (after kubectl's own completion)
set -l dir (test -n "$XDG_CACHE_HOME"; and echo $XDG_CACHE_HOME; or echo $HOME/.cache)/kubectl-imagepull
mkdir -p $dir
printf '%s\\n' '#!/bin/sh' 'exec kubectl imagepull __complete "$@"' > $dir/${file}
chmod +x $dir/${file}
contains $dir $PATH; or set -gx PATH $PATH $dir
`;
    case 'powershell':
      return `# PowerShell: kubectl imagepull completion powershell | Out-String | Invoke-Expression   (after kubectl's own completion)
$dir = Join-Path $env:LOCALAPPDATA 'kubectl-imagepull'
New-Item -ItemType Directory -Force -Path $dir | Out-Null
Set-Content -Path (Join-Path $dir '${file}.cmd') -Value '@kubectl imagepull __complete %*'
if (($env:PATH -split ';') -notcontains $dir) { $env:PATH = "$env:PATH;$dir" }
`;
    default:
      return HELPER;
  }
}
