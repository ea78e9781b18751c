/** Lists by a key. Pure. */

/** Adds an item to the list of a key, which it begins where there is none. */
export function append<K, T>(lists: Map<K, T[]>, key: K, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
