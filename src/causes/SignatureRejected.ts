/** SignatureRejected: the signature policy of the node rejects the image. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { imageOf, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

const WHY = {
  missing: 'it is not signed',
  blocked: 'a verifier or a block list on the node rejects it',
  invalid: 'its signature is not valid',
};

export const SignatureRejected: CauseText = {
  summary: (facts, fault) =>
    `${theNode(facts)} accepts only images that its signature policy allows, and it rejects ${imageOf(facts)}: ${WHY[fault?.details.signature ?? 'invalid']}.`,
  fixes: facts => [
    nodeFix(facts, nodeSteps(facts).signaturePolicy()),
    { title: 'use an image that is signed with a key of the policy, or ask the publisher to sign it', command: null },
    { title: 'if you publish it: sign it with such a key', command: `cosign sign ${quote(facts.image)}` },
  ],
};
