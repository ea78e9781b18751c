/** What shows that a cluster is OpenShift, and what OpenShift itself makes: its internal registry, and the pull secrets that it generates. Pure. */
import type { NearMiss } from './credential.ts';
import type { Facts, NodeFacts, SecretFact } from './facts.ts';
import { providerOf } from './registry-providers.ts';

/** Whether a host, as in an image or a key, is the service of the internal registry. */
export const isInternalRegistry = (host: string): boolean => providerOf(host)?.id === 'openshift';

/** Whether a node object is one of OpenShift, or of OKD. */
export const isOpenShiftNode = ({ labels, osImage }: NodeFacts): boolean =>
  'node.openshift.io/os_id' in labels || /CoreOS.{0,100}OpenShift|(?:Red Hat Enterprise Linux|CentOS Stream) CoreOS/.test(osImage ?? '');

/**
 * Whether OpenShift generated a pull secret (`ACCOUNT-dockercfg-xxxxx`): it holds a token of the service account, for the internal registry alone, and is written
 * again when the token ends. Source: openshift-controller-manager, pkg/serviceaccounts/controllers.
 */
export const isGenerated = ({ name, type, keys }: SecretFact): boolean =>
  type === null
    ? /-dockercfg-[a-z0-9]{5}$/.test(name)
    : type === 'kubernetes.io/dockercfg' && keys.some(key => isInternalRegistry(key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? ''));

/** The entries that missed the image, without those of pull secrets that OpenShift generates: nobody wrote them for another registry. */
export const missesOf = ({ keyring, secrets }: Facts): NearMiss[] =>
  keyring.nearMisses.filter(({ near, secret }) => near || !secrets.some(one => one.name === secret && isGenerated(one)));

/** Whether the cluster is OpenShift. Many of its users may not read nodes: then the pod's secrets, or the image itself, tell. */
export const isOpenShift = ({ node, reference, secrets }: Facts): boolean =>
  isOpenShiftNode(node) || isInternalRegistry(reference?.registry ?? '') || secrets.some(isGenerated);

/** The project of an image in the internal registry, and its ImageStream; null for any other image. */
export function streamOf({ reference }: Facts): { project: string; stream: string } | null {
  if (reference === null || !isInternalRegistry(reference.registry)) return null;
  const [project = '', ...rest] = reference.repository.split('/');
  return { project, stream: rest.join('/') || 'NAME' };
}

/** Whether the image is of another project, which grants its own rights. Everybody may pull from project "openshift". */
export function isOfOtherProject(facts: Facts): boolean {
  const project = streamOf(facts)?.project;
  return project !== undefined && facts.pod !== null && project !== facts.pod.namespace && project !== 'openshift';
}
