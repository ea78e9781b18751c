/** The texts of a cause where admission refuses the pods of a workload: nothing was pulled, and what refuses has to be asked. Pure. */
import type { Facts, Refusal } from '../model/facts.ts';
import type { CauseFix, CauseText } from './cause.ts';
import { kubectl, namespaceOf, ownerObject, ownerOf, rollsOut } from './commands.ts';
import { imageOf } from './phrases.ts';
import { object, quote } from './shell.ts';

/** In: the refusal, and the texts of its cause for an image that a node pulls. Out: its texts for a pod that was never created. */
export function ofAdmission(refusal: Refusal, text: CauseText): CauseText {
  const { about } = refusal;
  return {
    title: about === null ? 'No pod is created, and not for its image' : 'Admission refuses the pods for their image',
    summary: facts => {
      const image = facts.image === '' ? 'an image' : imageOf(facts);
      const said = refusal.words === '' ? '' : `: ${refusal.words}`;
      return `${whoOf(refusal)} refuses the pods of ${ownerOf(facts).kind} "${ownerOf(facts).name}", ${about === null ? 'and not for an image' : `for ${image}`}${said}.`;
    },
    fixes: (facts, fault) => {
      const look = { title: 'see what refuses them', command: kubectl(facts, lookAt(facts, refusal)) };
      if (about === null) return [look];
      return fault === null ? [look, OTHER_IMAGE, ...again(facts)] : [...text.fixes(facts, fault), look];
    },
  };
}

/** What refuses, at the beginning of a sentence. */
function whoOf({ by, name }: Refusal): string {
  if (by === 'webhook') return `Admission webhook "${name}"`;
  if (by === 'policy') return `ValidatingAdmissionPolicy "${name}"`;
  if (by === 'silentWebhook') return `The API server, which cannot call admission webhook "${name}",`;
  return {
    imagePolicy: 'The image policy of the API server',
    quota: 'A resource quota',
    podSecurity: 'Pod Security',
    other: 'The API server',
  }[by];
}

/** Where the policies of a webhook stand, by its name. */
const POLICIES: readonly [RegExp, string][] = [
  [/kyverno/, 'policies.kyverno.io,clusterpolicies.kyverno.io'],
  [/gatekeeper/, 'constraints'],
  [/sigstore/, 'clusterimagepolicies.policy.sigstore.dev'],
];
const WEBHOOKS = 'validatingwebhookconfigurations,mutatingwebhookconfigurations';

/** The rest of a kubectl command that shows what refuses. */
function lookAt(facts: Facts, { by, name, maker }: Refusal): string {
  if (by === 'webhook' || by === 'silentWebhook')
    return `get ${quote((by === 'webhook' && POLICIES.find(([pattern]) => pattern.test(name ?? ''))?.[1]) || WEBHOOKS)}`;
  if (by === 'policy') return `get ${object('validatingadmissionpolicy', name ?? '')} -o yaml`;
  if (by === 'quota') return 'describe quota';
  if (by === 'podSecurity') return `describe ${object('namespace', namespaceOf(facts))}`;
  return `describe ${object(maker.kind, maker.name)}`;
}

const OTHER_IMAGE: CauseFix = {
  title: 'use an image that the policy allows (sign it, or take it from an allowed registry), or ask the owners of the policy',
  command: null,
};

/** Controllers try again, in the end every 17 minutes. Source: workqueue.DefaultTypedControllerRateLimiter. */
const again = (facts: Facts): CauseFix[] =>
  rollsOut(facts)
    ? [
        {
          title: 'then retry now, without waiting for the controller',
          command: kubectl(facts, `rollout restart ${ownerObject(facts)}`),
        },
      ]
    : [];
