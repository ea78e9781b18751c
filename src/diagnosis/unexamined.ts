/** The finding for a pod that could not be examined: an honest `Unknown`, so that one pod never costs the others their verdicts. Pure. */
import type { Facts } from '../model/facts.ts';
import { type Pod, unseenSnapshot } from '../model/kubernetes.ts';
import { collectFacts } from './collect-facts.ts';
import { diagnose } from './diagnose.ts';
import type { Finding } from './investigate.ts';

/**
 * In: a pod of which only the names are relied on, the time, why it could not be examined, for users, and the image that could not (null: the
 * whole pod, told of its first container). Out: its finding.
 */
export function unexamined(pod: Pod, now: string, why: string, of: Pick<Facts, 'container' | 'image'> | null = null): Finding {
  const { name, namespace } = pod.metadata;
  const [first] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const bare: Pod = {
    metadata: namespace === undefined ? { name } : { name, namespace },
    spec: { containers: [{ name: first?.name ?? '' }] },
  };
  const [collected] = collectFacts(unseenSnapshot(bare, why), now, true);
  // facts of one container are collected: it is there
  const facts: Facts = {
    ...(collected as { facts: Facts }).facts,
    ...(of === null ? {} : { container: of.container, image: of.image }),
    failing: true,
    referenceError: null,
    noProbe: why,
  };
  // a name that stands for none, so that the verdict is not about the name
  const diagnosis = diagnose({ ...facts, reference: { registry: '', repository: '', tag: null, digest: null } });
  const what = of === null ? 'Pod' : `Container "${of.container.name}" of pod`;
  return {
    facts,
    diagnosis: {
      ...diagnosis,
      summary: `${what} "${name}" in namespace "${facts.pod?.namespace ?? ''}" could not be examined: ${why}.`,
      evidence: [{ source: 'pod', detail: why }],
    },
  };
}
