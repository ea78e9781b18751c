/**
 * The main job on an embedded example: a small registry is started in this process, and the built plugin diagnoses the saved objects of four broken
 * pods against it: all of them in a table, then one in full; with the name of a pod that one. No cluster is needed; nothing inside the plugin is replaced.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const bundled = join(root, 'dist', 'example-registry.mjs');
mkdirSync(dirname(bundled), { recursive: true });
await build({
  entryPoints: [join(root, 'test', 'helpers', 'registry.ts')],
  outfile: bundled,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { startRegistry } = await import(pathToFileURL(bundled).href);

const registry = await startRegistry({
  auth: { kind: 'basic', users: { ci: 'example-password' } },
  publicRepositories: ['public/web', 'public/report'],
  images: [
    { repository: 'public/web', tag: '1.4.1' },
    { repository: 'public/web', tag: '1.4.2' },
    { repository: 'public/web', tag: '1.4.2-debug' },
    { repository: 'public/report', tag: '1', platforms: [{ os: 'linux', architecture: 'arm64' }], index: true },
    { repository: 'team/api', tag: '2.0' },
  ],
});

const objects = readFileSync(join(here, 'pods.yaml'), 'utf8').replaceAll('REGISTRY', registry.host);
const given = process.argv.slice(2);
/** Runs `why` on the objects. Out: its exit status. @param {string[]} words @returns {Promise<number | null>} */
async function why(...words) {
  console.log(`$ ${['kubectl imagepull why -f pods.yaml', ...words].join(' ')}\n`);
  const plugin = spawn(process.execPath, [join(root, 'dist', 'kubectl-imagepull.cjs'), 'why', '-f', '-', ...words], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  plugin.stdin.end(objects);
  return new Promise(resolve => plugin.on('close', resolve));
}
let status = await why(...given);
if (given.length === 0 && status === 1) {
  console.log();
  status = await why('worker-7f9b-abcde');
}
await registry.close();
console.log(`\n(exit status ${status}: a cause was found)`);
process.exit(status === 1 ? 0 : 1);
