/** The command line: yargs in, parsed flags out, each command loaded only when it runs. */
import yargs from 'yargs';
import { isKind } from './cluster/workloads.ts';
import type { CommonFlags, Context, OutputFormat } from './commands/context.ts';
import { UserError } from './util/user-error.ts';
import { VERSION } from './util/version.ts';

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/;
const UNIT: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** kubectl's durations: `10s`, `1m`; a bare number is seconds. Out: milliseconds. */
export function parseDuration(text: string, flag: string): number {
  const match = DURATION.exec(text);
  if (!match) throw new UserError(`${flag}: "${text}" is no duration`, 'write for instance 5s, 1m or 500ms');
  return Math.round(Number(match[1]) * (UNIT[match[2] ?? 's'] as number));
}

/** `FROM=TO` pairs of --registry-mirror. */
function parseMirrors(pairs: string[]): Map<string, string> {
  return new Map(
    pairs.map(pair => {
      const [from, to] = pair.split(/=(.*)/s);
      if (!from || !to)
        throw new UserError(`--registry-mirror: "${pair}" is not FROM=TO`, 'write for instance docker.io=mirror.example.com:5000');
      return [from, to];
    }),
  );
}

interface Arguments {
  [name: string]: unknown;
  namespace?: string;
  output: OutputFormat;
  color: boolean;
  requestTimeout: string;
  timeout: string;
}

const text = (value: unknown): string | undefined =>
  Array.isArray(value) ? String(value.at(-1)) : value === undefined ? undefined : String(value);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)]);

/** `deployment web` as kubectl takes it: the same as `deployment/web`. */
function typed(names: string[]): string[] {
  const [first = '', ...rest] = names;
  return rest.length > 0 && rest.every(name => !name.includes('/')) && isKind(first.toLowerCase())
    ? rest.map(name => `${first}/${name}`)
    : names;
}

function common(argv: Arguments, context: Context): CommonFlags {
  const { environment } = context;
  const requestTimeout = text(argv.requestTimeout) ?? '0';
  return {
    kubeconfig: text(argv.kubeconfig),
    context: text(argv.context),
    cluster: text(argv.cluster),
    user: text(argv.user),
    as: text(argv.as),
    asGroup: argv.asGroup === undefined ? undefined : texts(argv.asGroup),
    namespace: text(argv.namespace),
    allNamespaces: argv.allNamespaces === true,
    requestTimeout: parseDuration(requestTimeout, '--request-timeout'),
    timeout: parseDuration(text(argv.timeout) ?? '30s', '--timeout'),
    output: argv.output,
    color: argv.color !== false && !environment.NO_COLOR && environment.TERM !== 'dumb' && context.stdout.isTTY,
    probe: argv.probe !== false,
    insecureRegistries: texts(argv.insecureRegistry).map(host => host.replace(/^https?:\/\//, '').replace(/\/+$/, '')),
    registryCa: text(argv.registryCa),
    mirrors: parseMirrors(texts(argv.registryMirror)),
  };
}

/** Runs one command line. In: the arguments after the binary's name. Out: the exit status. */
export async function run(args: string[], context: Context): Promise<number> {
  // the words of a line that is being typed are not this program's own flags
  if (args[0] === '__complete') return (await import('./commands/complete.ts')).complete(args.slice(1), context);
  let status = 0;
  let printed = '';
  const parser = yargs()
    .scriptName('kubectl imagepull')
    .usage('$0: names the one cause why a pod cannot pull its image, proves it, and prints the command that repairs it.')
    .parserConfiguration({
      'boolean-negation': true,
      'duplicate-arguments-array': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': true,
    })
    .command(
      'why [NAME..]',
      'why does this pod (or workload) not get its image?',
      builder =>
        builder
          .positional('NAME', { type: 'string', array: true, describe: 'POD or TYPE/NAME; none: every failing pod of the namespace' })
          .option('filename', {
            alias: 'f',
            type: 'string',
            nargs: 1,
            describe: 'diagnose saved objects instead of a cluster (- is standard input)',
          })
          .option('selector', { alias: 'l', type: 'string', nargs: 1, describe: 'failing pods with these labels' })
          .option('container', { alias: 'c', type: 'string', nargs: 1, describe: 'only this container' })
          .option('watch', { alias: 'w', type: 'boolean', describe: 'stay, and report new causes and repaired ones as they happen' })
          .option('fail-on', { type: 'string', array: true, nargs: 1, describe: 'CAUSE,…: only these count for exit status 1' })
          .option('ignore', { type: 'string', array: true, nargs: 1, describe: 'CAUSE,…: these do not count' })
          .example('$0 why api-7c9f -n shop', 'one pod')
          .example('$0 why deployment/api', 'the pods of a workload')
          .example('$0 why -A', 'every pod of the cluster that waits for an image')
          .example('kubectl get pods,events,secrets,sa,nodes -o yaml | $0 why -f -', 'saved objects, no cluster'),
      async argv => {
        const { why } = await import('./commands/why.ts');
        const names = typed(texts(argv.NAME));
        if (names.length > 0 && (argv.selector !== undefined || argv.allNamespaces))
          throw new UserError('name pods, or select them with -l or -A: not both');
        status = await why(
          {
            ...common(argv as never, context),
            names,
            file: text(argv.filename),
            selector: text(argv.selector),
            container: text(argv.container),
            watch: argv.watch === true,
            failOn: texts(argv.failOn),
            ignore: texts(argv.ignore),
          },
          context,
        );
      },
    )
    .command(
      'test-secret [SECRET..]',
      'does this pull secret work?',
      builder =>
        builder
          .positional('SECRET', { type: 'string', array: true, describe: 'names of pull secrets' })
          .option('image', { type: 'string', nargs: 1, describe: 'prove the right to pull this image too' })
          .option('filename', {
            alias: 'f',
            type: 'string',
            nargs: 1,
            describe: 'secrets of a file instead of a cluster (- is standard input)',
          })
          .example('$0 test-secret regcred -n shop', 'log in to every registry of the secret')
          .example('$0 test-secret regcred --image registry.example.com/team/api:1.4', 'and pull this image with it'),
      async argv => {
        const { testSecretCommand } = await import('./commands/test-secret.ts');
        const names = texts(argv.SECRET);
        if (names.length === 0 && argv.filename === undefined)
          throw new UserError('which secret?', 'kubectl imagepull test-secret SECRET; see them with: kubectl get secrets');
        status = await testSecretCommand(
          { ...common(argv as never, context), names, image: text(argv.image), file: text(argv.filename) },
          context,
        );
      },
    )
    .command('version', 'print the version', {}, argv => {
      const about = { version: VERSION };
      context.stdout.write(
        argv.output === 'json'
          ? `${JSON.stringify(about, null, 2)}\n`
          : argv.output === 'yaml'
            ? `version: ${VERSION}\n`
            : `kubectl-imagepull ${VERSION}\n`,
      );
    })
    .command(
      'completion [SHELL]',
      'print the script that switches tab completion on',
      builder =>
        builder
          .positional('SHELL', {
            choices: ['bash', 'zsh', 'fish', 'powershell'] as const,
            describe: 'without: the helper program kubectl_complete-imagepull itself',
          })
          .example('source <($0 completion bash)', 'for this session; put it into ~/.bashrc for all'),
      async argv => {
        const { completionScript } = await import('./commands/complete.ts');
        context.stdout.write(completionScript(argv.SHELL));
      },
    )
    .option('namespace', { alias: 'n', type: 'string', nargs: 1, describe: 'namespace', global: true })
    .option('all-namespaces', { alias: 'A', type: 'boolean', describe: 'every namespace' })
    .option('output', {
      alias: 'o',
      choices: ['text', 'wide', 'json', 'yaml', 'name', 'prometheus'] as const,
      default: 'text' as const,
      describe: 'format',
    })
    .option('color', { type: 'boolean', default: true, describe: 'colour on a terminal (--no-color, NO_COLOR)' })
    .option('probe', { type: 'boolean', default: true, describe: 'ask the registry (--no-probe: ask none)' })
    .option('timeout', { type: 'string', default: '30s', nargs: 1, describe: 'for all that is asked of registries about one image' })
    .option('insecure-registry', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'HOST whose certificate is not checked and which may speak plain HTTP',
    })
    .option('registry-ca', { type: 'string', nargs: 1, describe: 'PEM FILE of a certificate authority to trust' })
    .option('registry-mirror', { type: 'string', array: true, nargs: 1, describe: 'FROM=TO: ask TO where an image says FROM' })
    .option('kubeconfig', { type: 'string', nargs: 1, describe: 'path of the kubeconfig' })
    .option('context', { type: 'string', nargs: 1, describe: 'kubeconfig context' })
    .option('cluster', { type: 'string', nargs: 1, describe: 'kubeconfig cluster' })
    .option('user', { type: 'string', nargs: 1, describe: 'kubeconfig user' })
    .option('as', { type: 'string', nargs: 1, describe: 'user to impersonate' })
    .option('as-group', { type: 'string', array: true, nargs: 1, describe: 'group to impersonate' })
    .option('request-timeout', { type: 'string', default: '0', nargs: 1, describe: 'for one request to the cluster (0: no limit)' })
    .group(
      ['namespace', 'all-namespaces', 'kubeconfig', 'context', 'cluster', 'user', 'as', 'as-group', 'request-timeout'],
      'As in kubectl:',
    )
    .group(['probe', 'timeout', 'insecure-registry', 'registry-ca', 'registry-mirror'], 'Registry:')
    .group(['output', 'color'], 'Output:')
    .epilogue('Exit status: 0 no cause found, 1 a cause was found, 2 the tool could not do its work.')
    .help('help', 'show help')
    .alias('help', 'h')
    .version(false)
    .demandCommand(1, 'which command? why, test-secret, completion or version')
    .strict()
    .wrap(Math.min(110, Math.max(80, context.stdout.isTTY ? context.stdout.columns : 100)))
    .locale('en')
    .exitProcess(false)
    .fail((message, error) => {
      // yargs throws some of its own complaints itself
      if (error && error.name !== 'YError') throw error;
      throw new UserError((message ?? error.message).trim().replace(/\s*\n\s*/g, ' '), 'see: kubectl imagepull --help');
    });
  await parser.parseAsync(args, {}, (_error, _argv, output) => {
    printed = output;
  });
  if (printed !== '') context.stdout.write(`${printed}\n`);
  return status;
}
