/** What pipelines run: the action as a runner runs it, the installer against a release on loopback, the hook of pre-commit, and the recipes. */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { load, loadAll } from 'js-yaml';
import t from 'tap';
import { junitErrors, sarifErrors } from './helpers/gates.ts';
import { pluginCommand } from './helpers/plugin.ts';
import { startRegistry } from './helpers/registry.ts';
import { temporary } from './helpers/temporary.ts';

const root = resolve('.');
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const system = `${process.platform === 'darwin' ? 'darwin' : 'linux'}_${process.arch === 'arm64' ? 'arm64' : 'amd64'}`;
const archiveName = `kubectl-imagepull_v${version}_${system}.tar.gz`;

type Test = { teardown(end: () => unknown): unknown };

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program in a folder, with nothing of this machine's settings besides PATH. */
function run(program: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text));
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', status => done({ status, stdout, stderr }));
  });
}

/** The program under test as the one file of a release. */
function programScript(): string {
  const words = pluginCommand().map(word => `'${word}'`);
  return `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`;
}

/** An archive as a release has it. */
function archiveOf(script: string): Buffer {
  const folder = temporary('release');
  writeFileSync(join(folder, 'kubectl-imagepull'), script);
  chmodSync(join(folder, 'kubectl-imagepull'), 0o755);
  writeFileSync(join(folder, 'LICENSE'), 'a license');
  const { status } = spawnSync('tar', ['-czf', 'archive.tar.gz', 'kubectl-imagepull', 'LICENSE'], { cwd: folder });
  if (status !== 0) throw new Error('tar failed');
  return readFileSync(join(folder, 'archive.tar.gz'));
}
const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

/** A server of releases on loopback. In: files by path, which may change later. Out: its address and what was asked for. */
async function startReleases(t: Test, files: Record<string, Buffer | string>): Promise<{ address: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, reply) => {
    asked.push(url);
    const file = files[url];
    reply.statusCode = file === undefined ? 404 : 200;
    reply.end(file);
  }).listen(0, '127.0.0.1');
  t.teardown(() => void server.close());
  await new Promise(done => server.once('listening', done));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A release of this version. */
async function startRelease(t: Test, script = programScript()) {
  const archive = archiveOf(script);
  const files: Record<string, Buffer | string> = {
    [`/v${version}/${archiveName}`]: archive,
    [`/v${version}/checksums.txt`]: `${'0'.repeat(64)}  other.tar.gz\n${sha256(archive)}  ${archiveName}\n`,
  };
  return { ...(await startReleases(t, files)), files, digest: sha256(archive) };
}

const MANIFEST = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          image: ${image}
`;
const IMAGE_LINE = 10;

async function startShop(t: Test): Promise<string> {
  const registry = await startRegistry({ images: [{ repository: 'team/api', tag: '1.4.2' }] });
  t.teardown(() => registry.close());
  return registry.host;
}

t.test('the installer takes what it can prove', async t => {
  const release = await startRelease(t);
  const install = (env: Record<string, string>, folder = temporary('install')): Promise<Ended> =>
    run('sh', [join(root, 'scripts/gate/install.sh')], folder, {
      IMAGEPULL_TO: join(folder, 'to'),
      IMAGEPULL_RELEASES: release.address,
      ...env,
    });
  const home = temporary('install');
  const first = await install({}, home);
  t.match(first, { status: 0, stderr: '' });
  t.equal(first.stdout, `${join(home, 'to', `v${version}`, 'kubectl-imagepull')}\n`, 'its one line is the path');
  t.equal((await run(first.stdout.trim(), ['version'], home)).stdout, `kubectl-imagepull ${version}\n`);
  t.strictSame(release.asked, [`/v${version}/checksums.txt`, `/v${version}/${archiveName}`]);
  t.equal((await install({}, home)).stdout, first.stdout);
  t.equal(release.asked.length, 2, 'what is there is not asked for again');
  t.strictSame(readdirSync(dirname(first.stdout.trim())), ['kubectl-imagepull'], 'nothing else is left');

  t.match(await install({ IMAGEPULL_SHA256: release.digest, IMAGEPULL_VERSION: `v${version}` }), { status: 0 });
  const refused: [what: string, env: Record<string, string>, stderr: RegExp][] = [
    [
      'another digest',
      { IMAGEPULL_SHA256: 'a'.repeat(64) },
      /^error: \S+ has the digest [0-9a-f]{64}, expected a{64}: it is not installed\n$/,
    ],
    ['no release', { IMAGEPULL_VERSION: '9.9.9' }, /error: \S+\/v9\.9\.9\/checksums\.txt cannot be downloaded/],
    ['a path', { IMAGEPULL_VERSION: '../../x' }, /^error: "\.\.\/\.\.\/x" is not a version/],
    ['a command', { IMAGEPULL_VERSION: '1.0.0;touch x' }, /is not a version/],
    ['a line break', { IMAGEPULL_VERSION: '1.0.0\ntouch x' }, /is not a version/],
    ['plain HTTP', { IMAGEPULL_RELEASES: 'http://releases.example' }, /^error: IMAGEPULL_RELEASES must begin with https:\/\/\n$/],
    ['a machine without a release', { RUNNER_ARCH: 'RISCV64' }, /^error: there is no release for RISCV64\n$/],
  ];
  for (const [what, env, stderr] of refused) {
    const folder = temporary('install');
    const ended = await install(env, folder);
    t.match(ended, { status: 2, stdout: '', stderr }, what);
    t.notOk(
      existsSync(join(folder, 'to', `v${version}`, 'kubectl-imagepull')) || existsSync(join(folder, 'x')),
      `${what}: nothing is installed`,
    );
  }

  release.files[`/v${version}/checksums.txt`] = `${release.digest}  other.tar.gz\n`;
  t.match(await install({}), { status: 2, stderr: new RegExp(`checksums.txt of v${version} does not name ${archiveName}`) });
  const broken = await startRelease(t, '#!/bin/sh\nexit 127\n');
  t.match(await install({ IMAGEPULL_RELEASES: broken.address }), { status: 2, stderr: /does not run on this machine/ });
});

interface Action {
  inputs: Record<string, { default?: string; required?: boolean }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: { id: string; shell: string; run: string; env: Record<string, string> }[] };
}
const action = load(readFileSync('action.yml', 'utf8')) as Action;

/** Runs the steps of the action as a runner does: expressions are filled in, each script is run by bash, files carry outputs on. */
async function runAction(inputs: Record<string, string>, cwd: string, env: Record<string, string>) {
  const temp = temporary('runner');
  const values: Record<string, string> = { 'runner.temp': temp };
  for (const [name, { default: value = '' }] of Object.entries(action.inputs)) values[`inputs.${name}`] = inputs[name] ?? value;
  const fill = (text: string): string => text.replace(/\$\{\{ ([\w.-]+) \}\}/g, (_, name: string) => values[name] ?? '');
  const log: Ended[] = [];
  let status: number | null = 0;
  const summary = join(temp, 'summary');
  for (const step of action.runs.steps) {
    const [output, path, script] = ['output', 'path', 'script.sh'].map(name => join(temp, `${step.id}-${name}`)) as [
      string,
      string,
      string,
    ];
    for (const file of [output, path]) writeFileSync(file, '');
    writeFileSync(script, fill(step.run));
    const own = Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, fill(value)]));
    const ended = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], cwd, {
      ...env,
      ...own,
      GITHUB_ACTION_PATH: root,
      GITHUB_OUTPUT: output,
      GITHUB_PATH: path,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: temp,
    });
    log.push(ended);
    for (const line of readFileSync(output, 'utf8').split('\n')) {
      const [name = '', value = ''] = line.split(/=(.*)/s);
      if (name !== '') values[`steps.${step.id}.outputs.${name}`] = value;
    }
    status = ended.status;
    if (status !== 0) break;
  }
  const outputs = Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value)]));
  const last = log.at(-1) as Ended;
  return { status, outputs, log: last.stdout + last.stderr, summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '' };
}

/** Commands that a runner carries out of a log, by its rules: none between `stop-commands` and its token. */
function commandsIn(log: string): string[] {
  let token: string | null = null;
  return log.split(/\r\n|[\r\n]/).flatMap(line => {
    const text = line.trimStart();
    if (token !== null) {
      if (text === `::${token}::`) token = null;
      return [];
    }
    if (text.startsWith('::stop-commands::')) token = text.slice('::stop-commands::'.length);
    else if (text.startsWith('::') || line.includes('##[')) return [text];
    return [];
  });
}

t.test('the action: annotations, reports, outputs, and the status of the check', async t => {
  const host = await startShop(t);
  const { address } = await startRelease(t);
  const folder = temporary('repository');
  mkdirSync(join(folder, 'deploy'));
  writeFileSync(join(folder, 'deploy', 'good.yaml'), MANIFEST(`${host}/team/api:1.4.2`));
  const env = { IMAGEPULL_RELEASES: address };
  const all = {
    manifests: 'deploy/\n',
    'sarif-file': 'images.sarif',
    'junit-file': 'images.xml',
    summary: 'true',
    platform: 'linux/amd64',
  };

  const good = await runAction(all, folder, env);
  t.equal(good.status, 0, good.log);
  t.strictSame(good.outputs, { status: '0', 'sarif-file': 'images.sarif', 'junit-file': 'images.xml' });
  t.strictSame(
    commandsIn(good.log).filter(line => !line.startsWith('::notice')),
    [],
  );
  t.match(good.summary, /^### Image pull check\n\n1 image checked: 1 can be pulled, 0 cannot\.\n/);

  writeFileSync(join(folder, 'deploy', 'bad.yaml'), MANIFEST(`${host}/team/api:1.4.3`));
  const bad = await runAction(all, folder, env);
  t.equal(bad.status, 1, bad.log);
  t.match(commandsIn(bad.log)[0], new RegExp(`^::warning file=deploy/bad.yaml,line=${IMAGE_LINE},col=18,title=TagNotFound \\(\\w+\\)::`));
  t.equal(bad.outputs['status'], '1');
  const sarif = JSON.parse(readFileSync(join(folder, 'images.sarif'), 'utf8')) as { runs: { results: { ruleId: string }[] }[] };
  t.strictSame(sarifErrors(sarif), []);
  t.equal(sarif.runs[0]?.results[0]?.ruleId, 'TagNotFound');
  t.strictSame(await junitErrors(readFileSync(join(folder, 'images.xml'), 'utf8')), []);
  t.match(bad.summary, /TagNotFound/);

  const ignored = await runAction({ ...all, ignore: 'TagNotFound' }, folder, env);
  t.match(ignored, { status: 0, outputs: { status: '0' } });
  t.match(await runAction({ ...all, 'fail-on': 'PlatformNotAvailable' }, folder, env), { status: 0 });
  t.equal((await runAction({ manifests: 'deploy/' }, folder, env)).summary, '', 'no summary unless it is asked for');

  const wrong = await runAction({ ...all, manifests: 'missing.yaml', 'sarif-file': 'other.sarif' }, folder, env);
  t.match(wrong, { status: 2, outputs: { status: '2', 'sarif-file': '' } });
  t.match(commandsIn(wrong.log), [/^::error title=kubectl imagepull check::.*missing\.yaml/]);
  t.match(await runAction({ manifests: 'deploy/', local: 'maybe' }, folder, env), { status: 2, log: /local has to be true or false/ });
});

t.test('the action: no input is a part of a script, and no name is a command', async t => {
  for (const { id, run: script } of action.runs.steps) t.notMatch(script, /\$\{\{/, `the script of ${id} holds no expression`);
  const host = await startShop(t);
  const { address } = await startRelease(t);
  const folder = temporary('repository');
  const env = { IMAGEPULL_RELEASES: address };
  const inputs: Record<string, string>[] = [
    { manifests: '$(touch pwned)\n`touch pwned`\n"; touch pwned; "' },
    { manifests: 'a.yaml', 'fail-on': 'TagNotFound"; touch pwned; "' },
    { manifests: 'a.yaml', 'sarif-file': 'a.sarif\n--report=json=pwned' },
    { manifests: 'a.yaml', 'sarif-file': '$(touch pwned)' },
    { manifests: '--report=json=pwned' },
    { manifests: 'a.yaml', platform: '--report=json=pwned' },
    { manifests: 'a.yaml', version: '$(touch pwned)' },
    { manifests: 'a.yaml', sha256: '"; touch pwned; "' },
  ];
  writeFileSync(join(folder, 'a.yaml'), MANIFEST(`${host}/team/api:1.4.2`));
  for (const [number, one] of inputs.entries()) {
    await runAction(one, folder, env);
    t.notOk(existsSync(join(folder, 'pwned')), `row ${number}`);
  }

  // in an image, a path and a text that a registry or a file gives
  const image = JSON.stringify('x\n::error file=a.ts::forged\r##[add-mask]x ::set-output name=a::b\u2028::debug::x');
  writeFileSync(join(folder, 'hostile,line=1::.yaml'), MANIFEST(image));
  writeFileSync(join(folder, 'broken.yaml'), 'kind: Pod\nmetadata: {name: "::error::forged"\n##[add-mask]x: [\n');
  const forged = await runAction({ manifests: 'hostile,line=1::.yaml\nbroken.yaml' }, folder, env);
  t.not(forged.status, 0);
  const commands = commandsIn(forged.log);
  t.ok(commands.length > 0);
  for (const command of commands)
    t.match(
      command,
      /^::(?:error|warning|notice) (?:file=(?:hostile%2Cline=1%3A%3A|broken)\.yaml,line=\d+(?:,col=\d+)?,)?title=[\w ()%]+::/,
    );
  t.equal(commands.filter(command => command.includes('hostile')).length > 0, true, 'its own annotation is there');
});

t.test('the hook of pre-commit checks the files that it is given', async t => {
  const host = await startShop(t);
  const { address } = await startRelease(t);
  const folder = temporary('hook');
  writeFileSync(join(folder, 'good.yaml'), MANIFEST(`${host}/team/api:1.4.2`));
  writeFileSync(join(folder, 'bad.yaml'), MANIFEST(`${host}/team/api:1.4.3`));
  writeFileSync(join(folder, '--pin.yaml'), MANIFEST(`${host}/team/api:1.4.2`));
  writeFileSync(join(folder, 'values.yaml'), 'replicas: 2\n');
  const hook = (...words: string[]): Promise<Ended> =>
    run(join(root, 'scripts/gate/pre-commit.sh'), words, folder, { IMAGEPULL_RELEASES: address });
  t.match(await hook('good.yaml'), { status: 0 });
  t.match(await hook('good.yaml', 'bad.yaml'), { status: 1, stdout: /TagNotFound/ });
  t.match(await hook('--ignore=TagNotFound', 'bad.yaml'), { status: 0 }, 'arguments come before the files');
  t.match(
    await hook('--pin.yaml', 'bad.yaml'),
    { status: 1, stdout: /2 images|TagNotFound/ },
    'a file that is named like a flag is a file',
  );
  t.match(await hook('values.yaml'), { status: 0, stdout: '' }, 'files without an image pass');
  t.match(await hook('missing.yaml'), { status: 2 });
  t.ok(existsSync(join(folder, '.cache/kubectl-imagepull', `v${version}`, 'kubectl-imagepull')), 'it installed the release once');
  const [row] = load(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as [{ entry: string; language: string }];
  t.match(row, { entry: 'scripts/gate/pre-commit.sh', language: 'script' });
});

t.test('the recipes name what is there', async t => {
  const text = readFileSync('docs/gates.md', 'utf8');
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => load(block));
  t.equal(blocks.length, 3);
  const workflow = blocks[0] as { jobs: { check: { steps: { uses: string; with?: Record<string, string> }[] } } };
  const own = workflow.jobs.check.steps.find(({ uses }) => uses.startsWith('kubectl-imagepull/'));
  t.equal(own?.uses, `kubectl-imagepull/kubectl-imagepull@v${version}`);
  t.strictSame(
    Object.keys(own?.with ?? {}).filter(name => !(name in action.inputs)),
    [],
  );
  for (const name of Object.keys(action.inputs)) t.ok(text.includes(`\`${name}\``), `the page tells of input ${name}`);
  const [hook] = (blocks[2] as { repos: { rev: string; hooks: { id: string }[] }[] }).repos;
  t.match(hook, { rev: `v${version}`, hooks: [{ id: 'kubectl-imagepull' }] });
  t.ok(text.includes(`IMAGEPULL_VERSION: "${version}"`));

  interface Job {
    kind: string;
    metadata: { annotations: Record<string, string> };
    spec: { template: { spec: { serviceAccountName: string; initContainers: object[]; containers: { args: string[] }[] } } };
  }
  const objects = loadAll(readFileSync('deploy/gates/argocd-presync.yaml', 'utf8')) as Job[];
  t.strictSame(
    objects.map(({ kind }) => kind),
    ['Job', 'ServiceAccount', 'Role', 'RoleBinding'],
  );
  for (const { metadata } of objects) t.equal(metadata.annotations['argocd.argoproj.io/hook'], 'PreSync');
});
