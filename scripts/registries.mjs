/**
 * Builds with Go what the tests and benches run besides the system's packages: registries (the current release of
 * distribution/distribution, and a small one of another make), and crane, the peer of the bench of far registries. Each once; a newer
 * version here builds it again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const SMALL = 'v0.20.6';
/** By the folder that each has of its own: some programs have the same name. */
const PROGRAMS = {
  distribution: 'github.com/distribution/distribution/v3/cmd/registry@v3.1.2',
  'go-containerregistry': `github.com/google/go-containerregistry/cmd/registry@${SMALL}`,
  crane: `github.com/google/go-containerregistry/cmd/crane@${SMALL}`,
};

for (const [name, module] of Object.entries(PROGRAMS)) {
  const folder = resolve('node_modules', '.cache', 'registries', name);
  const stamp = join(folder, 'version');
  const program = basename(module.replace(/@.*/, ''));
  if (existsSync(join(folder, program)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === module) continue;
  process.stderr.write(`# building ${module} (once)\n`);
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync('go', ['install', module], {
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    process.stderr.write(`${program} cannot be built: ${error?.message ?? `go ended with ${status}`}\n`);
    process.exit(1);
  }
  writeFileSync(stamp, module);
}
