/**
 * Bundles the plugin into one CommonJS file. What a command does not need is not loaded at start: of @kubernetes/client-node only the kubeconfig
 * reader is taken, its generated API clients and rare login methods are left out or loaded when asked for; of undici only the HTTP clients. Every cut
 * fails the build when the file that it expects is not there, so that an upgrade cannot silently undo or break it.
 */

import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { lazyModules } from './build/lazy-modules.mjs';
import { pack, withoutLetters } from './build/pack.mjs';
import { slimYargs } from './build/slim-yargs.mjs';
import { mutation } from './mutation.mjs';
import { packedPages } from './pages.mjs';
import { notShippable } from './release/licenses.mjs';
import { bundledPackages, bundleOf, notices } from './release/notices.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(join(root, 'package.json'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const MAX_BYTES = 1264 * 1024;

/** Modules that client-node's config.js imports → what stands in for them. @type {Record<string, string>} */
const CLIENT_NODE = {
  './gen/index.js': 'export const createConfiguration = () => { throw new Error("not bundled"); }; export class ServerConfiguration {}',
  './middleware.js': 'export const setHeaderMiddleware = () => undefined;',
  '../package.json': `export default ${JSON.stringify({ version: 'bundled' })};`,
  undici:
    'const load = () => require("undici"); export class Agent { constructor(options) { return new (load().Agent)(options); } } export class ProxyAgent { constructor(options) { return new (load().ProxyAgent)(options); } }',
  // client-node is given no proxy: undici makes the connections
  socks: 'export class SocksClient { constructor() { throw new Error("not bundled"); } }',
  'socks-proxy-agent': 'export class SocksProxyAgent { constructor() { throw new Error("not bundled"); } }',
  hpagent:
    'export class HttpProxyAgent { constructor() { throw new Error("not bundled"); } } export class HttpsProxyAgent { constructor() { throw new Error("not bundled"); } }',
  './oidc_auth.js':
    'let real; const load = () => (real ??= new (require("./oidc_auth.js").OpenIDConnectAuth)()); export class OpenIDConnectAuth { isAuthProvider(user) { return user?.authProvider?.name === "oidc"; } applyAuthentication(user, options) { return load().applyAuthentication(user, options); } }',
  './azure_auth.js':
    'let real; const load = () => (real ??= new (require("./azure_auth.js").AzureAuth)()); export class AzureAuth { isAuthProvider(user) { return user?.authProvider?.name === "azure"; } applyAuthentication(user, options) { return load().applyAuthentication(user, options); } }',
  './gcp_auth.js':
    'let real; const load = () => (real ??= new (require("./gcp_auth.js").GoogleCloudPlatformAuth)()); export class GoogleCloudPlatformAuth { isAuthProvider(user) { return user?.authProvider?.name === "gcp"; } applyAuthentication(user, options) { return load().applyAuthentication(user, options); } }',
};

/** The methods of undici's Dispatcher that are kept → the file that holds each; a ProxyAgent opens its tunnel by `connect`. @type {Record<string, string>} */
const METHODS = { request: './lib/api/api-request', connect: './lib/api/api-connect' };
/** undici without fetch, WebSocket, cache and mocks. */
const UNDICI = `
const Dispatcher = require('./lib/dispatcher/dispatcher');
Object.assign(Dispatcher.prototype, { ${Object.entries(METHODS)
  .map(([name, path]) => `${name}: require('${path}')`)
  .join(', ')} });
module.exports = { Dispatcher, Client: require('./lib/dispatcher/client'), Agent: require('./lib/dispatcher/agent'), ProxyAgent: require('./lib/dispatcher/proxy-agent') };
`;

/**
 * The methods of a whole undici that the cut leaves out although the bundle calls them. In: the files of the bundle. A call is found by its text, on a dispatcher,
 * client, pool or agent: one too many costs a few bytes.
 * @param {string[]} inputs
 */
function methodsCutOut(inputs) {
  const { Dispatcher } = require('undici');
  const callers = inputs
    .map(path => path.replace(/^[a-z-]+:/, ''))
    .filter(path => /(?:^|\/)(?:node_modules\/undici\/lib|src)\//.test(path.replaceAll('\\', '/')))
    .map(path => readFileSync(join(root, path), 'utf8'));
  return Object.keys(Dispatcher.prototype)
    .filter(
      name =>
        METHODS[name] === undefined && typeof Dispatcher.prototype[/** @type {keyof typeof Dispatcher.prototype} */ (name)] === 'function',
    )
    .filter(name =>
      callers.some(text => new RegExp(`(?:\\[k\\w+\\]|dispatcher\\w*|client|pool|agent)(?:\\(.*\\))?\\??\\.${name}\\(`, 'i').test(text)),
    );
}

/** What client-h1.js reads of the parser's tables. */
const PARSER_TABLES = ['ERROR', 'TYPE'];
/** @type {Record<string, unknown>} */
const tables = require('undici/lib/llhttp/constants.js');

/** Files of undici that only HTTP/2, SOCKS and bodies of fetch need, and tables → what stands in for them. @type {Record<string, string>} */
const UNDICI_FILES = {
  '/lib/llhttp/constants.js': `module.exports = ${JSON.stringify(Object.fromEntries(PARSER_TABLES.map(name => [name, tables[name]])))};`,
  '/lib/dispatcher/socks5-proxy-agent.js': 'module.exports = class { constructor() { throw new Error("SOCKS is not bundled"); } };',
  '/lib/dispatcher/client-h2.js': 'module.exports = () => { throw new Error("HTTP/2 is not bundled"); };',
  // nobody listens: with NODE_DEBUG it would print requests past what hides secrets
  '/lib/core/diagnostics.js': 'module.exports = { channels: new Proxy({}, { get: () => ({ hasSubscribers: false, publish() {} }) }) };',
  // names of headers from bytes, without a table that is made at every start
  '/lib/core/tree.js': 'exports.tree = { lookup: () => null };',
  '/lib/web/fetch/body.js': 'module.exports = { extractBody: () => { throw new Error("only texts are sent"); } };',
};

/** Modules of Node that undici loads for little, and that take milliseconds → what stands in for them. @type {Record<string, string>} */
const UNDICI_NODE = {
  'node:assert':
    'module.exports = (holds, message) => { if (!holds) throw Object.assign(new Error(message ?? "assertion failed"), { code: "ERR_ASSERTION" }); };',
  // no stream of Node's own client reaches undici; the limit is Node's, which only an option changes
  'node:http':
    'module.exports = { IncomingMessage: class {}, get maxHeaderSize() { return /max-http-header-size/.test([process.env.NODE_OPTIONS, ...process.execArgv]) ? require("node:http").maxHeaderSize : 16384; } };',
  // our paths have their queries already
  'node:querystring': 'exports.stringify = () => { throw new Error("not bundled"); };',
};
/** What of them undici may use: a stub knows no more. */
const UNDICI_NODE_USES = /\b(?:assert|http)\.(?!maxHeaderSize\b)\w+/;

const used = new Set();

/** @type {import('esbuild').Plugin} */
const slim = {
  name: 'slim',
  setup(builder) {
    const undici = dirname(require.resolve('undici/package.json'));
    // undici falls back to its parser without SIMD, which every processor can run: one is enough
    builder.onLoad({ filter: /[/\\]llhttp_simd-wasm\.js$/ }, () => {
      used.add('simd');
      return { contents: 'throw new Error("not bundled");' };
    });
    // Node knows which characters are emoji
    builder.onLoad({ filter: /[/\\]emoji-regex[/\\]index\.js$/ }, () => {
      used.add('emoji');
      return { contents: 'module.exports = () => /\\p{RGI_Emoji}/gv;' };
    });
    // tables without a style ask for no color
    builder.onLoad({ filter: /[/\\]@colors[/\\]colors[/\\]safe\.js$/ }, () => {
      used.add('colors');
      return { contents: 'throw new Error("not bundled");' };
    });
    builder.onResolve({ filter: /.*/ }, async args => {
      if (args.pluginData === 'real') return undefined;
      if (/@kubernetes[/\\]client-node[/\\]dist[/\\]config\.js$/.test(args.importer) && CLIENT_NODE[args.path] !== undefined) {
        const real = await builder.resolve(args.path, {
          importer: args.importer,
          resolveDir: args.resolveDir,
          kind: 'require-call',
          pluginData: 'real',
        });
        if (real.errors.length > 0) return real;
        used.add(args.path);
        return { path: args.path, namespace: 'client-node-stub', pluginData: { folder: args.resolveDir }, sideEffects: false };
      }
      if (args.namespace === 'client-node-stub' && args.path !== 'undici')
        return builder.resolve(args.path, { resolveDir: args.pluginData?.folder ?? args.resolveDir, kind: args.kind, pluginData: 'real' });
      if (UNDICI_NODE[args.path] !== undefined && args.importer.startsWith(undici)) {
        used.add(args.path);
        return { path: args.path, namespace: 'undici-node' };
      }
      if (args.path === 'undici') return { path: join(undici, 'index.js'), namespace: 'undici-slim' };
      if (args.path === 'string-width')
        return { path: require.resolve('string-width', { paths: [dirname(require.resolve('cli-table3'))] }) };
      return undefined;
    });
    builder.onLoad({ filter: /.*/, namespace: 'client-node-stub' }, args => ({
      contents: CLIENT_NODE[args.path] ?? '',
      loader: 'js',
      resolveDir: args.pluginData.folder,
    }));
    builder.onLoad({ filter: /.*/, namespace: 'undici-node' }, args => ({ contents: UNDICI_NODE[args.path] ?? '', loader: 'js' }));
    builder.onLoad({ filter: /[/\\]undici[/\\]lib[/\\]/ }, args => {
      const name = args.path.slice(undici.length).replaceAll('\\', '/');
      const contents = UNDICI_FILES[name];
      if (contents === undefined) return undefined;
      used.add(name);
      return { contents, loader: 'js' };
    });
    builder.onLoad({ filter: /.*/, namespace: 'undici-slim' }, () => ({ contents: UNDICI, loader: 'js', resolveDir: undici }));
  },
};

/** What a row of src/parse/messages has for its reader and its test: the plugin does not need it. */
const DOCUMENTATION = new Set(['example', 'source', 'since']);

/** Our sources: without that, and with regular expressions in ASCII. */
const sources = {
  name: 'sources',
  setup(/** @type {import('esbuild').PluginBuild} */ builder) {
    builder.onLoad({ filter: /[/\\]src[/\\][\w/\\-]+\.ts$/ }, args => {
      const text = withoutLetters(args.path, readFileSync(args.path, 'utf8'));
      if (!/[/\\]src[/\\]parse[/\\]messages[/\\]/.test(args.path)) return { contents: text, loader: /** @type {const} */ ('ts') };
      /** @type {{ pos: number, end: number }[]} */
      const cuts = [];
      const visit = (/** @type {ts.Node} */ node) => {
        if (ts.isObjectLiteralExpression(node) && node.properties.some(property => property.name?.getText() === 'id'))
          cuts.push(...node.properties.filter(property => DOCUMENTATION.has(property.name?.getText() ?? '')));
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(args.path, text, ts.ScriptTarget.Latest, true));
      const contents = cuts.reduceRight((rest, { pos, end }) => rest.slice(0, pos) + rest.slice(end).replace(/^,/, ''), text);
      return { contents, loader: /** @type {const} */ ('ts') };
    });
  },
};

/** With --mutate every sentence of the source gets a word more (scripts/mutation.mjs), in a bundle of its own that is for tests alone. */
const mutates = process.argv.includes('--mutate');
const lazy = lazyModules();
const yargs = slimYargs(dirname(require.resolve('yargs/package.json')));
const { plugin: mutate, changed } = mutation();
const outfile = join(root, 'dist', ...(mutates ? ['mutated'] : []), 'kubectl-imagepull.cjs');
mkdirSync(dirname(outfile), { recursive: true });
const { metafile, outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: [join(root, 'src', 'main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Node's own modules too are required: a script without a module imports nothing at run time
  supported: { 'dynamic-import': false },
  format: 'cjs',
  minify: true,
  metafile: true,
  // beside the bundle, not named in it and not shipped: coverage needs it
  sourcemap: 'external',
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'warning',
  define: { __VERSION__: JSON.stringify(version), __CAUSE_PAGES__: JSON.stringify(packedPages()) },
  plugins: [slim, lazy.plugin, yargs.plugin, mutates ? mutate : sources],
});
for (const { path, contents, text } of outputFiles)
  writeFileSync(path, path === outfile && !mutates ? await pack(root, text, version) : contents);
chmodSync(outfile, 0o755);
if (mutates) {
  process.stderr.write(`# ${changed.sentences} sentences changed\n`);
  process.exit();
}
// what the bundle holds, and its licenses
writeFileSync(join(root, 'dist', 'metafile.json'), JSON.stringify(metafile));
const packages = bundledPackages(metafile);
writeFileSync(join(root, 'dist', 'THIRD_PARTY_NOTICES'), notices(packages, false));

const forbidden = notShippable(packages);
if (forbidden.length > 0) throw new Error(`the bundle holds packages under licenses that are not allowed: ${forbidden.join(', ')}`);

if (!used.has('simd')) throw new Error('undici no longer has a parser with SIMD: look at scripts/build.mjs again');
if (!used.has('colors')) throw new Error('@colors/colors is no longer bundled: look at scripts/build.mjs again');
if (!used.has('emoji')) throw new Error('emoji-regex is no longer bundled: look at scripts/build.mjs again');
yargs.check();
lazy.check();
const missing = Object.keys({ ...CLIENT_NODE, ...UNDICI_FILES, ...UNDICI_NODE }).filter(path => !used.has(path));
if (missing.length > 0) throw new Error(`no package imports ${missing.join(', ')} any more: look at scripts/build.mjs again`);
const uncalled = methodsCutOut(Object.keys(metafile.inputs));
if (uncalled.length > 0) throw new Error(`undici's ${uncalled.join(', ')} is called and cut out: look at METHODS in scripts/build.mjs`);
for (const path of Object.keys(metafile.inputs).filter(name => /node_modules\/undici\/lib\//.test(name) && !name.includes('wasm'))) {
  const [use] = UNDICI_NODE_USES.exec(readFileSync(join(root, path), 'utf8')) ?? [];
  if (use !== undefined) throw new Error(`${path} uses ${use}: look at UNDICI_NODE in scripts/build.mjs`);
}
const client = readFileSync(require.resolve('undici/lib/dispatcher/client-h1.js'), 'utf8');
const unknown = [...client.matchAll(/\bconstants\.([A-Z]\w*)/g)]
  .map(([, name]) => name ?? '')
  .filter(name => !PARSER_TABLES.includes(name));
if (unknown.length > 0) throw new Error(`undici reads ${unknown.join(', ')} of its parser's tables: look at PARSER_TABLES`);
const { size } = statSync(outfile);
if (size > MAX_BYTES && !process.argv.includes('--sizes'))
  throw new Error(`the bundle has ${size} bytes, more than ${MAX_BYTES}: something large is bundled again`);
const bundle = readFileSync(outfile, 'utf8');
if (/Intl\.Segmenter/.test(bundle)) throw new Error('the slow string-width is in the bundle again');
if (process.argv.includes('--sizes')) {
  const inputs = Object.entries(bundleOf(metafile).inputs).sort(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput);
  for (const [path, { bytesInOutput }] of inputs.slice(0, 40)) console.log(String(bytesInOutput).padStart(8), path);
}
