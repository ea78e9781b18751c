/** AuthMethodUnsupported: the registry requires authentication, but offers neither Basic nor Bearer. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { askedHost, schemeOf } from './commands.ts';
import { registry } from './phrases.ts';
import { quote } from './shell.ts';

export const AuthMethodUnsupported: CauseText = {
  summary: (facts, fault) =>
    fault?.seenBy === 'node'
      ? `${registry(facts)} answers 401 without an explanation. If it offers neither Basic nor Bearer authentication, no container runtime can authenticate there.`
      : `${registry(facts)} answers 401 without a Basic or Bearer challenge. No container runtime can authenticate there, whatever the pull secret contains.`,
  fixes: (facts, fault) => [
    {
      title: 'show the answer of the registry: it must have a WWW-Authenticate header of type Bearer or Basic',
      command: `curl -sSI ${quote(`${schemeOf(facts, fault)}://${askedHost(facts)}/v2/`)}`,
    },
    { title: 'configure Basic authentication or a token server in the registry, or in the gateway in front of it', command: null },
  ],
};
