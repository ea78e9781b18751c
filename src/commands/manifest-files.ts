/** The manifests of -f: files, folders with all that is in them, and standard input, as texts. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManifestText } from '../cluster/manifests.ts';
import { UserError } from '../util/user-error.ts';
import type { Context } from './context.ts';
import { readInput } from './terminal.ts';

/** Names of manifests in a folder, as kubectl has them. */
const MANIFEST = /\.(?:ya?ml|json)$/i;
/** Files that are read of folders. */
const MOST_FILES = 10_000;

/** In: the values of -f. Out: the texts, in their order; of a folder by name, without what is hidden. Throws UserError for what cannot be read. */
export async function readManifestTexts(names: readonly string[], context: Context): Promise<ManifestText[]> {
  if (names.filter(name => name === '-').length > 1) throw new UserError('-f - can be given once', 'standard input is read once');
  const texts: ManifestText[] = [];
  for (const name of names)
    for (const file of await filesOf(name)) {
      const { text } = await readInput(file, context);
      texts.push({ file, text });
    }
  return texts;
}

async function filesOf(name: string): Promise<string[]> {
  const isFolder = name !== '-' && (await stat(name).catch(() => null))?.isDirectory();
  if (!isFolder) return [name];
  const files = await manifestsIn(name, []);
  if (files.length === 0)
    throw new UserError(`the folder "${name}" holds no .yaml, .yml or .json file`, 'name a folder of manifests after -f');
  return files;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isFile(),
    () => false,
  );

async function manifestsIn(folder: string, found: string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: { code?: string }) => {
    throw new UserError(
      `the folder "${folder}" cannot be read: ${error.code ?? 'unknown error'}`,
      'correct the path after -f, or who may read it',
    );
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    if (entry.isDirectory()) await manifestsIn(path, found);
    else if (MANIFEST.test(entry.name) && (entry.isFile() || (entry.isSymbolicLink() && (await isFile(path))))) found.push(path);
    if (found.length > MOST_FILES)
      throw new UserError(`the folder "${folder}" holds more than ${MOST_FILES} manifests`, 'name a part of it');
  }
  return found;
}
