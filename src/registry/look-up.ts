/**
 * Look-ups of names as every program on this machine makes them. Belongs here: that a name whose servers keep silent holds up no other. The system's look-up blocks a thread, and a
 * runtime has few of them: twenty silent names would keep all others waiting, who would count as not resolved.
 */
import { lookup } from 'node:dns/promises';
import type { LookUp } from './tcp.ts';

/** Milliseconds after which a look-up that blocks no thread is made besides. */
const PATIENCE_MS = 500;

type Entries = { address: string }[];
type Runtime = typeof globalThis & { Bun?: { dns: { lookup(hostname: string, options: { backend: string }): Promise<Entries> } } };

const addressesOf = (entries: Entries): string[] => [...new Set(entries.map(({ address }) => address))];
const blocking: LookUp = async hostname => addressesOf(await lookup(hostname, { all: true }));

/** The look-up that blocks no thread, and reads the hosts file too; undefined where the runtime has none. Node has more threads instead (main.ts). */
const withoutThread = ({ Bun }: Runtime): LookUp | undefined =>
  Bun === undefined ? undefined : async hostname => addressesOf(await Bun.dns.lookup(hostname, { backend: 'c-ares' }));

/**
 * Makes a look-up. In: the one that decides, and one that is made besides where that one takes long: what it finds is taken, that it finds nothing is not. Out: addresses.
 * Errors: those of the first.
 */
export const besides =
  (first: LookUp, second: LookUp | undefined, patience = PATIENCE_MS): LookUp =>
  hostname => {
    const decides = first(hostname);
    if (second === undefined) return decides;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        second(hostname).then(
          found => (found.length > 0 ? resolve(found) : undefined),
          () => {},
        );
      }, patience);
      decides.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  };

/** The operating system's look-up, as every program on this machine makes it. */
export const systemLookUp: LookUp = besides(blocking, withoutThread(globalThis as Runtime));
