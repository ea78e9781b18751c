/** PlainHTTPRegistry: one side uses plain HTTP, the other HTTPS. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost } from './commands.ts';
import { hostOf, seenFrom, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';

export const PlainHTTPRegistry: CauseText = {
  summary: (facts, fault) =>
    fault?.kind === 'plainHttp'
      ? `${theNode(facts)} uses HTTPS for ${hostOf(facts, fault)}, but that server uses plain HTTP.${seenFrom(fault)}`
      : `${theNode(facts)} uses plain HTTP for ${hostOf(facts, fault)}, but that server requires HTTPS.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    const right = fault?.kind === 'plainHttp' ? 'http' : 'https';
    const steps = nodeSteps(facts);
    const check = steps.checkSettings();
    const step =
      fault?.role === 'mirror'
        ? steps.correctMirrorScheme(hostWord(facts.reference?.registry, 'REGISTRY'), host, right)
        : steps.useScheme(host, right);
    return [
      ...(right === 'http' ? [{ title: 'preferred: enable TLS on the registry', command: null }] : []),
      nodeFix(facts, step, right === 'http' ? 'or, ' : ''),
      ...(check === null ? [] : [nodeFix(facts, check)]),
    ];
  },
};
