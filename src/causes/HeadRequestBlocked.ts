import type { CauseText } from './cause.ts';
import { schemeOf } from './commands.ts';
import { registry } from './phrases.ts';

export const HeadRequestBlocked: CauseText = {
  summary: (facts, fault) =>
    `${registry(facts)} gives the manifest to a GET and answers ${fault?.status ?? 'an error'} to the HEAD that containerd begins with: something in between (gateway, WAF, proxy) blocks HEAD.`,
  fixes: (facts, fault) => [
    {
      title: 'show it',
      command: `curl -sSI ${schemeOf(facts, fault)}://${facts.probe?.host ?? facts.reference?.registry ?? 'REGISTRY'}/v2/${facts.reference?.repository ?? 'REPOSITORY'}/manifests/${facts.reference?.tag ?? 'TAG'}`,
    },
    { title: 'let HEAD through to /v2/ in the gateway before the registry', command: null },
  ],
};
