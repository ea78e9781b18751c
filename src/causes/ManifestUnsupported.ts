/** ManifestUnsupported: the runtime cannot use this manifest as a container image. Belongs here: its summary and its fixes. Pure. */

import { describeContent } from '../model/content.ts';
import type { Fault } from '../model/fault.ts';
import { withoutTag } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { explanation, imageOf } from './phrases.ts';
import { quote } from './shell.ts';

export const ManifestUnsupported: CauseText = {
  summary: (facts, fault) =>
    `${imageOf(facts)} exists, but the runtime of the node cannot use it as a container image: ${what(fault)}.${explanation(fault)}`,
  fixes: (facts, fault) => [
    setImage(
      facts,
      `${withoutTag(facts.image)}:TAG`,
      fault?.kind === 'encrypted'
        ? 'use a tag that is not encrypted, or install the decryption key on the nodes'
        : 'use a tag that is a container image (not a Helm chart, a signature or another artifact)',
    ),
    {
      title: `if you publish it: build and push it again ${fault?.kind === 'encrypted' ? 'without encryption' : 'as an OCI image'}`,
      command: `docker buildx build -t ${quote(facts.image)} --push .`,
    },
  ],
};

function what(fault: Fault | null): string {
  switch (fault?.kind) {
    case 'schema1':
      return 'its manifest has schema version 1, which containerd 2 and later do not support';
    case 'encrypted':
      return 'it is encrypted, and the node has no key for it';
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
