/** A room in which so many may be at the same time. Generic: what they do there belongs to the callers. */

/** A room for so many at the same time. */
export class Room {
  #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Waits for a place. Out: what gives the place back; called again, it does nothing. */
  async enter(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.free++;
      else next();
    };
  }
}
