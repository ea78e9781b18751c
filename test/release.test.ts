/** What a release is made from: plugin.yaml and what krew reads of it, the npm package, the pinned runtime, the workflows. No binary is needed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';
import t from 'tap';
import { COMMANDS, FLAGS } from '../src/flags.ts';

interface Flag {
  name: string;
  shorthand?: string;
}
interface Description {
  name: string;
  binary: string;
  shortDescription: string;
  description: string;
  caveats: string;
  flags: Flag[];
  commands: { name: string; description: string; flags?: Flag[] }[];
  platforms: { os: string; arch: string }[];
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  spec: {
    version: string;
    homepage: string;
    shortDescription: string;
    description: string;
    caveats?: string;
    platforms: { selector: { matchLabels: Record<string, string> }; uri: string; sha256: string; bin: string }[];
  };
}

const read = (path: string): string => readFileSync(path, 'utf8');
const plugin = load(read('plugin.yaml')) as Description;
const folder = mkdtempSync(join(tmpdir(), 'release-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

function run(program: string, args: string[], options: { cwd?: string } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', shell: process.platform === 'win32', ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: status ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** All that is not of one release alone. */
const lasting = (text: string): string => text.replace(/^( *(?:version|sha256): ).*$/gm, '$1…').replace(/^( *uri: ).*$/gm, '$1…');

t.test('krew-manifest.yaml and .krew.yaml say what plugin.yaml says', async t => {
  run(process.execPath, ['scripts/manifest.mjs', '--placeholder', folder]);
  const hint = 'npm run release:manifest -- --placeholder';
  t.equal(lasting(read('krew-manifest.yaml')), lasting(read(join(folder, 'krew-manifest.yaml'))), hint);
  t.equal(read('.krew.yaml'), read(join(folder, '.krew.yaml')), hint);
  // as krew-release-bot fills it in
  const version = (load(read('krew-manifest.yaml')) as Manifest).spec.version;
  const filled = read('.krew.yaml')
    .replace(/\{\{ addURIAndSha "(.*?)" \.TagName \}\}/g, (_, uri: string) => `uri: ${uri}\n    sha256: "${'0'.repeat(64)}"`)
    .replaceAll('{{ .TagName }}', version);
  t.notMatch(filled, /\{\{/, 'nothing is left to fill in');
  t.strictSame(load(filled), load(read('krew-manifest.yaml')), 'the bot makes the same manifest');
});

t.test("krew's rules are kept", async t => {
  const { apiVersion, kind, metadata, spec } = load(read('krew-manifest.yaml')) as Manifest;
  t.equal(apiVersion, 'krew.googlecontainertools.github.com/v1alpha2');
  t.equal(kind, 'Plugin');
  t.match(metadata.name, /^[a-z][a-z0-9-]*$/);
  t.equal(metadata.name, plugin.name);
  t.equal(spec.version, `v${(JSON.parse(read('package.json')) as { version: string }).version}`, 'the version of package.json');
  t.match(spec.homepage, /^https:\/\//);

  t.ok(spec.shortDescription.length <= 50, `a short description of at most 50 characters: ${spec.shortDescription.length}`);
  t.notMatch(spec.shortDescription, /\n|\.$|kubectl|kubernetes|plugin/i);
  for (const line of spec.description.split('\n')) t.ok(line.length <= 80, `at most 80 characters: ${line}`);
  t.notMatch(spec.description, /kubectl imagepull|^ *\$|usage|example/im, 'no usage examples in the description');
  t.equal(spec.caveats, plugin.caveats === '' ? undefined : plugin.caveats);
  for (const line of spec.caveats?.split('\n') ?? []) t.ok(line.length <= 80, `at most 80 characters: ${line}`);
  const roles = ['reader', 'reader-secrets', 'from-node'].map(file => read(resolve('deploy/rbac', `${file}.yaml`))).join('---\n');
  for (const resource of ['pods', 'events', 'serviceaccounts', 'namespaces', 'secrets', 'nodes'])
    t.ok(spec.caveats?.includes(resource) && roles.includes(resource), `the caveats name the right on ${resource}, as the roles do`);
  t.match(metadata.name, /^(?!kube|plugin|.*-plugin)[a-z]/, "krew's naming guide: no kube prefix, no plugin");

  const known = ['windows/386', 'windows/amd64', 'windows/arm64', 'darwin/386', 'darwin/amd64', 'darwin/arm64'];
  known.push(...['386', 'amd64', 'arm', 'arm64', 'ppc64le'].map(arch => `linux/${arch}`));
  const pairs = spec.platforms.map(({ selector: { matchLabels } }) => {
    t.strictSame(Object.keys(matchLabels), ['os', 'arch'], 'a selector names both and nothing else');
    return `${matchLabels['os']}/${matchLabels['arch']}`;
  });
  t.equal(new Set(pairs).size, pairs.length, 'no two selectors match one machine');
  t.strictSame(
    pairs,
    plugin.platforms.map(({ os, arch }) => `${os}/${arch}`),
  );
  for (const pair of pairs) t.ok(known.includes(pair), `krew knows ${pair}`);
  t.strictSame(
    ['linux/amd64', 'linux/arm64', 'darwin/amd64', 'darwin/arm64', 'windows/amd64'].filter(pair => !pairs.includes(pair)),
    [],
  );
  for (const [index, { uri, sha256, bin }] of spec.platforms.entries()) {
    const [os, arch] = (pairs[index] as string).split('/');
    t.match(sha256, /^[a-f0-9]{64}$/);
    t.ok(uri.endsWith(`/${spec.version}/${plugin.binary}_${spec.version}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`), uri);
    t.equal(bin, os === 'windows' ? `${plugin.binary}.exe` : plugin.binary);
  }
});

t.test('plugin.yaml has the commands and flags of the table', async t => {
  const written = (flags: Flag[] = []): string[] =>
    flags.map(({ name, shorthand }) => (shorthand ? `-${shorthand} --${name}` : `--${name}`)).sort();
  t.strictSame(
    plugin.commands.map(({ name, description }) => ({ name, description })),
    COMMANDS.map(({ name, description }) => ({ name, description })),
    'npm run docs',
  );
  for (const { name, flags = [] } of plugin.commands) {
    const wanted = FLAGS.filter(({ commands }) => commands.some(command => command === name));
    t.strictSame(
      written([...plugin.flags, ...flags]),
      written(wanted.map(flag => ({ name: flag.name, ...(flag.alias === undefined ? {} : { shorthand: flag.alias }) }))),
      `flags of ${name}: npm run docs`,
    );
  }
});

t.test('the npm package has a working program, its licenses and nothing that runs at installation', async t => {
  const packed = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])) as unknown;
  const [{ filename, files }] = (Array.isArray(packed) ? packed : Object.values(packed as object)) as [
    { filename: string; files: { path: string }[] },
  ];
  const odd = files
    .map(({ path }) => path)
    .filter(
      path =>
        !/^(?:LICENSE|README\.md|package\.json|dist\/(?:kubectl-imagepull\.cjs|THIRD_PARTY_NOTICES)|docs\/causes\/\w+\.md|docs\/kubectl-imagepull\.1)$/.test(
          path,
        ),
    );
  t.strictSame(odd, [], 'nothing else is in it');
  const manifest = JSON.parse(read('package.json')) as Record<string, object>;
  t.notOk('dependencies' in manifest || 'private' in manifest, 'it can be published, and brings no packages');
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) t.notOk(script in (manifest['scripts'] ?? {}), `no ${script}`);

  const home = join(folder, 'home');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--prefix', home, join(folder, filename)]);
  const said = run(join(home, 'node_modules', '.bin', 'kubectl-imagepull'), ['version'], { cwd: folder });
  t.equal(said, `kubectl-imagepull ${(JSON.parse(read('package.json')) as { version: string }).version}\n`);
});

t.test('the runtime of the binaries is pinned by digest, for every platform', async t => {
  const lock = JSON.parse(read('release/package-lock.json')) as {
    packages: Record<string, { version: string; integrity?: string; resolved?: string }>;
  };
  const wanted = (JSON.parse(read('release/package.json')) as { devDependencies: { bun: string } }).devDependencies.bun;
  t.match(wanted, /^\d+\.\d+\.\d+$/, 'an exact version');
  for (const { os, arch } of plugin.platforms) {
    const name = `@oven/bun-${os}-${arch === 'amd64' ? 'x64' : 'aarch64'}`;
    const one = lock.packages[`node_modules/${name}`];
    t.equal(one?.version, wanted, name);
    t.match(one?.integrity, /^sha512-/, name);
  }
});

/** The release's scripts are no part of the types. */
const script = (name: string): Promise<Record<string, (...args: unknown[]) => unknown>> =>
  import(pathToFileURL(resolve('scripts/release', `${name}.mjs`)).href) as Promise<Record<string, (...args: unknown[]) => unknown>>;

t.test('only a bundle with all packages inside is compiled, and without a path of this machine', async t => {
  const { bundleFor } = await script('compile');
  const metafile = (...paths: string[]) => ({ outputs: { bundle: { imports: paths.map(path => ({ path, external: true })) } } });
  t.throws(() => bundleFor?.('', metafile('node:tls', 'undici')), /the bundle imports undici/);
  t.throws(() => bundleFor?.('use(__filename)', metafile('node:tls')), /__filename/);
  t.doesNotThrow(() => bundleFor?.(read('dist/kubectl-imagepull.cjs'), JSON.parse(read('dist/metafile.json'))));
});

t.test('an ad hoc signature covers every page of a Mach-O file', async t => {
  const { sign, signatureProblems } = await script('macho');
  if (!sign || !signatureProblems) throw new Error('macho.mjs has other names');
  // a header, two segments and the place of a signature; then pages
  const [linkedit, end] = [0x4000, 0x6010];
  const file = Buffer.alloc(end + 16, 'page ');
  file.fill(0, 0, 32 + 72 * 2 + 16);
  for (const [index, value] of [0xfeedfacf, 0x0100000c, 0, 2, 3, 72 * 2 + 16].entries()) file.writeUInt32LE(value, index * 4);
  const segment = (at: number, name: string, offset: number, length: number): void => {
    file.writeUInt32LE(0x19, at);
    file.writeUInt32LE(72, at + 4);
    file.write(name, at + 8, 'latin1');
    for (const [index, value] of [offset, length, offset, length].entries()) file.writeBigUInt64LE(BigInt(value), at + 24 + index * 8);
  };
  segment(32, '__TEXT', 0, linkedit);
  segment(104, '__LINKEDIT', linkedit, end + 16 - linkedit);
  for (const [index, value] of [0x1d, 16, end, 16].entries()) file.writeUInt32LE(value, 176 + index * 4);

  t.not((signatureProblems(file) as string[]).length, 0, 'what is there is none');
  const signed = sign(file, 'test') as Buffer;
  t.strictSame(signatureProblems(signed), []);
  t.ok((sign(signed, 'test') as Buffer).equals(signed), 'signed again it is the same');
  for (const [what, at] of [
    ['the header', 24],
    ['the first page', 300],
    ['the last byte before the signature', end - 1],
    ['a hash', signed.length - 20],
  ] as const) {
    const spoilt = Buffer.from(signed);
    spoilt.writeUInt8((spoilt[at] as number) ^ 1, at);
    t.not((signatureProblems(spoilt) as string[]).length, 0, `a change of ${what} is found`);
  }
  t.not((signatureProblems(Buffer.concat([signed, Buffer.from('more')])) as string[]).length, 0, 'so is something behind it');
});

t.test('workflows: actions are pinned by digest, and what is done stands in scripts', async t => {
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
  for (const file of readdirSync('.github/workflows')) {
    const text = read(resolve('.github/workflows', file));
    for (const [, used] of text.matchAll(/^ *(?:- )?uses: (.*)$/gm))
      t.match(used, /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d/, `${file}: ${used}`);
    const commands = [...text.matchAll(/^ *(?:- )?run: (.*)$/gm)].map(([, command]) => command as string);
    t.ok(commands.length > 0, `${file} runs something`);
    for (const command of commands) {
      const script = /^npm (?:run )?([\w:]+)/.exec(command)?.[1];
      t.ok((script !== undefined && scripts.includes(script)) || /^(?:gh|sudo apt-get) /.test(command), `${file}: ${command}`);
    }
  }
});
