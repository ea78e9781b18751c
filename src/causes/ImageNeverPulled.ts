/** ImageNeverPulled: the pull policy is Never, and the node does not have the image or refuses it to this pod. Belongs here: its summary and its fixes. Pure. */
import { type CauseCode, causeOf } from '../model/cause-codes.ts';
import type { Fix } from '../model/diagnosis.ts';
import { type Facts, kubeletMinor } from '../model/facts.ts';
import { withoutTag } from '../model/reference.ts';
import type { CauseFix, CauseText } from './cause.ts';
import {
  attachSecret,
  changeManifest,
  hasTemplate,
  isBareName,
  isStatic,
  kubectl,
  manifestOf,
  ownerOf,
  patchTemplate,
  podObject,
  recreatePod,
  whenChanged,
} from './commands.ts';
import { decisive, imageOf, nodeName, theNode } from './phrases.ts';
import { nodeFix, nodeSteps, nodeSystemOf } from './runtimes/index.ts';
import { createSecret, newSecretName } from './secret-commands.ts';
import { quote } from './shell.ts';

/** Whether the node has the image, and kubelet may refuse it to a pod. Source: KEP-2535, in 1.33 and 1.34 behind a feature gate. */
const isRefused = (facts: Facts): boolean => facts.onNode === true && kubeletMinor(facts) >= 33;
/** To whom kubelet gives an image that the node has, as a clause. */
const given = (facts: Facts): string =>
  `kubelet gives an image only to pods with a credential that has pulled it${kubeletMinor(facts) < 35 ? ' (with feature gate KubeletEnsureSecretPulledImages)' : ''}`;

/** A sentence where kubelet pulls though the node has the image; empty elsewhere. */
export const pullsAgain = (facts: Facts): string =>
  facts.failing && facts.pullPolicy === 'IfNotPresent' && isRefused(facts)
    ? ` ${theNode(facts)} has this image, but ${given(facts)}: for this pod it pulls again.`
    : '';

/** Lets kubelet give the image to every pod of the node. It compares the name as the pod writes it: "ubuntu" is not "docker.io/library/ubuntu". */
export const allowOnNode = (facts: Facts): Fix => ({
  title: `or, if every pod may use this image: on ${nodeName(facts)}, set imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages and preloadedImagesVerificationAllowlist: ["${withoutTag(facts.image)}"] in the configuration of kubelet, and restart kubelet`,
  command: null,
});

export const ImageNeverPulled: CauseText = {
  summary: facts => {
    const { container, onNode } = facts;
    const image = imageOf(facts);
    const never = `${container.kind === 'imageVolume' ? 'Image volume' : 'Container'} "${container.name}" has ${container.kind === 'imageVolume' ? 'p' : 'imageP'}ullPolicy Never, so kubelet does not pull`;
    const state = isRefused(facts)
      ? `. ${theNode(facts)} has ${image}, but it is refused to this pod, because its credentials were not verified: ${given(facts)}.`
      : onNode === true
        ? `. kubelet reported that ${image} is not present, but ${nodeName(facts)} lists it now: kubelet tries again by itself.`
        : `, and ${nodeName(facts)} does not have ${image}.${
            onNode === null && kubeletMinor(facts) >= 35
              ? ' (Since Kubernetes 1.35 kubelet reports the same if the image is on the node, but was pulled with credentials that this pod does not have.)'
              : ''
          }`;
    return `${never}${state}${pullWould(facts)}`;
  },
  fixes: (facts, _, next) => {
    const pulls = repairsOfPull(facts, next);
    if (isRefused(facts)) return [...pulls, allowOnNode(facts)];
    const load = (before: string): Fix =>
      nodeFix(facts, nodeSteps(facts).importImage(facts.reference === null ? '<IMAGE>' : facts.image), before);
    // what the registry does not have, and nothing like it, can only be loaded
    const { tags } = facts.probe ?? {};
    const isMissing = next !== undefined && causeOf(next.code).group === 'name' && !(tags?.known && tags.names.length > 0);
    if (isLocal(facts) ? !works(facts) : isMissing) return [load(isLocal(facts) ? '' : 'if it was built locally, '), ...pulls];
    return [...pulls, load('or, if it was built locally, ')];
  },
};

/** Clusters on the machine of a developer: an image is built beside them. */
const LOCAL: ReadonlySet<string | undefined> = new Set(['kind', 'minikube', 'k3d', 'docker-desktop']);
const isLocal = (facts: Facts): boolean => LOCAL.has(nodeSystemOf(facts.node)?.id) || (facts.probe === null && isBareName(facts));

const works = (facts: Facts): boolean => decisive(facts)?.fault === null;

/** A sentence about what a pull would meet; empty where no registry answered. */
function pullWould(facts: Facts): string {
  const attempt = decisive(facts);
  if (attempt === null) return '';
  const { credential, fault } = attempt;
  const secret = facts.keyring.credentials[credential ?? -1]?.secret;
  return fault === null
    ? ` A pull would work ${secret === undefined ? 'without credentials' : `with secret "${secret}"`}, as a request from this machine shows.`
    : ` A pull would fail, too: asked from this machine, "${facts.probe?.host}" answers ${fault.message}.`;
}

/** What makes kubelet pull, and the pull succeed. */
function repairsOfPull(facts: Facts, next: { code: CauseCode; fixes: readonly CauseFix[] } | undefined): CauseFix[] {
  const title = 'let kubelet pull the image if it is not on the node';
  // an image that is refused was pulled with a credential: a pod without one is refused at the registry, too
  const lacks = isRefused(facts) && next === undefined && !works(facts) && facts.keyring.credentials.every(({ empty }) => empty);
  if (next?.code !== 'NoPullSecret' && !lacks)
    return [...(next?.fixes ?? []), ...policy(facts, null, next === undefined ? title : `then ${title}`)];
  const name = newSecretName(facts);
  return [
    createSecret(facts, name, 'create a pull secret for this registry'),
    ...policy(facts, name, `then let kubelet pull the image with secret "${name}"`),
  ];
}

/** Sets the policy IfNotPresent, and adds a pull secret. */
function policy(facts: Facts, secret: string | null, title: string): CauseFix[] {
  const { kind, name } = facts.container;
  const owner = ownerOf(facts);
  const isVolume = kind === 'imageVolume';
  const list = isVolume ? 'volumes' : kind === 'initContainer' ? 'initContainers' : 'containers';
  if (facts.planned !== undefined)
    return [
      changeManifest(facts, `${title}: set ${isVolume ? 'image.pullPolicy' : 'imagePullPolicy'} to IfNotPresent`),
      ...(secret === null ? [] : attachSecret(facts, secret)),
    ];
  const changes = `the pull policy${secret === null ? '' : ` and pull secret "${secret}"`}`;
  const change = isVolume ? { image: { pullPolicy: 'IfNotPresent' } } : { imagePullPolicy: 'IfNotPresent' };
  const spec = { ...(secret === null ? {} : { imagePullSecrets: [{ name: secret }] }), [list]: [{ name, ...change }] };
  if (kind !== 'ephemeralContainer' && hasTemplate(facts)) {
    return [
      {
        title: `${title}, in ${owner.kind} "${owner.name}"${whenChanged(facts)}`,
        command: patchTemplate(facts, spec),
        changes,
      },
    ];
  }
  if (kind !== 'ephemeralContainer' && owner.kind === 'pod')
    return [{ title: `${title} (this recreates the pod)`, command: recreatePod(facts, spec), changes }];
  return [
    ...(secret === null ? [] : attachSecret(facts, secret)),
    kind === 'ephemeralContainer'
      ? {
          title: `${title} (an ephemeral container cannot be changed: add another one)`,
          command: kubectl(facts, `debug -it ${podObject(facts)} --image=${quote(facts.image)} --image-pull-policy=IfNotPresent`),
        }
      : {
          title: `${title}: set it to IfNotPresent in ${manifestOf(facts)}${isStatic(facts) ? '' : ', and create it again'}`,
          command: null,
          changes,
        },
  ];
}
