/**
 * kuberc, kubectl's file of preferences: which file it is, which exec plugins it lets run, and its defaults for the commands of this program.
 * What kubectl refuses there is refused. kubectl itself applies neither its defaults nor its aliases to plugins; docs/kubectl.md tells what of
 * it is taken. Source: kubectl, pkg/kuberc and pkg/config/v1beta1/types.go; client-go, exec.go, ValidatePluginPolicy.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, normalize } from 'node:path';
import { isObject } from '../parse/shape.ts';
import type { Environment } from '../util/proxy.ts';
import { UserError } from '../util/user-error.ts';
import { Defects, type Fields } from './fields.ts';

/** Which exec plugins may run, where not all may. */
export interface PluginPolicy {
  /** The kuberc that says so. */
  file: string;
  /** Commands, as paths or as names in PATH; null: none may. */
  allowed: string[] | null;
}

/** The fields of kuberc, by their names since v1beta1. */
interface Preferences {
  file: string;
  fields: Fields;
  /** v1alpha1, which has other names and no policy. */
  isAlpha: boolean;
}

const GROUP = 'kubectl.config.k8s.io/';
const KNOWN = [`${GROUP}v1alpha1`, `${GROUP}v1beta1`];
/** As for a kubeconfig: a few, which a person may write. */
const MAX_ALIASES = 20;

const broken = (file: string, why: string): UserError =>
  new UserError(`cannot use kuberc "${file}": ${why}`, 'check it with: kubectl kuberc view; KUBERC=off ignores it');

/** In: the file of --kuberc or '', and the environment. Out: which exec plugins may run, null for all of them. Errors: a UserError. */
export async function pluginPolicy(flag: string, environment: Environment): Promise<PluginPolicy | null> {
  const preferences = await readKuberc(flag, environment, null);
  if (preferences === null) return null;
  const { file, fields, isAlpha } = preferences;
  const defects = new Defects();
  const type = defects.text(fields['credentialPluginPolicy'], 'credentialPluginPolicy') ?? '';
  const list = defects.list(fields['credentialPluginAllowlist'], 'credentialPluginAllowlist', (item, at) => {
    const entry = defects.fields(item, at);
    const [command, name] = ['command', 'name'].map(key => defects.text(entry[key], `${at}.${key}`) || undefined);
    if (command !== undefined && name !== undefined && command !== name) defects.add(at, 'has a name and another command');
    const path = command ?? name ?? '';
    if (path === '') defects.add(at, 'has no command');
    else if (normalize(path) !== path) defects.add(at, 'is not a normalized path');
    return path;
  });
  if (!['', 'AllowAll', 'DenyAll', 'Allowlist'].includes(type))
    defects.add('credentialPluginPolicy', 'is not AllowAll, DenyAll or Allowlist');
  if (type === 'Allowlist' && !list?.length) defects.add('credentialPluginAllowlist', 'is empty');
  if (type !== 'Allowlist' && list !== undefined) defects.add('credentialPluginAllowlist', 'needs credentialPluginPolicy: Allowlist');
  // kubectl ignores the fields there: somebody who wrote them would be mistaken about what may run
  if (isAlpha && (type !== '' || list !== undefined)) defects.add('credentialPluginPolicy', `needs apiVersion: ${KNOWN[1]}`);
  if (defects.first !== undefined) throw broken(file, defects.first);
  return type === 'DenyAll' ? { file, allowed: null } : type === 'Allowlist' ? { file, allowed: list ?? [] } : null;
}

/**
 * The defaults for flags of a command of this program: `command: imagepull why`. In: the command, the file of --kuberc or '', and the
 * environment. Out: the file, and pairs of flag and value. Errors: a UserError.
 */
export async function defaultsOf(
  command: string,
  flag: string,
  environment: Environment,
): Promise<{ file: string; options: [string, string][] }> {
  const preferences = await readKuberc(flag, environment, 'imagepull');
  if (preferences === null) return { file: '', options: [] };
  const { file, fields, isAlpha } = preferences;
  const [part, options] = isAlpha ? ['overrides', 'flags'] : ['defaults', 'options'];
  const defects = new Defects();
  const defaults = defects.list(fields[part as string], part as string, (item, at) => {
    const entry = defects.fields(item, at);
    const words = (defects.text(entry['command'], `${at}.command`) ?? '').split(/\s+/).filter(Boolean);
    return words.join(' ') !== `imagepull ${command}`
      ? []
      : (defects.list(entry[options as string], `${at}.${options}`, (option, place): [string, string] => {
          const { name, default: value } = defects.fields(option, place);
          return [defects.text(name, `${place}.name`) ?? '', defects.text(value, `${place}.default`) ?? ''];
        }) ?? []);
  });
  if (defects.first !== undefined) throw broken(file, defects.first);
  return { file, options: (defaults ?? []).flat() };
}

/**
 * Reads kuberc. In: the file of --kuberc or '', the environment, and a word without which the file is of no interest, null for none. Out: null
 * for no file, an empty one, or one of no interest. Errors: a UserError.
 */
async function readKuberc(flag: string, environment: Environment, word: string | null): Promise<Preferences | null> {
  const off =
    environment.KUBECTL_KUBERC?.toLowerCase() === 'false' ? 'KUBECTL_KUBERC=false' : environment.KUBERC === 'off' ? 'KUBERC=off' : '';
  if (off !== '') {
    if (flag !== '') throw new UserError(`--kuberc cannot be used with ${off}`, 'leave one of them out');
    return null;
  }
  const named = flag || environment.KUBERC;
  const file = named || join(homedir(), '.kube', 'kuberc');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'it cannot be opened' } = error as { code?: string };
    // of a file that nobody named kubectl says no more than a warning, and it is no reason not to diagnose
    if (!named && (code === 'ENOENT' || word !== null)) return null;
    throw broken(file, code);
  }
  if (word !== null && !text.includes(word)) return null;
  const { readDocuments } = await import('../parse/documents.ts');
  const parsed = readDocuments(text, MAX_ALIASES);
  if (!parsed.ok) throw broken(file, parsed.error);
  const documents = parsed.documents.filter(document => document != null);
  const versionOf = (document: unknown): string =>
    isObject(document) && document.kind === 'Preference' ? String(document.apiVersion) : '';
  // kubectl takes the first document of a version that it knows; a later version has what v1beta1 has
  const found =
    documents.find(document => KNOWN.includes(versionOf(document))) ?? documents.find(document => versionOf(document).startsWith(GROUP));
  if (found !== undefined) return { file, fields: found as Fields, isAlpha: versionOf(found) === KNOWN[0] };
  if (documents.length === 0) return null;
  throw broken(file, `it has no Preference of ${KNOWN[1]}`);
}
