import { isAtBlobHost } from '../model/fault.ts';
import { type CauseText, MOSTLY, NEVER, ONLY, RARELY } from './cause.ts';
import { failingHost, schemeOf, setImage } from './commands.ts';
import { hostOf, imageOf } from './phrases.ts';

export const NotARegistry: CauseText = {
  claims: fault => {
    if (fault.role === 'token' || isAtBlobHost(fault)) return RARELY;
    if (fault.kind === 'notJson')
      return fault.seenBy === 'probe'
        ? fault.status === null || fault.status < 400 || fault.status === 404
          ? ONLY
          : RARELY
        : fault.status === 410 || (fault.status ?? 0) >= 500 || fault.status === 403
          ? RARELY
          : MOSTLY;
    // 511 Network Authentication Required is a captive portal's own status (RFC 6585)
    if (fault.status === 511) return ONLY;
    if (fault.kind === 'mediaType' && fault.details.mediaType === 'text/html') return MOSTLY;
    return fault.kind === 'mediaType' || fault.kind === 'badManifest' ? RARELY : NEVER;
  },
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
