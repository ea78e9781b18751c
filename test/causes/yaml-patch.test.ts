/** Patches as YAML: kubectl reads them as the same JSON. */
import { load } from 'js-yaml';
import t from 'tap';
import { yamlPatch } from '../../src/causes/yaml-patch.ts';

t.test('a patch is the same value in YAML', async t => {
  const texts = [
    'api',
    'registry.example.com:5000/team/api:1.4@sha256:abc',
    '123456789012.dkr.ecr.eu-west-1.amazonaws.com-pull',
    '12',
    '1e3',
    '0x1f',
  ];
  const more = [
    '2026-01-01',
    '2026-01-01t00:00:00z',
    '1:30',
    'true',
    'No',
    'y',
    'null',
    '~',
    '.5',
    '-a',
    'a:',
    'a b',
    'a, b',
    '# a',
    '[a]',
    '"a"',
    'kubernetes.io/arch',
    '',
  ];
  for (const text of [...texts, ...more]) {
    const patch = { spec: { list: [{ name: text }], [`${text}-key`]: null, no: [], many: { a: true, b: 1 } } };
    const written = yamlPatch(patch);
    t.notMatch(written, /^[[{]/, 'kubectl takes what begins with a bracket for JSON');
    t.strictSame(load(written), patch, `${JSON.stringify(text)}`);
  }
  t.equal(
    yamlPatch({ spec: { image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1', nodeName: null } }),
    'spec: {image: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1, nodeName: null}',
    'no quotation marks',
  );
});
