/**
 * The command line as data: every command, argument, flag, exit status and environment variable, once. From this table come the parser (cli.ts), the help
 * (report/help.ts), tab completion (commands/complete.ts), and by scripts/docs.mjs the flags in README.md and the man page; a test compares plugin.yaml with it.
 * A new flag is one row of FLAGS. What a flag does stands in the command that reads it. This file imports nothing: every file may read it, and it costs nothing at start.
 */

/** How the program is called. */
export const PROGRAM = 'kubectl imagepull';
/** What it does, in one sentence. */
export const SUMMARY = 'Names the root cause why a pod cannot pull its image, shows the evidence, and prints the commands that fix it.';

/** The values of -o. */
export const OUTPUT_FORMATS = ['text', 'wide', 'json', 'yaml', 'name', 'prometheus'] as const;
/** A value of -o. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** Entries of a kubeconfig, which flags name. */
export type Entry = 'contexts' | 'clusters' | 'users';

/** What a value is. Tab completion offers candidates by it; `choice` offers the row's `choices`. */
export type ValueKind = 'text' | 'file' | 'choice' | 'causes' | 'namespaces' | Entry | 'podsAndWorkloads' | 'secrets';

/** An example in the help of a command. */
export interface Example {
  command: string;
  /** What it does, as an imperative sentence. */
  description: string;
}

/** A row of the table of commands. */
export interface Command {
  name: string;
  /** One line, imperative, without a full stop. */
  description: string;
  /** What stands below it in the help of the command: one or more sentences. */
  details: string;
  /** Its arguments after the name, null when it takes none. */
  argument: { name: string; usage: string; value: ValueKind; choices?: readonly string[]; repeatable: boolean } | null;
  examples: readonly Example[];
}

/** What the help shows as parts of their own, in this order. */
export const GROUPS = ['Flags', 'Output flags', 'Registry flags', 'Cluster flags (as in kubectl)'] as const;

/** A row of the table of flags. */
export interface Flag {
  /** Without dashes. A switch that is on unless it is turned off has its positive name here, and is written `--no-NAME`. */
  name: string;
  alias?: string;
  /** What it takes, as documentation names it (`FILE`); null for a switch. */
  takes: string | null;
  /** Default for a flag that takes something: `text`. */
  value?: ValueKind;
  choices?: readonly string[];
  /** The value that holds when the flag is not given, where it is not simply absent. */
  default?: string;
  /** It can be given several times, and all values count. Of others the last one counts. */
  repeatable?: true;
  /** A switch that is on by default. */
  negatable?: true;
  group: (typeof GROUPS)[number];
  /** One line, imperative, without a full stop. */
  description: string;
  /** The commands that take it. */
  commands: readonly string[];
}

const commands = [
  {
    name: 'why',
    description: 'Diagnose why pods cannot pull their images',
    details:
      'Names the root cause for each image that cannot be pulled, shows the evidence, and prints the commands that fix it. Without arguments it diagnoses all failing pods of the namespace.',
    argument: { name: 'NAME', usage: '[POD | TYPE/NAME ...]', value: 'podsAndWorkloads', repeatable: true },
    examples: [
      { command: 'kubectl imagepull why api-7c9f -n shop', description: 'Diagnose one pod' },
      { command: 'kubectl imagepull why deployment/api', description: 'Diagnose the pods of a workload' },
      { command: 'kubectl imagepull why -A', description: 'Diagnose the failing pods of all namespaces' },
      { command: 'kubectl imagepull why -A --watch', description: 'Report new and resolved causes as they happen' },
      {
        command: 'kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml | kubectl imagepull why -f -',
        description: 'Diagnose saved objects, without access to the cluster',
      },
      {
        command: 'kubectl imagepull why api-7c9f -o json --facts > facts.json; kubectl imagepull why -f facts.json',
        description: 'Save what a diagnosis is based on, and repeat it elsewhere',
      },
    ],
  },
  {
    name: 'test-secret',
    description: 'Test whether pull secrets work',
    details: 'Checks the type and the format of each pull secret, and authenticates to each registry in it.',
    argument: { name: 'SECRET', usage: '[SECRET ...]', value: 'secrets', repeatable: true },
    examples: [
      { command: 'kubectl imagepull test-secret regcred -n shop', description: 'Authenticate to every registry of a pull secret' },
      {
        command: 'kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4',
        description: 'Also check that it can pull an image',
      },
    ],
  },
  {
    name: 'collect',
    description: 'Write the objects of a diagnosis to a file that is safe to share',
    details:
      'Writes the pods and what their pulls depend on (events, node, service account, pull secrets, workload) as a List that why -f reads. Every password, token and key is replaced; user names, registry keys and visible defects stay. Without arguments it collects all failing pods of the namespace.',
    argument: { name: 'NAME', usage: '[POD | TYPE/NAME ...]', value: 'podsAndWorkloads', repeatable: true },
    examples: [
      {
        command: 'kubectl imagepull collect api-7c9f > case.yaml; kubectl imagepull why -f case.yaml',
        description: 'Save a case to share it, and diagnose it elsewhere, without access to the cluster',
      },
      {
        command: 'kubectl imagepull collect -A --with-probe > case.yaml',
        description: 'Also save what the registries answer now to the true credentials',
      },
      {
        command: 'kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml | kubectl imagepull collect -f - > case.yaml',
        description: 'Make saved objects safe to share',
      },
    ],
  },
  { name: 'version', description: 'Print the version', details: '', argument: null, examples: [] },
  {
    name: 'completion',
    description: 'Print the shell completion script',
    details:
      'kubectl (1.26 and later) calls the program kubectl_complete-imagepull to complete the arguments of this plugin. The script writes that program to your cache directory and adds the directory to PATH. Without an argument the program itself is printed.',
    argument: { name: 'SHELL', usage: '[bash | zsh | fish | powershell]', value: 'choice', choices: SHELLS, repeatable: false },
    examples: [
      {
        command: 'source <(kubectl imagepull completion bash)',
        description: "Enable completion in this shell, after kubectl's own completion",
      },
    ],
  },
] as const satisfies readonly Command[];
/** The name of a command. */
export type CommandName = (typeof commands)[number]['name'];
/** The table of commands, in the order of the help. */
export const COMMANDS: readonly (Command & { name: CommandName })[] = commands;

const ALL: readonly CommandName[] = ['why', 'test-secret', 'collect', 'version', 'completion'];
const DIAGNOSES: readonly CommandName[] = ['why', 'test-secret'];
const ASKS: readonly CommandName[] = [...DIAGNOSES, 'collect'];

/** What kubectl's own flags are to a command that asks a cluster. Source: cli-runtime, genericclioptions/config_flags.go; kubectl, pkg/kuberc. */
const clusterFlags = [
  { name: 'namespace', alias: 'n', takes: 'NAMESPACE', value: 'namespaces', description: 'Namespace of the pods and secrets' },
  { name: 'kubeconfig', takes: 'FILE', value: 'file', description: 'Path of the kubeconfig file' },
  { name: 'kuberc', takes: 'FILE', value: 'file', description: 'Path of the kuberc file (preferences)' },
  { name: 'context', takes: 'NAME', value: 'contexts', description: 'Context of the kubeconfig to use' },
  { name: 'cluster', takes: 'NAME', value: 'clusters', description: 'Cluster of the kubeconfig to use' },
  { name: 'user', takes: 'NAME', value: 'users', description: 'User of the kubeconfig to use' },
  { name: 'server', alias: 's', takes: 'URL', description: 'Address of the API server' },
  { name: 'proxy-url', takes: 'URL', description: 'Proxy for requests to the API server' },
  { name: 'tls-server-name', takes: 'NAME', description: 'Name that the certificate of the API server must have' },
  { name: 'certificate-authority', takes: 'FILE', value: 'file', description: 'Certificate authority of the API server (PEM)' },
  { name: 'insecure-skip-tls-verify', takes: null, description: 'Do not verify the certificate of the API server' },
  { name: 'client-certificate', takes: 'FILE', value: 'file', description: 'Client certificate for the API server (PEM)' },
  { name: 'client-key', takes: 'FILE', value: 'file', description: 'Key of the client certificate (PEM)' },
  { name: 'token', takes: 'TOKEN', description: 'Bearer token for the API server' },
  { name: 'username', takes: 'NAME', description: 'User name for basic authentication at the API server' },
  { name: 'password', takes: 'PASSWORD', description: 'Password for basic authentication at the API server' },
  { name: 'as', takes: 'USER', description: 'User to impersonate' },
  { name: 'as-group', takes: 'GROUP', repeatable: true, description: 'Group to impersonate' },
  { name: 'as-uid', takes: 'UID', description: 'UID to impersonate' },
  { name: 'as-user-extra', takes: 'KEY=VALUE', repeatable: true, description: 'Extra field of the user to impersonate' },
  { name: 'disable-compression', takes: null, description: 'Ask for answers that are not compressed, as is always done' },
  { name: 'request-timeout', takes: 'DURATION', default: '0', description: 'Limit for one request to the cluster; 0 is no limit' },
] as const satisfies readonly Omit<Flag, 'group' | 'commands'>[];

const flags = [
  {
    name: 'filename',
    alias: 'f',
    takes: 'FILE',
    value: 'file',
    group: 'Flags',
    description:
      'Read saved objects (JSON or YAML) from FILE instead of the cluster; - is standard input. why also reads the output of --facts',
    commands: ASKS,
  },
  {
    name: 'all-namespaces',
    alias: 'A',
    takes: null,
    group: 'Flags',
    description: 'Take the failing pods of all namespaces',
    commands: ['why', 'collect'],
  },
  {
    name: 'selector',
    alias: 'l',
    takes: 'SELECTOR',
    group: 'Flags',
    description: 'Take only failing pods with these labels',
    commands: ['why', 'collect'],
  },
  { name: 'container', alias: 'c', takes: 'NAME', group: 'Flags', description: 'Diagnose only this container', commands: ['why'] },
  {
    name: 'watch',
    alias: 'w',
    takes: null,
    group: 'Flags',
    description: 'Keep running, and report new and resolved causes; Ctrl-C stops it',
    commands: ['why'],
  },
  {
    name: 'fail-on',
    takes: 'CAUSE,…',
    value: 'causes',
    repeatable: true,
    group: 'Flags',
    description: 'Exit with status 1 only for these causes',
    commands: ['why'],
  },
  {
    name: 'ignore',
    takes: 'CAUSE,…',
    value: 'causes',
    repeatable: true,
    group: 'Flags',
    description: 'Do not exit with status 1 for these causes',
    commands: ['why'],
  },
  {
    name: 'image',
    takes: 'IMAGE',
    group: 'Flags',
    description: 'Also check that the secret can pull this image',
    commands: ['test-secret'],
  },
  {
    name: 'with-probe',
    takes: null,
    group: 'Flags',
    description: 'Ask the registries with the true credentials, and record their answers (no passwords) for why -f',
    commands: ['collect'],
  },
  { name: 'help', alias: 'h', takes: null, group: 'Flags', description: 'Show the help of a command', commands: ALL },
  {
    name: 'output',
    alias: 'o',
    takes: 'FORMAT',
    value: 'choice',
    choices: OUTPUT_FORMATS,
    default: 'text',
    group: 'Output flags',
    description: 'Output format: text, wide (every check, credential and near miss), json, yaml, name or prometheus. collect: yaml or json',
    commands: ['why', 'test-secret', 'collect', 'version'],
  },
  {
    name: 'facts',
    takes: null,
    group: 'Output flags',
    description: 'With -o json or yaml: add everything that the diagnosis is based on (no passwords); why -f FILE repeats the diagnosis',
    commands: ['why'],
  },
  {
    name: 'color',
    takes: null,
    negatable: true,
    group: 'Output flags',
    description: 'Print no colors; colors are also off if NO_COLOR is set or the output is not a terminal',
    commands: DIAGNOSES,
  },
  {
    name: 'probe',
    takes: null,
    negatable: true,
    group: 'Registry flags',
    description: 'Do not contact a registry; use only the messages of the node and the objects of the cluster',
    commands: DIAGNOSES,
  },
  {
    name: 'timeout',
    takes: 'DURATION',
    default: '30s',
    group: 'Registry flags',
    description:
      'Limit for all registry requests about one image, for example 10s or 1m. Images of a registry that does not answer share it',
    commands: ASKS,
  },
  {
    name: 'insecure-registry',
    takes: 'HOST',
    repeatable: true,
    group: 'Registry flags',
    description: 'Do not verify the certificate of HOST, and allow plain HTTP',
    commands: ASKS,
  },
  {
    name: 'registry-ca',
    takes: 'FILE',
    value: 'file',
    group: 'Registry flags',
    description: 'Also trust the certificate authorities in FILE (PEM)',
    commands: ASKS,
  },
  {
    name: 'registry-mirror',
    takes: 'FROM=TO',
    repeatable: true,
    group: 'Registry flags',
    description: 'Ask TO in place of registry FROM, as a mirror on the node is asked, and compare both',
    commands: ASKS,
  },
  ...clusterFlags.map(flag => ({ ...flag, group: GROUPS[3], commands: ASKS })),
] as const satisfies readonly Flag[];
/** The name of a flag, without dashes. */
export type FlagName = (typeof flags)[number]['name'];
/** The table of flags, in the order of the help. */
export const FLAGS: readonly (Flag & { name: FlagName })[] = flags;

/** kubectl's flags of a connection, by their names. */
type ClusterFlagName = Exclude<(typeof clusterFlags)[number]['name'], 'namespace' | 'request-timeout'>;
/** Values of them: of a switch whether it is on, of one that can be repeated a list, else undefined for one that is not given. */
export type ConnectionFlags = {
  [Name in ClusterFlagName]?: Name extends 'insecure-skip-tls-verify' | 'disable-compression'
    ? boolean
    : Name extends 'as-group' | 'as-user-extra'
      ? string[]
      : string | undefined;
};
/** In: what gives the values of a flag, in their order. Out: the connection. An empty value is none, as in kubectl. */
export const connectionFlags = (valuesOf: (name: FlagName) => string[]): ConnectionFlags =>
  Object.fromEntries(
    clusterFlags.map((flag: Omit<Flag, 'group' | 'commands'> & { name: FlagName }) => {
      const values = valuesOf(flag.name).filter(Boolean);
      return [flag.name, flag.repeatable ? values : flag.takes === null ? values.at(-1) === 'true' : values.at(-1)];
    }),
  );

/** kubectl's flags that no command here takes, each with what to do instead. */
export const REFUSED_FLAGS: Readonly<Record<string, string>> = {
  'cache-dir': 'nothing is cached; leave it out',
  'match-server-version': 'every version of the API server is asked; leave it out',
  'warnings-as-errors': 'leave it out; the exit status is 2 where something could not be checked',
  'user-extra': 'its name is --as-user-extra',
  ...Object.fromEntries(
    ['v', 'vmodule', 'log-flush-frequency', 'profile', 'profile-output'].map(name => [
      name,
      'there is no log; -o wide shows every check, and kubectl get pods -v=6 the requests of kubectl',
    ]),
  ),
};

/** In: the name of a command. Out: the flags that it takes, in the order of the table. */
export const flagsOf = (command: string): readonly Flag[] =>
  (FLAGS as readonly Flag[]).filter(({ commands }) => commands.includes(command));

/** In: a flag. Out: how its long form is written. */
export const longForm = ({ name, negatable }: Flag): string => (negatable ? `--no-${name}` : `--${name}`);

/** What each exit status means. */
export const EXIT_STATUS = [
  { status: 0, description: 'no cause was found (NoPullProblem, StillPulling), or the pull secret works' },
  { status: 1, description: 'a cause was found, or a pull secret does not work' },
  { status: 2, description: 'the check was not possible or is incomplete (usage error, no cluster, pod not found, forbidden)' },
] as const;

/** The environment variables that are read. */
export const ENVIRONMENT = [
  { name: 'KUBECONFIG', description: 'Paths of kubeconfig files, as in kubectl.' },
  { name: 'KUBERC', description: 'Path of the kuberc file, as in kubectl; off ignores kuberc, as KUBECTL_KUBERC=false does.' },
  { name: 'HTTPS_PROXY, HTTP_PROXY, NO_PROXY', description: 'Proxies for requests to registries and to the cluster.' },
  { name: 'NO_COLOR', description: 'Turns colors off.' },
  { name: 'NODE_EXTRA_CA_CERTS', description: 'PEM file with certificate authorities to trust in addition to the built-in ones.' },
  { name: 'IMAGEPULL_DEBUG', description: 'Prints a stack trace after an internal error.' },
] as const;
