/** The pages of the causes as one compressed text: what the build and the tests put in the place of `__CAUSE_PAGES__` (src/causes/pages.ts). */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'causes');

/** Out: docs/causes/CAUSE.md by CAUSE as JSON, compressed by brotli, in base64. The same pages give the same text on every machine. */
export function packedPages() {
  const names = readdirSync(folder).filter(file => /^[A-Z]\w+\.md$/.test(file) && file !== 'README.md');
  const pages = Object.fromEntries(
    names.sort().map(file => [file.slice(0, -3), readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')]),
  );
  const text = Buffer.from(JSON.stringify(pages));
  return brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  }).toString('base64');
}
