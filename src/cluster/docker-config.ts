/**
 * The logins of the person who asks: those of docker (`config.json`) or podman (`auth.json`), with their credential helpers, as the pull secret that they would make. The cluster has
 * none of them. Source: docker/cli, cli/config; docker/docker-credential-helpers, client.
 */
import { join } from 'node:path';
import type { Secret } from '../model/kubernetes.ts';
import { HUB } from '../model/reference.ts';
import { isObject, jsonObject } from '../parse/shape.ts';
import type { Environment } from '../util/proxy.ts';
import { SECRETS } from '../util/secrets.ts';
import { UserError } from '../util/user-error.ts';
import { findProgram, outputOf, type ProgramCaller } from './program.ts';

/** Milliseconds for one helper. Those of clouds ask their cloud. */
const HELPER_TIMEOUT = 20_000;
/** The user name with which a helper marks an identity token. */
const TOKEN_USER = '<token>';
/** Under which docker keeps the login of Docker Hub. */
const HUB_KEY = 'https://index.docker.io/v1/';

/** What was found. */
export interface Logins {
  /** As a pull secret, named by its file; null where there is no file. */
  secret: Secret | null;
  /** What could not be used: one line each. */
  warnings: string[];
}

/** Who reads files and runs helpers. */
export interface LoginReader extends ProgramCaller {
  readFile(path: string): Promise<string>;
}

/** In: the registries of the images, and who reads. Out: the logins for them. Throws UserError for a file that is no JSON. */
export async function userLogins(registries: readonly string[], reader: LoginReader): Promise<Logins> {
  for (const [path, shown] of filesOf(reader.environment)) {
    const text = await reader.readFile(path).catch(() => null);
    if (text === null) continue;
    SECRETS.addDocument(text, true);
    const config = jsonObject(text);
    if (config == null) throw new UserError(`${shown} is not a JSON object`, 'correct it, or use --secret-file');
    const warnings: string[] = [];
    const auths: Record<string, unknown> = isObject(config['auths']) ? { ...config['auths'] } : {};
    for (const registry of new Set(registries)) {
      const login = await ofHelper(registry, config, reader, warnings);
      if (login !== null) Object.assign(auths, login);
    }
    return { secret: secretOf(shown, auths), warnings };
  }
  return { secret: null, warnings: [] };
}

/** The pull secret that holds entries of `auths`. */
export const secretOf = (name: string, auths: object): Secret => ({
  metadata: { name },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
});

/** Where the files are, and how they are shown: without the name of the user. The first that exists counts. */
function filesOf(environment: Environment): [path: string, shown: string][] {
  const home = environment.HOME || environment.USERPROFILE || '';
  const { DOCKER_CONFIG: docker, REGISTRY_AUTH_FILE: podman, XDG_RUNTIME_DIR: runtime } = environment;
  const inHome = (...parts: string[]): [string, string][] => (home === '' ? [] : [[join(home, ...parts), ['~', ...parts].join('/')]]);
  return [
    ...(docker ? [[join(docker, 'config.json'), '$DOCKER_CONFIG/config.json'] as [string, string]] : inHome('.docker', 'config.json')),
    ...(podman ? [[podman, '$REGISTRY_AUTH_FILE'] as [string, string]] : []),
    ...(runtime ? [[join(runtime, 'containers', 'auth.json'), '$XDG_RUNTIME_DIR/containers/auth.json'] as [string, string]] : []),
    ...inHome('.config', 'containers', 'auth.json'),
  ];
}

/** The login that a helper has for a registry; null where none is configured, or it has none. */
async function ofHelper(
  registry: string,
  config: Record<string, unknown>,
  reader: LoginReader,
  warnings: string[],
): Promise<Record<string, object> | null> {
  const keys = registry === HUB ? [HUB_KEY, 'index.docker.io', HUB] : [registry];
  const own = isObject(config['credHelpers']) ? config['credHelpers'] : {};
  const key = keys.find(one => Object.hasOwn(own, one)) ?? (keys[0] as string);
  const helper = Object.hasOwn(own, key) ? own[key] : config['credsStore'];
  if (typeof helper !== 'string' || helper === '') return null;
  // a name, never a path: what stands in the file chooses a program of PATH alone
  const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(helper) ? `docker-credential-${helper}` : null;
  const program = name === null ? undefined : findProgram(name, reader.environment);
  if (name === null || program === undefined) {
    warnings.push(
      name === null ? 'a credential helper of the docker config has no valid name' : `the credential helper "${name}" is not installed`,
    );
    return null;
  }
  let output: string;
  try {
    output = await outputOf(
      program,
      ['get'],
      { what: `the credential helper "${name}"`, input: `${key}\n`, timeout: HELPER_TIMEOUT },
      reader,
    );
  } catch (error) {
    if (!(error instanceof UserError) || reader.signal.aborted) throw error;
    // a helper that has no login for the registry ends with status 1
    if (!/exit status 1$/.test(error.message)) warnings.push(error.message);
    return null;
  }
  const answer = jsonObject(output);
  const [username, password] = [answer?.['Username'], answer?.['Secret']];
  if (typeof password === 'string') SECRETS.add(password, typeof username === 'string' ? username : null);
  if (typeof username !== 'string' || typeof password !== 'string') {
    warnings.push(`the credential helper "${name}" returned no login`);
    return null;
  }
  if (username === TOKEN_USER) {
    warnings.push(`the login for "${registry}" is an identity token, which no pull secret can hold: it was not used`);
    return null;
  }
  return { [key]: { username, password } };
}
