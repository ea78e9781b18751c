/**
 * Shows with krew's own programs that a release can be installed. Builds `validate-krew-manifest` and krew from their Go module, validates the release's
 * manifest against its archives (served on loopback, under the addresses that the manifest then has), shows that an archive with another digest fails,
 * and installs, runs and uninstalls the plugin with `kubectl krew`, also under the name that reviewers may ask for. Needs Go, git and kubectl, and what `npm run release` makes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { archiveAddress, archiveName, host, plugin, root, targets, version } from './release/description.mjs';
import { manifest } from './release/manifests.mjs';

/** Pinned: Go checks the module against the digest that the checksum database has of it. */
const KREW = 'v0.5.0';
/** A name with a hyphen, as krew's naming guide has it. */
const OTHER_NAME = 'image-pull';

const release = join(root, 'dist', 'release');
const tools = join(root, 'dist', 'krew', KREW);
const work = mkdtempSync(join(tmpdir(), 'krew-test-'));
const count = { passed: 0, failed: 0 };
/**
 * @param {string} name
 * @param {boolean} ok
 */
function check(name, ok, detail = '') {
  count[ok ? 'passed' : 'failed']++;
  console.log(`${ok ? 'ok' : 'not ok'}: ${name}${ok ? '' : `\n  ${detail.trim().replaceAll('\n', '\n  ')}`}`);
}

/** @typedef {import('./release/description.mjs').Target} Target */

/**
 * Not `spawnSync`: the server of the archives is in this process.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ status: number | null, said: string }>}
 */
function run(program, args, env = {}) {
  const child = spawn(program, args, { cwd: work, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', data => {
      said += data;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', status => resolve({ status, said }));
  });
}

function buildTools() {
  if (['krew', 'validate-krew-manifest'].every(name => existsSync(join(tools, name)))) return;
  mkdirSync(tools, { recursive: true });
  const packages = ['krew', 'validate-krew-manifest'].map(name => `sigs.k8s.io/krew/cmd/${name}@${KREW}`);
  const { status, error } = spawnSync('go', ['install', ...packages], {
    cwd: work,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, GOBIN: tools, GOFLAGS: '', CGO_ENABLED: '0' },
  });
  if (status !== 0) throw new Error(`go install ${packages.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/**
 * The archives, under the paths that they will have where they are published.
 * @returns {Promise<{ server: import('node:http').Server, origin: string }>}
 */
function serve() {
  const files = new Map(targets.map(target => [new URL(archiveAddress(target)).pathname, join(release, archiveName(target))]));
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    if (file === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': statSync(file).size });
    createReadStream(file).pipe(response);
  });
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolve({ server, origin: `http://127.0.0.1:${port}` });
    });
  });
}

const digest = (/** @type {Target} */ target) =>
  createHash('sha256')
    .update(readFileSync(join(release, archiveName(target))))
    .digest('hex');

async function main() {
  const released = join(release, `${plugin.name}.yaml`);
  if (!host) throw new Error(`there is no archive for this machine (${process.platform}, ${process.arch})`);
  for (const file of [released, ...targets.map(target => join(release, archiveName(target)))])
    if (!existsSync(file)) throw new Error(`${file} is missing: npm run release and npm run release:manifest make it`);
  buildTools();

  const { server, origin } = await serve();
  const local = (/** @type {Target} */ target) => `${origin}${new URL(archiveAddress(target)).pathname}`;
  check(
    'the manifest of the release has the digests of its archives',
    readFileSync(released, 'utf8') === manifest(digest),
    'run npm run release:manifest',
  );

  const home = join(work, 'krew');
  const bin = join(work, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kubectl-krew'), readFileSync(join(tools, 'krew')), { mode: 0o755 });
  const path = [bin, join(home, 'bin'), process.env.PATH].join(delimiter);

  /** The validator wants the file to have the plugin's name. It installs the archive of every platform. @type {(folder: string, text: string, name?: string) => ReturnType<typeof run>} */
  const validate = (folder, text, name = plugin.name) => {
    mkdirSync(join(work, folder));
    const file = join(work, folder, `${name}.yaml`);
    writeFileSync(file, text);
    return run(join(tools, 'validate-krew-manifest'), ['-manifest', file], { HOME: work, PATH: path });
  };
  const right = await validate('right', manifest(digest, local));
  check('validate-krew-manifest accepts it, with every archive', right.status === 0, right.said);
  const other = await validate('other', manifest(digest, local, OTHER_NAME), OTHER_NAME);
  check(`… also under the name ${OTHER_NAME}`, other.status === 0, other.said);
  const [first, second] = targets;
  const wrong = await validate(
    'wrong',
    manifest(target => digest(target === first && second !== undefined ? second : target), local),
  );
  check(
    '… and refuses an archive that has another digest',
    wrong.status !== 0 && /checksum/i.test(wrong.said),
    `status ${wrong.status}\n${wrong.said}`,
  );
  server.close();

  // krew asks for an index, if only an empty one
  const index = join(home, 'index', 'default');
  mkdirSync(join(index, 'plugins'), { recursive: true });
  spawnSync('git', ['init', '--quiet'], { cwd: index });
  const env = { HOME: work, KREW_ROOT: home, KREW_NO_UPGRADE_CHECK: '1', PATH: path };
  const archive = join(release, archiveName(host));
  const installed = await run('kubectl', ['krew', 'install', `--manifest=${released}`, `--archive=${archive}`], env);
  check(`kubectl krew install --manifest=${basename(released)} --archive=${basename(archive)}`, installed.status === 0, installed.said);
  const ran = await run('kubectl', [plugin.name, 'version'], env);
  check(`kubectl ${plugin.name} version`, ran.status === 0 && ran.said === `${plugin.binary} ${version}\n`, ran.said);
  const listed = await run('kubectl', ['krew', 'list'], env);
  check('kubectl krew list names it', listed.said.includes(plugin.name), listed.said);
  const removed = await run('kubectl', ['krew', 'uninstall', plugin.name], env);
  check(`kubectl krew uninstall ${plugin.name}`, removed.status === 0 && !existsSync(join(home, 'bin', plugin.binary)), removed.said);

  const renamed = join(work, `${OTHER_NAME}.yaml`);
  writeFileSync(renamed, manifest(digest, undefined, OTHER_NAME));
  const again = await run('kubectl', ['krew', 'install', `--manifest=${renamed}`, `--archive=${archive}`], env);
  check(`kubectl krew install --manifest=${basename(renamed)}`, again.status === 0, again.said);
  check('krew shows the permissions that are needed', again.said.includes('needs these permissions'), again.said);
  const help = await run('kubectl', [OTHER_NAME, 'why', '--help'], env);
  const isRenamed = help.said.includes(`kubectl ${OTHER_NAME} why`) && !help.said.includes(`kubectl ${plugin.name} `);
  check(`kubectl ${OTHER_NAME} why --help tells its own name`, help.status === 0 && isRenamed, help.said);
}

try {
  await main();
} catch (error) {
  check('the check can run', false, String(error));
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed > 0 ? 1 : 0);
