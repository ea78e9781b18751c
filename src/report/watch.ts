/**
 * The lines of `--watch`: what is new, repaired, gone, pulled, how a roll-out stands, and how it ended; as text or as JSON, one document per line. Belongs here: how
 * each is worded, and which causes were told before. Pure but for that memory.
 */

import { count } from '../causes/phrases.ts';
import { progressOf } from '../causes/progress.ts';
import { positional, quote } from '../causes/shell.ts';
import { showBytes, showSeconds } from '../causes/sizes.ts';
import { type Group, groupFindings, summaryOf } from '../diagnosis/aggregate.ts';
import type { Finding } from '../diagnosis/investigate.ts';
import { type CauseCode, NO_CAUSE } from '../model/cause-codes.ts';
import type { Facts } from '../model/facts.ts';
import { keyOf, type Pod } from '../model/kubernetes.ts';
import { imagesOf } from '../parse/pod.ts';
import { program } from '../util/called-as.ts';
import { forReading } from './clean.ts';
import { diagnosisItem, toJsonLine } from './json.ts';

/** Examples that a line names. */
const MAX_EXAMPLES = 5;
/** Items of the last document. */
const MAX_ITEMS = 20;
/** What stands below a line of ours. */
const INDENT = ' '.repeat(10);

/** A roll-out in which pods of the present revision wait for their images, while others run. */
export interface StuckRollout {
  /** `deployment/api`. */
  title: string;
  /** Pods of the present revision that wait, of all of them that are wanted. */
  waiting: number;
  desired: number;
  /** Pods of earlier revisions that have their images. */
  old: number;
}

/** What changed. */
export interface Changes {
  added: readonly Finding[];
  repaired: readonly Finding[];
  gone: readonly Finding[];
  /** What failed before and still does. */
  standing: readonly Finding[];
  rollouts: readonly StuckRollout[];
}

/** How a watch ended. */
export interface Ending {
  status: number;
  outcome: 'pulled' | 'failed' | 'gone' | 'timeout' | 'interrupted';
  /** One sentence. */
  summary: string;
  /** What decided, or still stands. */
  findings: readonly Finding[];
}

/** The lines of one watch. */
export class WatchLines {
  /** Causes that were told in full, and whose pods did not all get repaired since. */
  readonly #told = new Set<string>();

  constructor(
    private readonly isJson: boolean,
    private readonly now: () => string,
  ) {}

  /** What was printed in full at the start. */
  tell(findings: readonly Finding[]): void {
    for (const group of this.#shown(findings)) this.#told.add(nameOf(group));
  }

  /** What is repaired and gone, then what is new, with its fix; of a cause that was told before only how many pods have it now. */
  changes({ added, repaired, gone, standing, rollouts }: Changes): string[] {
    const stays = new Set(this.#shown(standing.filter(isFailure)).map(nameOf));
    for (const group of this.#shown(repaired)) if (!stays.has(nameOf(group))) this.#told.delete(nameOf(group));
    return [
      ...this.#shown(repaired).map(group => this.#line('repaired', group)),
      ...this.#shown(gone).map(group => this.#line('gone', group)),
      ...this.#shown(added.filter(({ diagnosis }) => diagnosis.cause === 'StillPulling')).map(group => this.#pulling(group)),
      ...this.#obstacles(added),
      ...this.#failures(added.filter(isFailure), standing.filter(isFailure)),
      ...rollouts.map(rollout => this.#rollout(rollout)),
    ];
  }

  /** Pods whose images arrived, by their images. In: the pods, and what was known of their pulls. */
  pulled(pods: readonly { pod: Pod; findings: readonly Finding[] }[]): string[] {
    const byImages = new Map<string, { images: string[]; pods: string[]; seconds: number | null }>();
    for (const { pod, findings } of pods) {
      const images = [...new Set(imagesOf(pod).map(({ image }) => image))];
      const seconds = findings.flatMap(({ facts }) => progressOf({ ...facts, now: this.now() })?.elapsedSeconds ?? []);
      const known = byImages.get(images.join(' ')) ?? { images, pods: [], seconds: null };
      known.pods.push(keyOf(pod.metadata));
      if (seconds.length > 0) known.seconds = Math.max(known.seconds ?? 0, ...seconds);
      byImages.set(images.join(' '), known);
    }
    return [...byImages.values()].map(({ images, pods: names, seconds }) =>
      this.isJson
        ? this.#json('pulled', { images, pods: names.length, examples: names.slice(0, MAX_EXAMPLES), seconds })
        : this.#text('pulled', `${images.join(', ')}: ${listOf(names)}${seconds === null ? '' : ` (after about ${showSeconds(seconds)})`}`),
    );
  }

  /** How it ended: a document with the findings that decided; as text the sentence alone. */
  end({ status, outcome, summary, findings }: Ending): string {
    return this.isJson
      ? this.#json('end', { status, outcome, summary, items: findings.slice(0, MAX_ITEMS).map(diagnosisItem) })
      : clean(summary);
  }

  /** JSON is cleaned where it is written. */
  #shown(findings: readonly Finding[]): Group[] {
    return this.isJson ? groupFindings(findings) : forReading(groupFindings(findings));
  }

  #json(type: string, fields: object): string {
    return toJsonLine({ time: this.now(), type, ...fields });
  }

  #text(type: string, text: string): string {
    return `${this.now().slice(11, 19)}  ${type.padEnd(8)}  ${clean(text)}`;
  }

  #line(type: 'new' | 'more' | 'repaired' | 'gone', group: Group, standing: number | null = null): string {
    if (this.isJson) {
      const more = standing === null ? {} : { known: true, standing };
      return this.#json(type === 'more' ? 'new' : type, { ...summaryOf(group), ...more });
    }
    const about = [group.registry, group.repository].filter(Boolean).join('/');
    const cause = type === 'new' ? `${group.cause} (${group.certainty})` : NO_CAUSE.has(group.cause) ? '' : group.cause;
    const now = standing === null ? '' : ` (${count(standing, 'pod')} now)`;
    return this.#text(type, `${[cause, about].filter(Boolean).join('  ')}: ${listOf(group.pods)}${now}`);
  }

  #failures(added: readonly Finding[], standing: readonly Finding[]): string[] {
    const before = new Map(this.#shown(standing).map(group => [nameOf(group), group.pods]));
    return this.#shown(added).flatMap(group => {
      const name = nameOf(group);
      if (this.#told.has(name)) return [this.#line('more', group, new Set([...(before.get(name) ?? []), ...group.pods]).size)];
      this.#told.add(name);
      return [this.#line('new', group), ...(this.isJson ? [] : fixOf(group))];
    });
  }

  #pulling(group: Group): string {
    const [facts] = group.findings.map(finding => finding.facts);
    const { size = null, layers = null } = (facts && progressOf(facts)) ?? {};
    if (this.isJson)
      return this.#json('pulling', { ...summaryOf(group), image: facts?.image, since: facts?.nodeReport.pullingSince, size, layers });
    const extent = size === null ? '' : ` (${showBytes(size)}${layers === null ? '' : ` in ${count(layers, 'layer')}`})`;
    return this.#text('pulling', `${facts?.image}${extent}: ${listOf(group.pods)}`);
  }

  /** What keeps a pod from its first pull and is not its image. */
  #obstacles(added: readonly Finding[]): string[] {
    return added
      .filter(({ facts, diagnosis }) => diagnosis.cause === 'NoPullProblem' && facts.obstacle !== undefined)
      .map(({ facts: { pod, obstacle }, diagnosis }) =>
        this.isJson
          ? this.#json('waiting', { pod: pod && { namespace: pod.namespace, name: pod.name }, obstacle, summary: diagnosis.summary })
          : this.#text('waiting', `${pod?.namespace}/${pod?.name}: ${diagnosis.summary}`),
      );
  }

  #rollout(rollout: StuckRollout): string {
    if (this.isJson) return this.#json('rollout', rollout);
    const { title, waiting, desired, old } = rollout;
    return `${INDENT}roll-out: ${waiting} of ${count(desired, 'new pod')} of ${clean(title)} ${waiting === 1 ? 'waits for its image' : 'wait for their images'}; ${old === 1 ? 'the old one still runs' : `the ${old} old ones still run`}`;
  }
}

/** Whether a finding is of a pull that fails. */
export const isFailure = ({ diagnosis }: Finding): boolean => !NO_CAUSE.has(diagnosis.cause);

/** In: findings. Out: their causes with the number of pods of each, the most frequent first: `TagNotFound of 2 pods, RateLimited of 1 pod`. */
export function causesOf(findings: readonly Finding[]): string {
  const pods = new Map<CauseCode, Set<string>>();
  for (const { facts, diagnosis } of findings)
    pods.set(diagnosis.cause, (pods.get(diagnosis.cause) ?? new Set()).add(keyOf(facts.pod ?? {})));
  return [...pods]
    .sort(([, a], [, b]) => b.size - a.size)
    .map(([cause, { size }]) => `${cause} of ${count(size, 'pod')}`)
    .join(', ');
}

const clean = (text: string): string => forReading({ text }).text;

/** What tells a cause from another for whoever watches. */
const nameOf = ({ cause, registry, repository, credential, sandboxOf }: Group): string =>
  JSON.stringify([cause, registry, repository, credential, sandboxOf]);

const listOf = (names: readonly string[]): string => {
  const more = names.length - MAX_EXAMPLES;
  return `${names.slice(0, MAX_EXAMPLES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** The line with the fix of a group. One of several commands may be destructive without the others: then it names what prints them. */
function fixOf({ findings: [first] }: Group): string[] {
  const fix = first?.diagnosis.fixes.find(({ command }) => command !== null);
  if (fix?.command == null) return [];
  const { namespace = '', name = '' } = first?.facts.pod ?? {};
  const command = fix.command.includes('\n') ? `run ${program()} why -n ${quote(namespace)} ${positional(name)}` : fix.command;
  return [`${INDENT}fix: ${command}`];
}

/** What is waited for, on one line that a terminal shows anew. In: the facts of images that have not arrived, and how many pods of how many have theirs. */
export function waitingLine(waiting: readonly Facts[], pods: { done: number; total: number }, now: string): string {
  const [first] = [...waiting].sort((a, b) => rank(a) - rank(b));
  const share = pods.total > 1 ? `${pods.done} of ${pods.total} pods have their images; ` : '';
  if (first === undefined) return pods.total === 0 ? 'waiting for pods' : `${share}waiting`;
  const more = waiting.length > 1 ? `; ${waiting.length - 1} more` : '';
  return clean(`${share}${pods.total > 1 ? `${first.pod?.name}: ` : ''}${stateOf({ ...first, now })}${more}`);
}

/** What goes on is shown before what waits. */
const rank = ({ nodeReport, failing }: Facts): number => (failing ? 1 : nodeReport.pullingSince === null ? 2 : 0);

/** What kubelet does now about an image. */
function stateOf(facts: Facts): string {
  const { failing, image, nodeReport, state, now } = facts;
  const at = (time: string): string => time.slice(11, 19);
  if (failing) {
    const { reason, nextRetry, attempts } = state;
    const seconds = nextRetry === null ? 0 : (Date.parse(nextRetry) - Date.parse(now)) / 1000;
    const next =
      nextRetry === null
        ? ''
        : seconds > 0
          ? `: back-off until about ${at(nextRetry)} UTC (${showSeconds(seconds)})`
          : ': kubelet can try again at any moment';
    return `${image} ${reason ?? 'fails'}${attempts === null ? '' : ` after about ${count(attempts, 'attempt')}`}${next}`;
  }
  const progress = progressOf(facts);
  if (progress === null) return `${image}: kubelet has not begun the pull${state.reason === null ? '' : ` (${state.reason})`}`;
  const { elapsedSeconds, size, remainingSeconds, atLeast, ahead, queues } = progress;
  const parts = [
    `pulling ${image} since ${at(nodeReport.pullingSince ?? '')} UTC (${showSeconds(elapsedSeconds)})`,
    ...(size === null ? [] : [showBytes(size)]),
    ...(remainingSeconds === null
      ? []
      : [remainingSeconds < 1 ? 'longer than expected' : `about ${showSeconds(remainingSeconds)} left${atLeast ? ' at least' : ''}`]),
    ...(ahead > 0 ? [`${count(ahead, 'other pull')} of this node began earlier${queues ? ': it may wait for its turn' : ''}`] : []),
  ];
  return parts.join(', ');
}
