/** The software bill of materials: what `npm sbom` tells of the packages, cut to what is in the bundle, and the runtime of each single binary. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { plugin, root, targets, version } from './description.mjs';
import { pinnedAt, runtimeVersion } from './runtime.mjs';

/** Libraries in the runtime whose faults matter here, as the runtime names their versions. */
const LIBRARIES = [
  'webkit',
  'boringssl',
  'icu',
  'zlib',
  'zstd',
  'ares',
  'libdeflate',
  'lolhtml',
  'llhttp',
  'mimalloc',
  'uwebsockets',
  'sqlite',
];

/** What is used of a component that `npm sbom` tells of. @typedef {{ 'bom-ref': string, name: string, version: string, properties?: object, externalReferences?: { type: string }[] }} Component */
/** @typedef {{ $schema: string, bomFormat: string, specVersion: string, metadata: { tools: object, component: object }, components: Component[], dependencies: { ref: string, dependsOn?: string[] }[] }} Bom */

/**
 * CycloneDX as text. `compiler`: the runtime of this machine, asked for its parts.
 * @param {{ packages: readonly import('./notices.mjs').Package[], seconds: number, compiler: string }} input
 */
export function billOfMaterials({ packages, seconds, compiler }) {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application', '--loglevel=error'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) throw new Error(`npm sbom failed:\n${stderr}`);
  /** @type {Bom} */
  const said = JSON.parse(stdout);

  /** @type {Record<string, string>} */
  const parts = JSON.parse(run(compiler, ['-e', 'console.log(JSON.stringify(process.versions))']));
  const runtime = {
    'bom-ref': `bun@${runtimeVersion}`,
    type: 'framework',
    name: 'bun',
    version: runtimeVersion,
    scope: 'required',
    description:
      'The runtime of the single binaries, changed in one respect: it does not look up BUN_OPTIONS, BUN_BE_BUN and BUN_INSPECT*.',
    licenses: [{ license: { id: 'MIT' } }],
    purl: `pkg:npm/bun@${runtimeVersion}`,
    components: LIBRARIES.filter(name => parts[name]).map(name => ({
      'bom-ref': `bun@${runtimeVersion}/${name}`,
      type: 'library',
      name,
      version: parts[name],
    })),
  };
  const executables = targets.map(target => {
    const { version: at, integrity } = pinnedAt(target.runtime);
    return {
      'bom-ref': `${target.runtime}@${at}`,
      type: 'file',
      name: target.runtime,
      version: at,
      description: `The runtime's package for ${target.os} on ${target.arch}`,
      purl: `pkg:npm/${target.runtime.replace('@', '%40')}@${at}`,
      hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex') }],
      licenses: [{ license: { id: 'MIT' } }],
    };
  });

  const wanted = new Set(packages.map(one => `${one.name}@${one.version}`));
  const bundled = said.components
    .filter(one => wanted.delete(`${one.name}@${one.version}`))
    .map(({ properties: _, externalReferences = [], ...one }) => ({
      ...one,
      scope: 'required',
      externalReferences: externalReferences.filter(reference => reference.type !== 'distribution'),
    }));
  if (wanted.size > 0) throw new Error(`npm sbom does not know ${[...wanted].join(', ')}`);
  const components = [...bundled, runtime, ...executables].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  const inside = new Set(components.map(one => one['bom-ref']));
  const main = `${plugin.binary}@${version}`;
  const dependencies = said.dependencies
    .filter(({ ref }) => inside.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(one => inside.has(one)).sort() }))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));

  const bom = {
    $schema: said.$schema,
    bomFormat: said.bomFormat,
    specVersion: said.specVersion,
    serialNumber: '',
    version: 1,
    metadata: {
      timestamp: new Date(seconds * 1000).toISOString(),
      lifecycles: [{ phase: 'build' }],
      tools: said.metadata.tools,
      component: { ...said.metadata.component, 'bom-ref': main, type: 'application', name: plugin.binary, purl: `pkg:npm/${main}` },
    },
    components,
    dependencies: [{ ref: main, dependsOn: components.map(one => one['bom-ref']) }, ...dependencies],
  };
  // the number names this content
  const hex = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
  const variant = '89ab'[Number.parseInt(hex.charAt(16), 16) & 3];
  bom.serialNumber = `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} failed:\n${stderr}`);
  return stdout;
}
