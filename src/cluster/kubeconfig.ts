/**
 * From the user's kubeconfig to a connection: which cluster, as whom, with which credential. kubectl's behavior is the rule; where it
 * refuses, this refuses. The refresh of OpenID Connect tokens is @kubernetes/client-node's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../util/proxy.ts';
import { SECRETS } from '../util/secrets.ts';
import { withoutTrailing } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { type PluginCaller, runExecPlugin } from './exec-plugin.ts';
import {
  type ClusterEntry,
  type ContextEntry,
  type Kubeconfig,
  kubeconfigFiles,
  readKubeconfig,
  type UserEntry,
} from './kubeconfig-file.ts';

/** kubectl's flags that choose a connection. */
export interface ConnectionFlags {
  kubeconfig?: string | undefined;
  context?: string | undefined;
  cluster?: string | undefined;
  user?: string | undefined;
  as?: string | undefined;
  asGroup?: string[] | undefined;
}

/** An API server, and what a request to it needs. */
export interface Connection {
  /** Without user name, password and trailing slash. */
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

/** Where a pod finds its service account. */
const IN_CLUSTER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Auth providers that were built into kubectl until 1.26, with the exec plugin that took their place. */
const REMOVED_PROVIDERS: Record<string, string> = {
  gcp: 'install gke-gcloud-auth-plugin, then run: gcloud container clusters get-credentials CLUSTER',
  azure: 'install kubelogin (https://github.com/Azure/kubelogin), then run: kubelogin convert-kubeconfig',
};

/**
 * Builds the connection to the cluster. In: kubectl's flags, and who calls. Out: address, headers, TLS and proxy, with the user logged in
 * (an exec plugin runs here). Errors: a UserError.
 */
export async function connect(flags: ConnectionFlags, caller: PluginCaller): Promise<Connection> {
  const { cluster, user, namespace } = select(load(flags, caller.environment), flags);
  noteLogin(cluster, user);
  const url = addressOf(cluster);
  // kubectl sends no credential in the clear, and asks for none. Source: client-go, ClientConfig and IsConfigTransportTLS
  const isPlain = url.protocol === 'http:';
  const { headers, tls } = isPlain ? { headers: {}, tls: {} } : await logIn(cluster, user, caller);
  SECRETS.addAuthorization(headers.Authorization);
  SECRETS.add(tls.key?.toString());
  return {
    server: withoutTrailing(url.href, '/'),
    headers: { ...headers, ...impersonation(flags, user) },
    tls,
    proxyUrl: proxyOf(cluster),
    namespace,
  };
}

/** Names of settings whose values are secret: of variables of an exec plugin, and of the configuration of an auth provider. */
const SECRET_SETTING = /token|secret|pass|key|cred/i;

/** Tells the run what must not be printed, before an error could quote it. */
function noteLogin({ server, proxyUrl }: ClusterEntry, { token, username, password, keyData, exec, authProvider }: UserEntry): void {
  SECRETS.add(token);
  SECRETS.add(password, username ?? null);
  SECRETS.add(keyData);
  for (const address of [server, proxyUrl]) SECRETS.addUserInfo(address);
  const settings = [...(exec?.env ?? []).map(({ name, value }) => [name, value] as const), ...Object.entries(authProvider?.config ?? {})];
  for (const [name, value] of settings) if (SECRET_SETTING.test(name)) SECRETS.add(value);
}

/** The names of the contexts, for completion. */
export const contextNames = (flags: ConnectionFlags, environment: Environment): string[] => [
  ...readKubeconfig(kubeconfigFiles(flags.kubeconfig, environment)).contexts.keys(),
];

/** The kubeconfig of the flags and the environment, else that of the pod in which this runs. */
function load(flags: ConnectionFlags, environment: Environment): Kubeconfig {
  const files = kubeconfigFiles(flags.kubeconfig, environment);
  if (files.length > 0) return readKubeconfig(files);
  if (!existsSync(join(IN_CLUSTER, 'token')))
    throw new UserError('no kubeconfig found', 'set KUBECONFIG or --kubeconfig; -f FILE diagnoses saved objects without a cluster');
  return inCluster(environment);
}

/** The connection of a pod to its own cluster. Source: client-go, rest.InClusterConfig. */
function inCluster({ KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' }: Environment): Kubeconfig {
  const [name, namespaceFile] = ['in-cluster', join(IN_CLUSTER, 'namespace')];
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const none = { caData: undefined, tlsServerName: undefined, skipTlsVerify: false, proxyUrl: undefined };
  return {
    clusters: new Map([[name, { name, server, caFile: join(IN_CLUSTER, 'ca.crt'), ...none }]]),
    users: new Map([[name, { ...noUser(name), tokenFile: join(IN_CLUSTER, 'token') }]]),
    contexts: new Map([
      [name, { name, cluster: name, user: name, namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : '' }],
    ]),
    currentContext: name,
  };
}

/** A user without any credential. */
const noUser = (name: string): UserEntry => ({
  name,
  ...{ certFile: undefined, certData: undefined, keyFile: undefined, keyData: undefined, token: undefined, tokenFile: undefined },
  ...{ username: undefined, password: undefined, authProvider: undefined, exec: undefined },
  impersonate: { user: undefined, uid: undefined, groups: [] },
});

/** The cluster and the user that the flags and the current context choose. */
function select(config: Kubeconfig, flags: ConnectionFlags): { cluster: ClusterEntry; user: UserEntry; namespace: string } {
  const name = flags.context ?? config.currentContext;
  const context: ContextEntry | undefined = config.contexts.get(name);
  if (context === undefined && (flags.context !== undefined || flags.cluster === undefined)) {
    const hint = `select a context with --context (${namesOf(config.contexts)})`;
    throw new UserError(name ? `the kubeconfig has no context "${name}"` : 'the kubeconfig has no current context', hint);
  }
  const clusterName = flags.cluster ?? context?.cluster ?? '';
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined)
    throw new UserError(`the kubeconfig has no cluster "${clusterName}"`, `its clusters: ${namesOf(config.clusters)}`);
  const userName = flags.user ?? context?.user ?? '';
  const user = config.users.get(userName);
  if (user === undefined && userName !== '')
    throw new UserError(`the kubeconfig has no user "${userName}"`, `its users: ${namesOf(config.users)}`);
  return { cluster, user: user ?? noUser(''), namespace: context?.namespace || 'default' };
}

const namesOf = (entries: ReadonlyMap<string, unknown>): string => [...entries.keys()].join(', ') || 'none';

/**
 * A cluster's address as kubectl takes it: without a scheme it is plain HTTP. User name and password in it are neither shown nor sent.
 * Source: client-go, rest/url_utils.go, DefaultServerURL.
 */
function addressOf({ name, server }: ClusterEntry): URL {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`;
  const url = server !== '' && URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new UserError(`invalid server of cluster "${name}" in the kubeconfig`, 'expected for example https://HOST:6443');
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url;
}

/** The proxy of a cluster. Errors: a UserError that does not show it: it may hold a password. */
function proxyOf({ name, proxyUrl }: ClusterEntry): string | null {
  if (proxyUrl === undefined) return null;
  const scheme = URL.canParse(proxyUrl) ? new URL(proxyUrl).protocol.slice(0, -1) : null;
  if (scheme === 'http' || scheme === 'https') return proxyUrl;
  throw new UserError(
    `proxy-url of cluster "${name}" in the kubeconfig ${scheme === null ? 'is not a URL' : `has the scheme "${scheme}", which is not supported`}`,
    'expected http://HOST:PORT or https://HOST:PORT',
  );
}

/** The credentials of a user over TLS. In: the cluster, the user, and an exec plugin's caller. */
async function logIn(cluster: ClusterEntry, user: UserEntry, caller: PluginCaller): Promise<{ headers: Headers; tls: Tls }> {
  refuseUnusable(user);
  const ca = pem(cluster.caData, cluster.caFile, `certificate-authority of cluster "${cluster.name}"`);
  const cert = pem(user.certData, user.certFile, `client-certificate of user "${user.name}"`);
  const key = pem(user.keyData, user.keyFile, `client-key of user "${user.name}"`);
  const tls: Tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
    // always set: NODE_TLS_REJECT_UNAUTHORIZED is not asked
    rejectUnauthorized: !cluster.skipTlsVerify,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  const authorization = await authorizationOf(user);
  // a plugin is not run where the user has another credential. Source: client-go, exec.go, UpdateTransportConfig
  const isLoggedIn = authorization !== undefined || cert !== undefined;
  const plugin = user.exec === undefined || isLoggedIn ? {} : await runExecPlugin(user.exec, cluster, caller);
  const sent = authorization ?? (plugin.token === undefined ? undefined : `Bearer ${plugin.token}`);
  if (sent !== undefined && !/^[\x20-\x7e]+$/.test(sent))
    throw new UserError(
      `the token of user "${user.name}" holds a character that no header may hold`,
      'check it for line breaks: log in again, or select another user with --user',
    );
  return {
    headers: sent === undefined ? {} : { Authorization: sent },
    tls: plugin.cert === undefined ? tls : { ...tls, cert: plugin.cert, key: plugin.key as string },
  };
}

/** Errors: a UserError for what kubectl refuses. Source: client-go, clientcmd/validation.go and plugin/pkg/client/auth. */
function refuseUnusable({ name, token, tokenFile, username, password, authProvider, exec }: UserEntry): void {
  if (authProvider !== undefined && exec !== undefined)
    throw new UserError(`user "${name}" of the kubeconfig has both an auth-provider and an exec plugin`, 'remove one of them');
  if ((token ?? tokenFile) !== undefined && (username ?? password) !== undefined)
    throw new UserError(`user "${name}" of the kubeconfig has both a token and a user name or password`, 'remove one of them');
  if (authProvider === undefined || authProvider.name === 'oidc') return;
  const instead = Object.hasOwn(REMOVED_PROVIDERS, authProvider.name) ? REMOVED_PROVIDERS[authProvider.name] : undefined;
  throw instead === undefined
    ? new UserError(`user "${name}" of the kubeconfig has an auth-provider that kubectl does not know`, 'use an exec plugin')
    : new UserError(`the ${authProvider.name} auth-provider of user "${name}" was removed from kubectl in 1.26`, instead);
}

/** The Authorization header that needs no plugin, undefined for none. A token file is newer than a token beside it. */
async function authorizationOf(user: UserEntry): Promise<string | undefined> {
  const fromFile = user.tokenFile === undefined ? '' : readCredentialFile(user.tokenFile, user, user.token !== undefined);
  const token = fromFile || user.token;
  if (token !== undefined && token !== '') return `Bearer ${token}`;
  if (user.username !== undefined || user.password !== undefined)
    return `Basic ${Buffer.from(`${user.username ?? ''}:${user.password ?? ''}`).toString('base64')}`;
  return user.authProvider === undefined ? undefined : oidcToken(user, user.authProvider);
}

/** The header with the ID token of OpenID Connect, refreshed where it has expired. The library's own words may quote the token. */
async function oidcToken(user: UserEntry, authProvider: NonNullable<UserEntry['authProvider']>): Promise<string | undefined> {
  const options: { headers: Headers } = { headers: {} };
  try {
    const { OpenIDConnectAuth } = await import('@kubernetes/client-node/dist/oidc_auth.js');
    await new OpenIDConnectAuth().applyAuthentication({ name: user.name, authProvider }, options as never);
  } catch (error) {
    const { code } = error as { code?: unknown };
    throw new UserError(
      `cannot log in as user "${user.name}" of the kubeconfig: the OpenID Connect token cannot be refreshed${typeof code === 'string' ? ` (${code})` : ''}`,
      'log in again at the identity provider, or check with: kubectl version',
    );
  }
  return options.headers.Authorization as string | undefined;
}

function readCredentialFile(file: string, user: UserEntry, hasOther: boolean): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (hasOther) return '';
    throw new UserError(
      `cannot log in as user "${user.name}" of the kubeconfig: cannot read its token file "${file}": ${(error as { code?: string }).code ?? 'unknown error'}`,
      'check tokenFile in the kubeconfig',
    );
  }
}

/** A certificate or a key, from its data or its file; data goes first, as in client-go. Errors: a UserError where it is not PEM. */
function pem(data: string | undefined, file: string | undefined, what: string): string | undefined {
  if (data === undefined && file === undefined) return undefined;
  let text: string;
  try {
    text = data === undefined ? readFileSync(file as string, 'utf8') : Buffer.from(data, 'base64').toString('utf8');
  } catch (error) {
    throw new UserError(
      `cannot read the ${what} of the kubeconfig from "${file}": ${(error as { code?: string }).code ?? 'unknown error'}`,
      'check that kubectl itself works: kubectl version',
    );
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new UserError(
    `the ${what} of the kubeconfig is not PEM${data === undefined ? '' : ' in base64'}`,
    'a PEM text begins with -----BEGIN; check that kubectl itself works: kubectl version',
  );
}

/** The headers by which a user acts as another one. */
function impersonation(flags: ConnectionFlags, { impersonate }: UserEntry): Headers {
  const as = flags.as ?? impersonate.user;
  const groups = flags.asGroup ?? impersonate.groups;
  if (as === undefined) {
    if (groups.length > 0) throw new UserError('--as-group requires --as', 'name the user to impersonate: --as USER --as-group GROUP');
    return {};
  }
  return {
    'Impersonate-User': as,
    ...(groups.length > 0 ? { 'Impersonate-Group': groups } : {}),
    ...(impersonate.uid === undefined ? {} : { 'Impersonate-Uid': impersonate.uid }),
  };
}
