/**
 * From the user's kubeconfig to a connection. @kubernetes/client-node reads the files and logs in; what it leaves out of kubectl's behaviour
 * (merging a KUBECONFIG list, tokenFile, impersonated groups, what an exec plugin is told and may say) is added here.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import type { Environment } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';

export interface ConnectionFlags {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  as?: string | undefined;
  asGroup?: string[] | undefined;
}

/** What a login may need of whoever calls. */
export interface Caller {
  environment: Environment;
  /** For what an exec plugin says. */
  stderr: NodeJS.WritableStream;
  /** Whether somebody can answer an exec plugin's question. */
  isInteractive: boolean;
}

export interface Connection {
  server: string;
  headers: Record<string, string | string[]>;
  tls: { ca?: string | Buffer; cert?: string | Buffer; key?: string | Buffer; servername?: string; rejectUnauthorized?: boolean };
  proxyUrl: string | null;
  namespace: string;
}

/** The part of a kubeconfig user that client-node does not keep. */
interface RawUser {
  name: string;
  user?: {
    tokenFile?: string;
    'as-groups'?: string[];
    'as-uid'?: string;
    exec?: { command?: string; interactiveMode?: string; apiVersion?: string; provideClusterInfo?: boolean };
  };
}

const IN_CLUSTER_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** The kubeconfig files in kubectl's order: --kubeconfig, else KUBECONFIG (files that are not there are skipped), else ~/.kube/config. */
function filesOf(flags: ConnectionFlags, environment: Environment): string[] {
  if (flags.kubeconfig !== undefined) {
    if (!existsSync(flags.kubeconfig)) throw new UserError(`the kubeconfig "${flags.kubeconfig}" does not exist`, 'check --kubeconfig');
    return [flags.kubeconfig];
  }
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  const files = listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  return files.filter(file => existsSync(file));
}

/**
 * Builds the connection to the cluster. In: kubectl's flags, and who calls. Out: address, headers, TLS and proxy, with the user logged in
 * (an exec plugin runs here). Errors: UserError with the next step.
 */
export async function connect(flags: ConnectionFlags, caller: Caller): Promise<Connection> {
  const { environment } = caller;
  const files = filesOf(flags, environment);
  const config = new KubeConfig();
  const raw = new Map<string, RawUser & { folder: string }>();
  if (files.length > 0) merge(config, files, raw);
  else if (existsSync(IN_CLUSTER_TOKEN)) config.loadFromCluster();
  else throw new UserError('there is no kubeconfig', 'set KUBECONFIG or --kubeconfig, or diagnose saved objects with -f FILE');

  const context = flags.context ?? config.getCurrentContext();
  const chosen = config.getContextObject(context);
  if (chosen === null && (flags.context !== undefined || flags.cluster === undefined)) {
    const known = config.getContexts().map(entry => entry.name);
    if (!context)
      throw new UserError(
        'the kubeconfig has no current context',
        `choose one with --context${known.length > 0 ? ` (${known.join(', ')})` : ''}`,
      );
    throw new UserError(
      `the kubeconfig has no context "${context}"`,
      known.length > 0 ? `it has: ${known.join(', ')}` : 'it has none at all',
    );
  }
  const clusterName = flags.cluster ?? chosen?.cluster ?? '';
  const userName = flags.user ?? chosen?.user ?? '';
  const cluster = config.getCluster(clusterName);
  if (cluster === null)
    throw new UserError(
      `the kubeconfig has no cluster "${clusterName}"`,
      `it has: ${
        config
          .getClusters()
          .map(entry => entry.name)
          .join(', ') || 'none'
      }`,
    );
  const server = addressOf(cluster.server, clusterName);
  // a context without a user would lose the cluster's certificate authority in client-node
  const user = config.getUser(userName) ?? { name: userName };
  if (userName !== '' && config.getUser(userName) === null)
    throw new UserError(
      `the kubeconfig has no user "${userName}"`,
      `it has: ${
        config
          .getUsers()
          .map(entry => entry.name)
          .join(', ') || 'none'
      }`,
    );
  const extra = raw.get(userName);

  const options: RequestOptions & { headers: Record<string, string | string[]> } = { headers: {} };
  const { exec, ...plain } = user as typeof user & { exec?: ExecSpec };
  try {
    const login = new KubeConfig();
    login.loadFromOptions({
      clusters: [{ ...cluster, server }],
      users: [plain],
      contexts: [{ name: 'chosen', cluster: cluster.name, user: plain.name }],
      currentContext: 'chosen',
    });
    if (server.startsWith('http://')) login.clusters = [{ ...cluster, server, skipTLSVerify: true }];
    await login.applyToHTTPSOptions(options);
    if (exec != null) await runExecPlugin(exec, extra, cluster, options, caller);
    const tokenFile = extra?.user?.tokenFile;
    if (tokenFile !== undefined && options.headers.Authorization === undefined)
      options.headers.Authorization = `Bearer ${readFileSync(isAbsolute(tokenFile) ? tokenFile : join(extra?.folder ?? '', tokenFile), 'utf8').trim()}`;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `the kubeconfig's user "${userName}" cannot log in: ${firstLine(error)}`,
      'check that kubectl itself works: kubectl version',
    );
  }
  const basic = (options as { auth?: string }).auth;
  if (basic !== undefined) options.headers.Authorization = `Basic ${Buffer.from(basic).toString('base64')}`;
  const as = flags.as ?? (user as { impersonateUser?: string }).impersonateUser;
  const groups = flags.asGroup ?? extra?.user?.['as-groups'] ?? [];
  if (as !== undefined) options.headers['Impersonate-User'] = as;
  if (groups.length > 0) {
    if (as === undefined) throw new UserError('--as-group needs --as', 'name the user to impersonate: --as USER --as-group GROUP');
    options.headers['Impersonate-Group'] = groups;
  }
  if (extra?.user?.['as-uid'] !== undefined && as !== undefined) options.headers['Impersonate-Uid'] = extra.user['as-uid'];

  const tls: Connection['tls'] = {};
  for (const name of ['ca', 'cert', 'key', 'servername', 'rejectUnauthorized'] as const)
    if (options[name] != null) Object.assign(tls, { [name]: options[name] });
  if (server.startsWith('http://')) delete tls.rejectUnauthorized;
  return {
    server,
    headers: options.headers,
    tls,
    proxyUrl: cluster.proxyUrl ?? null,
    namespace: chosen?.namespace || 'default',
  };
}

/** A server's address as kubectl takes it: without a scheme it is HTTPS. */
function addressOf(server: string | undefined, cluster: string): string {
  const address = /^https?:\/\//.test(server ?? '') ? (server as string) : `https://${server ?? ''}`;
  if (!server || !URL.canParse(address))
    throw new UserError(
      `the kubeconfig's cluster "${cluster}" has no address: "${server ?? ''}" is no URL`,
      'correct its server: https://HOST:PORT',
    );
  return address.replace(/\/+$/, '');
}

/** The names of the contexts, for completion. */
export function contextNames(flags: ConnectionFlags, environment: Environment): string[] {
  const config = new KubeConfig();
  merge(config, filesOf(flags, environment), new Map());
  return config.getContexts().map(context => context.name);
}

/** kubectl's merge: of two entries with one name the first counts, and so does the first current context. */
function merge(config: KubeConfig, files: string[], raw: Map<string, RawUser & { folder: string }>): void {
  config.loadFromOptions({ clusters: [], users: [], contexts: [], currentContext: '' });
  for (const file of files) {
    const one = new KubeConfig();
    let document: { users?: RawUser[] | null } | null;
    try {
      const text = readFileSync(file, 'utf8');
      // an empty file holds no document
      document = (loadAll(text, { schema: CORE_SCHEMA })[0] ?? null) as typeof document;
      if (document === null) continue;
      if (typeof document !== 'object') throw new Error('it is not a mapping');
      one.loadFromString(text);
      one.makePathsAbsolute(dirname(file));
    } catch (error) {
      throw new UserError(`the kubeconfig "${file}" cannot be read: ${firstLine(error)}`, 'check it with: kubectl config view');
    }
    for (const cluster of one.getClusters()) if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
    for (const user of one.getUsers()) if (config.getUser(user.name) === null) config.addUser(user);
    for (const context of one.getContexts()) if (config.getContextObject(context.name) === null) config.addContext(context);
    for (const user of document.users ?? []) if (!raw.has(user.name)) raw.set(user.name, { ...user, folder: dirname(file) });
    if (!config.getCurrentContext() && one.getCurrentContext()) config.setCurrentContext(one.getCurrentContext());
  }
}

interface ExecSpec {
  command?: string;
  args?: string[];
  env?: { name: string; value: string }[] | null;
  apiVersion?: string;
  interactiveMode?: string;
  provideClusterInfo?: boolean;
}

/** Runs an exec plugin as kubectl does: told by KUBERNETES_EXEC_INFO, its prompts visible, a relative command beside the kubeconfig. */
async function runExecPlugin(
  exec: ExecSpec,
  extra: (RawUser & { folder: string }) | undefined,
  cluster: { server: string; caData?: string },
  options: RequestOptions,
  { stderr, isInteractive }: Caller,
): Promise<void> {
  const interactive = exec.interactiveMode !== 'Never' && isInteractive;
  const spec = {
    interactive,
    ...(exec.provideClusterInfo
      ? { cluster: { server: cluster.server, ...(cluster.caData === undefined ? {} : { 'certificate-authority-data': cluster.caData }) } }
      : {}),
  };
  const info = JSON.stringify({ apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec });
  const command =
    exec.command !== undefined && /^\.{0,2}\//.test(exec.command) && !isAbsolute(exec.command)
      ? join(extra?.folder ?? '', exec.command)
      : exec.command;
  const auth = new ExecAuth();
  const mutable = auth as unknown as { execFn: typeof spawn };
  mutable.execFn = ((file: string, args: string[], settings: object) => {
    const child = spawn(file, args ?? [], { ...settings, stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'] });
    child.stderr?.on('data', data => stderr.write(data));
    return child;
  }) as typeof spawn;
  try {
    await auth.applyAuthentication(
      { name: 'exec', exec: { ...exec, command, env: [...(exec.env ?? []), { name: 'KUBERNETES_EXEC_INFO', value: info }] } } as never,
      options as never,
    );
  } catch (error) {
    const missing = (error as { code?: string }).code === 'ENOENT';
    throw new UserError(
      `the login plugin "${exec.command}" of the kubeconfig ${missing ? 'is not installed' : 'failed'}${missing ? '' : `: ${firstLine(error)}`}`,
      missing ? 'install it, or choose another user with --user' : 'run it by hand to see more',
    );
  }
}

const firstLine = (error: unknown): string => ((error as Error).message ?? String(error)).split('\n', 1)[0]?.slice(0, 300) ?? '';
