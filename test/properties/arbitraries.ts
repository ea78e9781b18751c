/** What the tests of properties generate, and how often. Belongs here: what several of them share. */
import fc from 'fast-check';
import { type Edit, WORDS } from './edits.ts';

/**
 * PROPERTY_RUNS=N runs each property N times in place of its own number, PROPERTY_SEED=N takes other inputs. A run of the tests takes the same inputs each time:
 * a failure is that of a change. `npm run fuzz`, by hand and every night, takes new ones.
 */
export const often = (runs: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env['PROPERTY_RUNS'] ?? runs),
  seed: Number(process.env['PROPERTY_SEED'] ?? 1),
});

/** A word that a stranger may write. */
export const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 40 }));

/** Up to `maxLength` edits. */
export const edits = (maxLength: number): fc.Arbitrary<Edit[]> =>
  fc.array(fc.record({ kind: fc.nat(1000), at: fc.nat(100_000), size: fc.nat(4000), word }), { maxLength });
