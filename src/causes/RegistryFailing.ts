/** RegistryFailing: the registry returns a server error, no answer, or a redirect loop. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import type { CauseText } from './cause.ts';
import { failingHost, retryNow, schemeOf } from './commands.ts';
import { capital, explanation, hostOf, imageOf, seenFrom } from './phrases.ts';
import { quote } from './shell.ts';

/** What the registry did instead of serving the image. */
const answerOf = (fault: Fault | null): string => {
  if (fault?.status) return `answers ${fault.status}`;
  if (fault?.kind === 'redirects') return 'redirects in a loop';
  if (fault?.explanation) return 'answers with an error';
  return fault?.details.inConversation ? 'ends the connection without an answer' : 'accepts the request, but sends no answer';
};

export const RegistryFailing: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} ${answerOf(fault)} instead of serving ${imageOf(facts)}.${explanation(fault)} No change to the pod can fix this. kubelet retries automatically.${seenFrom(fault)}`,
  fixes: (facts, fault) => [
    {
      title: 'check the state of the registry (its status page, its log)',
      command: `curl -sS -i ${quote(`${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/`)}`,
    },
    retryNow(facts, 'when it works again, retry now by deleting the pod'),
  ],
};
