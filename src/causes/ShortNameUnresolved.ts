/** ShortNameUnresolved: the image name has no registry, and CRI-O cannot resolve it to exactly one registry. Belongs here: its summary and its fixes. Pure. */
import { fullReference } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { imageOf, nodeName } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

export const ShortNameUnresolved: CauseText = {
  summary: (facts, fault) =>
    `${imageOf(facts)} has no registry in its name, and ${nodeName(facts)} has ${fault?.details.shortName === 'noRegistry' ? 'no registry' : fault?.details.shortName === 'ambiguous' ? 'more than one registry' : 'no registry, or more than one,'} configured for such names.`,
  fixes: facts => {
    const full = facts.reference === null ? `docker.io/${facts.image}` : fullReference(facts.reference);
    const step = nodeSteps(facts).resolveShortName(facts.reference === null ? '<IMAGE>' : facts.image, full);
    return [
      setImage(facts, full, 'write the registry into the image reference'),
      ...(step === null ? [] : [nodeFix(facts, step, step.on === 'workstation' ? '' : 'or, ')]),
    ];
  },
};
