/** The page of a check: golden text, and texts of others in it. */
import t from 'tap';
import { markdown } from '../../src/report/markdown.ts';
import { at, HOSTILE, planned, runOf, someOfAll } from '../helpers/gates.ts';
import { golden } from '../helpers/golden.ts';
import { normal } from '../helpers/process.ts';

t.test('the page of a run', async t => {
  golden(t, 'test/fixtures/gates/report.md', normal(markdown(someOfAll())));
  t.equal(markdown(runOf([])), '### Image pull check\n\nthere is no image to check.\n');
});

t.test('no text is a mark', async t => {
  for (const [number, image] of HOSTILE.entries()) {
    const finding = planned('InvalidImageName', { image, ...at(image, 3) });
    const page = markdown(runOf([{ ...finding, diagnosis: { ...finding.diagnosis, summary: image } }], { warnings: [image] }));
    // what stands in code is no mark
    const marks = page.replace(/^```.*?^```$/gms, '').replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
    t.notMatch(marks, /(?<!\\)<(?!br>|code>|\/code>|!-- -->)/, `row ${number}`);
    t.notMatch(
      marks.replace(/\[InvalidImageName \(\w+\)\]\(https:\/\/github\.com\/[\w./-]+\)/, ''),
      /(?<!\\)\]\(|www\.|@(?!<)/,
      `row ${number}`,
    );
    const row = page.split('\n').find(line => line.startsWith('| [')) ?? '';
    t.equal(row.split('|').length, 5, 'three cells');
  }
});
