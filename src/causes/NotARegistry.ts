/** NotARegistry: the server at this address is not a container registry. Belongs here: its summary and its fixes. Pure. */
import type { Facts } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { providerOf } from '../model/registry-providers.ts';
import type { CauseText } from './cause.ts';
import { atRegistry, failingHost, registryWord, schemeOf, setImage } from './commands.ts';
import { hostOf, imageOf, observer, registry, seenFrom, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { quote } from './shell.ts';

/** RFC 6585, section 6. */
const NETWORK_AUTHENTICATION_REQUIRED = 511;

/** Only the node meets the page, at the address of a brand that is known: a mirror, a proxy or a portal answers it. */
const isKnown = (facts: Facts, fault: Fault | null): boolean =>
  fault?.seenBy === 'node' && fault.status !== NETWORK_AUTHENTICATION_REQUIRED && providerOf(facts.reference?.registry ?? '') !== null;

export const NotARegistry: CauseText = {
  summary: (facts, fault) =>
    fault?.status === NETWORK_AUTHENTICATION_REQUIRED
      ? `A captive portal answers 511 for ${hostOf(facts, fault)}: the network of ${observer(facts, fault)} requires a login. ${imageOf(facts)} cannot be pulled before that.${seenFrom(fault)}`
      : isKnown(facts, fault)
        ? `${theNode(facts)} gets a web page in place of ${registry(facts)}: a mirror, a proxy, a captive portal or a login page answers it. ${imageOf(facts)} cannot be pulled before that.`
        : `The server at ${hostOf(facts, fault)} is not a container registry: ${fault?.seenBy === 'probe' ? fault.message : 'it returns a web page instead of a manifest'}. It can be a captive portal, a login page, the web interface of the registry, or a wrong port. ${imageOf(facts)} cannot be pulled from it.`,
  fixes: (facts, fault) => [
    {
      title: 'show what the server returns',
      command: `curl -sS -i ${quote(`${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/`)}`,
    },
    // the address of a known registry is no wrong one
    ...(isKnown(facts, fault)
      ? [
          nodeFix(
            facts,
            nodeSteps(facts).showMirrors(registryWord(facts)),
            'if that is an answer of the registry, another server answers the node: ',
          ),
          nodeFix(facts, nodeSteps(facts).showProxy(), 'or '),
        ]
      : []),
    ...(isKnown(facts, fault)
      ? []
      : [
          fault?.status === NETWORK_AUTHENTICATION_REQUIRED
            ? { title: 'allow the addresses of the nodes in the captive portal', command: null }
            : setImage(facts, atRegistry(facts), 'use the host and the port of the registry itself'),
        ]),
  ],
};
