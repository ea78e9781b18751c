/** Whether every sentence of the source has got a word more (scripts/mutation.mjs): verdicts are compared then, texts are not. */
export const TEXTS_ARE_CHANGED = process.env.TEXTS === 'changed';
