import type { CauseText } from './cause.ts';
import { kubectl, quote } from './commands.ts';
import { imageOf, theNode } from './phrases.ts';
import { showBytes } from './sizes.ts';

export const StillPulling: CauseText = {
  summary: facts => {
    const since = facts.nodeReport.pullingSince;
    const seconds = since === null ? null : Math.max(0, Math.round((Date.parse(facts.now) - Date.parse(since)) / 1000));
    return `${theNode(facts)} has been pulling ${imageOf(facts)}${seconds === null ? '' : ` for ${seconds >= 120 ? `${Math.round(seconds / 60)} min` : `${seconds} s`}`}.${facts.probe?.size ? ` It is ${showBytes(facts.probe.size)} in ${facts.probe.layers} layers.` : ''}${seconds !== null && seconds > 600 ? ' That is long: pulls of one node may wait for each other (serializeImagePulls), or this one is stuck.' : ''}`;
  },
  fixes: facts => [{ title: 'watch it', command: kubectl(facts, `get pod ${quote(facts.pod?.name ?? 'POD')} -w`) }],
};
