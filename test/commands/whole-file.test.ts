/** Files that are written whole or not at all. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkWhole, writeWhole } from '../../src/commands/whole-file.ts';
import { folder } from '../helpers/process.ts';

const isWindows = process.platform === 'win32';
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const codeOf = (work: () => void): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

t.test('a new file and one in place of the old, and nothing besides', async t => {
  const dir = folder({});
  const path = join(dir, 'report.html');
  const old = process.umask(0o027);
  writeWhole(path, 'one\n');
  process.umask(old);
  t.equal(readFileSync(path, 'utf8'), 'one\n');
  if (!isWindows) {
    t.equal(modeOf(path), 0o640, 'the permissions of a new file are those of the umask');
    chmodSync(path, 0o606);
  }
  writeWhole(path, 'two\n');
  t.equal(readFileSync(path, 'utf8'), 'two\n');
  if (!isWindows) t.equal(modeOf(path), 0o606, 'those of an old file stay');
  t.strictSame(readdirSync(dir), ['report.html']);
});

t.test('a link stays, and leads to what is new', { skip: isWindows }, async t => {
  const dir = folder({ 'real.html': 'old' });
  symlinkSync(join(dir, 'real.html'), join(dir, 'link.html'));
  writeWhole(join(dir, 'link.html'), 'new');
  t.ok(lstatSync(join(dir, 'link.html')).isSymbolicLink());
  t.equal(readFileSync(join(dir, 'real.html'), 'utf8'), 'new');
});

t.test('a link to a file that is not there yet makes that file', { skip: isWindows }, async t => {
  const dir = folder({});
  symlinkSync('real.html', join(dir, 'link.html'));
  symlinkSync(join('missing', 'real.html'), join(dir, 'nowhere.html'));
  writeWhole(join(dir, 'link.html'), 'new');
  t.ok(lstatSync(join(dir, 'link.html')).isSymbolicLink());
  t.equal(readFileSync(join(dir, 'real.html'), 'utf8'), 'new');
  t.equal(
    codeOf(() => checkWhole(join(dir, 'nowhere.html'))),
    'ENOENT',
    'the folder that it leads to has to be there',
  );
});

t.test('nobody waits for a pipe that nobody reads', { skip: isWindows }, async t => {
  const pipe = join(folder({}), 'pipe');
  t.equal(spawnSync('mkfifo', [pipe]).status, 0);
  t.equal(
    codeOf(() => writeWhole(pipe, 'x')),
    'ENXIO',
  );
});

t.test('what is no file is not replaced', { skip: isWindows }, async t => {
  writeWhole('/dev/null', 'x');
  t.ok(statSync('/dev/null').isCharacterDevice());
});

t.test('what prevents it, before and at the write', async t => {
  const dir = folder({ file: 'x' });
  mkdirSync(join(dir, 'sub'));
  const rows: [string, string][] = [
    [join(dir, 'none', 'a.html'), 'ENOENT'],
    [join(dir, 'sub'), 'EISDIR'],
    [join(dir, 'file', 'a.html'), 'ENOTDIR'],
  ];
  for (const [path, code] of rows) {
    // the name of a file in place of a folder is not found on Windows
    const wanted = isWindows && code === 'ENOTDIR' ? /ENOENT|ENOTDIR/ : new RegExp(code);
    t.match(
      codeOf(() => checkWhole(path)),
      wanted,
      `${code}, before`,
    );
    t.match(
      codeOf(() => writeWhole(path, 'x')),
      wanted,
      code,
    );
  }
  t.equal(
    codeOf(() => checkWhole(join(dir, 'a.html'))),
    'none',
  );
  t.strictSame(readdirSync(dir).sort(), ['file', 'sub'], 'a check writes nothing');
});

t.test('a write that fails leaves the old file, and no part', { skip: isWindows || process.getuid?.() === 0 }, async t => {
  const dir = folder({ 'a.html': 'old' });
  chmodSync(dir, 0o555);
  t.equal(
    codeOf(() => checkWhole(join(dir, 'a.html'))),
    'EACCES',
  );
  t.equal(
    codeOf(() => writeWhole(join(dir, 'a.html'), 'new')),
    'EACCES',
  );
  t.equal(readFileSync(join(dir, 'a.html'), 'utf8'), 'old');
  chmodSync(dir, 0o755);
  writeFileSync(join(dir, 'b'), '');
  t.strictSame(readdirSync(dir).sort(), ['a.html', 'b']);
});
