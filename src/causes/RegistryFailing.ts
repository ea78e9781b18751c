/** RegistryFailing: the registry returns a server error, no answer, or a redirect loop. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost, retryNow, schemeOf } from './commands.ts';
import { capital, explanation, hostOf, imageOf, seenFrom } from './phrases.ts';
import { quote } from './shell.ts';

export const RegistryFailing: CauseText = {
  summary: (facts, fault) =>
    `${capital(hostOf(facts, fault))} ${fault?.status ? `answers ${fault.status}` : fault?.kind === 'redirects' ? 'redirects in a loop' : 'accepts the request, but sends no answer'} instead of serving ${imageOf(facts)}.${explanation(fault)} No change to the pod can fix this. kubelet retries automatically.${seenFrom(fault)}`,
  fixes: (facts, fault) => [
    {
      title: 'check the state of the registry (its status page, its log)',
      command: `curl -sS -o /dev/null -w '%{http_code}\\n' ${quote(`${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/`)}`,
    },
    retryNow(facts, 'when it works again, retry now by deleting the pod'),
  ],
};
