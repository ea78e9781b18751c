/** Unpacks the archive for this machine, compares its digest, and runs what is in it. On macOS its signature is checked by the system, too. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from './release/archive.mjs';
import { archiveName, host, root, version } from './release/description.mjs';

if (!host) throw new Error(`there is no archive for this machine (${process.platform}, ${process.arch})`);
const name = archiveName(host);
const packed = readFileSync(join(root, 'dist', 'release', name));
const digest = createHash('sha256').update(packed).digest('hex');
if (!readFileSync(join(root, 'dist', 'release', 'checksums.txt'), 'utf8').includes(`${digest}  ${name}\n`))
  throw new Error(`${name} does not have the digest of checksums.txt`);

const folder = mkdtempSync(join(tmpdir(), 'smoke-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const { name: entry, data, mode } of readArchive(packed)) writeFileSync(join(folder, entry), data, { mode });
const binary = join(folder, host.executable);
let passed = 0;

/**
 * @param {string} program
 * @param {string[]} args
 * @param {(status: number | null, said: string) => boolean} wanted
 */
function run(program, args, wanted, input = '') {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', input });
  if (error) throw error;
  console.log(`$ ${[program, ...args].join(' ')}\n${stdout}${stderr}`);
  if (!wanted(status, stdout)) throw new Error(`that was not to be expected (status ${status})`);
  passed++;
}

if (host.os === 'darwin') run('codesign', ['--verify', '--strict', '--verbose', binary], status => status === 0);
run(binary, ['version'], (status, said) => status === 0 && said.trim() === `kubectl-imagepull ${version}`);
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'api', namespace: 'shop' },
  spec: { containers: [{ name: 'api', image: 'Registry.example.com/Team/api:1' }] },
  status: {
    containerStatuses: [{ name: 'api', state: { waiting: { reason: 'InvalidImageName', message: "couldn't parse image name" } } }],
  },
};
run(
  binary,
  ['why', '-f', '-', '--no-probe', '-o', 'json'],
  (status, said) => status === 1 && JSON.parse(said).items[0].cause === 'InvalidImageName',
  JSON.stringify(pod),
);
console.log(`${passed} passed, 0 failed`);
