/** The pages of -o markdown and -o html: the golden page of each command, and what no page may hold. */
import t from 'tap';
import type { PageFormat } from '../../src/flags.ts';
import type { Page } from '../../src/report/page.ts';
import { secretsPage } from '../../src/report/page-secrets.ts';
import { renderPage } from '../../src/report/render-page.ts';
import { SECRETS } from '../../src/util/secrets.ts';
import { isHidden } from '../../src/util/visible.ts';
import { HOSTILE } from '../helpers/gates.ts';
import { golden } from '../helpers/golden.ts';
import { allCauses, checked, everywhere, manyPods, ORIGIN, onePod, secretTests, testedSecrets, whyPage } from '../helpers/pages.ts';
import { normal } from '../helpers/process.ts';

const FORMATS: readonly [PageFormat, string][] = [
  ['markdown', 'md'],
  ['html', 'html'],
];

t.test('the golden pages', async t => {
  const pages: [string, () => Page][] = [
    ['why-one', onePod],
    ['why-many', manyPods],
    ['why-none', () => whyPage([])],
    ['check', checked],
    ['test-secret', testedSecrets],
  ];
  for (const [name, page] of pages)
    for (const [format, ending] of FORMATS) {
      const text = normal(renderPage(page(), format));
      // the style sheet is the same in all, and stands in one
      golden(t, `test/fixtures/pages/${name}.${ending}`, name === 'why-one' ? text : text.replace(/<style>[^<]*/, '<style>'));
    }
});

t.test('cause first, then where the checks broke, then the fix, then the evidence', async t => {
  for (const [format] of FORMATS) {
    const text = renderPage(onePod(), format);
    const places = ['CredentialsRejected', 'Checks from this machine', 'Fix', 'Evidence and details', 'More:'].map(words =>
      text.indexOf(words),
    );
    t.strictSame(
      places,
      places.toSorted((a, b) => a - b),
      format,
    );
    t.notOk(places.includes(-1), `${format}: nothing is missing`);
  }
});

t.test('when, by which version, and where; no folder of this machine', async t => {
  for (const [format] of FORMATS) {
    const text = renderPage(checked(), format);
    for (const words of ['2026-11-20', 'kubectl-imagepull', 'prod', 'shop', 'deploy']) t.ok(text.includes(words), `${format}: ${words}`);
    t.notMatch(text, /somebody/, format);
  }
});

t.test('no hidden character and no color, whatever is quoted', async t => {
  for (const [format] of FORMATS)
    for (const [row, words] of HOSTILE.entries()) {
      const lines = renderPage(everywhere(words), format).split('\n');
      t.notOk(lines.some(isHidden), `${format}, row ${row}`);
    }
});

t.test('no page holds a secret', async t => {
  const secret = 'page-canary-7c1d55e0f3';
  SECRETS.add(secret);
  const [test] = secretTests();
  for (const [format] of FORMATS) {
    const texts = [
      renderPage(everywhere(`before ${secret} after`), format),
      renderPage(
        whyPage([], { warnings: [secret], patterns: [secret], origin: { ...ORIGIN, context: secret, files: [`x/${secret}`] } }),
        format,
      ),
      renderPage(
        secretsPage(test === undefined ? [] : [{ ...test, problems: [{ code: 'SecretMalformed', detail: secret }] }], [secret], ORIGIN),
        format,
      ),
    ];
    for (const text of texts) t.notMatch(text, new RegExp(secret), format);
  }
});

t.test('every cause has its part', async t => {
  const page = allCauses();
  for (const [format] of FORMATS) t.doesNotThrow(() => renderPage(page, format));
  for (const { name, title, paragraphs } of page.parts) t.ok(title !== '' && paragraphs[0], name);
});
