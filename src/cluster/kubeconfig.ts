/**
 * From the user's kubeconfig to a connection: which cluster, as whom, with which credential. kubectl's behavior is the rule; where it
 * refuses, this refuses. The refresh of OpenID Connect tokens is @kubernetes/client-node's.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionFlags, Entry } from '../flags.ts';
import { didYouMean, similar } from '../util/nearest.ts';
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
import { pluginPolicy } from './kuberc.ts';

/** An API server, and what a request to it needs. */
export interface Connection {
  /** Without user name, password and trailing slash. */
  server: string;
  headers: Headers;
  tls: Tls;
  /** The cluster's own proxy, null for that of the environment. */
  proxyUrl: string | null;
  /** Answers are to come as they are; absent where they may be compressed. */
  disableCompression?: true;
  /** The namespace of the context. */
  namespace: string;
  /** The name of the context; absent where an address of the command line stands for it. */
  context?: string;
  /** Where the credential is from, as a message names it. */
  origin: 'kubeconfig' | 'command line';
}

type Headers = Record<string, string | string[]>;

interface Tls {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** Nothing names a cluster: no kubeconfig, and no flag. */
export class NoKubeconfig extends UserError {}

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
  const chosen = select(load(flags, caller.environment), flags, caller.environment);
  const [cluster, user] = [overriddenCluster(chosen.cluster, flags), overriddenUser(chosen.user, flags)];
  noteLogin(cluster, user);
  const url = addressOf(cluster, flags);
  // kubectl sends no credential in the clear, and asks for none. Source: client-go, ClientConfig and IsConfigTransportTLS
  const isPlain = url.protocol === 'http:';
  const { headers, tls } = isPlain ? { headers: {}, tls: {} } : await logIn(cluster, user, flags, caller);
  SECRETS.addAuthorization(headers.Authorization);
  SECRETS.add(tls.key?.toString());
  return {
    server: withoutTrailing(url.href, '/'),
    headers: { ...headers, ...impersonation(user) },
    tls,
    proxyUrl: proxyOf(cluster, flags),
    ...(cluster.disableCompression ? { disableCompression: true } : {}),
    namespace: chosen.namespace,
    ...(chosen.context === null ? {} : { context: chosen.context }),
    origin: hasLogin(flags) ? 'command line' : 'kubeconfig',
  };
}

/** Whether the flags bring a credential. */
const hasLogin = (flags: ConnectionFlags): boolean =>
  (flags.token ?? flags.username ?? flags.password ?? flags['client-certificate']) !== undefined;

/**
 * A cluster with what flags say instead. An authority and the switch that asks for none rule each other out, and the name of the certificate
 * belongs to the address. Source: client-go, clientcmd/client_config.go, getCluster.
 */
function overriddenCluster(cluster: ClusterEntry, flags: ConnectionFlags): ClusterEntry {
  const { server, 'certificate-authority': caFile, 'insecure-skip-tls-verify': skipTlsVerify = false } = flags;
  return {
    ...cluster,
    server: server ?? cluster.server,
    tlsServerName: flags['tls-server-name'] ?? (server === undefined ? cluster.tlsServerName : undefined),
    proxyUrl: flags['proxy-url'] ?? cluster.proxyUrl,
    disableCompression: flags['disable-compression'] || cluster.disableCompression,
    ...(skipTlsVerify || caFile !== undefined ? { skipTlsVerify, caFile, caData: undefined } : {}),
  };
}

/** A user with what flags say instead. Source: client-go, clientcmd/client_config.go, getAuthInfo; a token is sent instead of a token file. */
function overriddenUser(user: UserEntry, flags: ConnectionFlags): UserEntry {
  const { token, 'client-certificate': certFile, 'client-key': keyFile } = flags;
  const groups = flags['as-group'] ?? [];
  const extra: Record<string, string[]> = {};
  for (const field of flags['as-user-extra'] ?? []) {
    const [key, value] = field.split(/=(.*)/s);
    if (!key || value === undefined) throw new UserError(`invalid --as-user-extra "${field}"`, 'expected KEY=VALUE');
    (extra[key] ??= []).push(value);
  }
  return {
    ...user,
    ...(token === undefined ? {} : { token, tokenFile: undefined }),
    ...(certFile === undefined ? {} : { certFile, certData: undefined }),
    ...(keyFile === undefined ? {} : { keyFile, keyData: undefined }),
    username: flags.username ?? user.username,
    password: flags.password ?? user.password,
    impersonate: {
      user: flags.as ?? user.impersonate.user,
      uid: flags['as-uid'] ?? user.impersonate.uid,
      groups: groups.length > 0 ? groups : user.impersonate.groups,
      extra: { ...user.impersonate.extra, ...extra },
    },
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

/** The names of the entries of a kubeconfig, for completion. */
export const entryNames = (part: Entry, flags: ConnectionFlags, environment: Environment): string[] => [
  ...readKubeconfig(kubeconfigFiles(flags.kubeconfig, environment))[part].keys(),
];

/** The kubeconfig of the flags and the environment, else that of the pod in which this runs; none where an address stands for it. */
function load(flags: ConnectionFlags, environment: Environment): Kubeconfig {
  const files = kubeconfigFiles(flags.kubeconfig, environment);
  if (files.length === 0 && flags.server === undefined) {
    if (isInPod(environment)) return inCluster(environment);
    if (!environment.KUBERNETES_MASTER)
      throw new NoKubeconfig('no kubeconfig found', 'set KUBECONFIG or --kubeconfig; -f FILE diagnoses saved objects without a cluster');
  }
  return readKubeconfig(files);
}

/** Source: client-go, clientcmd/client_config.go, Possible. */
const isInPod = ({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: Environment): boolean =>
  Boolean(host) && Boolean(port) && existsSync(join(IN_CLUSTER, 'token'));

/** The namespace of a pod, or the default. Source: client-go, clientcmd/client_config.go, Namespace. */
function ownNamespace(environment: Environment): string {
  const file = join(IN_CLUSTER, 'namespace');
  const own = isInPod(environment) ? environment.POD_NAMESPACE || (existsSync(file) ? readFileSync(file, 'utf8').trim() : '') : '';
  return own || 'default';
}

/** The connection of a pod to its own cluster. Source: client-go, rest.InClusterConfig. */
function inCluster({ KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' }: Environment): Kubeconfig {
  const name = 'in-cluster';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    clusters: new Map([[name, { ...noCluster(name, server), caFile: join(IN_CLUSTER, 'ca.crt') }]]),
    users: new Map([[name, { ...noUser(name), tokenFile: join(IN_CLUSTER, 'token') }]]),
    contexts: new Map([[name, { name, cluster: name, user: name, namespace: '' }]]),
    currentContext: name,
  };
}

/** A cluster of which no more than the address is known. */
const noCluster = (name: string, server: string): ClusterEntry => ({
  ...{ name, server, caFile: undefined, caData: undefined, tlsServerName: undefined, skipTlsVerify: false, proxyUrl: undefined },
  ...{ disableCompression: false, execConfig: null },
});

/** A user without any credential. */
const noUser = (name: string): UserEntry => ({
  name,
  ...{ certFile: undefined, certData: undefined, keyFile: undefined, keyData: undefined, token: undefined, tokenFile: undefined },
  ...{ username: undefined, password: undefined, authProvider: undefined, exec: undefined },
  impersonate: { user: undefined, uid: undefined, groups: [], extra: {} },
});

/**
 * The cluster and the user that the flags and the current context choose. An address and a credential of the command line need no entry of the
 * kubeconfig. Source: client-go, clientcmd/client_config.go, getCluster and getAuthInfo.
 */
function select(
  config: Kubeconfig,
  flags: ConnectionFlags,
  environment: Environment,
): { cluster: ClusterEntry; user: UserEntry; namespace: string; context: string | null } {
  const address = flags.server ?? (environment.KUBERNETES_MASTER || undefined);
  const name = flags.context ?? config.currentContext;
  const context: ContextEntry | undefined = config.contexts.get(name);
  if (context === undefined && (name !== '' || (flags.cluster ?? address) === undefined)) {
    const hint = meant(name, config.contexts) ?? `select a context with --context (${namesOf(config.contexts)})`;
    throw new UserError(name ? `the kubeconfig has no context "${name}"` : 'the kubeconfig has no current context', hint);
  }
  const clusterName = flags.cluster ?? context?.cluster ?? '';
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined && (flags.cluster !== undefined || address === undefined))
    throw new UserError(
      `the kubeconfig has no cluster "${clusterName}"`,
      meant(clusterName, config.clusters) ?? `its clusters: ${namesOf(config.clusters)}`,
    );
  const userName = flags.user ?? context?.user ?? '';
  const user = config.users.get(userName);
  if (user === undefined && userName !== '' && (flags.user !== undefined || !hasLogin(flags)))
    throw new UserError(`the kubeconfig has no user "${userName}"`, meant(userName, config.users) ?? `its users: ${namesOf(config.users)}`);
  return {
    cluster: cluster ?? noCluster(clusterName, address ?? ''),
    user: user ?? noUser(userName),
    namespace: context?.namespace || ownNamespace(environment),
    context: context === undefined ? null : name,
  };
}

/** Names of entries that an error lists. */
const MOST_NAMED = 10;

function namesOf(entries: ReadonlyMap<string, unknown>): string {
  const more = entries.size - MOST_NAMED;
  return `${[...entries.keys()].slice(0, MOST_NAMED).join(', ') || 'none'}${more > 0 ? ` and ${more} more: kubectl config view` : ''}`;
}

/** What may be meant by a name that the kubeconfig does not have. */
const meant = (name: string, entries: ReadonlyMap<string, unknown>): string | null => didYouMean(similar(name, [...entries.keys()]));

/**
 * A cluster's address as kubectl takes it: without a scheme it is plain HTTP. User name and password in it are neither shown nor sent.
 * Source: client-go, rest/url_utils.go, DefaultServerURL.
 */
function addressOf({ name, server }: ClusterEntry, flags: ConnectionFlags): URL {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`;
  const url = server !== '' && URL.canParse(address) ? new URL(address) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw new UserError(`invalid ${settingOf(flags, 'server', `server of cluster "${name}"`)}`, 'expected for example https://HOST:6443');
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return url;
}

/** A setting as a message names it: the flag, where it is one. */
const settingOf = (flags: ConnectionFlags, flag: keyof ConnectionFlags, what: string): string =>
  flags[flag] === undefined ? `${what} in the kubeconfig` : `--${flag}`;

/** The proxy of a cluster. Errors: a UserError that does not show it: it may hold a password. */
function proxyOf({ name, proxyUrl }: ClusterEntry, flags: ConnectionFlags): string | null {
  if (proxyUrl === undefined) return null;
  const scheme = URL.canParse(proxyUrl) ? new URL(proxyUrl).protocol.slice(0, -1) : null;
  if (scheme === 'http' || scheme === 'https') return proxyUrl;
  throw new UserError(
    `${settingOf(flags, 'proxy-url', `proxy-url of cluster "${name}"`)} ${scheme === null ? 'is not a URL' : `has the scheme "${scheme}", which is not supported`}`,
    'expected http://HOST:PORT or https://HOST:PORT',
  );
}

/** The credentials of a user over TLS. In: the cluster, the user, the flags they were made with, and an exec plugin's caller. */
async function logIn(
  cluster: ClusterEntry,
  user: UserEntry,
  flags: ConnectionFlags,
  caller: PluginCaller,
): Promise<{ headers: Headers; tls: Tls }> {
  refuseUnusable(cluster, user);
  const file = (data: string | undefined, path: string | undefined, flag: FileFlag, owner: string): string | undefined =>
    pem(data, path, settingOf(flags, flag, `${flag} of ${owner}`));
  const ca = file(cluster.caData, cluster.caFile, 'certificate-authority', `cluster "${cluster.name}"`);
  const cert = file(user.certData, user.certFile, 'client-certificate', `user "${user.name}"`);
  const key = cert === undefined ? undefined : file(user.keyData, user.keyFile, 'client-key', `user "${user.name}"`);
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
  const plugin =
    user.exec === undefined || isLoggedIn
      ? {}
      : await runExecPlugin(user.exec, cluster, ca, await pluginPolicy(flags.kuberc ?? '', caller.environment), caller);
  const sent = authorization ?? (plugin.token === undefined ? undefined : `Bearer ${plugin.token}`);
  if (sent !== undefined && !/^[\x20-\x7e]+$/.test(sent))
    throw new UserError(
      `the token of ${hasLogin(flags) ? 'the command line' : `user "${user.name}"`} holds a character that no header may hold`,
      'check it for line breaks: log in again, or select another user with --user',
    );
  return {
    headers: sent === undefined ? {} : { Authorization: sent },
    tls: plugin.cert === undefined ? tls : { ...tls, cert: plugin.cert, key: plugin.key as string },
  };
}

type FileFlag = 'certificate-authority' | 'client-certificate' | 'client-key';

/**
 * Errors: a UserError for what kubectl refuses. In: what the kubeconfig and the flags make together. Source: client-go,
 * clientcmd/validation.go, transport/transport.go and plugin/pkg/client/auth.
 */
function refuseUnusable(cluster: ClusterEntry, user: UserEntry): void {
  const { name, token, tokenFile, username, password, authProvider, exec } = user;
  const [has, certificate] = [`user "${name}" of the kubeconfig has`, user.certFile ?? user.certData];
  const isTwice = (one: unknown, other: unknown): boolean => one !== undefined && other !== undefined;
  const rows: [boolean, string][] = [
    [
      isTwice(cluster.caFile, cluster.caData),
      `cluster "${cluster.name}" of the kubeconfig has the certificate-authority as a file and as data`,
    ],
    [
      cluster.skipTlsVerify && (cluster.caFile ?? cluster.caData) !== undefined,
      `cluster "${cluster.name}" has both a certificate-authority and insecure-skip-tls-verify`,
    ],
    [isTwice(user.certFile, user.certData), `${has} the client-certificate as a file and as data`],
    [certificate !== undefined && isTwice(user.keyFile, user.keyData), `${has} the client-key as a file and as data`],
    [isTwice(authProvider, exec), `${has} both an auth-provider and an exec plugin`],
    [
      isTwice(token ?? tokenFile, username ?? password),
      `user "${name}" has both a token and a user name or password, of the kubeconfig or of the command line`,
    ],
  ];
  const found = rows.find(([isFound]) => isFound);
  if (found !== undefined) throw new UserError(found[1], 'remove one of them');
  if (certificate !== undefined && (user.keyFile ?? user.keyData) === undefined)
    throw new UserError(
      `user "${name}" has a client-certificate without its client-key`,
      'name it with --client-key, or in the kubeconfig',
    );
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

/** The token in a file. In: whether the user has another one, which then counts where the file has none. Errors: a UserError. */
function readCredentialFile(file: string, user: UserEntry, hasOther: boolean): string {
  let why = 'it is empty';
  try {
    const token = readFileSync(file, 'utf8').trim();
    if (token !== '') return token;
  } catch (error) {
    why = (error as { code?: string }).code ?? 'unknown error';
  }
  if (hasOther) return '';
  throw new UserError(
    `cannot log in as user "${user.name}" of the kubeconfig: cannot read its token file "${file}": ${why}`,
    'check tokenFile in the kubeconfig',
  );
}

/** A certificate or a key, from its data or its file. Errors: a UserError where it is not PEM. */
function pem(data: string | undefined, file: string | undefined, what: string): string | undefined {
  if (data === undefined && file === undefined) return undefined;
  let text: string;
  try {
    text = data === undefined ? readFileSync(file as string, 'utf8') : Buffer.from(data, 'base64').toString('utf8');
  } catch (error) {
    throw new UserError(
      `cannot read the ${what} from "${file}": ${(error as { code?: string }).code ?? 'unknown error'}`,
      'check that kubectl itself works: kubectl version',
    );
  }
  if (text.includes('-----BEGIN ')) return text;
  throw new UserError(
    `the ${what} is not PEM${data === undefined ? '' : ' in base64'}`,
    'a PEM text begins with -----BEGIN; check that kubectl itself works: kubectl version',
  );
}

/** The headers by which a user acts as another one. Source: client-go, transport/round_trippers.go. */
function impersonation({ impersonate: { user, uid, groups, extra } }: UserEntry): Headers {
  if (user === undefined) {
    const more =
      uid !== undefined ? '--as-uid' : groups.length > 0 ? '--as-group' : Object.keys(extra).length > 0 ? '--as-user-extra' : null;
    if (more !== null) throw new UserError(`${more} requires --as`, 'name the user to impersonate: --as USER');
    return {};
  }
  return {
    'Impersonate-User': user,
    ...(groups.length > 0 ? { 'Impersonate-Group': groups } : {}),
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
    ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [`Impersonate-Extra-${inHeaderName(key)}`, values])),
  };
}

/** A key as a part of a header's name: other bytes than those of a name are percent-encoded. Source: client-go, headerKeyEscape. */
const inHeaderName = (key: string): string =>
  Buffer.from(key)
    .toString('latin1')
    .replace(/[^\w!#$&'*+.^`|~-]/g, byte => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
