/** JUnit: golden report, schema, and escapes of any text. */
import fc from 'fast-check';
import t from 'tap';
import { junit, xml } from '../../src/report/junit.ts';
import { at, HOSTILE, junitErrors, planned, runOf, someOfAll } from '../helpers/gates.ts';
import { golden } from '../helpers/golden.ts';
import { normal } from '../helpers/process.ts';
import { often } from '../properties/arbitraries.ts';

t.test('the report of a run', async t => {
  const text = junit(someOfAll());
  golden(t, 'test/fixtures/gates/report.junit.xml', normal(text));
  t.strictSame(await junitErrors(text), [], 'by the schema of Jenkins');
  t.not((await junitErrors(text.replace('classname=', 'klass='))).length, 0, 'the schema refuses what it does not know');
});

t.test('what could not be examined is an error, and an empty run still has a case', async t => {
  const text = junit(runOf([], { warnings: ['a file could not be read'], isComplete: false }));
  t.match(text, /<testsuites [^>]*tests="1" failures="0" errors="1"/);
  t.match(text, /<error type="Incomplete" message="[^"]+">a file could not be read<\/error>/);
  t.strictSame(await junitErrors(text), []);
  const nothing = junit(runOf([]));
  t.match(nothing, /tests="1" failures="0" errors="0"/);
  t.strictSame(await junitErrors(nothing), []);
});

t.test('two cases of one name are told apart', async t => {
  const text = junit(
    runOf([planned('TagNotFound', at('a.yaml', 1)), planned('TagNotFound', at('a.yaml', 9)), planned('TagNotFound', at('b.yaml', 9))]),
  );
  const names = [...text.matchAll(/<testcase name="([^"]*)" classname="([^"]*)"/g)].map(([, name, suite]) => `${suite} ${name}`);
  t.equal(new Set(names).size, 4);
  t.match(names[1], / #2$/);
});

t.test('no text leaves its place', async t => {
  for (const [row, image] of HOSTILE.entries()) {
    const text = junit(
      runOf([planned('InvalidImageName', { image, container: { name: image, kind: 'container' }, ...at(image, 3) })], {
        warnings: [image],
      }),
    );
    t.strictSame(await junitErrors(text), [], `row ${row}`);
    t.equal(text.match(/<testcase /g)?.length, 2, 'no case of its own');
    t.notMatch(text, /<!DOCTYPE|<!\[CDATA/);
  }
});

t.test('property: any text is text in XML', async t => {
  const texts = fc.sample<string>(
    fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...HOSTILE)),
    often(200) as fc.Parameters<string>,
  );
  for (const text of texts) {
    t.notMatch(xml(text), /[<>"']|&(?!(?:amp|lt|gt|quot|apos|#9|#13);)/);
    t.notMatch(xml(text), /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
  }
  const cases = texts
    .map(text => `<testcase name="${xml(text)}"><failure message="${xml(text)}">${xml(text)}</failure></testcase>`)
    .join('');
  t.strictSame(await junitErrors(`<testsuite name="x" tests="1">${cases}</testsuite>`), [], 'and a parser takes them all');
});
