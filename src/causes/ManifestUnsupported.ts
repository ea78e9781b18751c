/** ManifestUnsupported: the runtime cannot use this manifest as a container image. Belongs here: its summary and its fixes. Pure. */

import { describeContent } from '../model/content.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseFix, CauseText } from './cause.ts';
import { anotherTag, kubectl, maybeOwn, ownerObject, ownerOf, setImage } from './commands.ts';
import { explanation, imageOf, quoted } from './phrases.ts';
import { quote } from './shell.ts';

export const ManifestUnsupported: CauseText = {
  summary: (facts, fault) =>
    fault?.details.subPath !== undefined
      ? `${imageOf(facts)} was pulled, but it has no directory ${quoted([fault.details.subPath])}, which a container mounts from ${facts.container.kind === 'imageVolume' ? `volume ${quoted([facts.container.name])}` : 'an image volume'} (subPath).`
      : `${imageOf(facts)} exists, but the runtime of the node cannot use it as a container image: ${what(facts, fault)}.${explanation(fault)}`,
  fixes: (facts, fault) =>
    fault?.details.subPath !== undefined
      ? ofDirectory(facts)
      : fault?.kind === 'corrupt'
        ? ofCompression(facts)
        : [
            ...(facts.container.kind === 'imageVolume' && fault?.kind === 'mediaType' ? [MOUNTS_ARTIFACTS] : []),
            setImage(
              facts,
              anotherTag(facts),
              fault?.kind === 'encrypted'
                ? 'use a tag that is not encrypted, or install the decryption key on the nodes'
                : 'use a tag that is a container image (not a Helm chart, a signature or another artifact)',
            ),
            ...(maybeOwn(facts) ? [publish(facts, fault)] : []),
          ],
};

/** Which runtime mounts what is no image. Source: cri-o server/container_create_linux.go, mountArtifact. */
const MOUNTS_ARTIFACTS: Fix = {
  title: 'run the pod on nodes with CRI-O 1.33 or later, which mounts an artifact as a volume: containerd mounts images alone',
  command: null,
};

/** The directory of the mount is not in the image. */
const ofDirectory = (facts: Facts): CauseFix[] => [
  {
    title: `correct volumeMounts[].subPath${ownerOf(facts).kind === 'pod' ? ' in the manifest of the pod, and create it again' : ''}: it must be a directory of the image, not a file`,
    command: ownerOf(facts).kind === 'pod' ? null : kubectl(facts, `edit ${ownerObject(facts)}`),
    changes: 'subPath',
  },
  setImage(facts, anotherTag(facts), 'or use a tag that has this directory'),
];

const publish = (facts: Facts, fault: Fault | null): Fix => ({
  title: `if you publish it: build and push it again ${fault?.kind === 'encrypted' ? 'without encryption' : 'as an OCI image'}`,
  command: `docker buildx build -t ${quote(facts.image)} --push .`,
});

/** The node's runtime cannot read the compression of the layers. */
const ofCompression = (facts: Facts): Fix[] => [
  {
    title: 'update the runtime of the nodes: containerd 1.5 or later, or Docker 23 or later, reads layers that are compressed with zstd',
    command: null,
  },
  setImage(facts, anotherTag(facts), 'or use a tag with layers that are compressed with gzip'),
];

function what(facts: Facts, fault: Fault | null): string {
  switch (fault?.kind) {
    case 'schema1':
      return 'its manifest has schema version 1, which containerd 2 and later do not support';
    case 'encrypted':
      return 'it is encrypted, and the node has no key for it';
    case 'corrupt':
      return `its layers are probably compressed with zstd, which ${facts.node.runtime?.replace('://', ' ') ?? 'the runtime'} cannot read`;
    case 'tooLarge':
      return 'its manifest is larger than a runtime accepts';
    case 'mediaType':
      return fault.details.content === undefined
        ? 'the runtime does not support its media type'
        : `it is ${describeContent(fault.details.content)}`;
    default:
      return 'the runtime cannot read its manifest';
  }
}
