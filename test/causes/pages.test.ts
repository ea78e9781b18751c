/**
 * The pages of the causes hold what people search for: the messages that runtimes and kubelet write, in a form that the reader understands and that leads to this
 * cause, the status that kubectl shows, and the same questions on every page.
 */
import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { CAUSES } from '../../src/model/cause-codes.ts';
import { type Fixture, factsOf } from '../helpers/facts.ts';

/** Causes that no message tells alone: what stands in the objects, or what the registry answers, tells them. → what has to be known as well. */
const NEED_MORE: Record<string, string> = {
  SecretHasNoCredentials: 'the content of the secret',
  SecretRegistryMismatch: 'the keys of the secret',
  CredentialsBlockPublicImage: 'that the anonymous pull succeeds',
  AuthMethodUnsupported: 'the challenge of the registry',
  FixedWaitingForRetry: 'that the pull succeeds now',
  StillPulling: 'that no attempt has failed',
  NoPullProblem: 'that the image is on the node',
};
/** What kubelet writes beside the message of the failed pull, and what kubectl shows: no errors to be read. */
const NO_ERROR =
  /^(?:Error: (?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName)$|Back-off |Pulling image |Successfully pulled |Container image ".*" already |Failed to garbage collect |STATUS )/;

const pageOf = (code: string): string => `docs/causes/${code}.md`;
const section = (text: string, heading: string): string => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
/** The messages of a page, without the type and reason of their events. */
const messagesOf = (text: string): string[] =>
  [...section(text, 'What you see').matchAll(/^```text\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.trim().split('\n'))
    .map(line => line.replace(/^(?:Normal|Warning) +\w+ +/, ''));

// a page that is not there is named by the test of the repository
for (const { code } of CAUSES.filter(cause => existsSync(pageOf(cause.code))))
  t.test(`${code}: its page holds messages that the reader knows, and that lead to it`, async t => {
    const text = readFileSync(pageOf(code), 'utf8');
    const messages = messagesOf(text);
    const image = messages.map(message => /\bFailed to pull image "([^"]+)"/.exec(message)?.[1]).find(Boolean);
    const factsWith = (message: string) =>
      factsOf({ about: code, messages: [message], ...(image === undefined ? {} : { facts: { image } }) } as unknown as Fixture);
    t.ok(messages.length > 0, 'there are messages');

    const errors = messages.filter(message => !NO_ERROR.test(message));
    const unread = errors.filter(message => !factsWith(message).nodeReport.faults.every(({ understood }) => understood));
    t.strictSame(unread, [], 'the reader knows each: no form is invented');

    const leading = messages.filter(message => {
      const { cause, also } = diagnose(factsWith(message));
      return cause === code || also.includes(code);
    });
    if (NEED_MORE[code] === undefined) t.not(leading.length, 0, 'one of them leads to this cause');
    else t.strictSame(leading, [], `none leads to it without ${NEED_MORE[code]}`);
    t.match(section(text, 'What you see'), /`kubectl get pods` shows .*`\w+/s, 'the status that kubectl shows');
  });
