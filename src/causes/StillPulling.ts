/** StillPulling: the pull is in progress, and nothing has failed yet. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { kubectl, podObject } from './commands.ts';
import { roomNote, shortageNote } from './disk.ts';
import { count, decisive, imageOf, registry, theNode } from './phrases.ts';
import { estimateNote, progressOf, queueNote } from './progress.ts';
import { showBytes, showSeconds } from './sizes.ts';

export const StillPulling: CauseText = {
  summary: facts => {
    const progress = progressOf(facts);
    const size = facts.probe?.size ? ` The image has ${showBytes(facts.probe.size)} in ${count(facts.probe.layers ?? 0, 'layer')}.` : '';
    const queue = progress === null ? '' : queueNote(progress);
    const long =
      progress !== null && progress.elapsedSeconds > 600 && queue === '' && progress.remainingSeconds === null
        ? ' That is long: the pulls of one node may wait for each other (serializeImagePulls), or this one makes no progress.'
        : '';
    return [
      `${theNode(facts)} has been pulling ${imageOf(facts)}${progress === null ? '' : ` for ${showSeconds(progress.elapsedSeconds)}`}.`,
      size,
      progress === null ? '' : estimateNote(progress),
      queue,
      long,
      shortageNote(facts),
      roomNote(facts),
      decisive(facts)?.fault?.status === 429 ? ` ${registry(facts)} answers 429 to this machine: the pull may wait for this limit.` : '',
    ].join('');
  },
  fixes: facts => [{ title: 'watch the pod', command: kubectl(facts, `get ${podObject(facts)} -w`) }],
};
