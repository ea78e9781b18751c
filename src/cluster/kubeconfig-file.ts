/**
 * The files of a kubeconfig as kubectl merges them: which files, their clusters, users and contexts by name, and paths beside their file.
 * What an entry means belongs to kubeconfig.ts. An error tells the file and the position, never what stands there: it may be a password.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { readDocuments } from '../parse/documents.ts';
import { isObject } from '../parse/shape.ts';
import type { Environment } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';
import { Defects, type Fields } from './fields.ts';

/** A cluster of a kubeconfig. Source: client-go, clientcmd/api/v1/types.go; so are the other types. */
export interface ClusterEntry {
  name: string;
  server: string;
  caFile: string | undefined;
  caData: string | undefined;
  tlsServerName: string | undefined;
  skipTlsVerify: boolean;
  proxyUrl: string | undefined;
  disableCompression: boolean;
  /** What the cluster has for exec plugins: any JSON. */
  execConfig: unknown;
}

export interface UserEntry {
  name: string;
  certFile: string | undefined;
  certData: string | undefined;
  keyFile: string | undefined;
  keyData: string | undefined;
  token: string | undefined;
  tokenFile: string | undefined;
  username: string | undefined;
  password: string | undefined;
  impersonate: { user: string | undefined; uid: string | undefined; groups: string[]; extra: Record<string, string[]> };
  authProvider: { name: string; config: Record<string, string> } | undefined;
  exec: ExecSpec | undefined;
}

/** An exec plugin. Its command is absolute, or a bare name that is looked up in PATH. */
export interface ExecSpec {
  command: string;
  args: string[];
  env: { name: string; value: string }[];
  apiVersion: string;
  interactiveMode: string;
  provideClusterInfo: boolean;
  installHint: string;
}

export interface ContextEntry {
  name: string;
  cluster: string;
  user: string;
  namespace: string;
}

/** By name. Of entries of one name in several files the first counts, and so does the first current context. */
export interface Kubeconfig {
  clusters: Map<string, ClusterEntry>;
  users: Map<string, UserEntry>;
  contexts: Map<string, ContextEntry>;
  currentContext: string;
}

/** A few, which a person may write; see readDocuments. */
const MAX_ALIASES = 20;
/** A certificate, a key or a token, in characters. */
const MAX_DATA = 1_000_000;

/** The kubeconfig files in kubectl's order: --kubeconfig, else those of KUBECONFIG that exist, else ~/.kube/config. */
export function kubeconfigFiles(explicit: string | undefined, environment: Environment): string[] {
  if (explicit !== undefined) {
    if (!existsSync(explicit)) throw new UserError(`kubeconfig file "${explicit}" does not exist`, 'check the path in --kubeconfig');
    return [explicit];
  }
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
  const files = listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')];
  return files.filter(file => existsSync(file));
}

/** Reads and merges kubeconfig files. Errors: a UserError for a file that cannot be read, is no YAML, or has a field of a wrong type. */
export function readKubeconfig(files: readonly string[]): Kubeconfig {
  const merged: Kubeconfig = { clusters: new Map(), users: new Map(), contexts: new Map(), currentContext: '' };
  for (const file of files) {
    const one = readFile(file);
    for (const part of ['clusters', 'users', 'contexts'] as const) {
      const into = merged[part] as Map<string, ClusterEntry | UserEntry | ContextEntry>;
      for (const [name, entry] of one[part]) if (!into.has(name)) into.set(name, entry);
    }
    merged.currentContext ||= one.currentContext;
  }
  return merged;
}

function readFile(file: string): Kubeconfig {
  const unreadable = (why: string): UserError =>
    new UserError(`cannot read kubeconfig "${file}": ${why}`, 'check it with: kubectl config view');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable((error as { code?: string }).code ?? 'it cannot be opened');
  }
  const parsed = readDocuments(text, MAX_ALIASES);
  if (!parsed.ok) throw unreadable(parsed.error);
  // an empty file holds no document
  const document = parsed.documents[0] ?? {};
  if (!isObject(document)) throw unreadable('it is not a YAML mapping');
  const defects = new Defects();
  const kubeconfig = readDocument(document, dirname(file), defects);
  if (defects.first !== undefined) throw unreadable(defects.first);
  return kubeconfig;
}

function readDocument(document: Fields, folder: string, defects: Defects): Kubeconfig {
  const entries = <T extends { name: string }>(
    part: string,
    field: string,
    read: (fields: Fields, name: string, path: string) => T,
  ): Map<string, T> => {
    const items = defects.list(document[part], part, (item, path) => {
      const fields = defects.fields(item, path);
      return read(defects.fields(fields[field], `${path}.${field}`), defects.text(fields.name, `${path}.name`) ?? '', `${path}.${field}`);
    });
    const named = new Map<string, T>();
    for (const [index, entry] of (items ?? []).entries())
      if (named.has(entry.name)) defects.add(`${part}[${index}].name`, 'is the name of an earlier entry, too');
      else named.set(entry.name, entry);
    return named;
  };
  return {
    clusters: entries('clusters', 'cluster', (fields, name, path) => readCluster(fields, name, path, folder, defects)),
    users: entries('users', 'user', (fields, name, path) => readUser(fields, name, path, folder, defects)),
    contexts: entries('contexts', 'context', (fields, name, path) => {
      const text = (key: string): string => defects.text(fields[key], `${path}.${key}`) ?? '';
      return { name, cluster: text('cluster'), user: text('user'), namespace: text('namespace') };
    }),
    currentContext: defects.text(document['current-context'], 'current-context') ?? '',
  };
}

/** A path beside the kubeconfig; an empty one is none. */
const beside = (folder: string, path: string | undefined): string | undefined =>
  !path ? undefined : isAbsolute(path) ? path : join(folder, path);

function readCluster(fields: Fields, name: string, path: string, folder: string, defects: Defects): ClusterEntry {
  const text = (key: string): string | undefined => defects.text(fields[key], `${path}.${key}`, MAX_DATA) || undefined;
  const flag = (key: string): boolean => defects.flag(fields[key], `${path}.${key}`) === true;
  const extensions = defects.list(fields.extensions, `${path}.extensions`, (item, at) => defects.fields(item, at));
  return {
    name,
    server: text('server') ?? '',
    caFile: beside(folder, text('certificate-authority')),
    caData: text('certificate-authority-data'),
    tlsServerName: text('tls-server-name'),
    skipTlsVerify: flag('insecure-skip-tls-verify'),
    proxyUrl: text('proxy-url'),
    disableCompression: flag('disable-compression'),
    execConfig: extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension ?? null,
  };
}

function readUser(fields: Fields, name: string, path: string, folder: string, defects: Defects): UserEntry {
  const text = (key: string): string | undefined => defects.text(fields[key], `${path}.${key}`, MAX_DATA) || undefined;
  const texts = (value: unknown, at: string): string[] => defects.list(value, at, (item, place) => defects.text(item, place) ?? '') ?? [];
  const provider = defects.fields(fields['auth-provider'], `${path}.auth-provider`);
  return {
    name,
    certFile: beside(folder, text('client-certificate')),
    certData: text('client-certificate-data'),
    keyFile: beside(folder, text('client-key')),
    keyData: text('client-key-data'),
    token: text('token'),
    tokenFile: beside(folder, text('tokenFile')),
    username: text('username'),
    password: text('password'),
    impersonate: {
      user: text('as'),
      uid: text('as-uid'),
      groups: texts(fields['as-groups'], `${path}.as-groups`),
      extra: Object.fromEntries(
        Object.entries(defects.fields(fields['as-user-extra'], `${path}.as-user-extra`)).map(([key, values]) => [
          key,
          texts(values, `${path}.as-user-extra[…]`),
        ]),
      ),
    },
    authProvider:
      fields['auth-provider'] == null
        ? undefined
        : {
            name: defects.text(provider.name, `${path}.auth-provider.name`) ?? '',
            config: defects.texts(provider.config, `${path}.auth-provider.config`, MAX_DATA) ?? {},
          },
    exec: fields.exec == null ? undefined : readExec(defects.fields(fields.exec, `${path}.exec`), `${path}.exec`, folder, defects),
  };
}

function readExec(fields: Fields, path: string, folder: string, defects: Defects): ExecSpec {
  const text = (key: string): string => defects.text(fields[key], `${path}.${key}`) ?? '';
  const command = text('command');
  return {
    // a path is beside the kubeconfig, wherever we run; a bare name is not a path. Source: client-go, GetAuthInfoFileReferences
    command: /[/\\]/.test(command) ? (beside(folder, command) as string) : command,
    args: defects.list(fields.args, `${path}.args`, (item, at) => defects.text(item, at, MAX_DATA) ?? '') ?? [],
    env:
      defects.list(fields.env, `${path}.env`, (item, at) => {
        const variable = defects.fields(item, at);
        return {
          name: defects.text(variable.name, `${at}.name`) ?? '',
          value: defects.text(variable.value, `${at}.value`, MAX_DATA) ?? '',
        };
      }) ?? [],
    apiVersion: text('apiVersion'),
    interactiveMode: text('interactiveMode'),
    provideClusterInfo: defects.flag(fields.provideClusterInfo, `${path}.provideClusterInfo`) === true,
    installHint: text('installHint'),
  };
}
