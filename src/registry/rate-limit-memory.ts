/** Who was told to wait is not sent again. Belongs here: the 429 answers of one run, by host and identity. */
import type { Tried } from './attempt.ts';

/** The 429 answers of one run. */
export class RateLimitMemory {
  readonly #limited = new Map<string, Tried>();

  /** Keeps a 429. In: the use (host and identity) and what it gave. Out: the same. */
  remember(use: string, tried: Tried): Tried {
    if (tried.attempt.fault?.status === 429) this.#limited.set(use, tried);
    return tried;
  }

  /** What an earlier use was told, in words that name no other repository; null when it was not told to wait. */
  before(use: string): Tried | null {
    const limited = this.#limited.get(use);
    if (limited === undefined) return null;
    const { attempt } = limited;
    const host = attempt.fault?.host ?? 'the registry';
    const message = `${host} answered an earlier request of this run with 429 Too Many Requests, so it was not asked again`;
    return { ...limited, attempt: { ...attempt, checks: [], fault: attempt.fault && { ...attempt.fault, message } } };
  }
}
