/** SignatureRejected: the signature policy of the node rejects the image. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { maybeOwn } from './commands.ts';
import { imageOf, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

const WHY = {
  missing: 'it is not signed',
  notFound: 'its verifier finds no valid signature',
  blocked: 'an image verifier or a block list on the node blocks it',
  invalid: 'its signature is not valid',
};

/** CRI-O has two lists of registries, and says which of them it is. */
const blockedBy = ({ speaker, kind }: Fault): string =>
  speaker !== 'containersImage'
    ? WHY.blocked
    : kind === 'policy'
      ? 'its settings (registries.conf) block this registry'
      : 'its policy (policy.json) allows no image of this name';

export const SignatureRejected: CauseText = {
  summary: (facts, fault) =>
    fault?.details.signature === 'blocked'
      ? `${theNode(facts)} rejects ${imageOf(facts)}: ${blockedBy(fault)}.`
      : `${theNode(facts)} accepts only images that its signature policy allows, and it rejects ${imageOf(facts)}: ${WHY[fault?.details.signature ?? 'invalid']}.`,
  fixes: (facts, fault) => [
    nodeFix(facts, nodeSteps(facts).signaturePolicy(fault?.details.signature === 'blocked')),
    ...(fault?.details.signature === 'blocked'
      ? [{ title: 'use an image that the policy of the node allows, or change the policy on every node', command: null }]
      : [...(fault?.details.signature === 'notFound' ? [ofMirror(facts)] : []), ...signing(facts)]),
  ],
};

/** A mirror that copies images alone has no signatures. */
const ofMirror = (facts: Facts): Fix => ({
  title: 'show which signatures the registry has; a mirror on the way must return them, too',
  command: `cosign tree ${quote(facts.image)}`,
});

const signing = (facts: Facts): Fix[] => [
  { title: 'use an image that is signed with a key of the policy, or ask the publisher to sign it', command: null },
  ...(maybeOwn(facts) ? [{ title: 'if you publish it: sign it with such a key', command: `cosign sign ${quote(facts.image)}` }] : []),
];
