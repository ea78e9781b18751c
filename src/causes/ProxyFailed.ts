/** ProxyFailed: the node's HTTP proxy is unreachable, or it rejects the request. Belongs here: its summary and its fixes. Pure. */
import type { Fault } from '../model/fault.ts';
import { program } from '../util/called-as.ts';
import { isLoopback } from '../util/proxy.ts';
import type { CauseText } from './cause.ts';
import { registryWord } from './commands.ts';
import { nodeName, registry, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const ProxyFailed: CauseText = {
  summary: (facts, fault) =>
    fault?.details.proxyAnswers
      ? `A proxy on the way from this machine answers in the place of ${registry(facts)}: ${fault.message}. The node may take another way.`
      : // the proxy of this machine is not the node's
        fault?.seenBy === 'probe'
        ? `This machine uses a proxy for ${registry(facts)}, so the registry was not tested: ${fault.message}. The node may use another proxy, or none.`
        : fault?.details.phrase !== undefined
          ? `The runtime of ${nodeName(facts)} reports only "${fault.details.phrase}" for ${registry(facts)}: a proxy rejects the request, or the registry itself does.`
          : `The runtime of ${nodeName(facts)} uses ${proxyOf(fault)} for ${registry(facts)}, and ${fault?.status === 407 ? 'the proxy requires authentication' : 'the proxy fails'}${fault?.host != null && fault.host !== facts.reference?.registry ? ` (for a request to "${fault.host}")` : ''}.${ownMachine(fault)}${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const steps = nodeSteps(facts);
    const own = `correct HTTPS_PROXY and NO_PROXY of this machine, then run ${program()} again`;
    if (fault?.details.proxyAnswers)
      return [
        { title: `let the proxy or web gateway between the nodes and ${registryWord(facts)} pass their requests`, command: null },
        nodeFix(facts, steps.showProxy()),
      ];
    return [
      ...(fault?.seenBy === 'probe' ? [{ title: own, command: null }] : []),
      nodeFix(facts, steps.showProxy()),
      nodeFix(facts, steps.setProxy(registryWord(facts))),
    ];
  },
};

const proxyOf = (fault: Fault | null): string => (fault?.details.proxy === undefined ? 'a proxy' : `the proxy "${fault.details.proxy}"`);

/** A proxy of a developer's machine is often set by an address that means another machine on the node. */
const ownMachine = (fault: Fault | null): string =>
  isLoopback((fault?.details.proxy ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
    ? ' This address is the node itself, not the machine where the proxy runs.'
    : '';
