/** The help: its layout. That it has each flag is tested with the table of flags. */
import t from 'tap';
import { COMMANDS, PROGRAM } from '../../src/flags.ts';
import { flagUsage, helpText, startText } from '../../src/report/help.ts';

t.test('nothing is wider than the terminal but a command to copy', async t => {
  for (const width of [80, 100])
    for (const name of [undefined, ...COMMANDS.map(({ name }) => name)]) {
      const wide = helpText(name, width)
        .split('\n')
        .filter(line => line.length > width && !/^ {2}(?:kubectl|source|echo) /.test(line));
      t.strictSame(wide, [], `${name ?? 'kubectl imagepull'} at ${width}`);
    }
});

t.test('parts are in the order of kubectl, and none is empty', async t => {
  const parts = (text: string): string[] => [...text.matchAll(/^([A-Z][^:\n]*):$/gm)].map(([, title]) => title as string);
  t.strictSame(parts(helpText(undefined, 100)), ['Usage', 'Commands', 'Examples', 'Exit status', 'Environment']);
  t.strictSame(parts(helpText('why', 100)), [
    'Usage',
    'Examples',
    'Flags',
    'Output flags',
    'Registry flags',
    'Cluster flags (as in kubectl)',
  ]);
  t.strictSame(parts(helpText('version', 100)), ['Usage', 'Examples', 'Flags', 'Output flags']);
});

t.test('what is shown to somebody who gives no word', async t => {
  const lines = startText(80).trimEnd().split('\n');
  t.ok(lines.length <= 24, `it fits on a small terminal: ${lines.length} lines`);
  t.equal(lines.filter(line => line.startsWith(`  ${PROGRAM} `)).length, 3, 'three examples');
  for (const { name } of COMMANDS)
    t.ok(
      lines.some(line => line.startsWith(`  ${name} `)),
      `it names ${name}`,
    );
});

t.test('each command has three examples, and says of its flags what they do there', async t => {
  for (const { name, examples } of COMMANDS) {
    t.ok(examples.length >= 3, `${name}: ${examples.length} examples`);
    const others = COMMANDS.map(other => other.name).filter(other => other !== name && other !== 'check' && other !== 'version');
    const own = helpText(name, 1000)
      .split('\n')
      .filter(line => /^ +(?:-\w, )?--/.test(line) && !/certificate|version/.test(line));
    for (const other of others)
      t.strictSame(
        own.filter(line => new RegExp(`\\b(?:of|with) ${other}\\b|\\b${other} (?:reads|takes|and)\\b`).test(line)),
        [],
        `the flags of ${name} do not explain ${other}`,
      );
  }
});

t.test('how a flag is written', async t => {
  const group = 'Flags';
  const more = { group, description: '', commands: [] } as const;
  t.equal(flagUsage({ name: 'filename', alias: 'f', takes: 'FILE', ...more }), '-f, --filename FILE');
  t.equal(flagUsage({ name: 'probe', takes: null, negatable: true, ...more }), '    --no-probe');
});
