/** The texts of a cause where CRI-O tried its search registries for a name without a registry, and tells of the last. Belongs here: these texts. Pure. */
import type { CauseCode } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import { fullReference } from '../model/reference.ts';
import type { CauseText } from './cause.ts';
import { builtHere, setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';
import { blank } from './shell.ts';

/** In: a cause and its texts. Out: its texts with the registries that were asked, and a repair that names one in full. */
export function ofSearched(code: CauseCode, text: CauseText, searched: string): CauseText {
  return {
    ...text,
    summary: (facts, fault) => {
      const asked =
        facts.probe === null
          ? ''
          : ` This machine asked ${registry(facts)}${code === 'ShortNameUnresolved' ? ', which returns the manifest: the node does not ask it, or cannot pull from it' : ''}.`;
      const said =
        code === 'ShortNameUnresolved'
          ? `${imageOf(facts)} has no registry in its name`
          : fault?.seenBy === 'node' && fault.kind === 'notFound'
            ? `"${searched}" answers "not found" for ${imageOf(facts)}, a name without a registry`
            : `${text.summary(facts, fault)} The name has no registry`;
      return `${said}: the runtime tries its search registries in turn, and reports only the last error, that of "${searched}".${asked}`;
    },
    fixes: (facts, fault, next) => {
      if (code === 'ShortNameUnresolved') return text.fixes(facts, fault, next);
      const name = setImage(facts, [blank('REGISTRY'), `/${facts.image}`], 'write the registry that has the image into its name');
      if (fault?.seenBy === 'node' && fault.kind === 'notFound') return [name, ...builtHere(facts)];
      const own = text.fixes(inFull(facts), fault, next);
      return facts.probe?.tags?.known ? [...own, { ...name, title: `or ${name.title}` }] : [name, ...own];
    },
  };
}

/** The facts with the image written in full, as fixes should write it. */
const inFull = (facts: Facts): Facts => (facts.reference === null ? facts : { ...facts, image: fullReference(facts.reference) });
