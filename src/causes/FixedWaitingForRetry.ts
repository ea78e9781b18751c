import type { CauseText } from './cause.ts';
import { restart } from './commands.ts';
import { decisive, imageOf, quoted } from './phrases.ts';

export const FixedWaitingForRetry: CauseText = {
  summary: (facts, fault) => {
    const accepted = decisive(facts)?.credential ?? null;
    const used = accepted === null ? [] : [facts.keyring.credentials[accepted]?.secret ?? ''];
    const next =
      facts.state.nextRetry === null
        ? 'within five minutes'
        : Date.parse(facts.state.nextRetry) > Date.parse(facts.now)
          ? `at about ${facts.state.nextRetry.slice(11, 19)} UTC`
          : 'any moment';
    return `The node's last try failed${fault?.status ? ` with ${fault.status}` : ''}, but ${imageOf(facts)} can be pulled now${used.length > 0 ? ` with the pod's secret ${quoted(used)}` : ' without a login'}, as asked from this machine just now. kubelet tries again ${next}.`;
  },
  fixes: facts => [
    { title: 'wait: the next try needs nothing more', command: null },
    restart(facts, 'or try at once: a new pod has no back-off'),
  ],
};
