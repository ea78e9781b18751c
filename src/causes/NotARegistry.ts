/** NotARegistry: the server at this address is not a container registry. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost, repositoryWord, schemeOf, setImage, tagWord } from './commands.ts';
import { hostOf, imageOf, observer, seenFrom } from './phrases.ts';
import { quote } from './shell.ts';

/** RFC 6585, section 6. */
const NETWORK_AUTHENTICATION_REQUIRED = 511;

export const NotARegistry: CauseText = {
  summary: (facts, fault) =>
    fault?.status === NETWORK_AUTHENTICATION_REQUIRED
      ? `A captive portal answers 511 for ${hostOf(facts, fault)}: the network of ${observer(facts, fault)} requires a login. ${imageOf(facts)} cannot be pulled before that.${seenFrom(fault)}`
      : `The server at ${hostOf(facts, fault)} is not a container registry: ${fault?.seenBy === 'probe' ? fault.message : 'it returns a web page instead of a manifest'}. It can be a captive portal, a login page, the web interface of the registry, or a wrong port. ${imageOf(facts)} cannot be pulled from it.`,
  fixes: (facts, fault) => [
    {
      title: 'show what the server returns',
      command: `curl -sS -i ${quote(`${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/`)}`,
    },
    fault?.status === NETWORK_AUTHENTICATION_REQUIRED
      ? { title: 'allow the addresses of the nodes in the captive portal', command: null }
      : setImage(facts, `REGISTRY:PORT/${repositoryWord(facts)}:${tagWord(facts)}`, 'use the host and the port of the registry itself'),
  ],
};
