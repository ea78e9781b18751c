import type { CauseText } from './cause.ts';
import { failingHost, nodeWord, setImage } from './commands.ts';
import { hostOf, seenFrom, theNode } from './phrases.ts';

export const RegistryNameNotResolved: CauseText = {
  summary: (facts, fault) =>
    `${fault?.seenBy === 'probe' ? 'This machine' : theNode(facts)} cannot resolve ${hostOf(facts, fault)}: either the name is wrong, or the name server does not know it.${seenFrom(fault)} ${/\.(?:svc|local|cluster\.local)(?::|$)/.test(facts.reference?.registry ?? '') ? "Names of services (*.svc, *.local) are known in pods, but nodes do not ask the cluster's DNS." : ''}`.trimEnd(),
  fixes: (facts, fault) => {
    const host = failingHost(facts, fault).replace(/:\d+$/, '');
    return [
      { title: 'ask the name server of the node itself', command: `nslookup ${host}   # on node ${nodeWord(facts)}` },
      setImage(
        facts,
        `REGISTRY/${facts.reference?.repository ?? 'REPOSITORY'}:${facts.reference?.tag ?? 'TAG'}`,
        'if the name is misspelt: correct it',
      ),
    ];
  },
};
