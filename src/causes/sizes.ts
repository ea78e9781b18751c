/** Numbers with units, for people. Belongs here: bytes and durations. */

/** A number of bytes with a unit (powers of 1000). */
export const showBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;

/** A duration in the largest unit that fits: `90 s`, `14 min`, `6 h`. */
export const showSeconds = (seconds: number): string =>
  seconds < 120 ? `${Math.round(seconds)} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
