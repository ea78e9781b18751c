/**
 * Builds the registries that the tests run against besides those of the system's packages, with Go: the current release of distribution/distribution, and a small one
 * of another make. Each once; a newer version here builds it again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** By the folder that each has of its own: the programs have the same name. */
const REGISTRIES = {
  distribution: 'github.com/distribution/distribution/v3/cmd/registry@v3.1.2',
  'go-containerregistry': 'github.com/google/go-containerregistry/cmd/registry@v0.20.6',
};

for (const [name, module] of Object.entries(REGISTRIES)) {
  const folder = resolve('node_modules', '.cache', 'registries', name);
  const stamp = join(folder, 'version');
  if (existsSync(join(folder, 'registry')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === module) continue;
  process.stderr.write(`# building ${module} (once)\n`);
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync('go', ['install', module], {
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    process.stderr.write(`the registry cannot be built: ${error?.message ?? `go ended with ${status}`}\n`);
    process.exit(1);
  }
  writeFileSync(stamp, module);
}
