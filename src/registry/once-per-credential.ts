/**
 * At most one failing use of a credential: accounts lock. A refused credential is sent nowhere again, its visibly repaired form is tried once, and
 * nobody uses a credential at a registry while its first use there is under way. Belongs here: this rule, and what it has to remember.
 */
import type { Credential } from '../model/credential.ts';
import type { Attempt } from '../model/probe.ts';
import type { Reference } from '../model/reference.ts';
import { findTypo } from '../parse/credentials/typos.ts';
import type { Tried } from './attempt.ts';

/** What one run has to remember of credentials, and a watch over many runs. */
export interface Memory {
  /** A credential's index here is its identity, whichever secrets hold it. */
  known: Credential[];
  /** The use (see useOf) → what refused the credential. */
  refused: Map<string, Attempt>;
}

/** A memory without rejected credentials. */
export const newMemory = (): Memory => ({ known: [], refused: new Map() });

/** The uses of credentials in one run: each once. */
export class CredentialUses {
  readonly #memory: Memory;
  /** The first use of each, done or under way: several pods are examined at the same time. */
  readonly #first = new Map<string, Promise<Tried>>();

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** A number for the credential: the same for the same user name and password. */
  identityOf(credential: Credential): number {
    const { known } = this.#memory;
    const index = known.findIndex(other => other.sameAs(credential));
    return index < 0 ? known.push(credential) - 1 : index;
  }

  /** The name of a use. In: scheme and host, and a credential, or null for anonymous requests. */
  useOf(base: string, credential: Credential | null): string {
    return `${base}#${credential === null ? -1 : this.identityOf(credential)}`;
  }

  /**
   * Uses a credential at a host unless it was refused there. In: scheme and host, the credential, the image (it tells how to repair a robot's name; null:
   * none), and the use. Out: what the use gave, or what refused the credential before.
   */
  oncePerCredential(
    base: string,
    credential: Credential,
    reference: Reference | null,
    use: (credential: Credential) => Promise<Tried>,
  ): Promise<Tried> {
    return this.#once(base, credential, async () => {
      const tried = await use(credential);
      if (tried.attempt.result !== 'rejected') return tried;
      return { ...tried, attempt: { ...tried.attempt, repaired: await this.#tryRepaired(base, credential, reference, use) } };
    });
  }

  async #tryRepaired(
    base: string,
    credential: Credential,
    reference: Reference | null,
    use: (credential: Credential) => Promise<Tried>,
  ): Promise<Attempt['repaired']> {
    const typo = findTypo(credential, reference);
    if (typo === null) return null;
    const { attempt } = await this.#once(base, typo.repaired, () => use(typo.repaired));
    return { defect: typo.what, kind: typo.kind, works: attempt.result === 'accepted' };
  }

  async #once(base: string, credential: Credential, use: () => Promise<Tried>): Promise<Tried> {
    const name = this.useOf(base, credential);
    const first = this.#first.get(name);
    // no await without a first use: two that come at once must not both be the first
    if (first !== undefined) await first;
    const refusal = this.#memory.refused.get(name);
    if (refusal !== undefined) return { attempt: { ...refusal, checks: [] }, answer: null };
    const using = this.#remembering(name, use);
    if (first === undefined) this.#first.set(name, using);
    return using;
  }

  async #remembering(name: string, use: () => Promise<Tried>): Promise<Tried> {
    const tried = await use();
    if (tried.attempt.result === 'rejected') this.#memory.refused.set(name, tried.attempt);
    return tried;
  }
}
