import type { CauseText } from './cause.ts';
import { nodeWord, quote } from './commands.ts';
import { imageOf, theNode } from './phrases.ts';

export const SignatureRejected: CauseText = {
  summary: (facts, fault) =>
    `${theNode(facts)} takes only images that its policy accepts, and refuses ${imageOf(facts)}: ${fault?.details.signature === 'missing' ? 'it is not signed' : fault?.details.signature === 'blocked' ? 'a verifier or a block list on the node stops it' : 'its signature does not verify'}.`,
  fixes: facts => [
    {
      title: 'see the policy on the node',
      command: `cat /etc/containers/policy.json   # on node ${nodeWord(facts)} (containerd: the image verifier plugins)`,
    },
    { title: 'sign the image with a key that the policy accepts', command: `cosign sign ${quote(facts.image)}` },
  ],
};
