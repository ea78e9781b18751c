/**
 * From the user's kubeconfig to a connection. @kubernetes/client-node reads the files and the credentials; what it leaves out of kubectl's
 * behavior is added here: a merged KUBECONFIG list, tokenFile, impersonated groups, the environment and the terminal of an exec plugin.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import type { Environment } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';

/** kubectl's flags that choose a connection. */
export interface ConnectionFlags {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  as?: string | undefined;
  asGroup?: string[] | undefined;
}

/** What a login may need of its caller. */
export interface Caller {
  environment: Environment;
  /** Where the standard error of an exec plugin goes. */
  stderr: NodeJS.WritableStream;
  /** Whether somebody can answer an exec plugin's question. */
  isInteractive: boolean;
}

/** An API server, and what a request to it needs. */
export interface Connection {
  server: string;
  headers: Headers;
  tls: Tls;
  /** The cluster's own proxy, null for that of the environment. */
  proxyUrl: string | null;
  /** The namespace of the context. */
  namespace: string;
}

type Headers = Record<string, string | string[]>;

interface Tls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

const TLS_OPTIONS = ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const;

/** The fields of a kubeconfig user that client-node does not keep, and the folder of its file. */
interface ExtraUser {
  folder: string;
  user?: { tokenFile?: string; 'as-groups'?: string[]; 'as-uid'?: string };
}

/** The kubeconfig after kubectl's merge. */
interface MergedConfig {
  config: KubeConfig;
  /** By name. */
  extraUsers: ReadonlyMap<string, ExtraUser>;
}

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Builds the connection to the cluster. In: kubectl's flags, and who calls. Out: address, headers, TLS and proxy, with the user logged in
 * (an exec plugin runs here). Errors: a UserError.
 */
export async function connect(flags: ConnectionFlags, caller: Caller): Promise<Connection> {
  const { config, extraUsers } = load(flags, caller.environment);
  const { cluster, user, namespace } = select(config, flags);
  const extra = extraUsers.get(user.name);
  const server = addressOf(cluster);
  const { headers, tls } = await logIn({ ...cluster, server }, user, extra, caller);
  return {
    server,
    headers: { ...headers, ...impersonation(flags, user, extra) },
    tls,
    proxyUrl: cluster.proxyUrl ?? null,
    namespace,
  };
}

/** The names of the contexts, for completion. */
export function contextNames(flags: ConnectionFlags, environment: Environment): string[] {
  const { config } = merge(filesOf(flags, environment));
  return config.getContexts().map(context => context.name);
}

/** The kubeconfig of the flags and the environment, else that of the pod in which this runs. */
function load(flags: ConnectionFlags, environment: Environment): MergedConfig {
  const files = filesOf(flags, environment);
  if (files.length > 0) return merge(files);
  if (!existsSync(IN_CLUSTER_TOKEN))
    throw new UserError('no kubeconfig found', 'set KUBECONFIG or --kubeconfig; -f FILE diagnoses saved objects without a cluster');
  const config = new KubeConfig();
  config.loadFromCluster();
  return { config, extraUsers: new Map() };
}

/** The kubeconfig files in kubectl's order: --kubeconfig, else those of KUBECONFIG that exist, else ~/.kube/config. */
function filesOf(flags: ConnectionFlags, environment: Environment): string[] {
  if (flags.kubeconfig !== undefined) {
    if (!existsSync(flags.kubeconfig))
      throw new UserError(`kubeconfig file "${flags.kubeconfig}" does not exist`, 'check the path in --kubeconfig');
    return [flags.kubeconfig];
  }
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  const files = listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  return files.filter(file => existsSync(file));
}

/** kubectl's merge: of two entries with one name the first counts, and so does the first current context. */
function merge(files: readonly string[]): MergedConfig {
  const config = new KubeConfig();
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: '' });
  const extraUsers = new Map<string, ExtraUser>();
  for (const file of files) {
    const one = new KubeConfig();
    let document: { users?: ({ name: string } & Omit<ExtraUser, 'folder'>)[] | null } | null;
    try {
      const text = readFileSync(file, 'utf8');
      // an empty file holds no document
      document = (loadAll(text, { schema: CORE_SCHEMA })[0] ?? null) as typeof document;
      if (document === null) continue;
      if (typeof document !== 'object') throw new Error('it is not a YAML mapping');
      one.loadFromString(text);
      one.makePathsAbsolute(dirname(file));
    } catch (error) {
      throw new UserError(`cannot read kubeconfig "${file}": ${firstLine(error)}`, 'check it with: kubectl config view');
    }
    for (const cluster of one.getClusters()) if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
    for (const user of one.getUsers()) if (config.getUser(user.name) === null) config.addUser(user);
    for (const context of one.getContexts()) if (config.getContextObject(context.name) === null) config.addContext(context);
    for (const { name, user } of document.users ?? [])
      if (!extraUsers.has(name)) extraUsers.set(name, { folder: dirname(file), ...(user == null ? {} : { user }) });
    if (!config.getCurrentContext() && one.getCurrentContext()) config.setCurrentContext(one.getCurrentContext());
  }
  return { config, extraUsers };
}

/** The cluster and the user that the flags and the current context choose. */
function select(config: KubeConfig, flags: ConnectionFlags): { cluster: Cluster; user: User; namespace: string } {
  const name = flags.context ?? config.getCurrentContext();
  const context = config.getContextObject(name);
  if (context === null && (flags.context !== undefined || flags.cluster === undefined)) {
    const hint = `select a context with --context (${namesOf(config.getContexts())})`;
    throw new UserError(name ? `the kubeconfig has no context "${name}"` : 'the kubeconfig has no current context', hint);
  }
  const clusterName = flags.cluster ?? context?.cluster ?? '';
  const cluster = config.getCluster(clusterName);
  if (cluster === null)
    throw new UserError(`the kubeconfig has no cluster "${clusterName}"`, `its clusters: ${namesOf(config.getClusters())}`);
  const userName = flags.user ?? context?.user ?? '';
  const user = config.getUser(userName);
  if (user === null && userName !== '')
    throw new UserError(`the kubeconfig has no user "${userName}"`, `its users: ${namesOf(config.getUsers())}`);
  // without a user client-node would leave out the cluster's certificate authority
  return { cluster, user: user ?? { name: '' }, namespace: context?.namespace || 'default' };
}

const namesOf = (entries: readonly { name: string }[]): string => entries.map(({ name }) => name).join(', ') || 'none';

/** A cluster's address as kubectl takes it: without a scheme it is HTTPS. */
function addressOf({ name, server }: Cluster): string {
  const address = /^https?:\/\//.test(server ?? '') ? server : `https://${server ?? ''}`;
  if (!server || !URL.canParse(address))
    throw new UserError(
      `invalid server "${server ?? ''}" of cluster "${name}" in the kubeconfig`,
      'expected for example https://HOST:6443',
    );
  return address.replace(/\/+$/, '');
}

/** The credentials of a user. In: the cluster with its whole address, the user, and its exec plugin's caller. */
async function logIn(cluster: Cluster, user: User, extra: ExtraUser | undefined, caller: Caller): Promise<{ headers: Headers; tls: Tls }> {
  const { exec, ...plain } = user;
  // the agent that client-node makes is not used: it needs no proxy, and no permission for plain HTTP
  const { proxyUrl, ...direct } = cluster;
  const isPlain = cluster.server.startsWith('http://');
  const options: RequestOptions & { headers: Headers } = { headers: {} };
  try {
    const login = new KubeConfig();
    login.loadFromClusterAndUser({ ...direct, skipTLSVerify: isPlain || cluster.skipTLSVerify }, plain);
    await login.applyToHTTPSOptions(options);
    const credential = exec == null ? { headers: {} } : await runExecPlugin(exec as ExecSpec, extra?.folder ?? '', cluster, caller);
    const { headers, ...certificates } = { ...options, ...credential, headers: { ...options.headers, ...credential.headers } };
    if (headers.Authorization === undefined && extra?.user?.tokenFile !== undefined) {
      const { tokenFile } = extra.user;
      headers.Authorization = `Bearer ${readFileSync(isAbsolute(tokenFile) ? tokenFile : join(extra.folder, tokenFile), 'utf8').trim()}`;
    }
    if (options.auth != null) headers.Authorization = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    const names = TLS_OPTIONS.filter(name => certificates[name] != null && !(isPlain && name === 'rejectUnauthorized'));
    return { headers, tls: Object.fromEntries(names.map(name => [name, certificates[name]])) as Tls };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `cannot log in as user "${user.name}" of the kubeconfig: ${firstLine(error)}`,
      'check that kubectl itself works: kubectl version',
    );
  }
}

/** The headers by which a user acts as another one. */
function impersonation(flags: ConnectionFlags, user: User, extra: ExtraUser | undefined): Headers {
  const as = flags.as ?? user.impersonateUser;
  const groups = flags.asGroup ?? extra?.user?.['as-groups'] ?? [];
  const uid = extra?.user?.['as-uid'];
  if (as === undefined) {
    if (groups.length > 0) throw new UserError('--as-group requires --as', 'name the user to impersonate: --as USER --as-group GROUP');
    return {};
  }
  return {
    'Impersonate-User': as,
    ...(groups.length > 0 ? { 'Impersonate-Group': groups } : {}),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
  };
}

/** A kubeconfig user's exec plugin. Source: client-go, ExecConfig. */
interface ExecSpec {
  command?: string;
  args?: string[];
  env?: { name: string; value: string }[] | null;
  apiVersion?: string;
  interactiveMode?: string;
  provideClusterInfo?: boolean;
}

/**
 * Runs an exec plugin as kubectl does: with KUBERNETES_EXEC_INFO, its prompts visible, a relative command beside the kubeconfig. Out: the
 * header or the certificate that it returned.
 */
async function runExecPlugin(
  exec: ExecSpec,
  folder: string,
  cluster: Cluster,
  { stderr, isInteractive }: Caller,
): Promise<{ headers: Headers; cert?: string; key?: string }> {
  const interactive = exec.interactiveMode !== 'Never' && isInteractive;
  const authority = cluster.caData === undefined ? {} : { 'certificate-authority-data': cluster.caData };
  const spec = { interactive, ...(exec.provideClusterInfo ? { cluster: { server: cluster.server, ...authority } } : {}) };
  const info = JSON.stringify({ apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec });
  const isRelative = exec.command !== undefined && /^\.{0,2}\//.test(exec.command) && !isAbsolute(exec.command);
  const command = isRelative ? join(folder, exec.command ?? '') : exec.command;
  const env = [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: info }];
  const auth = new ExecAuth();
  const mutable = auth as unknown as { execFn: typeof spawn };
  mutable.execFn = ((file: string, args: string[], settings: object) => {
    const child = spawn(file, args ?? [], { ...settings, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'] });
    child.stderr?.on('data', data => stderr.write(data));
    return child;
  }) as typeof spawn;
  const credential: { headers: Headers; cert?: string; key?: string } = { headers: {} };
  try {
    await auth.applyAuthentication({ name: 'exec', exec: { ...exec, command, env } }, credential);
    return credential;
  } catch (error) {
    const plugin = `the credential plugin "${exec.command}" of the kubeconfig`;
    throw (error as { code?: string }).code === 'ENOENT'
      ? new UserError(`${plugin} is not installed`, 'install it, or select another user with --user')
      : new UserError(`${plugin} failed: ${firstLine(error)}`, 'run the plugin yourself for details');
  }
}

const firstLine = (error: unknown): string => ((error as Error).message ?? String(error)).split('\n', 1)[0]?.slice(0, 300) ?? '';
