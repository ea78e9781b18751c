/** What the tests of properties generate, and how often. Belongs here: what several of them share. */
import fc from 'fast-check';
import { type Edit, WORDS } from './edits.ts';

/** PROPERTY_RUNS=N runs each property N times in place of its own number; a failure prints the seed that repeats it (PROPERTY_SEED=N). */
export const often = (runs: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env['PROPERTY_RUNS'] ?? runs),
  ...(process.env['PROPERTY_SEED'] === undefined ? {} : { seed: Number(process.env['PROPERTY_SEED']) }),
});

/** A word that a stranger may write. */
export const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 40 }));

/** Up to `maxLength` edits. */
export const edits = (maxLength: number): fc.Arbitrary<Edit[]> =>
  fc.array(fc.record({ kind: fc.nat(1000), at: fc.nat(100_000), size: fc.nat(4000), word }), { maxLength });
