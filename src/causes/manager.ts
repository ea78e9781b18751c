/** What a fix has to say where Helm, Argo CD or Flux keeps the manifest that it changes. Belongs here: one row per tool, and the one place that completes the fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts, Manager, ManagerTool } from '../model/facts.ts';
import type { CauseFix } from './cause.ts';
import { namespaceOf } from './commands.ts';
import { positional, quote } from './shell.ts';

interface Tool {
  /** What it calls that under which it keeps the manifest. */
  noun: string;
  /** When it writes the manifest again. */
  undoneBy: string;
  /** Where the value stands that it writes. In: the chart in parentheses, empty where none is known. */
  source(chart: string): string;
  /** Shows where that is. In: the name, and the namespace, null where none is known. */
  command(name: string, namespace: string | null, facts: Facts): string;
}

/** The flag of a namespace, nothing where it is not known. */
const inNamespace = (namespace: string | null): string => (namespace === null ? '' : `-n ${quote(namespace)} `);

const TOOLS: Record<ManagerTool, Tool> = {
  helm: {
    noun: 'Helm release',
    undoneBy: 'the next upgrade',
    source: chart => `the values of the chart${chart}, and upgrade the release with "helm upgrade"`,
    // the names of the values are the chart's own: they are shown, never guessed
    command: (name, namespace, facts) => `helm ${inNamespace(namespace ?? namespaceOf(facts))}get values --all ${positional(name)}`,
  },
  argocd: {
    noun: 'Argo CD application',
    undoneBy: 'the next sync',
    source: chart => `the Git repository or the parameters of the application${chart}`,
    command: (name, namespace) => `argocd app get ${positional(namespace === null ? name : `${namespace}/${name}`)}`,
  },
  fluxKustomization: {
    noun: 'Flux Kustomization',
    undoneBy: 'the next reconciliation',
    source: () => 'the Git repository of the Kustomization',
    command: (name, namespace) => `flux ${inNamespace(namespace)}get kustomizations ${positional(name)}`,
  },
  fluxHelmRelease: {
    noun: 'Flux HelmRelease',
    undoneBy: 'the next upgrade',
    source: chart => `the values of the HelmRelease${chart}, in the Git repository that holds it`,
    command: (name, namespace) => `flux ${inNamespace(namespace)}get helmreleases ${positional(name)}`,
  },
};

/**
 * The fixes of a cause as they are shown. In: the facts, and the fixes. Out: each fix that changes what a tool keeps says who undoes it, and behind
 * the last of them stands how the change is kept. An ephemeral container and the settings of a node are kept by none of these tools.
 */
export function keptByManager(facts: Facts, fixes: readonly CauseFix[]): Fix[] {
  const manager = facts.pod?.manager ?? null;
  const last = manager === null ? -1 : fixes.findLastIndex(({ changes }) => changes !== undefined);
  return fixes.flatMap(({ changes, ...fix }, index) => {
    if (manager === null || changes === undefined) return [fix];
    const { undoneBy } = TOOLS[manager.tool];
    const marked = { ...fix, title: `${fix.title}; ${undoneBy} of ${called(manager)} undoes this` };
    return index === last ? [marked, kept(facts, manager, changes)] : [marked];
  });
}

/** In: what is changed. Out: the fix that lasts. */
function kept(facts: Facts, manager: Manager, changes: string): Fix {
  const { command, source } = TOOLS[manager.tool];
  const chart = manager.chart === null ? '' : ` (chart "${manager.chart}")`;
  return {
    title: `then keep the change: set ${changes} in ${source(chart)}`,
    command: manager.name === null ? null : command(manager.name, manager.namespace, facts),
  };
}

const called = ({ tool, name }: Manager): string => (name === null ? `the ${TOOLS[tool].noun}` : `${TOOLS[tool].noun} "${name}"`);
