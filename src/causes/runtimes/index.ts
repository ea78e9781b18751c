/** The table of node systems: the first that recognizes the node object counts, so the most special stand first. Belongs here: the table, and what reads it. Pure. */
import type { Fix } from '../../model/diagnosis.ts';
import type { Facts, NodeFacts } from '../../model/facts.ts';
import { isOpenShift } from '../../model/openshift.ts';
import { aks, containerd, eks, gke, microk8s } from './containerd.ts';
import { crio, openshift } from './crio.ts';
import { docker } from './docker.ts';
import { bottlerocket, talos } from './immutable.ts';
import { dockerDesktop, kind, minikube } from './local.ts';
import type { NodeSteps, NodeSystem, Step } from './node-system.ts';
import { k3d, k3s, rke2 } from './rancher.ts';
import { eksAuto, fargate, gkeAutopilot } from './sealed.ts';
import { unknownSteps } from './unknown.ts';
import { windows } from './windows.ts';

/** The table, the most special systems first. */
export const NODE_SYSTEMS: readonly NodeSystem[] = [
  fargate,
  eksAuto,
  gkeAutopilot,
  windows,
  dockerDesktop,
  kind,
  minikube,
  k3d,
  rke2,
  k3s,
  microk8s,
  talos,
  bottlerocket,
  openshift,
  eks,
  gke,
  aks,
  docker,
  crio,
  containerd,
];

/** The system of a node, null when the node was not seen or is like none that is known. */
export const nodeSystemOf = (node: NodeFacts): NodeSystem | null => NODE_SYSTEMS.find(system => system.recognize(node)) ?? null;

/** What can be done on the node of the pod. */
export const nodeSteps = (facts: Facts): NodeSteps =>
  (nodeSystemOf(facts.node) ?? (isOpenShift(facts) ? openshift : null))?.steps(facts.node) ?? unknownSteps();

/** A step as a fix: its title says where the command runs. In: what stands before and after it, such as `or, `. */
export function nodeFix(facts: Facts, step: Step, before = '', after = ''): Fix {
  const node = facts.node.name === null ? 'the node' : `node "${facts.node.name}"`;
  const where = step.on === 'workstation' ? '' : step.on === 'node' ? `on ${node}: ` : `on ${node} and every other node: `;
  return { title: `${before}${where}${step.what}${after}`, command: step.command };
}
