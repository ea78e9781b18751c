/** Commands in this process, over the text of a file: for tests of many files, of which a process each would take minutes. */
import { collect } from '../../src/commands/collect.ts';
import type { CommonFlags, Context, WhyFlags } from '../../src/commands/context.ts';
import { why } from '../../src/commands/why.ts';
import { contextOf } from './context.ts';
import { mustFitSchema } from './schema.ts';

/** What a command wrote. */
export interface Written {
  status: number;
  stdout: string;
  stderr: string;
}

const FLAGS: CommonFlags & Pick<WhyFlags, 'names'> = {
  names: [],
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
  const { context, written } = contextOf(text, { now: () => '2026-11-20T10:09:00Z' });
  const status = await work(context);
  mustFitSchema(written.stdout);
  return { status, ...written };
}

/** The flags of `why -A --no-probe`. */
export const WHY_FLAGS: WhyFlags = { ...FLAGS, watch: false, facts: false, failOn: [], ignore: [] };

/** `why -f FILE --no-probe`. In: what the file holds, and other flags. */
export const whyOf = (text: string, flags: Partial<WhyFlags> = {}): Promise<Written> =>
  inProcess(text, context => why({ ...WHY_FLAGS, file: 'FILE', ...flags }, context));

/** `collect -f FILE`. In: what the file holds, and other flags. */
export const collectOf = (text: string, flags: Partial<WhyFlags> = {}): Promise<Written> =>
  inProcess(text, context => collect({ ...FLAGS, file: 'FILE', withProbe: false, ...flags }, context));
