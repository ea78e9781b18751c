/** Commands in this process, over the text of a file: for tests of many files, of which a process each would take minutes. */
import { PassThrough } from 'node:stream';
import { collect } from '../../src/commands/collect.ts';
import type { CommonFlags, Context, WhyFlags } from '../../src/commands/context.ts';
import { why } from '../../src/commands/why.ts';

/** What a command wrote. */
export interface Written {
  status: number;
  stdout: string;
  stderr: string;
}

const FLAGS: CommonFlags & Pick<WhyFlags, 'names' | 'file'> = {
  names: [],
  file: 'FILE',
  allNamespaces: true,
  requestTimeout: 20_000,
  output: 'text',
  color: false,
  probe: false,
  timeout: 10_000,
  insecureRegistries: [],
  mirrors: new Map(),
};

async function inProcess(text: string, work: (context: Context) => Promise<number>): Promise<Written> {
  const stream = new PassThrough();
  let [stdout, stderr] = ['', ''];
  stream.setEncoding('utf8').on('data', data => (stderr += data));
  const status = await work({
    environment: {},
    stdout: { write: more => void (stdout += more), isTTY: false, columns: 100 },
    stderr: stream,
    isInteractive: false,
    readStdin: async () => text,
    readLine: async () => '',
    hold: () => () => {},
    readFile: async () => text,
    writeFile: async () => {},
    now: () => '2026-11-20T10:09:00Z',
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr };
}

/** `why -f FILE --no-probe`. In: what the file holds, and other flags. */
export const whyOf = (text: string, flags: Partial<WhyFlags> = {}): Promise<Written> =>
  inProcess(text, context => why({ ...FLAGS, watch: false, facts: false, failOn: [], ignore: [], ...flags }, context));

/** `collect -f FILE`. In: what the file holds, and other flags. */
export const collectOf = (text: string, flags: Partial<WhyFlags> = {}): Promise<Written> =>
  inProcess(text, context => collect({ ...FLAGS, withProbe: false, ...flags }, context));
