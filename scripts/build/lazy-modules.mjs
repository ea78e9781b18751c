/**
 * Modules of the runtime that few runs need, loaded when one of their functions is called: each costs a millisecond or more of every start. Belongs here: which
 * they are. What undici gets in place of modules of which it needs next to nothing stands in build.mjs.
 */

/** Module → the functions of it that are imported. An import of another one fails the build. @type {Record<string, string[]>} */
const FUNCTIONS = {
  'node:child_process': ['spawn'],
  'node:crypto': ['createHash', 'randomBytes'],
  'node:dns/promises': ['lookup'],
  'node:v8': ['setFlagsFromString'],
  'node:vm': ['runInNewContext'],
};

/** Out: the plugin of the build, and a check that every row is still used. */
export function lazyModules() {
  const used = new Set();
  /** @type {import('esbuild').Plugin} */
  const plugin = {
    name: 'lazy-modules',
    setup(builder) {
      builder.onResolve({ filter: /^node:/ }, args => {
        if (args.namespace === 'lazy-module') return { path: args.path, external: true };
        if (!/[/\\]src[/\\][^\n]*\.ts$/.test(args.importer) || FUNCTIONS[args.path] === undefined) return undefined;
        used.add(args.path);
        return { path: args.path, namespace: 'lazy-module', sideEffects: false };
      });
      builder.onLoad({ filter: /.*/, namespace: 'lazy-module' }, ({ path }) => ({
        contents: (FUNCTIONS[path] ?? [])
          .map(name => `export const ${name} = (...all) => require(${JSON.stringify(path)}).${name}(...all);`)
          .join('\n'),
        loader: 'js',
      }));
    },
  };
  const check = () => {
    const missing = Object.keys(FUNCTIONS).filter(path => !used.has(path));
    if (missing.length > 0) throw new Error(`nothing imports ${missing.join(', ')} any more: look at scripts/build/lazy-modules.mjs`);
  };
  return { plugin, check };
}
