/** The plugin under test: the built bundle on this Node, or the executable that IMAGEPULL_BINARY names (a release's single binary). */
import { resolve } from 'node:path';

/** Program and first arguments: `const [program, ...first] = pluginCommand()`. */
export function pluginCommand(): [program: string, ...first: string[]] {
  const binary = process.env['IMAGEPULL_BINARY'];
  return binary ? [resolve(binary)] : [process.execPath, resolve(process.env['IMAGEPULL_BUNDLE'] ?? 'dist/kubectl-imagepull.cjs')];
}
