/** `test-secret`: read the secrets, ask their registries, print what each entry is worth. */

import { createReader } from '../cluster/reader.ts';
import { readSaved } from '../cluster/saved-source.ts';
import { type SecretTest, testSecret } from '../diagnosis/test-secret.ts';
import type { Secret } from '../model/kubernetes.ts';
import { parseReference } from '../parse/reference.ts';
import { secretTestList } from '../report/json.ts';
import { printable } from '../report/style.ts';
import { renderSecretTests } from '../report/text.ts';
import { UserError } from '../util/user-error.ts';
import type { CommonFlags, Context } from './context.ts';
import { withApi } from './open-cluster.ts';
import { withProber } from './open-prober.ts';
import { print, printJson, printYaml, readInput, showProgress, widthOf } from './terminal.ts';

export interface TestSecretFlags extends CommonFlags {
  names: string[];
  image?: string | undefined;
  file?: string | undefined;
}

/** Out: the exit status: 1 when a secret or one of its entries does not work. */
export async function testSecretCommand(flags: TestSecretFlags, context: Context): Promise<number> {
  if (flags.output === 'prometheus') throw new UserError('test-secret has no output "prometheus"', 'use text, wide, json, yaml or name');
  if (flags.image !== undefined) {
    const parsed = parseReference(flags.image);
    if (!parsed.ok)
      throw new UserError(`--image: "${flags.image}" is no image reference: ${parsed.error}`, 'write REGISTRY/REPOSITORY:TAG');
  }
  const spinner = showProgress(context);
  try {
    spinner.say('reading the secret');
    const secrets = flags.file === undefined ? await fromCluster(flags, context) : await fromFile(flags, context);
    const tests = await withProber(flags, context, async prober => {
      const done: SecretTest[] = [];
      for (const secret of secrets) {
        spinner.say(`testing secret "${secret.metadata.name}"`);
        done.push(await testSecret(secret, flags.image ?? null, context.now(), prober));
      }
      return done;
    });
    if (context.signal.aborted) throw new UserError('interrupted');
    spinner.done();
    if (flags.output === 'json') printJson(context, secretTestList(tests, []));
    else if (flags.output === 'yaml') printYaml(context, secretTestList(tests, []));
    else if (flags.output === 'name') for (const test of tests) print(context, printable(`secret/${test.secret.name}`, false));
    else print(context, renderSecretTests(tests, { color: flags.color, wide: flags.output === 'wide', width: widthOf(context) }));
    return tests.some(test => test.problems.length > 0 || test.entries.some(entry => entry.cause !== null)) ? 1 : 0;
  } finally {
    spinner.done();
  }
}

const bareName = (name: string): string => name.replace(/^secrets?\//, '');

const fromCluster = (flags: TestSecretFlags, context: Context): Promise<Secret[]> =>
  withApi(flags, context, (api, ownNamespace) => {
    const reader = createReader(api);
    const namespace = flags.namespace ?? ownNamespace;
    return Promise.all(
      flags.names.map(bareName).map(async name => {
        const lookup = await reader.secret(namespace, name);
        if (lookup.found) return lookup.object;
        if (lookup.missing) {
          const space = await api.get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`);
          if (!space.ok && space.status === 404)
            throw new UserError(`there is no namespace "${namespace}"`, 'see them with: kubectl get namespaces');
          throw new UserError(
            `there is no secret "${name}" in namespace "${namespace}"`,
            `see them with: kubectl -n ${namespace} get secrets`,
          );
        }
        throw new UserError(
          `secret "${name}" of namespace "${namespace}" cannot be read: ${lookup.why}`,
          'ask for that right, or have somebody run this who has it',
        );
      }),
    );
  });

async function fromFile(flags: TestSecretFlags, context: Context): Promise<Secret[]> {
  const { text, name } = await readInput(flags.file as string, context);
  const { secrets } = readSaved(text, name);
  const wanted = flags.names.map(bareName);
  const absent = wanted.filter(secret => !secrets.some(candidate => candidate.metadata.name === secret));
  if (absent.length > 0 || secrets.length === 0)
    throw new UserError(
      `${name} holds no secret${absent.length > 0 ? ` "${absent[0]}"` : ''}`,
      'save one with: kubectl get secret NAME -o yaml',
    );
  return secrets
    .filter(secret => wanted.length === 0 || wanted.includes(secret.metadata.name))
    .filter(secret => flags.namespace === undefined || (secret.metadata.namespace ?? 'default') === flags.namespace);
}
