/** ProxyFailed: the node's HTTP proxy is unreachable, or it rejects the request. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { registryWord } from './commands.ts';
import { nodeName, registry, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const ProxyFailed: CauseText = {
  summary: (facts, fault) =>
    `The runtime of ${nodeName(facts)} uses a proxy for ${registry(facts)}, and ${fault?.status === 407 ? 'the proxy requires authentication' : 'the proxy fails'}${fault?.host != null && fault.host !== facts.reference?.registry ? ` (for a request to "${fault.host}")` : ''}.${seenFrom(fault)}`,
  fixes: facts => {
    const steps = nodeSteps(facts);
    return [nodeFix(facts, steps.showProxy()), nodeFix(facts, steps.setProxy(registryWord(facts)))];
  },
};
