/** The help: its layout. That it has each flag is tested with the table of flags. */
import t from 'tap';
import { COMMANDS } from '../../src/flags.ts';
import { flagUsage, helpText } from '../../src/report/help.ts';

t.test('nothing is wider than the terminal but a command to copy', async t => {
  for (const width of [80, 100])
    for (const name of [undefined, ...COMMANDS.map(({ name }) => name)]) {
      const wide = helpText(name, width)
        .split('\n')
        .filter(line => line.length > width && !/^ {2}(?:kubectl|source) /.test(line));
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
  t.strictSame(parts(helpText('version', 100)), ['Usage', 'Flags', 'Output flags']);
});

t.test('how a flag is written', async t => {
  const group = 'Flags';
  const more = { group, description: '', commands: [] } as const;
  t.equal(flagUsage({ name: 'filename', alias: 'f', takes: 'FILE', ...more }), '-f, --filename FILE');
  t.equal(flagUsage({ name: 'probe', takes: null, negatable: true, ...more }), '    --no-probe');
});
