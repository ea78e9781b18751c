/** FixedWaitingForRetry: the pull would succeed now, but kubelet is still in back-off. Belongs here: its summary and its fixes. Pure. */
import { ownAnswer } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { retryNow } from './commands.ts';
import { decisive, imageOf, quoted } from './phrases.ts';

export const FixedWaitingForRetry: CauseText = {
  summary: (facts, fault) => {
    const accepted = decisive(facts)?.credential ?? null;
    const used = accepted === null ? [] : [facts.keyring.credentials[accepted]?.secret ?? ''];
    const next =
      facts.state.nextRetry === null
        ? 'retries within five minutes'
        : Date.parse(facts.state.nextRetry) > Date.parse(facts.now)
          ? `retries at about ${facts.state.nextRetry.slice(11, 19)} UTC`
          : 'can retry at any moment';
    const failed = `The last attempt of the node failed${fault?.status ? ` with ${fault.status}` : ''}`;
    const own = ownAnswer(facts);
    if (own?.outcome === 'pulled')
      return `${failed}, but asked to pull ${imageOf(facts)} now, node "${own.node}" succeeds (${own.seconds} s). kubelet ${next}.`;
    return `${failed}, but ${imageOf(facts)} can now be pulled ${used.length > 0 ? `with secret ${quoted(used)}` : 'anonymously'}, as a request from this machine shows. kubelet ${next}.`;
  },
  fixes: facts => [
    { title: 'wait: the next attempt needs no change', command: null },
    retryNow(facts, 'or retry now by deleting the pod: a new pod has no back-off'),
  ],
};
