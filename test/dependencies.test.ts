/** What is installed of others: pinned, allowed, justified in docs/dependencies.md, and quiet when it is installed. No registry of npm is asked. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { temporary } from './helpers/temporary.ts';

interface Pinned {
  version: string;
  integrity?: string;
  resolved?: string;
  license?: string;
}
type Names = Record<string, string>;
interface LockFile {
  packages: Record<string, Pinned>;
}
const json = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const FOLDERS = ['.', 'release', 'site'];
/** Folder → name and entry of each package that its lock file names. */
const pinned = (folder: string): (Pinned & { name: string })[] =>
  Object.entries(json<LockFile>(join(folder, 'package-lock.json')).packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ ...entry, name: path.replace(/^.*node_modules\//, '') }));
const direct = (folder: string): Names => json<{ devDependencies: Names }>(join(folder, 'package.json')).devDependencies;
/** The release's scripts are no part of the types. */
const script = <T>(name: string): Promise<T> => import(pathToFileURL(resolve('scripts/release', `${name}.mjs`)).href) as Promise<T>;

t.test('lock files pin every package by digest and name no host', async t => {
  for (const folder of FOLDERS) {
    const packages = pinned(folder);
    t.ok(packages.length > 5, `${folder}/package-lock.json is found`);
    const loose = packages.filter(({ integrity }) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
    t.strictSame(loose, [], `${folder}/package-lock.json: each package has a digest`);
    const hosts = packages.filter(({ resolved }) => resolved !== undefined);
    t.strictSame(hosts, [], `${folder}/package-lock.json names no host of a package registry`);
    const ranges = Object.entries(direct(folder)).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    t.strictSame(ranges, [], `${folder}/package.json: exact versions`);
  }
});

t.test('licenses are allowed', async t => {
  type Check = (packages: { name: string; license?: string }[]) => string[];
  const { notInstallable, notShippable } = await script<Record<'notInstallable' | 'notShippable', Check>>('licenses');
  const all = FOLDERS.flatMap(pinned);
  t.strictSame(notInstallable(all), [], 'an allowed license, or a reason in scripts/release/licenses.mjs');
  t.strictSame(notInstallable([...all, { name: 'one', license: 'GPL-3.0-only' }]), ['one: GPL-3.0-only'], 'an offender is named');
  const needless = all.filter(({ name }) => name !== '@cspell/dict-django');
  t.strictSame(notInstallable(needless), ['@cspell/dict-django: an exception that is not needed']);
  const rows: [license: string | undefined, isAllowed: boolean][] = [
    ['MIT', true],
    ['(WTFPL OR MIT)', true],
    ['MIT AND ISC', true],
    ['MIT AND GPL-3.0-only', false],
    ['GPL-3.0-only', false],
    ['Apache-2.0 WITH LLVM-exception', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE', false],
    [undefined, false],
  ];
  for (const [license, isAllowed] of rows) {
    const one = { name: 'one', ...(license === undefined ? {} : { license }) };
    t.strictSame(notShippable([one]), isAllowed ? [] : [`one: ${license ?? 'no license'}`], `${license}`);
  }
});

t.test('each direct dependency is justified', async t => {
  const text = readFileSync('docs/dependencies.md', 'utf8');
  /** Rows of the table below a heading: name → license; each cell says something. */
  const rowsBelow = (heading: string): Names => {
    const part = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const rows = [...part.matchAll(/^\|(.*)\|$/gm)].slice(2).map(([, row = '']) => row.split('|').map(cell => cell.trim()));
    for (const cells of rows) t.ok(cells.length === 5 && cells.every(cell => cell.length > 1), `${cells[0]}: every column says something`);
    return Object.fromEntries(rows.map(([name = '', license = '']) => [name, license]));
  };
  const licenseIn = (folder: string, name: string) =>
    json<LockFile>(join(folder, 'package-lock.json')).packages[`node_modules/${name}`]?.license;
  const licenses = (folder: string, names: string[]): Names =>
    Object.fromEntries(names.sort().map(name => [name, licenseIn(folder, name) ?? 'none']));
  interface Bundle {
    bundledPackages: (metafile: unknown) => { name: string }[];
  }
  const { bundledPackages } = await script<Bundle>('notices');
  const bundled = new Set(bundledPackages(json('dist/metafile.json')).map(({ name }) => name));
  const names = Object.keys(direct('.'));
  t.strictSame(
    rowsBelow('In the bundle'),
    licenses(
      '.',
      names.filter(name => bundled.has(name)),
    ),
    'in the bundle',
  );
  t.strictSame(
    rowsBelow('For development'),
    licenses(
      '.',
      names.filter(name => !bundled.has(name)),
    ),
    'for development',
  );
  t.strictSame(rowsBelow('In the binaries'), licenses('release', Object.keys(direct('release'))), 'in the binaries');
  t.strictSame(rowsBelow('For the site'), licenses('site', Object.keys(direct('site'))), 'for the site');
});

t.test('the weights that are told are those of the build and of the lock file', async t => {
  const text = readFileSync('docs/dependencies.md', 'utf8').split('## Weight and upkeep')[1]?.split('\n## ')[0] ?? '';
  const [bundle = [], tools = []] = text
    .split(/\n\n(?=\|)/)
    .slice(1)
    .map(part => [...part.matchAll(/^\| ([^|]+?) +\| ([\d.]+) /gm)].map(([, name = '', weight = '']) => [name, Number(weight)] as const));
  interface Inputs {
    outputs: Record<string, { entryPoint?: string; inputs: Record<string, { bytesInOutput: number }> }>;
  }
  const built = Object.values(json<Inputs>('dist/metafile.json').outputs).find(({ entryPoint }) => entryPoint !== undefined);
  const told = new Map(bundle);
  const found = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(built?.inputs ?? {})) {
    const name = /^(?:[\w-]+:)?.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? 'own source';
    const row = told.has(name) ? name : 'all others';
    found.set(row, (found.get(row) ?? 0) + bytesInOutput / 1000);
  }
  t.ok(told.size > 5 && tools.length > 10, 'the tables are found');
  for (const [name, kilobytes] of told) {
    const size = found.get(name) ?? 0;
    // the own source grows with every feature
    const tolerance = name === 'own source' ? 0.25 : 0.1;
    t.ok(
      Math.abs(size - kilobytes) <= Math.max(2, kilobytes * tolerance),
      `${name}: ${kilobytes} KB are told, ${size.toFixed(1)} are in the bundle`,
    );
  }
  const { packages } = json<{ packages: Record<string, { dependencies?: Names; optionalDependencies?: Names }> }>('package-lock.json');
  /** Where a package finds another: in its own folder, or in one above. */
  const place = (from: string, name: string): string | undefined => {
    for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
      const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
      if (packages[path] !== undefined) return path;
      if (folder === '') return undefined;
    }
  };
  const brings = (name: string): number => {
    const seen = new Set<string>();
    const visit = (path: string | undefined): void => {
      if (path === undefined || seen.has(path)) return;
      seen.add(path);
      const { dependencies, optionalDependencies } = packages[path] ?? {};
      for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) visit(place(path, other));
    };
    visit(place('', name));
    return seen.size - 1;
  };
  const names = Object.keys(direct('.')).filter(name => !found.has(name));
  t.strictSame(tools.map(([name]) => name).sort(), names.sort(), 'each tool has a row');
  for (const [name, count] of tools)
    t.ok(Math.abs(brings(name) - count) <= Math.max(2, count * 0.2), `${name}: ${count} are told, it brings ${brings(name)}`);
});

/** Runs a program without blocking the servers of this test. */
function run(program: string, args: string[], cwd: string, env: Names = {}): Promise<{ status: number | null; output: string }> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, shell: process.platform === 'win32' && program === 'npm' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', data => (output += data));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', status => resolve({ status, output }));
  });
}

t.test('no package runs a script when it is installed', async t => {
  const home = temporary('scripts');
  const package_ = join(home, 'package');
  mkdirSync(package_);
  const postinstall = `node -e "require('fs').writeFileSync(process.env.INIT_CWD + '/ran', '')"`;
  writeFileSync(join(package_, 'package.json'), JSON.stringify({ name: 'noisy', version: '1.0.0', scripts: { postinstall } }));
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'home', version: '1.0.0', dependencies: { noisy: 'file:package' } }));
  writeFileSync(join(home, '.npmrc'), readFileSync('.npmrc'));
  const install = (...more: string[]) => run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--install-links', ...more], home);
  t.match(await install(), { status: 0 });
  t.notOk(existsSync(join(home, 'ran')), 'with .npmrc it does not run');
  t.match(await run('npm', ['rebuild', '--ignore-scripts=false'], home), { status: 0 });
  t.ok(existsSync(join(home, 'ran')), 'without it does, so that this test can fail');
});

/** A registry of npm on loopback. Out: its address. */
async function registry(t: { teardown: (end: () => void) => unknown }, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await new Promise(done => server.once('listening', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

t.test('a runtime that is not the pinned one is not installed', async t => {
  const name = '@oven/bun-linux-x64';
  const home = temporary('runtime');
  const package_ = join(home, 'package');
  mkdirSync(join(package_, 'bin'), { recursive: true });
  writeFileSync(join(package_, 'package.json'), JSON.stringify({ name, version: '1.2.3' }));
  writeFileSync(join(package_, 'bin', 'bun'), 'a runtime');
  t.match(await run('npm', ['pack', '--pack-destination', home], package_), { status: 0 });
  const archive = readFileSync(join(home, 'oven-bun-linux-x64-1.2.3.tgz'));
  const digest = (data: Buffer): string => `sha512-${createHash('sha512').update(data).digest('base64')}`;
  const address = await registry(t, ({ url, headers }, reply) => {
    if (url?.endsWith('.tgz')) return reply.end(archive);
    const dist = { tarball: `http://${headers.host}/bun-1.2.3.tgz`, integrity: digest(archive) };
    reply.setHeader('content-type', 'application/json');
    return reply.end(JSON.stringify({ name, 'dist-tags': { latest: '1.2.3' }, versions: { '1.2.3': { name, version: '1.2.3', dist } } }));
  });

  const install = async (what: string, integrity: string) => {
    const [source, out] = [join(home, `${what}-source`), join(home, `${what}-out`)];
    mkdirSync(source);
    const devDependencies = { [name]: '1.2.3' };
    const packages = { '': { devDependencies }, [`node_modules/${name}`]: { version: '1.2.3', integrity, dev: true } };
    writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'home', version: '1.0.0', devDependencies }));
    writeFileSync(
      join(source, 'package-lock.json'),
      JSON.stringify({ name: 'home', version: '1.0.0', lockfileVersion: 3, requires: true, packages }),
    );
    const target = { os: 'linux', name: 'linux-amd64', npm: { os: 'linux', cpu: 'x64' }, runtime: name };
    const code = `import { runtimeFor } from ${JSON.stringify(pathToFileURL(resolve('scripts/release/runtime.mjs')).href)};
      console.log('installed', runtimeFor(...${JSON.stringify([target, out, source])}));`;
    const env = { npm_config_registry: address, npm_config_cache: join(home, `${what}-cache`) };
    const { status, output } = await run(process.execPath, ['--input-type=module', '-e', code], '.', env);
    return { status, output, isThere: existsSync(out) && readdirSync(out).length > 0 };
  };
  t.match(await install('right', digest(archive)), { status: 0, output: 'installed', isThere: true });
  const wrong = await install('wrong', digest(Buffer.from('another runtime')));
  t.match(wrong, { status: 1, output: `npm did not install ${name}@1.2.3 with the digest of release/package-lock.json`, isThere: false });
  t.match(wrong.output, 'EINTEGRITY', 'because of the digest');
});

t.test('the audit fails when an advisory matters, and when it could not be made', async t => {
  const advisory = (severity: string) => [
    { id: 1, url: 'https://advisories.example/1', title: 'a hole', severity, vulnerable_versions: '*', cwe: [], cvss: { score: 0 } },
  ];
  const audit = async (advisories: object | null, ...args: string[]) => {
    const address = await registry(t, ({ url }, reply) => {
      const isQuestion = url?.endsWith('/advisories/bulk');
      reply.statusCode = isQuestion && advisories !== null ? 200 : 405;
      reply.end(JSON.stringify(advisories ?? {}));
    });
    return run(process.execPath, ['scripts/audit.mjs', 'advisories', ...args], '.', {
      npm_config_registry: address,
      npm_config_cache: temporary('cache'),
    });
  };
  t.match(await audit({}), { status: 0, output: '3 passed, 0 failed' });
  t.match(await audit({ undici: advisory('low') }), { status: 1, output: /undici: low: a hole/ }, 'of the bundle: any');
  t.match(await audit({ knip: advisory('high') }), { status: 1, output: /knip: high: a hole/ }, 'of a tool: a grave one');
  t.match(await audit({ knip: advisory('moderate') }), { status: 0, output: /nothing ships: knip: moderate/ }, 'of a tool: no other');
  t.match(await audit({ bun: advisory('low') }), { status: 1, output: /bun: low: a hole/ }, 'of the runtime: any');
  t.match(await audit(null), { status: 2, output: /could not be asked: 405/ });
  t.match(await audit(null, '--if-reachable'), { status: 0, output: '0 passed, 0 failed, 3 skipped' });
});
