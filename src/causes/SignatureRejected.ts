/** SignatureRejected: the signature policy of the node rejects the image. Belongs here: its summary and its fixes. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { maybeOwn } from './commands.ts';
import { imageOf, podName, theNode } from './phrases.ts';
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
    isGuests(fault)
      ? `The guest of ${podName(facts)} pulls for itself, and its image policy rejects ${imageOf(facts)}.`
      : fault?.details.signature === 'blocked'
        ? `${theNode(facts)} rejects ${imageOf(facts)}: ${blockedBy(fault)}.`
        : `${theNode(facts)} accepts only images that its signature policy allows, and it rejects ${imageOf(facts)}: ${WHY[fault?.details.signature ?? 'invalid']}.`,
  fixes: (facts, fault) => [
    isGuests(fault)
      ? { title: 'check the image policy that the guest is given, as a rule by the key broker service (Trustee)', command: null }
      : nodeFix(facts, nodeSteps(facts).signaturePolicy(fault?.details.signature === 'blocked')),
    ...(fault?.details.signature === 'blocked'
      ? [{ title: `use an image that the policy allows, or change the policy${isGuests(fault) ? '' : ' on every node'}`, command: null }]
      : [...(fault?.details.signature === 'notFound' ? [ofMirror(facts)] : []), ...signing(facts)]),
  ],
};

/** A virtual machine that pulls for its pod has a policy of its own, which is on no node. */
const isGuests = (fault: Fault | null): boolean => fault?.rows.includes('guest.policy') === true;

/** A mirror that copies images alone has no signatures. */
const ofMirror = (facts: Facts): Fix => ({
  title: 'show which signatures the registry has; a mirror on the way must return them, too',
  command: `cosign tree ${quote(facts.image)}`,
});

const signing = (facts: Facts): Fix[] => [
  { title: 'use an image that is signed with a key of the policy, or ask the publisher to sign it', command: null },
  ...(maybeOwn(facts) ? [{ title: 'if you publish it: sign it with such a key', command: `cosign sign ${quote(facts.image)}` }] : []),
];
