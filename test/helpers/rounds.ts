/**
 * Rounds of questions: the servers of a test answer nothing as long as new requests arrive, then all at once. What a client sends together is one round, however fast
 * the machine is, and what it sends after an answer is the next. Belongs here: the clock of these rounds, and what was asked in each.
 */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { SeenRequest } from './registry.ts';

/** Milliseconds without a new request after which a round is over. */
const QUIET_MS = 30;

/** The rounds of one run, which all its servers share: `hold` is for their options. */
export class Rounds {
  /** What was asked in each round, in the order of arrival. */
  readonly asked: SeenRequest[][] = [];
  #waiting: (() => void)[] = [];
  #arrived = 0;

  /** Keeps a request until its round is over. */
  readonly hold = (request: SeenRequest): Promise<void> => {
    const isFirst = this.#waiting.length === 0;
    if (isFirst) this.asked.push([]);
    this.asked.at(-1)?.push(request);
    this.#arrived++;
    const held = new Promise<void>(resolve => this.#waiting.push(resolve));
    if (isFirst) void this.#end();
    return held;
  };

  async #end(): Promise<void> {
    for (let before = -1; before !== this.#arrived; ) {
      before = this.#arrived;
      await sleep(QUIET_MS);
      // what arrived while this process was kept from running is read before the round ends
      for (let turns = 0; turns < 3; turns++) await turn();
    }
    for (const answer of this.#waiting.splice(0)) answer();
  }
}
