/**
 * Nodes that a provider runs and that nobody can log in to: Amazon EKS Auto Mode and Fargate, and Autopilot clusters of GKE. Source: the providers' pages
 * about them. What they have no setting for is done at the registry, or by the image that the pod names.
 */
import type { NodeFacts } from '../../model/facts.ts';
import { quote } from '../shell.ts';
import { gkeSteps } from './containerd.ts';
import { here, type NodeSteps, type NodeSystem, nodeName, type Step } from './node-system.ts';

function sealedSteps(node: NodeFacts, system: string): NodeSteps {
  const name = nodeName(node);
  const show = (): Step => here(`read what the node object tells: ${system} gives no access to a node`, `kubectl describe node/${name}`);
  const replace = (): Step => here('replace the node', `kubectl drain ${name} --ignore-daemonsets`);
  const instead = (what: string): Step => here(`${what}: ${system} has no setting for this`, null);
  const debug = (what: string, command: string): Step =>
    here(`${what}, in a pod on the node`, `kubectl debug node/${name} -it --image=busybox -- ${command}`);
  const mirror = (registry: string): Step => ({
    ...instead('use a pull-through cache in Amazon ECR, and its name in the image'),
    command: `aws ecr create-pull-through-cache-rule --ecr-repository-prefix <PREFIX> --upstream-registry-url ${registry}`,
  });
  return {
    showMirrors: show,
    editMirrors: mirror,
    correctMirrorScheme: mirror,
    useScheme: host => instead(`enable TLS on "${host}" with a certificate of a public authority`),
    trustAuthority: (_, host) => instead(`give "${host}" a certificate of a public authority`),
    clientCertificate: host => instead(`let "${host}" take pull secrets in place of client certificates`),
    setLogin: (_, host) => instead(`name "${host}" in the image, with a pull secret for it`),
    checkSettings: () => null,
    showProxy: show,
    setProxy: registry => instead(`let the subnets of the nodes reach ${registry} without a proxy (NAT gateway or VPC endpoint)`),
    showCredentials: show,
    sandboxImage: show,
    status: show,
    restart: replace,
    diskUsage: show,
    removeUnusedImages: replace,
    showStorage: show,
    removeImage: replace,
    importImage: () => here('push the image to a registry that the nodes can reach', null),
    pull: image => here('pull the image in a pod of its own', `kubectl run pull-test --restart=Never --image=${quote(image)}`),
    resolveShortName: () => null,
    signaturePolicy: show,
    resolve: host => debug(`resolve "${host}"`, `nslookup ${host}`),
    connect: url => debug('try the connection', `wget -S -T 10 -O /dev/null ${quote(url)}`),
    clock: show,
  };
}

const computeType = ({ labels }: NodeFacts): string => labels['eks.amazonaws.com/compute-type'] ?? '';

/** Amazon EKS Auto Mode: a NodeClass has what can be set. */
export const eksAuto: NodeSystem = {
  id: 'eks-auto',
  recognize: node => computeType(node) === 'auto',
  steps: node => {
    const set = (what: string): Step =>
      here(`in the NodeClass, ${what}; EKS then replaces the nodes`, 'kubectl edit nodeclasses.eks.amazonaws.com');
    return {
      ...sealedSteps(node, 'EKS Auto Mode'),
      trustAuthority: (_, host) => set(`add the certificate authority of "${host}" to spec.certificateBundles`),
      setProxy: registry => set(`correct spec.advancedNetworking.httpsProxy, or add ${registry} to noProxy`),
    };
  },
};

/** Amazon EKS on Fargate. */
export const fargate: NodeSystem = {
  id: 'fargate',
  recognize: node => computeType(node) === 'fargate',
  steps: node => sealedSteps(node, 'Fargate'),
};

/** An Autopilot cluster of GKE. */
export const gkeAutopilot: NodeSystem = {
  id: 'gke-autopilot',
  recognize: ({ name, kubelet }) => /^gk3-/.test(name ?? '') && /-gke\./.test(kubelet ?? ''),
  steps: node => ({ ...sealedSteps(node, 'GKE Autopilot'), ...gkeSteps('clusters update <CLUSTER>') }),
};
