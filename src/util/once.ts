/** Work that is done once: the first who asks starts it, all others get the same promise. Pure but for what it remembers. */

/** Out: a function that does the work of a key at its first call, and gives the same promise ever after; a failure is kept as well. */
export function oncePerKey<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const started = new Map<string, Promise<T>>();
  return (key, work) => {
    const known = started.get(key);
    if (known !== undefined) return known;
    const promise = work();
    started.set(key, promise);
    return promise;
  };
}
