/** StillPulling: the pull is in progress, and nothing has failed yet. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { kubectl, podObject } from './commands.ts';
import { count, decisive, imageOf, registry, theNode } from './phrases.ts';
import { showBytes, showSeconds } from './sizes.ts';

export const StillPulling: CauseText = {
  summary: facts => {
    const since = facts.nodeReport.pullingSince;
    const seconds = since === null ? null : Math.max(0, Math.round((Date.parse(facts.now) - Date.parse(since)) / 1000));
    return `${theNode(facts)} has been pulling ${imageOf(facts)}${seconds === null ? '' : ` for ${showSeconds(seconds)}`}.${facts.probe?.size ? ` The image has ${showBytes(facts.probe.size)} in ${count(facts.probe.layers ?? 0, 'layer')}.` : ''}${seconds !== null && seconds > 600 ? ' That is long: the pulls of one node may wait for each other (serializeImagePulls), or this one makes no progress.' : ''}${decisive(facts)?.fault?.status === 429 ? ` ${registry(facts)} answers 429 to this machine: the pull may wait for this limit.` : ''}`;
  },
  fixes: facts => [{ title: 'watch the pod', command: kubectl(facts, `get ${podObject(facts)} -w`) }],
};
