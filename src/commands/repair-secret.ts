/**
 * `repair-secret`: reads a secret as a whole, repairs what can be seen, and prints it for `kubectl replace`. The one command that prints passwords, by its contract: it refuses a terminal,
 * and says on standard error what it did, without values.
 */
import { quote } from '../causes/shell.ts';
import { list, podsPath } from '../cluster/list.ts';
import { namespaceExists } from '../cluster/not-found.ts';
import { readObjects } from '../cluster/saved-source.ts';
import { readPod, readSecret } from '../cluster/shape.ts';
import type { NearMiss } from '../model/credential.ts';
import { imageName, type Reference } from '../model/reference.ts';
import { authsKeyOf } from '../model/registry-providers.ts';
import { COLLECTION } from '../parse/collection.ts';
import { lookUpCredentials } from '../parse/credentials/keyring.ts';
import { noteSecrets, readPullSecret } from '../parse/credentials/pull-secret.ts';
import { type Login, type Repair, repairSecret, type SecretContent, type Wishes } from '../parse/credentials/repair.ts';
import { imagesOf, pullSecretNames } from '../parse/pod.ts';
import { parseReference } from '../parse/reference.ts';
import { isObject } from '../parse/shape.ts';
import { documentJson, documentYaml } from '../report/json.ts';
import { didYouMean, similar } from '../util/nearest.ts';
import { holdsReplaced, SECRETS } from '../util/secrets.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import type { Context, RepairSecretFlags } from './context.ts';
import { withApi } from './open-cluster.ts';
import { bareName, secretNotFound, secretNotRead } from './secret-names.ts';
import { note, print, readInput, showProgress } from './terminal.ts';

/** A Secret as it was read, with every field. */
type RawSecret = Record<string, unknown> & { metadata: Record<string, unknown> };

/** Out: the exit status: 1 when a defect is left that only the owner of the secret can repair. Throws UserError for wrong flags, a terminal, and a secret that cannot be read. */
export async function repairSecretCommand(flags: RepairSecretFlags, context: Context): Promise<number> {
  checkFlags(flags, context);
  const login = await loginOf(flags, context);
  const wishes: Wishes = { rekey: flags.rekey.map(pairOf), remove: flags.remove, login, image: imageOf(flags) };
  const spinner = showProgress(context);
  let secret: RawSecret;
  try {
    spinner.say('reading the secret');
    secret = flags.file === undefined ? await fromCluster(flags, context) : await fromFile(flags, context);
  } finally {
    spinner.done();
  }
  const content = contentOf(secret);
  noteSecrets({ metadata: { name: '' }, ...textsOf(content) });
  const repair = repairSecret(content, wishes);
  tell(repair, secret, flags, context);
  if (flags.set !== undefined && flags.file === undefined && secret.metadata['resourceVersion'] !== undefined)
    note(context, `secret "${String(secret.metadata.name)}" exists: pipe it into kubectl replace -f - (kubectl create refuses it)`);
  if (!isChanged(repair) && flags.toNamespace === undefined)
    for (const line of await nearMisses(secret, flags, context)) note(context, line);
  if (isChanged(repair) || flags.toNamespace !== undefined)
    print(context, (flags.output === 'json' ? documentJson : documentYaml)(printedForm(secret, repair, flags)));
  return repair.left.length > 0 ? 1 : 0;
}

const USAGE = 'usage: kubectl imagepull repair-secret SECRET | kubectl replace -f -';

function checkFlags(
  { name, file, set, dockerUsername, passwordStdin, output, rekey }: RepairSecretFlags,
  { stdout, isInteractive }: Context,
): void {
  if (name === undefined && file === undefined)
    throw new UserError('no secret given', `${USAGE}; list the secrets with: kubectl get secrets`);
  if (!['text', 'json', 'yaml'].includes(output))
    throw new UserError(`-o ${output} is not available for repair-secret`, 'use yaml or json');
  if (set === undefined && (dockerUsername !== undefined || passwordStdin))
    throw new UserError(
      `${dockerUsername === undefined ? '--password-stdin' : '--docker-username'} needs --set REGISTRY`,
      'it names the entry to write',
    );
  if (passwordStdin && file === '-') throw new UserError('-f - and --password-stdin both read standard input', 'save the secret in a file');
  if (passwordStdin && isInteractive) throw new UserError('--password-stdin reads no terminal', 'pipe the password into the command');
  const wrong = rekey.find(pair => pairOf(pair).includes(''));
  if (wrong !== undefined)
    throw new UserError(`invalid --rekey "${wrong}"`, 'expected FROM=TO, for example registry.example.com=registry.example.com:5000');
  if (stdout.isTTY) throw new UserError('the secret holds passwords, and is not printed to a terminal', USAGE);
}

/** FROM and TO. No host and no path has the sign, so that a key which has it is the first of both. */
function pairOf(pair: string): [from: string, to: string] {
  const at = pair.lastIndexOf('=');
  return at < 0 ? ['', ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function imageOf({ image }: RepairSecretFlags): Reference | null {
  const parsed = image === undefined ? null : parseReference(image);
  if (parsed?.ok === false)
    throw new UserError(`invalid --image "${image}": ${parsed.error}`, 'expected for example registry.example.com/team/api:1.4');
  return parsed?.reference ?? null;
}

/** The login that is to be written, null where none is. */
async function loginOf({ set, dockerUsername, passwordStdin }: RepairSecretFlags, context: Context): Promise<Login | null> {
  if (set === undefined) return null;
  const { REGISTRY_USER, REGISTRY_PASSWORD } = context.environment;
  // as docker login --password-stdin: one line break at the end is not part of it
  const password = passwordStdin ? (await context.readStdin()).replace(/\r?\n$/, '') : (REGISTRY_PASSWORD ?? '');
  const username = dockerUsername ?? REGISTRY_USER ?? '';
  SECRETS.add(password, username);
  const missing = [username === '' ? 'REGISTRY_USER' : '', password === '' && !passwordStdin ? 'REGISTRY_PASSWORD' : ''].filter(Boolean);
  if (missing.length > 0)
    throw new UserError(
      `the environment ${missing.length === 1 ? 'variable' : 'variables'} ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      'bash, zsh: export NAME=VALUE; fish: set -x NAME VALUE; PowerShell: $env:NAME = VALUE',
    );
  if (password === '') throw new UserError('standard input holds no password', 'the command before the pipe printed nothing');
  if (/^\s|\s$/.test(username) || /^\s|\s$/.test(password))
    throw new UserError('the user name or the password has blanks or line breaks around it', 'no registry accepts such a login');
  return { registry: set.replace(/^https?:\/\/(?=[^/]*\/?$)/, '').replace(/^([^/]*)\/$/, '$1'), username, password };
}

/** Images of pods that are looked at for a near miss, and lines about them. */
const MOST_IMAGES = 200;
const MOST_LINES = 5;

/**
 * Why a secret without a defect may still be of no use: the image of --image, or those of the pods that name it, nearly match one of its entries. Out: one line for each such entry,
 * with the command that copies it.
 */
async function nearMisses(secret: RawSecret, flags: RepairSecretFlags, context: Context): Promise<string[]> {
  const shaped = readSecret(secret);
  if ('defect' in shaped) return [];
  const own = readPullSecret(shaped.object);
  const images = flags.image !== undefined ? [flags.image] : flags.file === undefined ? await imagesThatUse(secret, flags, context) : [];
  const lines = new Map<string, string>();
  for (const image of images) {
    const parsed = parseReference(image);
    if (!parsed.ok) continue;
    const { broken, credentials, nearMisses: misses } = lookUpCredentials(imageName(parsed.reference), [own]);
    const miss = broken === null && credentials.length === 0 ? misses.find(({ near }) => near) : undefined;
    // a key with user info is not shown
    if (miss === undefined || miss.key.includes('@')) continue;
    lines.set(miss.key, copyLine(own.name, miss, { image, registry: parsed.reference.registry }, flags));
  }
  return [...lines.values()].slice(0, MOST_LINES);
}

function copyLine(
  name: string,
  { key, why }: NearMiss,
  { image, registry }: { image: string; registry: string },
  flags: RepairSecretFlags,
): string {
  const inNamespace = flags.namespace === undefined ? '' : ` -n ${quote(flags.namespace)}`;
  const from = flags.file === undefined ? inNamespace : ` -f ${quote(flags.file)}`;
  const command = `kubectl imagepull repair-secret ${quote(name)}${from} --rekey ${quote(`${key}=${authsKeyOf(registry)}`)} | kubectl${inNamespace} replace -f -`;
  return `no entry matches image "${image}"; "${key}" nearly does: ${why}. Copy it with: ${command}`;
}

/** The images of the pods of the namespace that name the secret. Without the right to list pods there are none. */
async function imagesThatUse(secret: RawSecret, flags: RepairSecretFlags, context: Context): Promise<string[]> {
  const { name, namespace = 'default' } = secret.metadata as { name: string; namespace?: string };
  try {
    return await withApi(flags, context, async api => {
      const { total } = await list(api, { path: podsPath(namespace, null), what: 'pods', resource: 'pods' }, readPod);
      const own = total.filter(pod => pullSecretNames(pod).includes(name));
      return [...new Set(own.flatMap(pod => imagesOf(pod).map(({ image }) => image)))].slice(0, MOST_IMAGES);
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [];
  }
}

const fromCluster = (flags: RepairSecretFlags, context: Context): Promise<RawSecret> =>
  withApi(flags, context, async (api, ownNamespace) => {
    const namespace = flags.namespace ?? ownNamespace;
    const name = bareName(flags.name ?? '');
    const answer = await api.get<unknown>(`/api/v1/namespaces/${inUrl(namespace)}/secrets/${inUrl(name)}`);
    if (answer.ok) {
      if (isRawSecret(answer.value) && answer.value.metadata.name === name) return answer.value;
      throw secretNotRead(namespace, name, 'the response of the API server is not that secret');
    }
    if (answer.status === 403) throw secretNotRead(namespace, name, answer.message);
    if (flags.set === undefined || (await namespaceExists(api, namespace)) === false) throw await secretNotFound(api, namespace, name);
    return newSecret(name, namespace);
  });

async function fromFile(flags: RepairSecretFlags, context: Context): Promise<RawSecret> {
  const { text, name: file } = await readInput(flags.file as string, context);
  const objects = readObjects(text, file);
  const secrets = objects.flatMap(({ kind, value }) => (kind === 'Secret' && isRawSecret(value) ? [value] : []));
  const wanted = flags.name === undefined ? null : bareName(flags.name);
  const chosen = secrets
    .filter(({ metadata }) => wanted === null || metadata.name === wanted)
    .filter(({ metadata }) => flags.namespace === undefined || (metadata.namespace ?? 'default') === flags.namespace);
  const [secret] = chosen;
  if (secret === undefined)
    throw new UserError(
      `${file} contains no secret${wanted === null ? '' : ` "${wanted}"`}`,
      (wanted === null
        ? null
        : didYouMean(
            similar(
              wanted,
              secrets.map(({ metadata }) => String(metadata.name)),
            ),
          )) ?? 'save one with: kubectl get secret NAME -o yaml',
    );
  if (chosen.length > 1)
    throw new UserError(
      `${file} contains ${chosen.length} secrets`,
      `name one of them: ${chosen
        .map(({ metadata }) => String(metadata.name))
        .slice(0, 5)
        .join(', ')}`,
    );
  const { data, stringData } = textsOf(contentOf(secret));
  if (objects.some(({ kind }) => kind === COLLECTION) || [...Object.values(data), ...Object.values(stringData)].some(holdsReplaced))
    throw new UserError(
      `the passwords of the secret "${String(secret.metadata.name)}" in ${file} were replaced by \`collect\``,
      'use the secret of the cluster: kubectl imagepull repair-secret SECRET',
    );
  return secret;
}

/** An item of a list of secrets may lack what the list says once. */
const isRawSecret = (value: unknown): value is RawSecret =>
  isObject(value) && isObject(value.metadata) && typeof value.metadata.name === 'string';

const newSecret = (name: string, namespace: string): RawSecret => ({
  metadata: { name, namespace },
  type: 'kubernetes.io/dockerconfigjson',
});

function contentOf({ type, data, stringData }: RawSecret): SecretContent {
  return {
    type: typeof type === 'string' ? type : undefined,
    data: isObject(data) ? data : undefined,
    stringData: isObject(stringData) ? stringData : undefined,
  };
}

/** What of a content is text, for the list of what no message may hold. */
function textsOf({ type, data = {}, stringData = {} }: SecretContent): {
  type?: string;
  data: Record<string, string>;
  stringData: Record<string, string>;
} {
  const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value ?? '')]),
    );
  // what stands raw under data is a text, too
  return { ...(type === undefined ? {} : { type }), data: texts(data), stringData: { ...texts(data), ...texts(stringData) } };
}

const SERVER_FIELDS = ['managedFields', 'creationTimestamp', 'selfLink', 'generation', 'deletionTimestamp', 'deletionGracePeriodSeconds'];

/** Whether the secret has to be deleted and created again. */
const isRecreated = (secret: RawSecret, { recreate }: Repair): boolean => recreate || secret.immutable === true;

/** The object to print: with its resource version, so that `kubectl replace` overwrites no change of another hand; without it where it is created. */
function printedForm(secret: RawSecret, repair: Repair, { toNamespace }: RepairSecretFlags): object {
  const { apiVersion = 'v1', kind = 'Secret', metadata, stringData: _, data: __, type: ___, ...others } = secret;
  const dropped = [...SERVER_FIELDS, ...(isRecreated(secret, repair) ? ['resourceVersion', 'uid'] : [])];
  const kept =
    toNamespace === undefined
      ? Object.fromEntries(Object.entries(metadata).filter(([field]) => !dropped.includes(field)))
      : { name: metadata.name, namespace: toNamespace };
  return { apiVersion, kind, metadata: kept, ...(toNamespace === undefined ? others : {}), type: repair.type, data: repair.data };
}

const isChanged = ({ done, written }: Repair): boolean => done.length + written.length > 0;

/** Says what was done and what is left, one line each. */
function tell(repair: Repair, secret: RawSecret, { toNamespace }: RepairSecretFlags, context: Context): void {
  const name = `secret "${String(secret.metadata.name)}"`;
  for (const line of repair.done) note(context, `repaired: ${line}`);
  for (const line of repair.written) note(context, `written: ${line}`);
  for (const line of repair.left) note(context, `not repaired: ${line}`);
  if (!isChanged(repair) && toNamespace === undefined) {
    note(
      context,
      `${name}: ${repair.left.length === 0 ? 'no visible defect, nothing to repair' : 'nothing could be repaired'}, so nothing is printed`,
    );
    return;
  }
  if (toNamespace !== undefined) return;
  if (isRecreated(secret, repair))
    note(
      context,
      `${name}: ${repair.recreate ? 'the type of a secret' : 'an immutable secret'} cannot be changed; pipe it into: kubectl replace --force -f -`,
    );
  const owner = ownerOf(secret);
  if (owner !== null) note(context, `${name}: ${owner} may write it again; repair its source, too`);
}

/** What keeps the secret, as far as it tells. */
function ownerOf({ metadata }: RawSecret): string | null {
  const [first] = Array.isArray(metadata.ownerReferences) ? (metadata.ownerReferences as unknown[]) : [];
  if (isObject(first)) return `${String(first.kind)} "${String(first.name)}"`;
  const label = isObject(metadata.labels) ? metadata.labels['app.kubernetes.io/managed-by'] : undefined;
  return typeof label === 'string' && label !== '' ? label : null;
}
