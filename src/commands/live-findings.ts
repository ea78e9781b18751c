/**
 * What is found so far, on a terminal: a few lines at its end that are shown anew as findings come, in whatever order, and are gone before the answer is printed. Belongs here: when
 * and how they are shown. Where both streams are no terminal, and for one pod, there is the progress alone (terminal.ts).
 */
import type { Listed } from '../cluster/reader.ts';
import { collectFacts } from '../diagnosis/collect-facts.ts';
import { type Finding, investigate } from '../diagnosis/investigate.ts';
import { type CauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import { keyOf, type Pod, unseenSnapshot } from '../model/kubernetes.ts';
import { imagesOf, waitsForImage } from '../parse/pod.ts';
import type { Context, WhyFlags } from './context.ts';
import { LiveBlock, showProgress } from './terminal.ts';

/** Milliseconds after which findings are shown; without any, the progress is shown as it always is. */
const FIRST_MS = 300;
/** Causes that are shown, those of most pods first. */
const MOST_ROWS = 5;
/** Images whose report is read while the list of pods is. */
const MOST_REPORTS = 500;

/** The progress of `why`, with what is found so far. */
export interface LiveFindings {
  /** What is being done. */
  say(text: string): void;
  /** Pods that were listed, and those of them that may wait for an image: what their nodes report is shown until something was examined. */
  listed: Listed;
  /** A pod that was examined; called in whatever order. */
  found(finding: Finding): void;
  /** Clears all of it. */
  done(): void;
}

interface Row {
  pods: number;
  /** Of the first pod with this cause. */
  example: string;
}

/** In: the flags, and the context, whose standard error gets it. */
export function liveFindings({ output, names, container }: WhyFlags, context: Context): LiveFindings {
  const { stdout, stderr, environment } = context;
  const isShown = stdout.isTTY && stderr.isTTY === true && environment.TERM !== 'dumb' && !environment.CI;
  if (!isShown || names.length === 1 || (output !== 'text' && output !== 'wide'))
    return { ...showProgress(context), listed() {}, found() {} };
  const block = new LiveBlock(context, FIRST_MS);
  let rows = new Map<CauseCode, Row>();
  let [pods, waiting, isExamined] = [0, 0, false];
  /** By the image and its state: what its node reports is read once. */
  const reports = new Map<string, Promise<CauseCode | null>>();

  function count(cause: CauseCode, pod: string, image: string): void {
    if (NO_CAUSE.has(cause)) return;
    const row = rows.get(cause);
    if (row === undefined) rows.set(cause, { pods: 1, example: `${pod}: ${image}` });
    else row.pods++;
    block.rows(linesOf(rows));
  }

  /** What the node of a pod reports, as far as its status tells: no object and no registry is asked. */
  async function report(pod: Pod): Promise<void> {
    const image = imagesOf(pod).find(waitsForImage);
    const state = image?.status?.state?.waiting;
    if (pod.defect !== undefined || image === undefined || state === undefined) return;
    const key = `${image.image} ${state.reason}`;
    if (!reports.has(key) && reports.size >= MOST_REPORTS) return;
    const known = reports.get(key) ?? causeReported(pod, image.name, container ?? null, context.now());
    reports.set(key, known);
    const cause = await known;
    if (cause !== null && !isExamined) count(cause, keyOf(pod.metadata), image.image);
  }

  return {
    say: text => block.head(text),
    listed(some, failing) {
      pods += some;
      waiting += failing.length;
      block.head(
        waiting === 0 ? `reading the cluster: ${pods} pods` : `reading the cluster: ${pods} pods, ${waiting} may wait for an image`,
      );
      // what cannot be shown now is shown when it was examined
      for (const pod of failing) report(pod).catch(() => {});
    },
    found({ facts: { pod, image }, diagnosis: { cause } }) {
      if (!isExamined) rows = new Map();
      isExamined = true;
      count(cause, pod === null ? '' : keyOf(pod), image);
    },
    done: () => block.clear(),
  };
}

/** The cause by the status of a pod alone, null where it tells of none. */
async function causeReported(pod: Pod, name: string, container: string | null, now: string): Promise<CauseCode | null> {
  const cases = collectFacts(unseenSnapshot(pod, 'it is read later'), now, false, container);
  const one = cases.find(({ facts }) => facts.container.name === name);
  if (one === undefined) return null;
  const { diagnosis } = await investigate(one, null);
  return diagnosis.cause === 'Unknown' ? null : diagnosis.cause;
}

function linesOf(rows: ReadonlyMap<CauseCode, Row>): string[] {
  const all = [...rows].sort(([, one], [, other]) => other.pods - one.pods);
  const shown = all.slice(0, MOST_ROWS);
  const digits = Math.max(...shown.map(([, { pods }]) => String(pods).length));
  const left = all.length - shown.length;
  return [
    ...shown.map(([cause, { pods, example }]) => `${String(pods).padStart(digits + 2)} ${cause} (${example})`),
    ...(left > 0 ? [`${' '.repeat(digits + 2)} and ${left} more`] : []),
  ];
}
