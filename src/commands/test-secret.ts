/** `test-secret`: reads the secrets, tests them against their registries, reports the result of each entry. */
import { createReader } from '../cluster/reader.ts';
import { readSaved } from '../cluster/saved-source.ts';
import { type SecretTest, testSecret } from '../diagnosis/test-secret.ts';
import type { OutputFormat } from '../flags.ts';
import { namespaceOf, type Secret } from '../model/kubernetes.ts';
import { parseReference } from '../parse/reference.ts';
import { forReading } from '../report/clean.ts';
import { secretTestList, toJson, toYaml } from '../report/json.ts';
import { isPage, type Origin } from '../report/page.ts';
import { secretsPage } from '../report/page-secrets.ts';
import { renderPage } from '../report/render-page.ts';
import { renderSecretTests } from '../report/secret-tests.ts';
import type { TextOptions } from '../report/style.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, TestSecretFlags } from './context.ts';
import { withApi } from './open-cluster.ts';
import { withProber } from './open-prober.ts';
import { bareName, secretNotFound, secretNotRead } from './secret-names.ts';
import { print, readInput, showProgress, warn, widthOf } from './terminal.ts';

/** Out: the exit status: 1 when a secret or one of its entries does not work, 2 when one could not be tested. Throws UserError for wrong flags, and for a secret that cannot be read. */
export async function testSecretCommand(flags: TestSecretFlags, context: Context): Promise<number> {
  checkFlags(flags);
  const spinner = showProgress(context);
  try {
    spinner.say('reading the secret');
    const { secrets, origin } = flags.file === undefined ? await fromCluster(flags, context) : await fromFile(flags, context);
    const told = new Set<string>();
    const tests = await withProber(flags, context, async prober => {
      const done: SecretTest[] = [];
      for (const secret of secrets) {
        spinner.say(`testing secret "${secret.metadata.name}"`);
        done.push(await testSecret(secret, flags.image ?? null, context.now(), prober, warning => void told.add(warning)));
      }
      return done;
    });
    if (context.signal.aborted) throw new UserError('interrupted');
    spinner.done();
    const warnings = [...told];
    const text = isPage(flags.output)
      ? renderPage(secretsPage(tests, warnings, { ...origin, now: context.now(), collectedAt: null }), flags.output)
      : render(tests, warnings, flags.output, { color: flags.color, wide: flags.output === 'wide', width: widthOf(context) });
    print(context, text, flags.color);
    warn(context, warnings);
    if (warnings.length > 0) return 2;
    return tests.some(test => test.problems.length > 0 || test.entries.some(entry => entry.cause !== null)) ? 1 : 0;
  } finally {
    spinner.done();
  }
}

function checkFlags({ names, file, image, output }: TestSecretFlags): void {
  if (names.length === 0 && file === undefined)
    throw new UserError('no secret given', 'usage: kubectl imagepull test-secret SECRET; list the secrets with: kubectl get secrets');
  if (output === 'prometheus') throw new UserError('-o prometheus is not available for test-secret', 'use text, wide, json, yaml or name');
  const parsed = image === undefined ? null : parseReference(image);
  if (parsed?.ok === false)
    throw new UserError(`invalid --image "${image}": ${parsed.error}`, 'expected for example registry.example.com/team/api:1.4');
}

function render(tests: SecretTest[], warnings: string[], output: OutputFormat, options: TextOptions): string {
  if (output === 'json') return toJson(secretTestList(tests, warnings));
  if (output === 'yaml') return toYaml(secretTestList(tests, warnings));
  if (output === 'name') return forReading(tests.map(({ secret }) => `secret/${secret.name}`)).join('\n');
  return renderSecretTests(tests, options);
}

/** The secrets, and where they are from. */
interface Found {
  secrets: Secret[];
  origin: Pick<Origin, 'context' | 'namespace' | 'files'>;
}

const fromCluster = (flags: TestSecretFlags, context: Context): Promise<Found> =>
  withApi(flags, context, async (api, ownNamespace, connection) => {
    const reader = createReader(api);
    const namespace = flags.namespace ?? ownNamespace;
    const secrets = await Promise.all(
      flags.names.map(bareName).map(async name => {
        const lookup = await reader.secret(namespace, name);
        if (lookup.found) return lookup.object;
        if (lookup.missing) throw await secretNotFound(api, namespace, name);
        throw secretNotRead(namespace, name, lookup.why);
      }),
    );
    return { secrets, origin: { context: connection.context ?? null, namespace, files: [] } };
  });

async function fromFile(flags: TestSecretFlags, context: Context): Promise<Found> {
  const { text, name } = await readInput(flags.file as string, context);
  const { secrets } = readSaved(text, name);
  const wanted = flags.names.map(bareName);
  const names = secrets.map(({ metadata }) => metadata.name);
  const absent = wanted.find(secret => !names.includes(secret));
  if (absent !== undefined || secrets.length === 0)
    throw new UserError(
      `${name} contains no secret${absent === undefined ? '' : ` "${absent}"`}`,
      (absent === undefined ? null : didYouMean(similar(absent, names))) ?? 'save one with: kubectl get secret NAME -o yaml',
    );
  const chosen = secrets
    .filter(secret => wanted.length === 0 || wanted.includes(secret.metadata.name))
    .filter(secret => flags.namespace === undefined || namespaceOf(secret.metadata) === flags.namespace);
  // nothing that is tested is nothing that works
  if (chosen.length === 0)
    throw new UserError(
      `${name} contains no secret of namespace "${flags.namespace}"`,
      `its namespaces: ${[...new Set(secrets.map(({ metadata }) => namespaceOf(metadata)))].slice(0, 5).join(', ')}`,
    );
  return { secrets: chosen, origin: { context: null, namespace: flags.namespace ?? null, files: [flags.file as string] } };
}
