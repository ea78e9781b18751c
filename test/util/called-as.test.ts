/** The second name: under another file name the commands that the plugin tells are those that work there. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import t from 'tap';
import { COMMANDS } from '../../src/flags.ts';
import { asCalled, callProgram, nameOfPlugin, program } from '../../src/util/called-as.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { temporary } from '../helpers/temporary.ts';

t.test('the name follows from the file', async t => {
  const rows: [paths: (string | undefined)[], name: string | null][] = [
    [['/opt/krew/bin/kubectl-imagepull'], 'kubectl imagepull'],
    [['/opt/krew/bin/kubectl-image_pull'], 'kubectl image-pull'],
    [['C:\\krew\\bin\\kubectl-image_pull.exe'], 'kubectl image-pull'],
    [['kubectl-image-pull'], 'kubectl image pull'],
    [['/usr/bin/node', '/lib/dist/kubectl-imagepull.cjs'], 'kubectl imagepull'],
    [['/bin/kubectl-image_pull', '/bundle/kubectl-imagepull.cjs'], 'kubectl image-pull'],
    [['node', undefined], null],
    [['/bin/kubectl_complete-image_pull'], null],
    [['/bin/kubectl-$(touch x)'], null],
    [['/bin/kubectl-a b'], null],
    [['/bin/kubectl-'], null],
    [[`/bin/kubectl-${'a'.repeat(80)}`], null],
  ];
  for (const [paths, name] of rows) t.equal(nameOfPlugin(...paths), name, paths.join(' '));
});

t.test('texts take the name, also where they are folded', async t => {
  t.equal(asCalled('kubectl imagepull why'), 'kubectl imagepull why');
  callProgram('kubectl image-pull');
  t.teardown(() => callProgram(null));
  t.equal(program(), 'kubectl image-pull');
  t.equal(asCalled('use: kubectl imagepull why, kubectl\n  imagepull check'), 'use: kubectl image-pull why, kubectl\n  image-pull check');
  t.equal(asCalled('kubectl-imagepull, kubectl imagepullers'), 'kubectl-imagepull, kubectl imagepullers', 'nothing else changes');
});

/** Runs the plugin under another file name. */
function under(name: string): (...args: string[]) => { status: number | null; stdout: string; stderr: string } {
  const [runtime, bundle] = pluginCommand();
  const file = join(temporary('name'), `${name}${extname(bundle ?? runtime)}`);
  if (bundle === undefined) symlinkSync(runtime, file);
  else copyFileSync(bundle, file);
  const [program, ...first] = bundle === undefined ? [file] : [runtime, file];
  return (...args) => {
    const { status, stdout, stderr } = spawnSync(program as string, [...first, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
}

t.test('the plugin tells the commands of the name that it was called by', async t => {
  const run = under('kubectl-image_pull');
  for (const { name } of COMMANDS) {
    const { stdout } = run(name, '--help');
    t.match(stdout, `kubectl image-pull ${name}`, `${name} --help`);
    t.notMatch(stdout, /kubectl\s+imagepull\b/, `${name} --help`);
  }
  t.match(run('wyh'), { status: 2, stderr: /see: kubectl image-pull / }, 'a hint');
  t.match(run('completion', 'bash').stdout, /exec kubectl image-pull __complete.*kubectl_complete-image_pull"/s, 'tab completion');

  const saved = ['why', '-A', '--no-probe', '-f', 'test/fixtures/saved/shop.yaml'];
  for (const format of ['text', 'wide', 'json'])
    t.notMatch(run(...saved, '-o', format).stdout, /kubectl imagepull (?!asks)/, `the fixes of -o ${format}`);
  t.match(run(...saved, '-o', 'json').stdout, 'kubectl image-pull repair-secret', 'there is such a fix');
  t.match(run(...saved).stdout, /kubectl image-pull why POD|kubectl image-pull repair-secret/, 'the text');
});

t.test('no text on standard output holds the name: program() tells it', async t => {
  const commands = COMMANDS.map(({ name }) => name).join('|');
  /** The name of a report, which other programs read. */
  const apart = ['src/report/junit.ts', 'src/report/github.ts'];
  const texts = ['causes', 'diagnosis', 'registry', 'report'].flatMap(folder =>
    readdirSync(`src/${folder}`, { recursive: true, encoding: 'utf8' }).map(file => `src/${folder}/${file.replaceAll(sep, '/')}`),
  );
  const wrong = texts
    .filter(file => file.endsWith('.ts') && !apart.includes(file))
    .filter(file => new RegExp(`kubectl imagepull (?:${commands})\\b`).test(readFileSync(file, 'utf8')));
  t.strictSame(wrong, [], 'write program() of src/util/called-as.ts in its place');
});

t.test('under its own name nothing changes', async t => {
  t.match(under('kubectl-imagepull')('why', '--help').stdout, 'kubectl imagepull why');
  t.match(under('why-it-fails')('why', '--help').stdout, 'kubectl imagepull why', 'a name that is no plugin');
});
