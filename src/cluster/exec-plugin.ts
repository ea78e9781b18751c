/**
 * Exec plugins of a kubeconfig: which program is run, with what, for how long, and what of its output is a credential. As client-go does
 * it (plugin/pkg/client/auth/exec).
 */
import { basename, normalize } from 'node:path';
import { isObject } from '../parse/shape.ts';
import type { Environment } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';
import { Defects } from './fields.ts';
import type { ClusterEntry, ExecSpec } from './kubeconfig-file.ts';
import type { PluginPolicy } from './kuberc.ts';
import { findProgram, MAX_OUTPUT, outputOf, type ProgramCaller } from './program.ts';

/** What a plugin needs of whoever runs it. */
export interface PluginCaller extends ProgramCaller {
  /** Whether somebody can answer a question: standard input is a terminal. */
  isInteractive: boolean;
}

/** What a plugin returned: a token, or a certificate and its key. */
export interface ExecCredential {
  token?: string;
  cert?: string;
  key?: string;
}

/** The versions of client.authentication.k8s.io that kubectl still speaks. */
const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/**
 * Runs an exec plugin. In: the plugin, the cluster and its authority as PEM (for plugins that want to know them), which plugins may run, and
 * who calls. Out: its credential. Errors: a UserError, in which nothing of the plugin's output is quoted: it may be a credential.
 */
export async function runExecPlugin(
  exec: ExecSpec,
  cluster: ClusterEntry,
  authority: string | undefined,
  policy: PluginPolicy | null,
  caller: PluginCaller,
): Promise<ExecCredential> {
  const isInteractive = mayAsk(exec, caller.isInteractive);
  const program = findAllowed(exec, policy, caller.environment);
  const spec = { interactive: isInteractive, ...(exec.provideClusterInfo ? { cluster: clusterInfo(cluster, authority) } : {}) };
  const info = JSON.stringify({ apiVersion: exec.apiVersion, kind: 'ExecCredential', spec });
  const environment = {
    ...caller.environment,
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: info,
  };
  const run = { what: nameOf(exec), hint: RUN_IT, isInteractive, showErrors: true };
  return readCredential(await outputOf(program, exec.args, run, { ...caller, environment }), exec);
}

/** What a plugin is told of the cluster. Source: client-go, rest/exec.go, ConfigToExecCluster; what is empty is left out, save `config`. */
const clusterInfo = (cluster: ClusterEntry, authority: string | undefined): object => ({
  server: cluster.server,
  'tls-server-name': cluster.tlsServerName,
  'insecure-skip-tls-verify': cluster.skipTlsVerify || undefined,
  'certificate-authority-data': authority === undefined ? undefined : Buffer.from(authority).toString('base64'),
  'proxy-url': cluster.proxyUrl,
  'disable-compression': cluster.disableCompression || undefined,
  config: cluster.execConfig,
});

const RUN_IT = 'run the plugin yourself for details';
const nameOf = ({ command }: ExecSpec): string => `the credential plugin "${command}" of the kubeconfig`;

/** Whether the plugin may ask on the terminal. Source: client-go, ExecInteractiveMode and exec.go, isInteractive. */
function mayAsk(exec: ExecSpec, isTerminal: boolean): boolean {
  if (!VERSIONS.includes(exec.apiVersion))
    throw new UserError(
      `${nameOf(exec)} has the apiVersion "${exec.apiVersion}", which kubectl does not support`,
      `update the plugin and set apiVersion: ${VERSIONS[0]}`,
    );
  if (exec.command === '')
    throw new UserError('the credential plugin of the kubeconfig has no command', 'set exec.command of its user in the kubeconfig');
  // v1beta1 had no such field at first: there its default is IfAvailable
  const mode = exec.interactiveMode || (exec.apiVersion === VERSIONS[1] ? 'IfAvailable' : '');
  switch (mode) {
    case 'Never':
      return false;
    case 'IfAvailable':
      return isTerminal;
    case 'Always':
      if (isTerminal) return true;
      throw new UserError(
        `${nameOf(exec)} has to ask on a terminal (interactiveMode: Always), and standard input is not a terminal`,
        'run this on a terminal, or log in by a plugin that does not ask',
      );
    default:
      throw new UserError(
        `${nameOf(exec)} has ${mode === '' ? 'no interactiveMode' : 'an unknown interactiveMode'}`,
        'set interactiveMode: IfAvailable, Never or Always',
      );
  }
}

/**
 * The path of the plugin's program, if kuberc lets it run: a command of the list is the plugin's as both are written, or leads to the same
 * program. Source: client-go, exec.go, checkAllowlistLocked.
 */
function findAllowed(exec: ExecSpec, policy: PluginPolicy | null, environment: Environment): string {
  const refused = (): UserError =>
    new UserError(
      `${nameOf(exec)} is not allowed: kuberc "${policy?.file}" has credentialPluginPolicy: ${policy?.allowed === null ? 'DenyAll' : 'Allowlist'}`,
      'allow it there, or select another user with --user',
    );
  if (policy?.allowed === null) throw refused();
  const program = findProgram(exec.command, environment);
  if (program === undefined) {
    const [hint = ''] = exec.installHint.trim().split('\n', 1);
    throw new UserError(`${nameOf(exec)} is not installed`, hint.slice(0, 300) || 'install it, or select another user with --user');
  }
  const isSame = (entry: string): boolean =>
    entry === normalize(exec.command) ||
    entry === program ||
    (basename(entry) === basename(program) && findProgram(entry, environment) === program);
  if (policy !== null && !policy.allowed.some(isSame)) throw refused();
  return program;
}

/** The credential in a plugin's output. Source: client-go, exec.go, refreshCredsLocked. */
function readCredential(output: string, exec: ExecSpec): ExecCredential {
  const wrong = (what: string): UserError => new UserError(`${nameOf(exec)} returned no valid ExecCredential: ${what}`, RUN_IT);
  let value: unknown;
  try {
    value = JSON.parse(output);
  } catch {
    throw wrong(output.trim() === '' ? 'it wrote nothing' : 'its output is not JSON');
  }
  if (!isObject(value) || value.kind !== 'ExecCredential') throw wrong('its kind is not ExecCredential');
  if (value.apiVersion !== exec.apiVersion) throw wrong(`its apiVersion is not "${exec.apiVersion}", as the kubeconfig says`);
  if (!isObject(value.status)) throw wrong('it has no status');
  const defects = new Defects();
  const text = (key: string): string => defects.text((value.status as Record<string, unknown>)[key], `status.${key}`, MAX_OUTPUT) ?? '';
  const [token, cert, key] = [text('token'), text('clientCertificateData'), text('clientKeyData')];
  if (defects.first !== undefined) throw wrong(defects.first);
  if (token === '' && cert === '' && key === '') throw wrong('it has neither a token nor a certificate with its key');
  if ((cert === '') !== (key === '')) throw wrong('it has a certificate without its key, or a key without its certificate');
  if ([cert, key].some(pem => pem !== '' && !pem.includes('-----BEGIN '))) throw wrong('its certificate or key is not PEM');
  return { ...(token === '' ? {} : { token }), ...(cert === '' ? {} : { cert, key }) };
}
