/** The texts of a cause where it is about the sandbox (pause) image: the node pulls it with its own settings, and nothing of a pod changes that. Pure. */
import { type CauseCode, causeOf } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import type { CauseText } from './cause.ts';
import { imageOf, nodeName, registry, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';

/** In: a cause and its texts for an image of a pod. Out: its texts for the sandbox image. */
export function ofSandbox(code: CauseCode, text: CauseText): CauseText {
  const { group } = causeOf(code);
  const isLogin = group === 'auth' || group === 'secret';
  return {
    ...(isLogin ? { title: 'The registry does not serve the sandbox image to the node' } : {}),
    summary: (facts, fault) =>
      isLogin
        ? `${theNode(facts)} cannot pull ${sandboxOf(facts)}: ${registry(facts)} does not serve it to the credentials of the node, or to a node without any. ${CONSEQUENCE}`
        : `${text.summary(facts, fault)} This is about ${facts.image === '' ? 'the sandbox (pause) image' : `the sandbox (pause) image ${imageOf(facts)}`}, which every pod on ${nodeName(facts)} needs first. ${CONSEQUENCE}`,
    fixes(facts, fault) {
      const setting = nodeFix(facts, nodeSteps(facts).sandboxImage());
      const own = isLogin ? [nodeFix(facts, nodeSteps(facts).showCredentials())] : text.fixes(facts, fault);
      // the correction of a name shows the setting itself
      return own.some(({ command }) => command === setting.command) ? own : [...own, setting];
    },
  };
}

/** Whether a cause can be why a sandbox image is not pulled: pull secrets of pods have no part in it. */
export const appliesToSandbox = (code: CauseCode): boolean => causeOf(code).group !== 'secret';

const CONSEQUENCE = 'The pull secrets of pods do not apply to it.';
const sandboxOf = (facts: Facts): string =>
  facts.image === '' ? 'its sandbox (pause) image' : `its sandbox (pause) image ${imageOf(facts)}`;
