/** Every reader of what others wrote, with generated inputs: no error but a UserError, the same answer to the same text, and an end in time. */
import fc from 'fast-check';
import t from 'tap';
import { UserError } from '../../src/util/user-error.ts';
import { edits, often, word } from './arbitraries.ts';
import { editJson, editText } from './edits.ts';
import { TARGETS, type Target } from './targets.ts';

/** Milliseconds that no input of this size may take, on a machine that does much else. */
const SLOW = 5000;

/** How a target reads a text, `refused` where it promises an error. */
async function answerOf(target: Target, text: string): Promise<string> {
  try {
    return await target.read(text);
  } catch (error) {
    if (error instanceof UserError) return 'refused';
    throw error;
  }
}

t.test('no reader fails on generated input', async t => {
  for (const target of TARGETS) {
    const edit = target.isJson === true ? editJson : editText;
    const input = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...target.seeds()), edits(5)).map(([text, changes]) => edit(text, changes, 8192)) },
      { weight: 1, arbitrary: fc.array(word, { maxLength: 20 }).map(words => words.join('')) },
    );
    const reads = fc.asyncProperty(input, async text => {
      const started = performance.now();
      const first = await answerOf(target, text);
      const second = await answerOf(target, text);
      if (first !== second) throw new Error(`read as ${first}, then as ${second}`);
      if (performance.now() - started > SLOW) throw new Error(`it took ${(performance.now() - started).toFixed()} ms`);
    });
    await t.resolves(fc.assert(reads, often(150)), target.name);
  }
});

t.test('sound inputs are read', async t => {
  // so that the property does not hold because everything is refused
  for (const target of TARGETS) {
    const answers = await Promise.all(target.seeds().map(text => answerOf(target, text)));
    t.ok(answers.filter(answer => answer !== 'refused').length > answers.length / 2, target.name);
  }
});
