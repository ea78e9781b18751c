/** HeadRequestBlocked: HEAD requests are rejected, but GET requests for the same manifest succeed. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { askedHost, repositoryWord, schemeOf, tagWord } from './commands.ts';
import { registry } from './phrases.ts';
import { quote } from './shell.ts';

export const HeadRequestBlocked: CauseText = {
  summary: (facts, fault) =>
    `${registry(facts)} answers a GET request with the manifest, but it answers the HEAD request of containerd with ${fault?.status ?? 'an error'}. A gateway, firewall or proxy blocks HEAD requests.`,
  fixes: (facts, fault) => [
    {
      title: 'show the answer to a HEAD request',
      command: `curl -sSI ${quote(`${schemeOf(facts, fault)}://${askedHost(facts)}/v2/${repositoryWord(facts)}/manifests/${tagWord(facts)}`)}`,
    },
    { title: 'allow HEAD requests to /v2/ in the gateway in front of the registry', command: null },
  ],
};
