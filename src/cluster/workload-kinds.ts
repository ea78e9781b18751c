/** The kinds of workloads, which create pods: the names that kubectl takes, and where the API has their objects. Pure. */
import { inUrl } from '../util/text.ts';

/** A kind of workload. */
export interface WorkloadKind {
  /** As objects name it. */
  kind: string;
  /** Every name that kubectl takes, in lower case: the singular first, the plural second. */
  names: string[];
  /** Path of its objects in a namespace. */
  path(namespace: string): string;
}

const kind = (group: string, name: string, plural: string, ...short: string[]): WorkloadKind => {
  const singular = name.toLowerCase();
  return {
    kind: name,
    names: [singular, plural, ...short, `${singular}.${group}`, `${plural}.${group}`],
    path: namespace => `/apis/${group}/v1/namespaces/${inUrl(namespace)}/${plural}`,
  };
};

/** The kinds that can be named on the command line, as kubectl names them. */
export const WORKLOADS: readonly WorkloadKind[] = [
  kind('apps', 'Deployment', 'deployments', 'deploy'),
  kind('apps', 'StatefulSet', 'statefulsets', 'sts'),
  kind('apps', 'DaemonSet', 'daemonsets', 'ds'),
  kind('apps', 'ReplicaSet', 'replicasets', 'rs'),
  kind('batch', 'Job', 'jobs'),
  kind('batch', 'CronJob', 'cronjobs', 'cj'),
];

/** The kind of workload with this name. */
export const workloadOf = (name: string): WorkloadKind | undefined => WORKLOADS.find(({ names }) => names.includes(name));

/** Whether a word is one of the names of the kind Pod. */
export const isPods = (word: string): boolean => ['pod', 'pods', 'po'].includes(word);
/** Whether a word names the kind Pod or a kind of workload. */
export const isKind = (word: string): boolean => isPods(word) || workloadOf(word) !== undefined;
