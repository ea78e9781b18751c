/**
 * Builds the registries that the tests run against besides those of the system's packages: the current release of distribution/distribution, with Go. Once; a newer
 * version here builds it again.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DISTRIBUTION = 'github.com/distribution/distribution/v3/cmd/registry@v3.1.2';

const folder = resolve('node_modules', '.cache', 'registries');
const stamp = join(folder, 'version');
const isBuilt = existsSync(join(folder, 'registry')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === DISTRIBUTION;

if (!isBuilt) {
  process.stderr.write(`# building ${DISTRIBUTION} (once)\n`);
  mkdirSync(folder, { recursive: true });
  const { status, error } = spawnSync('go', ['install', DISTRIBUTION], {
    env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    process.stderr.write(`the registry cannot be built: ${error?.message ?? `go ended with ${status}`}\n`);
    process.exit(1);
  }
  writeFileSync(stamp, DISTRIBUTION);
}
