/** `why -A` in this process, over objects of which one was made by a stranger; and what a run may not lose. Used by the tests of properties. */
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { WhyFlags } from '../../src/commands/context.ts';
import { why } from '../../src/commands/why.ts';
import { UserError } from '../../src/util/user-error.ts';
import { WHY_FLAGS } from '../helpers/commands.ts';
import { contextOf } from '../helpers/context.ts';
import { CLUSTER, eventOf, NODE, named, podOf } from '../helpers/shop.ts';
import { type Edit, editValue } from './edits.ts';

type Objects = Record<string, unknown>[];

/** Objects that belong together, in which several pods wait for an image. */
export function dumps(): Objects[] {
  const rows = JSON.parse(readFileSync('test/fixtures/node-messages/runtimes.json', 'utf8')) as { image: string; message: string }[];
  const crowd = rows
    .filter((_, index) => index % 40 === 0)
    .flatMap(({ image, message }, index) => [
      podOf(`crowd-${index}`, 'shop', { image, secrets: ['good'], waiting: { reason: 'ErrImagePull', message } }),
      eventOf(`crowd-${index}`, 'shop', message),
    ]);
  const saved = (loadAll(readFileSync('test/fixtures/saved/shop.yaml', 'utf8')) as { items?: Objects }[]).flatMap(
    one => one.items ?? [one],
  );
  return [CLUSTER, saved, [...crowd, NODE, named('ServiceAccount', 'builder', 'shop')]] as unknown as Objects[];
}

interface FailingPod {
  kind?: string;
  metadata?: { namespace?: string; name?: string };
  status?: { containerStatuses?: { state?: { waiting?: { reason?: string } } }[] };
}

/** `namespace/name` of each pod that waits for an image. */
export const failingPods = (objects: Objects): string[] =>
  (objects as FailingPod[])
    .filter(({ kind, status }) => kind === 'Pod' && /Image/.test(status?.containerStatuses?.[0]?.state?.waiting?.reason ?? ''))
    .map(({ metadata }) => `${metadata?.namespace ?? 'default'}/${metadata?.name}`);

/** What became of a run. */
export interface Outcome {
  /** Null after an error that is none of ours. */
  status: number | null;
  stdout: string;
  stderr: string;
}

/** `why -A` without a probe. In: where objects come from, and the format. */
export async function whyAll(
  source: Pick<WhyFlags, 'file' | 'kubeconfig'> & { facts?: boolean },
  output: WhyFlags['output'],
  text = '',
): Promise<Outcome> {
  const { context, written } = contextOf(text, { now: () => '2026-11-20T10:07:00Z' });
  let status: number | null = null;
  try {
    status = await why({ ...WHY_FLAGS, ...source, output }, context);
  } catch (error) {
    if (error instanceof UserError) status = 2;
    written.stderr += String((error as Error).stack ?? error);
  }
  return { status, ...written };
}

/** What a run has lost, null for nothing. In: its outcome with -o json, and the pods that nobody spoiled. */
export function lossOf({ status, stdout, stderr }: Outcome, readable: readonly string[]): string | null {
  if (status === null) return `it ended with ${stderr.slice(0, 400)}`;
  if (stdout === '') return `it reported nothing: ${stderr.slice(0, 400)}`;
  const { items } = JSON.parse(stdout) as { items: { pod: { namespace: string; name: string } | null }[] };
  // facts may be of an image alone
  const reported = new Set(items.map(({ pod }) => pod && `${pod.namespace}/${pod.name}`));
  const lost = readable.filter(pod => !reported.has(pod));
  if (lost.length > 0) return `it does not report ${lost.join(', ')}: status ${status}, ${stderr.slice(0, 400)}`;
  if (status === 0) return 'it ended with 0 though pods wait for an image';
  return null;
}

/** Objects of which one is spoiled. In: which dump, which of its objects, and how. Out: the objects, and the failing pods among the others. */
export function spoiled(objects: Objects, victim: number, edits: readonly Edit[]): { objects: unknown[]; readable: string[] } {
  const at = victim % objects.length;
  const others = objects.filter((_, index) => index !== at);
  return { objects: objects.map((object, index) => (index === at ? editValue(object, edits) : object)), readable: failingPods(others) };
}
