/** Roll-outs that new failures belong to: how many pods of the present revision wait, while those of earlier ones still run. Belongs here: what is read for that. */
import type { Api } from '../cluster/api.ts';
import { list } from '../cluster/list.ts';
import { podsOfRollout } from '../cluster/rollout.ts';
import { readPod } from '../cluster/shape.ts';
import { findTargets, readRollouts, type Selection, selectionPath, titleOf } from '../cluster/targets.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import type { Pod } from '../model/kubernetes.ts';
import { hasImages } from '../parse/pod.ts';
import type { StuckRollout } from '../report/watch.ts';
import { UserError } from '../util/user-error.ts';

/** Kinds whose pods are replaced one after the other. */
const ROLLED_OUT = new Set(['deployment', 'statefulset', 'daemonset']);
/** Workloads that are read for one report. */
const MOST = 5;

/** In: new failures. Out: the roll-outs that they hold up. It only completes a report: what cannot be read is left out. */
export async function stuckRollouts(api: Api, added: readonly Finding[]): Promise<StuckRollout[]> {
  const owners = new Map<string, { namespace: string; name: string }>();
  for (const { facts } of added) {
    const { owner, namespace = '' } = facts.pod ?? {};
    if (owner === undefined || facts.refusal !== undefined || !ROLLED_OUT.has(owner.kind)) continue;
    const name = `${owner.kind}/${owner.name}`;
    owners.set(`${namespace}/${name}`, { namespace, name });
  }
  const found = await Promise.all([...owners.values()].slice(0, MOST).map(owner => stuckRollout(api, owner).catch(orNothing)));
  return found.filter(rollout => rollout !== null);
}

function orNothing(error: unknown): null {
  if (error instanceof UserError) return null;
  throw error;
}

async function stuckRollout(api: Api, { namespace, name }: { namespace: string; name: string }): Promise<StuckRollout | null> {
  const targets = await findTargets(api, [name], namespace);
  const selection: Selection = { namespace, selector: null, targets };
  const request = { path: selectionPath(selection), what: `the pods of ${name}`, resource: 'pods' };
  const [[rollout], { total }] = await Promise.all([readRollouts(api, targets), list<Pod>(api, request, readPod)]);
  if (rollout === undefined) return null;
  const staying = total.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const { current, old } = podsOfRollout(rollout, staying);
  const waiting = current.filter(pod => !hasImages(pod)).length;
  const running = old.filter(pod => hasImages(pod)).length;
  if (waiting === 0 || running === 0) return null;
  return { title: targets.map(titleOf).join(), waiting, desired: Math.max(current.length, rollout.desired ?? 0), old: running };
}
