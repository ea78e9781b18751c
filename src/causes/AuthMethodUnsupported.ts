/** AuthMethodUnsupported: the registry requires authentication, but offers neither Basic nor Bearer. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import { clientOf } from '../model/runtime-client.ts';
import type { CauseText } from './cause.ts';
import { askedHost, schemeOf } from './commands.ts';
import { registry } from './phrases.ts';
import { quote } from './shell.ts';

/** The runtime asks `/v2/` alone how to authenticate, and is asked for nothing there. */
const isOpenAtPing = ({ node, probe }: Facts): boolean =>
  clientOf(node.runtime) !== 'containerd' && probe?.connection.some(({ name, code }) => name === 'ping' && code === '200') === true;

export const AuthMethodUnsupported: CauseText = {
  summary: (facts, fault) =>
    fault?.details.unasked
      ? `${registry(facts)} answers 401 to the request for the manifest without a Basic or Bearer challenge. Only "/v2/" has one, and containerd does not read it, so it sends no credentials.`
      : isOpenAtPing(facts)
        ? `${registry(facts)} requires no authentication at "/v2/", but answers 401 to the request for the manifest. CRI-O and Docker read only the challenge of "/v2/", so they send no credentials.`
        : fault?.seenBy === 'node'
          ? `${registry(facts)} answers 401 without an explanation. If it offers neither Basic nor Bearer authentication, no container runtime can authenticate there.`
          : `${registry(facts)} answers 401 without a Basic or Bearer challenge. No container runtime can authenticate there, whatever the pull secret contains.`,
  fixes: (facts, fault) => [
    {
      title: 'show the answer of the registry: it must have a WWW-Authenticate header of type Bearer or Basic',
      command: `curl -sSI ${quote(`${schemeOf(facts, fault)}://${askedHost(facts)}/v2/`)}`,
    },
    {
      title:
        'configure Basic authentication or a token server in the registry, or in the gateway in front of it: "/v2/" and the manifests must have the same challenge',
      command: null,
    },
  ],
};
