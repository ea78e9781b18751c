/** Manifests where saved objects are expected, and the other way round: which of both a file holds, and the command that takes it. Pure. */
import { quote } from '../causes/shell.ts';
import { readObjects } from '../cluster/saved-source.ts';
import { WORKLOADS } from '../cluster/workload-kinds.ts';
import type { Pod } from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';

/** The command that takes a file. */
const commandFor = (command: 'check' | 'why', file: string): string => `kubectl imagepull ${command} -f ${quote(file)}`;

/** The error for a file without pods. In: its text, its name as it was given, and as a message names it, and what of it could not be read. */
export function noPods(text: string, file: string, name: string, warnings: readonly string[]): UserError {
  const kinds = new Set(readObjects(text, name).map(({ kind }) => kind));
  const workload = WORKLOADS.find(({ kind }) => kinds.has(kind))?.kind;
  return new UserError(
    [`${name} contains no pod${workload === undefined ? '' : `, but a ${workload}`}`, ...warnings].join('; '),
    workload === undefined
      ? 'save them with: kubectl get pods,events,secrets,serviceaccounts,nodes -o yaml'
      : `to check a manifest before a deploy: ${commandFor('check', file)}`,
  );
}

/** Whether a pod is a manifest: no cluster has said anything of it. */
const isManifest = ({ status = {}, refusal, defect }: Pod): boolean =>
  refusal === undefined && defect === undefined && Object.values(status).every(value => value === undefined);

/** Errors: a UserError where all pods of a file are manifests and nothing in it is an event, so that nothing tells how their pulls went. */
export function refuseManifests(pods: readonly Pod[], text: string, file: string, name: string): void {
  if (pods.length === 0 || !pods.every(isManifest)) return;
  if (readObjects(text, name).some(({ kind }) => kind === 'Event')) return;
  throw new UserError(
    `the pods in ${name} have no status: they are manifests, and no cluster has tried to pull their images`,
    `to check them before a deploy: ${commandFor('check', file)}`,
  );
}

/** In: the text of a manifest, and its file. Out: what is said where a cluster saved it; null for a manifest. */
export const savedNote = (text: string, file: string): string | null =>
  /\bcontainerStatuses\b/.test(text)
    ? `${file === '-' ? 'standard input' : `"${file}"`} holds pods with a status, as a cluster saved them: to diagnose why they fail: ${commandFor('why', file)}`
    : null;
