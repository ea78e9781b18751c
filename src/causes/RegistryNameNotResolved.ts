/** RegistryNameNotResolved: the node cannot resolve the registry's host name with DNS. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { failingHost, repositoryWord, setImage, tagWord } from './commands.ts';
import { capital, hostOf, observer, seenFrom } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const RegistryNameNotResolved: CauseText = {
  summary: (facts, fault) =>
    `${capital(observer(facts, fault))} cannot resolve ${hostOf(facts, fault)} with DNS: ${fault?.details.dns === 'noAnswer' ? 'the DNS server did not answer' : 'the name is wrong, or its DNS server does not know the name'}.${seenFrom(fault)} ${/\.(?:svc|local|cluster\.local)(?::|$)/.test(facts.reference?.registry ?? '') ? 'Nodes do not use the DNS of the cluster, so they cannot resolve service names (*.svc, *.cluster.local).' : ''}`.trimEnd(),
  fixes: (facts, fault) => [
    nodeFix(facts, nodeSteps(facts).resolve(failingHost(facts, fault).replace(/:\d+$/, ''))),
    setImage(facts, `REGISTRY/${repositoryWord(facts)}:${tagWord(facts)}`, 'if the name is misspelled, correct it'),
  ],
};
