/** The tool that keeps the manifest of a pod's workload: Helm, Argo CD or Flux, by the marks that they leave in metadata. Belongs here: one row per mark. Pure. */
import type { Manager, ManagerTool } from '../model/facts.ts';
import { ANNOTATIONS, type Metadata } from '../model/kubernetes.ts';

/** What a mark tells: the name of the release, application or Flux object, and its namespace; null where the mark does not tell. */
interface Mark {
  name: string | null;
  namespace: string | null;
}

interface Row {
  tool: ManagerTool;
  /** In: an object's metadata. Out: the mark of the tool, null where there is none. */
  read(metadata: Metadata): Mark | null;
}

const NAMELESS: Mark = { name: null, namespace: null };

/** A pair of labels that names an object and its namespace. */
const labels =
  (prefix: string) =>
  ({ labels: own }: Metadata): Mark | null => {
    const name = own?.[`${prefix}/name`];
    return name === undefined ? null : { name, namespace: own?.[`${prefix}/namespace`] ?? null };
  };

/** The name of an application as Argo CD writes it: `NAME`, and `NAMESPACE_NAME` where applications may be in any namespace. Source: argo-cd, common.go and app_instance_name. */
function application(written: string | undefined): Mark | null {
  if (written === undefined) return null;
  const [, namespace, name] = /^(?:([^_]*)_)?(.*)$/.exec(written) ?? [];
  return { name: name ?? null, namespace: namespace ?? null };
}

/** A manager of fields of the object: it wrote them, and the API server keeps its name. */
const fieldManager =
  (...names: string[]) =>
  ({ managedFields }: Metadata): Mark | null =>
    managedFields?.some(({ manager }) => names.includes(manager ?? '')) ? NAMELESS : null;

/**
 * The table. Argo CD and Flux stand above Helm: they install charts, whose objects carry the marks of Helm too. A release of Flux stands above a
 * Kustomization, which keeps the HelmRelease and not its objects. Marks that name an object stand above the managers of fields, which do not.
 */
const ROWS: readonly Row[] = [
  { tool: 'fluxHelmRelease', read: labels('helm.toolkit.fluxcd.io') },
  { tool: 'fluxKustomization', read: labels('kustomize.toolkit.fluxcd.io') },
  // `APPLICATION:GROUP/KIND:NAMESPACE/NAME`
  { tool: 'argocd', read: ({ annotations }) => application(annotations?.[ANNOTATIONS.argoTrackingId]?.split(':', 1)[0]) },
  { tool: 'argocd', read: ({ labels: own }) => application(own?.['argocd.argoproj.io/instance']) },
  { tool: 'argocd', read: fieldManager('argocd-controller', 'argocd-application-controller') },
  { tool: 'fluxHelmRelease', read: fieldManager('helm-controller') },
  { tool: 'fluxKustomization', read: fieldManager('kustomize-controller') },
  {
    tool: 'helm',
    read({ annotations }) {
      const name = annotations?.[ANNOTATIONS.helmReleaseName];
      return name === undefined ? null : { name, namespace: annotations?.[ANNOTATIONS.helmReleaseNamespace] ?? null };
    },
  },
  {
    // charts write these three into their templates of pods; the release is installed in the namespace of the pod unless the annotation says otherwise
    tool: 'helm',
    read: ({ labels: own }) =>
      own?.['app.kubernetes.io/managed-by'] === 'Helm' || own?.['helm.sh/chart'] !== undefined
        ? { name: own['app.kubernetes.io/instance'] ?? null, namespace: null }
        : null,
  },
  { tool: 'helm', read: fieldManager('helm') },
];

/** A text that is a name of an object, or a chart with its version; null for anything else, since anybody may write labels into a file. */
const named = (text: string | null | undefined): string | null =>
  text != null && /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/.test(text) ? text : null;

/** In: the metadata of a pod's workload and of the pod, the better source first. Out: the tool that keeps the manifest; null where no mark tells. */
export function managerOf(sources: readonly Metadata[]): Manager | null {
  for (const { tool, read } of ROWS)
    for (const metadata of sources) {
      const mark = read(metadata);
      if (mark === null) continue;
      const chart = sources.map(({ labels: own }) => named(own?.['helm.sh/chart'])).find(one => one !== null);
      return { tool, name: named(mark.name), namespace: named(mark.namespace), chart: chart ?? null };
    }
  return null;
}
