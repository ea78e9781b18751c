import type { CauseText } from './cause.ts';
import { failingHost, schemeOf, setImage } from './commands.ts';
import { hostOf, imageOf } from './phrases.ts';

export const NotARegistry: CauseText = {
  summary: (facts, fault) =>
    `At ${hostOf(facts, fault)} something answers that is no registry: ${fault?.seenBy === 'probe' ? fault.message : 'a web page instead of a manifest'}. Often it is a captive portal, a login page, the registry's web address instead of its registry address, or a wrong port; ${imageOf(facts)} cannot come from there.`,
  fixes: (facts, fault) => [
    {
      title: 'see what answers',
      command: `curl -sS -i ${schemeOf(facts, fault)}://${failingHost(facts, fault)}/v2/`,
    },
    setImage(
      facts,
      `REGISTRY:PORT/${facts.reference?.repository ?? 'REPOSITORY'}:${facts.reference?.tag ?? 'TAG'}`,
      "use the registry's own address and port",
    ),
  ],
};
