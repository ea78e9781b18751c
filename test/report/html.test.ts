/** The page of -o html: no script, no outside resource, no text of others as markup; headings in order, anchors that lead somewhere, colors that can be read. */
import t from 'tap';
import { PALETTES, STYLE } from '../../src/report/html-style.ts';
import type { Page } from '../../src/report/page.ts';
import { renderPage } from '../../src/report/render-page.ts';
import { HOSTILE } from '../helpers/gates.ts';
import { allCauses, checked, everywhere, manyPods, onePod, testedSecrets, whyPage } from '../helpers/pages.ts';

const pages = (): [string, Page][] => [
  ['one', onePod()],
  ['many', manyPods()],
  ['none', whyPage([])],
  ['check', checked()],
  ['secrets', testedSecrets()],
  ['all causes', allCauses()],
];
const html = (page: Page): string => renderPage(page, 'html');
/** The elements of a document, without the style sheet. */
const tagsOf = (text: string): string[] => text.replace(/<style>[^<]*<\/style>/, '').match(/<[^>]*>/g) ?? [];

t.test('it is complete in itself', async t => {
  for (const [name, page] of pages()) {
    const text = html(page);
    t.match(text, /^<!DOCTYPE html>\n<html lang="en">/, name);
    t.match(text, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'[^"]*">/, name);
    t.match(text, /<title>[^<]+<\/title>/, name);
    t.notMatch(text, /<(?:script|link|img|iframe|object|embed|base|form|svg)\b|\son\w+=|\sstyle=|\ssrc=|javascript:/i, name);
    t.notMatch(STYLE, /url\(|@import|expression/i, name);
    for (const [, address] of text.matchAll(/\shref="([^"]*)"/g))
      t.match(address, /^(?:#finding-\d+|https:\/\/github\.com\/kubectl-imagepull\/[\w./-]+)$/, name);
  }
});

t.test('headings come in order, and each anchor leads to a part', async t => {
  for (const [name, page] of pages()) {
    const text = html(page);
    const levels = [...text.matchAll(/<h(\d)[ >]/g)].map(([, level]) => Number(level));
    t.equal(levels[0], 1, name);
    t.equal(levels.filter(level => level === 1).length, 1, `${name}: one heading of the page`);
    t.notOk(
      levels.some((level, index) => level > (levels[index - 1] ?? 1) + 1),
      `${name}: no level is left out`,
    );
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    t.equal(new Set(ids).size, ids.length, `${name}: no id twice`);
    for (const [, id] of text.matchAll(/href="#([^"]*)"/g)) t.ok(ids.includes(id), `${name}: ${id}`);
    const open: string[] = [];
    for (const tag of tagsOf(text)) {
      const [, closes = '', element = ''] = /^<(\/?)([a-z0-9]+)/i.exec(tag) ?? [];
      if (closes) t.equal(open.pop(), element, `${name}: ${tag} closes what is open`);
      else if (!/^(?:meta|br)$/.test(element) && element !== '') open.push(element);
    }
    t.strictSame(open, [], `${name}: everything is closed`);
  }
});

t.test('no text is markup', async t => {
  const plain = tagsOf(html(everywhere('x')));
  const more = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '</style><b>',
    '--><b>',
    '&lt;b&gt;',
  ];
  for (const [row, words] of [...HOSTILE, ...more].entries()) {
    const text = html(everywhere(words));
    const withoutLabels = (tags: string[]): string[] => tags.map(tag => tag.replace(/ (?:aria-label|data-label)="[^"]*"/g, ''));
    t.strictSame(withoutLabels(tagsOf(text)), withoutLabels(plain), `row ${row}: the same elements as with any other text`);
  }
  t.match(html(everywhere('<script>')), /&lt;script&gt;/);
});

/** The relative luminance of a color. Source: WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
/** Source: WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

t.test('colors can be read (WCAG 2.2 AA), in light and in dark', async t => {
  t.equal(contrast('#000000', '#ffffff').toFixed(1), '21.0', 'the formula');
  for (const [scheme, palette] of Object.entries(PALETTES)) {
    for (const name of ['text', 'muted', 'link', 'failed', 'waiting', 'ok', 'ignored'] as const)
      for (const ground of ['page', 'surface'] as const) {
        const ratio = contrast(palette[name], palette[ground]);
        t.ok(ratio >= 4.5, `${scheme}: ${name} on ${ground}: ${ratio.toFixed(2)}`);
      }
    const line = contrast(palette.line, palette.page);
    t.ok(line >= 3, `${scheme}: lines: ${line.toFixed(2)}`);
  }
  t.match(STYLE, /@media \(prefers-color-scheme:dark\)/);
  t.match(STYLE, /@media print/);
});

t.test('the evidence is open where one part is all', async t => {
  t.match(html(onePod()), /<details open>/);
  t.notMatch(html(manyPods()), /<details open>/);
});
