/** MirrorFailed: a registry mirror that is configured on the node fails. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { registryWord } from './commands.ts';
import { nodeName, registry } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const MirrorFailed: CauseText = {
  summary: (facts, fault) =>
    `The runtime of ${nodeName(facts)} uses the mirror "${fault?.host ?? 'MIRROR'}" for ${registry(facts)}, and that mirror fails.`,
  // those of every cause that a mirror met, too: mirror.ts
  fixes: facts => {
    const steps = nodeSteps(facts);
    return [nodeFix(facts, steps.showMirrors(registryWord(facts))), nodeFix(facts, steps.editMirrors(registryWord(facts)))];
  },
};
