/** PlainHTTPRegistry: the node and the registry use different protocols, one plain HTTP, the other HTTPS. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost } from './commands.ts';
import { capital, hostOf, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { hostWord } from './shell.ts';

export const PlainHTTPRegistry: CauseText = {
  summary: (facts, fault) =>
    fault?.kind === 'plainHttp'
      ? `${capital(observer(facts, fault))} uses HTTPS for ${hostOf(facts, fault)}, but that server uses plain HTTP.${seenFrom(fault)}`
      : `${capital(observer(facts, fault))} uses plain HTTP for ${hostOf(facts, fault)}, but that server requires HTTPS.${seenFrom(fault)}`,
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault);
    const right = fault?.kind === 'plainHttp' ? 'http' : 'https';
    // settings of a registry on the node do not change the scheme of a realm
    if (fault?.role === 'token')
      return [
        ...(right === 'http' ? [{ title: `enable TLS on the token server ${host}`, command: null }] : []),
        {
          title: `${right === 'http' ? 'or ' : ''}correct the realm in the configuration of the registry: it is the URL of the token server`,
          command: null,
        },
      ];
    const steps = nodeSteps(facts);
    const check = steps.checkSettings(true);
    const step =
      fault?.role === 'mirror'
        ? steps.correctMirrorScheme(hostWord(facts.reference?.registry, '<REGISTRY>'), host, right)
        : steps.useScheme(host, right);
    return [
      ...(right === 'http' ? [{ title: 'preferred: enable TLS on the registry', command: null }] : []),
      nodeFix(facts, step, right === 'http' ? 'or, ' : ''),
      ...(check === null ? [] : [nodeFix(facts, check, 'if that changes nothing, ')]),
    ];
  },
};
