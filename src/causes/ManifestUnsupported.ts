import { describeContent } from '../model/content.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { quote, setImage } from './commands.ts';
import { explanation, imageOf } from './phrases.ts';

export const ManifestUnsupported: CauseText = {
  summary: (facts, fault) =>
    `${imageOf(facts)} is there, but it is no container image that the node's runtime can use: ${what(fault)}.${explanation(fault)}`,
  fixes: facts => [
    { title: 'build and push it anew as an OCI image', command: `docker buildx build -t ${quote(facts.image)} --push .` },
    setImage(
      facts,
      `${facts.image.replace(/[:@][^/]*$/, '')}:TAG`,
      'or use a tag that is a container image (not a Helm chart, signature or other artifact)',
    ),
  ],
};

function what(fault: Fault | null): string {
  switch (fault?.kind) {
    case 'schema1':
      return 'its manifest is of schema 1, which containerd 2 no longer reads';
    case 'encrypted':
      return 'it is encrypted, and the node has no key for it';
    case 'tooLarge':
      return 'its manifest is larger than a runtime accepts';
    case 'mediaType':
      return fault.details.content === undefined ? 'its media type is not known to the runtime' : describeContent(fault.details.content);
    default:
      return 'its manifest makes no sense to the runtime';
  }
}
