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
export type OutputFormat = (typeof OUTPUT_FORMATS)[number] | PageFormat;
/** Values of -o for a report that people read: those of `why`, `test-secret` and `check`. */
export const PAGE_FORMATS = ['markdown', 'html'] as const;
/** One of them. */
export type PageFormat = (typeof PAGE_FORMATS)[number];
/** Values of -o that only `check` has: reports that a pipeline reads. */
export const GATE_FORMATS = ['junit', 'sarif', 'github'] as const;
/** One of them. */
export type GateFormat = (typeof GATE_FORMATS)[number];
/** The values of --color. */
export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

/** Values of -o that a template, or its file, stands behind: `jsonpath={.items[*].cause}`. As in kubectl. */
const TEMPLATE_FORMATS = ['jsonpath', 'jsonpath-file', 'jsonpath-as-json', 'custom-columns', 'custom-columns-file'] as const;
/** The same as the help tells them. */
const TEMPLATES_AS_TEXT =
  'jsonpath=TEMPLATE, jsonpath-file=FILE, jsonpath-as-json=TEMPLATE, custom-columns=HEADER:PATH,… or custom-columns-file=FILE';
/** In: a value of -o. Out: which of them it is; undefined for another one. */
export const templateFormatOf = (value: string): (typeof TEMPLATE_FORMATS)[number] | undefined =>
  TEMPLATE_FORMATS.find(format => value.startsWith(`${format}=`));

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** Entries of a kubeconfig, which flags name. */
export type Entry = 'contexts' | 'clusters' | 'users';

/** What a value is. Tab completion offers candidates by it; `choice` offers the row's `choices`. */
export type ValueKind =
  | 'text'
  | 'file'
  | 'choice'
  | 'causes'
  | 'causeNames'
  | 'namespaces'
  | 'nodes'
  | 'contextGlobs'
  | Entry
  | 'podsAndWorkloads'
  | 'secrets';

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
  /** Further choices that only some commands have, by the name of the command. */
  moreChoices?: Readonly<Record<string, readonly string[]>>;
  /** Values that something stands behind, and the commands that have them: `NAME=…`. */
  templates?: { names: readonly string[]; commands: readonly string[] };
  /** The value that holds when the flag is not given, where it is not simply absent. */
  default?: string;
  /** It can be given several times, and all values count. Of others the last one counts. */
  repeatable?: true;
  /** A switch that is on by default. */
  negatable?: true;
  group: (typeof GROUPS)[number];
  /** One line, imperative, without a full stop: of all commands together. */
  description: string;
  /** What the help of a command says in its place, by the name of the command. */
  descriptions?: Readonly<Record<string, string>>;
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
      {
        command: 'kubectl imagepull why api-7c9f --from-node',
        description: 'Let the node pull now, with a short-lived pod, and diagnose that',
      },
      { command: 'kubectl imagepull why -A --output-file report.html', description: 'Write a report to send, as one page' },
      { command: 'kubectl imagepull why -A --watch', description: 'Report new and resolved causes as they happen' },
      {
        command: 'kubectl imagepull why -A --since before.json',
        description: 'Tell what is new, changed and gone since an earlier answer with -o json',
      },
      {
        command: "kubectl imagepull why -A --contexts 'prod-*' -o custom-columns=CONTEXT:.context,POD:.pod.name,CAUSE:.cause",
        description: 'Diagnose several clusters in one run, and print a table',
      },
      {
        command: 'kubectl imagepull why --until-pulled deployment/api --timeout 5m',
        description: 'Wait until the images are pulled, or fail if a change is needed',
      },
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
      {
        command: 'kubectl get secret regcred -n shop -o yaml | kubectl imagepull test-secret -f -',
        description: 'Test a secret that was saved, without access to the cluster',
      },
    ],
  },
  {
    name: 'repair-secret',
    description: 'Print a pull secret without its visible defects',
    details:
      'Prints the secret with every defect repaired that can be seen: blanks and line breaks, quotation marks, a byte order mark, a value that is encoded twice or not at all, a wrong type or data key, keys that no image matches, a lost robot$project. It holds passwords, so it is never printed to a terminal: pipe it into kubectl replace -f -. What was repaired is told on standard error. With --set it writes a login and keeps the other entries. Where nothing has to be repaired, nothing is printed. The exit status is 0, 1 when a defect is left that only its owner can repair, 2 when there is no such secret or it cannot be read.',
    argument: { name: 'SECRET', usage: '[SECRET]', value: 'secrets', repeatable: false },
    examples: [
      { command: 'kubectl imagepull repair-secret regcred -n shop | kubectl replace -f -', description: 'Repair a pull secret' },
      {
        command: 'kubectl imagepull repair-secret regcred --rekey registry.example.com=registry.example.com:5000 | kubectl replace -f -',
        description: 'Copy an entry to the key that kubelet looks for',
      },
      {
        command: 'kubectl imagepull repair-secret regcred --set registry.example.com | kubectl replace -f -',
        description: 'Write a new login, and keep the other entries',
      },
      {
        command: 'kubectl imagepull repair-secret regcred -n build --to-namespace shop | kubectl create -f -',
        description: 'Copy a secret to another namespace',
      },
    ],
  },
  {
    name: 'check',
    description: 'Check before a deploy whether the images can be pulled',
    details:
      'Answers for each image whether kubelet could pull it: in this namespace, with these pull secrets or those of the service account, on the platforms of the nodes where it may run. With -f it reads manifests, also the output of Helm and kustomize; pull secrets and service accounts in them count. Without a cluster (--local) it checks references, tags, digests and platforms, with the credentials of --secret-file or of your own docker login. At Docker Hub each image that is checked counts as one pull.',
    argument: { name: 'IMAGE', usage: '[IMAGE ...]', value: 'text', repeatable: true },
    examples: [
      { command: 'kubectl imagepull check -f deploy/ -n shop', description: 'Check every image of the manifests in a folder' },
      { command: 'helm template api ./chart | kubectl imagepull check -f -', description: 'Check what Helm would deploy' },
      {
        command: 'kubectl imagepull check registry.example.com/team/api:1.4 -n shop --serviceaccount builder',
        description: 'Check an image as a pod of a service account would pull it',
      },
      {
        command: 'kubectl imagepull check -f deploy/ --local --platform linux/amd64 --platform linux/arm64',
        description: 'Check without a cluster, for two platforms',
      },
      {
        command: "kubectl imagepull check -f alert.yaml --image-path '{.spec.image}'",
        description: 'Check the image that a custom resource names',
      },
      { command: 'kubectl imagepull check nginx:1.27 --local --pin', description: 'Print the image with the digest that its tag has now' },
    ],
  },
  {
    name: 'explain',
    description: 'Print the page of a cause, or find the cause in a text',
    details:
      'Without arguments it lists all causes by group. The name of a cause prints its page, the name of a group (network, node, ...) lists its causes. Any other words are a text: an event, the output of kubectl describe or kubectl get events, lines of a log, or a status in JSON or YAML. It names the causes that the text tells of, what was read in it, and how to repair that. It asks neither the cluster nor a registry, so a cause is never certain. The exit status is 0 when something was printed that was asked for, 1 when the text tells no cause, 2 when there is no such cause or the file cannot be read.',
    argument: { name: 'CAUSE', usage: '[CAUSE ... | TEXT | -]', value: 'causeNames', repeatable: true },
    examples: [
      {
        command: 'kubectl describe pod api-7c9f -n shop | kubectl imagepull explain -',
        description: 'Find the cause in what kubectl describe shows',
      },
      { command: 'kubectl imagepull explain', description: 'List all causes' },
      { command: 'kubectl imagepull explain TagNotFound', description: 'Print the page of a cause' },
      {
        command: "kubectl imagepull explain 'pull access denied, repository does not exist or may require authorization'",
        description: 'Find the cause of a message that was copied',
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
        description: 'Save a case to share it, and diagnose it elsewhere',
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
  {
    name: 'cleanup',
    description: 'Remove the pods that an interrupted --from-node left',
    details:
      'why --from-node removes its pods itself. If it was killed, its pods end by themselves, but stay as objects until the pod that they were made for is deleted. This command finds them by their label, shows them, asks, and deletes them. It deletes no other pod.',
    argument: null,
    examples: [
      { command: 'kubectl imagepull cleanup -n shop', description: 'Remove what was left in one namespace' },
      { command: 'kubectl imagepull cleanup -A', description: 'Show what was left in all namespaces, and ask before it is removed' },
      { command: 'kubectl imagepull cleanup -A --yes', description: 'Remove what was left in all namespaces, without a question' },
    ],
  },
  {
    name: 'version',
    description: 'Print the version',
    details: '',
    argument: null,
    examples: [
      { command: 'kubectl imagepull version', description: 'Print the version' },
      { command: 'kubectl imagepull version -o json', description: 'Print it for a program' },
      { command: 'kubectl imagepull version -o yaml', description: 'Print it as YAML' },
    ],
  },
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
      {
        command: "echo 'source <(kubectl imagepull completion zsh)' >> ~/.zshrc",
        description: 'Enable it in every new shell; for bash the file is ~/.bashrc',
      },
      { command: 'kubectl imagepull completion fish | source', description: 'Enable it in fish' },
    ],
  },
] as const satisfies readonly Command[];
/** The name of a command. */
export type CommandName = (typeof commands)[number]['name'];
/** What the program shows to somebody who gives it nothing: three lines to try. */
export const FIRST_EXAMPLES: readonly Example[] = [commands[0].examples[0], commands[0].examples[2], commands[3].examples[0]];
/** The table of commands, in the order of the help. */
export const COMMANDS: readonly (Command & { name: CommandName })[] = commands;

const ALL: readonly CommandName[] = [
  'why',
  'test-secret',
  'repair-secret',
  'check',
  'explain',
  'collect',
  'cleanup',
  'version',
  'completion',
];
const DIAGNOSES: readonly CommandName[] = ['why', 'test-secret', 'check'];
const ASKS: readonly CommandName[] = [...DIAGNOSES, 'collect'];
/** Commands that ask a cluster. */
const ASK_CLUSTER: readonly CommandName[] = [...ASKS, 'repair-secret', 'cleanup'];

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
  { name: 'disable-compression', takes: null, description: 'Ask for answers that are not compressed' },
  { name: 'request-timeout', takes: 'DURATION', default: '0', description: 'Limit for one request to the cluster; 0 is no limit' },
] as const satisfies readonly Omit<Flag, 'group' | 'commands'>[];

const flags = [
  {
    ...clusterFlags[0],
    group: 'Flags',
    descriptions: {
      why: 'Namespace of the pods; without it that of the context',
      collect: 'Namespace of the pods; without it that of the context',
      'test-secret': 'Namespace of the secrets; without it that of the context',
      'repair-secret': 'Namespace of the secret; without it that of the context',
      check: 'Namespace for images and manifests that name none; without it that of the context',
      cleanup: 'Namespace to clean up; without it that of the context',
    },
    commands: ASK_CLUSTER,
  },
  {
    name: 'all-namespaces',
    alias: 'A',
    takes: null,
    group: 'Flags',
    description: 'Take the pods of all namespaces; why and collect take those that fail',
    descriptions: {
      why: 'Diagnose the failing pods of all namespaces',
      collect: 'Collect the failing pods of all namespaces',
      cleanup: 'Remove what was left in all namespaces',
    },
    commands: ['why', 'collect', 'cleanup'],
  },
  {
    name: 'selector',
    alias: 'l',
    takes: 'SELECTOR',
    group: 'Flags',
    description: 'Take only failing pods with these labels',
    commands: ['why', 'collect'],
  },
  {
    name: 'field-selector',
    takes: 'SELECTOR',
    group: 'Flags',
    description: 'Take only failing pods with these fields, as kubectl does, such as status.phase=Pending or spec.nodeName!=node-3',
    commands: ['why', 'collect'],
  },
  {
    name: 'contexts',
    takes: 'GLOB,…',
    value: 'contextGlobs',
    repeatable: true,
    group: 'Flags',
    description: "Diagnose the clusters of these contexts of the kubeconfig in one run: prod-*,staging, or '*' for all",
    commands: ['why'],
  },
  { name: 'container', alias: 'c', takes: 'NAME', group: 'Flags', description: 'Diagnose only this container', commands: ['why'] },
  {
    name: 'filename',
    alias: 'f',
    takes: 'FILE',
    value: 'file',
    group: 'Flags',
    description:
      'Read saved objects (JSON or YAML) from FILE instead of the cluster; - is standard input. why also reads the output of --facts. check reads manifests from files and folders, as often as it is given; explain reads any text',
    descriptions: {
      why: 'Read saved objects (JSON or YAML), or the output of --facts, from FILE instead of the cluster; - is standard input',
      'test-secret': 'Read the secrets from FILE (JSON or YAML) instead of the cluster; - is standard input',
      'repair-secret': 'Read the secret from FILE (JSON or YAML) instead of the cluster; - is standard input',
      check: 'Check the images of the manifests in this file or folder; - is standard input (can be repeated)',
      collect: 'Read saved objects (JSON or YAML) from FILE instead of the cluster; - is standard input',
      explain: 'Find the cause in the text of FILE; - is standard input',
    },
    commands: [...ASKS, 'repair-secret', 'explain'],
  },
  {
    name: 'watch',
    alias: 'w',
    takes: null,
    group: 'Flags',
    description:
      'Keep running, and report pulls, new and resolved causes, and pods that are gone. With names it ends when all their images are pulled; Ctrl-C stops it',
    commands: ['why'],
  },
  {
    name: 'until-pulled',
    takes: null,
    group: 'Flags',
    description:
      'Watch until all images of the selected pods are pulled (status 0), or a cause that needs a change is found (status 1). Temporary causes are waited for; --timeout limits the wait',
    commands: ['why'],
  },
  {
    name: 'fail-on',
    takes: 'CAUSE,…',
    value: 'causes',
    repeatable: true,
    group: 'Flags',
    description: 'Exit with status 1 only for these causes; with --watch, report only these and wait for the others',
    descriptions: { check: 'Exit with status 1 only for these causes, for example TagNotFound,ImageBroken' },
    commands: ['why', 'check'],
  },
  {
    name: 'ignore',
    takes: 'CAUSE,…',
    value: 'causes',
    repeatable: true,
    group: 'Flags',
    description: 'Do not exit with status 1 for these causes; with --watch, do not report them and wait',
    descriptions: { check: 'Do not exit with status 1 for these causes' },
    commands: ['why', 'check'],
  },
  {
    name: 'since',
    takes: 'FILE',
    value: 'file',
    group: 'Flags',
    description:
      'Tell what is new, changed and gone since FILE, which is an earlier answer with -o json. Text tells the new and the changed, and counts the others; JSON gets fields for it',
    commands: ['why', 'check'],
  },
  {
    name: 'from-node',
    takes: null,
    group: 'Flags',
    description: 'Let the node of each pod pull now: create a short-lived pod there, which runs nothing, and remove it. Asks first',
    commands: ['why'],
  },
  {
    name: 'node',
    takes: 'NAME',
    value: 'nodes',
    group: 'Flags',
    description: 'Take only pods on this node; with --from-node: ask this node in place of the node of the pod',
    commands: ['why', 'collect'],
  },
  {
    name: 'all-nodes',
    takes: null,
    group: 'Flags',
    description: 'With --from-node: ask one node of each kind (system, runtime, version, pool)',
    commands: ['why'],
  },
  {
    name: 'node-timeout',
    takes: 'DURATION',
    default: '2m',
    group: 'Flags',
    description: 'With --from-node: limit for the answer of a node',
    commands: ['why'],
  },
  {
    name: 'yes',
    alias: 'y',
    takes: null,
    group: 'Flags',
    description: 'Create or delete pods without a question',
    descriptions: { why: 'With --from-node: create the pods without a question', cleanup: 'Delete the pods without a question' },
    commands: ['why', 'cleanup'],
  },
  {
    name: 'node-stats',
    takes: null,
    group: 'Flags',
    description:
      'Ask kubelet for the free space of its file systems (needs the permission "get nodes/proxy", which also allows to run commands in pods)',
    commands: ['why'],
  },
  {
    name: 'image',
    takes: 'IMAGE',
    group: 'Flags',
    description: 'Image whose pull is checked, too, or which tells the project of a robot account',
    descriptions: {
      'test-secret': 'Also check that the secret can pull this image',
      'repair-secret': 'Image that tells the project of a robot account',
    },
    commands: ['test-secret', 'repair-secret'],
  },
  {
    name: 'rekey',
    takes: 'FROM=TO',
    repeatable: true,
    group: 'Flags',
    description: 'Copy the entry with the key FROM to the key TO',
    commands: ['repair-secret'],
  },
  {
    name: 'remove',
    takes: 'KEY',
    repeatable: true,
    group: 'Flags',
    description: 'Leave out the entry with this key',
    commands: ['repair-secret'],
  },
  {
    name: 'set',
    takes: 'REGISTRY',
    group: 'Flags',
    description:
      'Write the user name in REGISTRY_USER and the password in REGISTRY_PASSWORD (environment variables) into the entry of REGISTRY; a secret that does not exist is made',
    commands: ['repair-secret'],
  },
  {
    name: 'docker-username',
    takes: 'NAME',
    group: 'Flags',
    description: 'With --set: the user name, in place of REGISTRY_USER',
    commands: ['repair-secret'],
  },
  {
    name: 'password-stdin',
    takes: null,
    group: 'Flags',
    description: 'With --set: read the password from standard input, in place of REGISTRY_PASSWORD',
    commands: ['repair-secret'],
  },
  {
    name: 'to-namespace',
    takes: 'NAMESPACE',
    value: 'namespaces',
    group: 'Flags',
    description: 'Print the secret as a new one for this namespace',
    commands: ['repair-secret'],
  },
  {
    name: 'serviceaccount',
    takes: 'NAME',
    group: 'Flags',
    description: 'Service account whose pull secrets an IMAGE gets; without it that is "default"',
    commands: ['check'],
  },
  {
    name: 'secret',
    takes: 'NAME',
    value: 'secrets',
    repeatable: true,
    group: 'Flags',
    description: 'Pull secret of the namespace with which an IMAGE is pulled, in place of those of the service account',
    commands: ['check'],
  },
  {
    name: 'image-path',
    takes: 'JSONPATH',
    repeatable: true,
    group: 'Flags',
    description: 'Where other kinds of objects name an image, for example {.spec.image} or {.spec.parts[*].image}',
    commands: ['check'],
  },
  {
    name: 'platform',
    takes: 'OS/ARCH',
    repeatable: true,
    group: 'Flags',
    description: 'Platform that the images must have, for example linux/arm64, in place of those of the nodes',
    commands: ['check'],
  },
  { name: 'local', takes: null, group: 'Flags', description: 'Do not ask the cluster', commands: ['check'] },
  {
    name: 'secret-file',
    takes: 'FILE',
    value: 'file',
    repeatable: true,
    group: 'Flags',
    description: 'With --local: the manifest of a pull secret, or a docker config.json, whose credentials are used',
    commands: ['check'],
  },
  {
    name: 'pin',
    takes: null,
    group: 'Flags',
    description: 'Print only each image with the digest that its tag has now',
    commands: ['check'],
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
    moreChoices: { why: PAGE_FORMATS, 'test-secret': PAGE_FORMATS, check: [...PAGE_FORMATS, ...GATE_FORMATS] },
    templates: { names: TEMPLATE_FORMATS, commands: DIAGNOSES },
    default: 'text',
    group: 'Output flags',
    description: `Output format: text, wide (every check, credential and near miss), json, yaml, name or prometheus; of why, test-secret and check also markdown (for a ticket or a pull request) or html (one page to send); of check also junit, sarif or github (annotations of GitHub Actions); ${TEMPLATES_AS_TEXT} as in kubectl; of collect and repair-secret yaml or json`,
    descriptions: {
      why: `Output format: text, wide (every check, credential and near miss), json, yaml, name, markdown (for a ticket or a pull request), html (one page to send), prometheus, or as in kubectl ${TEMPLATES_AS_TEXT}`,
      'test-secret': `Output format: text, wide (every check), json, yaml, name, markdown, html, or as in kubectl ${TEMPLATES_AS_TEXT}`,
      check: `Output format: text, wide (every check and credential), json, yaml, name, markdown, html, junit, sarif, github (annotations of GitHub Actions), or as in kubectl ${TEMPLATES_AS_TEXT}`,
      collect: 'Output format: yaml or json (default yaml)',
      'repair-secret': 'Output format: yaml or json (default yaml)',
      version: 'Output format: text, json or yaml',
      explain: 'Output format: text, json, yaml or name',
    },
    commands: ['why', 'test-secret', 'check', 'explain', 'collect', 'repair-secret', 'version'],
  },
  {
    name: 'facts',
    takes: null,
    group: 'Output flags',
    description: 'With -o json or yaml: add everything that the diagnosis is based on (no passwords); why -f FILE repeats the diagnosis',
    descriptions: { check: 'With -o json or yaml: add everything that each answer is based on (no passwords)' },
    commands: ['why', 'check'],
  },
  {
    name: 'report',
    takes: 'FORMAT=FILE',
    repeatable: true,
    group: 'Output flags',
    description: 'Also write a report to FILE: markdown, html, junit, sarif, github or json',
    commands: ['check'],
  },
  {
    name: 'client',
    takes: null,
    group: 'Output flags',
    description: 'Print the version of this program alone, as is always done',
    commands: ['version'],
  },
  {
    name: 'output-file',
    takes: 'FILE',
    value: 'file',
    group: 'Output flags',
    description:
      'Write the answer to FILE, whole or not at all, instead of printing it. Without -o the ending of FILE chooses the format: .html, .md, .json or .yaml',
    commands: ASKS,
  },
  {
    name: 'color',
    takes: 'WHEN',
    value: 'choice',
    choices: COLOR_CHOICES,
    default: 'auto',
    group: 'Output flags',
    description:
      'Color text: auto (only on a terminal), always or never; --no-color is never. NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE count where the flag is not given',
    commands: [...DIAGNOSES, 'explain'],
  },
  {
    name: 'probe',
    takes: null,
    negatable: true,
    group: 'Registry flags',
    description: 'Do not contact a registry; use only the messages of the node and the objects of the cluster',
    descriptions: {
      'test-secret': 'Do not contact a registry; check only the form of the secrets',
      check: 'Do not contact a registry; check only the names of the images and the objects of the cluster',
    },
    commands: DIAGNOSES,
  },
  {
    name: 'timeout',
    takes: 'DURATION',
    default: '30s',
    group: 'Registry flags',
    description:
      'Limit for all registry requests about one image, for example 10s or 1m. Images of a registry that does not answer share it. In a watch it limits the whole watch (0: no limit, as if not given)',
    descriptions: {
      'test-secret': 'Limit for all registry requests about one entry, for example 10s or 1m',
      check: 'Limit for all registry requests about one image, for example 10s or 1m',
      collect: 'Limit for all registry requests about one image, for example 10s or 1m',
    },
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
  ...clusterFlags.slice(1).map(flag => ({ ...flag, group: GROUPS[3], commands: ASK_CLUSTER })),
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
  short: 'leave it out; the version is one line',
  version: 'use: kubectl imagepull version',
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

/** In: a flag, and the command that takes it. Out: the values that it may have; undefined for any. */
export const choicesOf = ({ choices, moreChoices = {} }: Flag, command: string): readonly string[] | undefined =>
  choices === undefined || !Object.hasOwn(moreChoices, command) ? choices : [...choices, ...(moreChoices[command] ?? [])];

/** In: a flag, and the command whose help names it. Out: what it does there. */
export const describe = ({ description, descriptions = {} }: Flag, command: string): string =>
  Object.hasOwn(descriptions, command) ? (descriptions[command] as string) : description;

/** In: a flag, and the command that takes it. Out: the values that something stands behind, each as `NAME=`. */
export const templatesOf = ({ templates }: Flag, command: string): readonly string[] =>
  templates?.commands.includes(command) ? templates.names.map(name => `${name}=`) : [];

/** In: a flag. Out: how its long form is written. */
export const longForm = ({ name, negatable }: Flag): string => (negatable ? `--no-${name}` : `--${name}`);

/** What each exit status means. */
export const EXIT_STATUS = [
  { status: 0, description: 'no cause was found (NoPullProblem, StillPulling), or the pull secret works' },
  { status: 1, description: 'a cause was found, or a pull secret does not work' },
  { status: 2, description: 'the check was not possible or is incomplete (usage error, no cluster, pod not found, forbidden)' },
  { status: 130, description: 'interrupted by Ctrl-C before there was an answer' },
] as const;

/** The environment variables that are read. */
export const ENVIRONMENT = [
  { name: 'KUBECONFIG', description: 'Paths of kubeconfig files, as in kubectl.' },
  { name: 'KUBERC', description: 'Path of the kuberc file, as in kubectl; off ignores kuberc, as KUBECTL_KUBERC=false does.' },
  { name: 'HTTPS_PROXY, HTTP_PROXY, NO_PROXY', description: 'Proxies for requests to registries and to the cluster.' },
  { name: 'REGISTRY_USER, REGISTRY_PASSWORD', description: 'The login that repair-secret --set writes.' },
  {
    name: 'DOCKER_CONFIG, REGISTRY_AUTH_FILE',
    description: 'Where check without a cluster finds your own logins, as in docker and podman.',
  },
  { name: 'NO_COLOR', description: 'Turns colors off; --color counts more.' },
  { name: 'FORCE_COLOR, CLICOLOR_FORCE', description: 'Turn colors on where the output is not a terminal; NO_COLOR counts more.' },
  { name: 'CI', description: 'Set by pipelines: no findings are shown before the answer, though the output may be a terminal.' },
  { name: 'COLUMNS', description: 'Columns to fold the text at where the output is not a terminal; 80 without it.' },
  { name: 'NODE_EXTRA_CA_CERTS', description: 'PEM file with certificate authorities to trust in addition to the built-in ones.' },
  {
    name: 'NODE_DISABLE_COMPILE_CACHE',
    description: 'Set to 1, the script for Node keeps no compiled code in the cache directory. The single binaries keep none.',
  },
  { name: 'XDG_CACHE_HOME, LOCALAPPDATA', description: 'The cache directory, on Linux and on Windows.' },
  { name: 'IMAGEPULL_DEBUG', description: 'Prints a stack trace after an internal error.' },
] as const;

/** The files that are read or written, for the man page. */
export const FILES = [
  { name: '~/.kube/config', description: 'The kubeconfig, unless KUBECONFIG or --kubeconfig names others.' },
  { name: '~/.kube/kuberc', description: 'Defaults of flags, as in kubectl, unless KUBERC or --kuberc names another file.' },
  {
    name: '~/.docker/config.json, ~/.config/containers/auth.json',
    description:
      'Your own logins, with their credential helpers. Only check without a cluster reads them, if neither a manifest nor --secret-file has credentials.',
  },
  {
    name: '~/.cache/kubectl-imagepull/kubectl_complete-imagepull',
    description:
      'The program by which kubectl completes the arguments of this plugin. The script of completion writes it. XDG_CACHE_HOME names another folder.',
  },
  {
    name: '~/.cache/kubectl-imagepull/compiled/',
    description:
      'Compiled code of this plugin, for a faster start: at most 16 files, written by the script for Node, not by the single binaries. It can be removed at any time.',
  },
] as const;
