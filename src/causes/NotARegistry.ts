/** NotARegistry: the server at this address is not a container registry. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost, repositoryWord, schemeOf, setImage, tagWord } from './commands.ts';
import { hostOf, imageOf } from './phrases.ts';

export const NotARegistry: CauseText = {
  summary: (facts, fault) =>
    `The server at ${hostOf(facts, fault)} is not a container registry: ${fault?.seenBy === 'probe' ? fault.message : 'it returns a web page instead of a manifest'}. It can be a captive portal, a login page, the web interface of the registry, or a wrong port. ${imageOf(facts)} cannot be pulled from it.`,
  fixes: (facts, fault) => [
    { title: 'show what the server returns', command: `curl -sS -i ${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/` },
    setImage(facts, `REGISTRY:PORT/${repositoryWord(facts)}:${tagWord(facts)}`, 'use the host and the port of the registry itself'),
  ],
};
