/** A picture of a terminal: what a program printed there, with its colors, as one SVG file that follows the light or dark theme of who looks at it. Pure. */

/** Sizes in pixels: of a character, of a line, of the margin. */
const [CHARACTER, LINE, MARGIN] = [8.43, 19, 16];
/** The classes of a parameter of SGR, and those that it ends. @type {Record<number, [on: string[], off: string[]]>} */
const SGR = {
  0: [[], ['bold', 'dim', 'red', 'green', 'yellow', 'cyan']],
  1: [['bold'], []],
  2: [['dim'], []],
  22: [[], ['bold', 'dim']],
  31: [['red'], ['green', 'yellow', 'cyan']],
  32: [['green'], ['red', 'yellow', 'cyan']],
  33: [['yellow'], ['red', 'green', 'cyan']],
  36: [['cyan'], ['red', 'green', 'yellow']],
  39: [[], ['red', 'green', 'yellow', 'cyan']],
};
const THEMES = {
  light: {
    back: '#ffffff',
    frame: '#d0d7de',
    text: '#1f2328',
    dim: '#59636e',
    red: '#b3181c',
    green: '#116329',
    yellow: '#7d4e00',
    cyan: '#0b5c75',
  },
  dark: {
    back: '#0d1117',
    frame: '#3d444d',
    text: '#e6edf3',
    dim: '#9198a1',
    red: '#ff8078',
    green: '#56d364',
    yellow: '#e3b341',
    cyan: '#76e3ea',
  },
};

/** In: what a terminal was sent. Out: what stands there at the end, colors kept: a line that was begun anew shows only what was written last. */
export const shownOn = (/** @type {string} */ sent) =>
  sent
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map(line => line.slice(line.lastIndexOf('\r') + 1).replaceAll('\u001b[K', ''))
    .join('\n');

/** Without colors. */
export const plain = (/** @type {string} */ text) => text.replace(/\u001b\[[\d;]*m/g, '');

const escaped = (/** @type {string} */ text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param {(typeof THEMES)['light']} theme */
const rules = ({ back, frame, text, dim, ...colors }) =>
  [
    `rect{fill:${back};stroke:${frame}}text{fill:${text}}.dim{fill:${dim}}`,
    ...Object.entries(colors).map(([name, color]) => `.${name}{fill:${color}}`),
  ].join('');

/** The parts of a line with their classes; colors go on from line to line. @param {string} line @param {Set<string>} classes */
function spansOf(line, classes) {
  const spans = [];
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
    for (const code of codes === undefined ? [] : codes.split(';')) {
      const [on, off] = SGR[Number(code)] ?? [[], []];
      for (const name of off) classes.delete(name);
      for (const name of on) classes.add(name);
    }
    if (codes !== undefined || part === '') continue;
    spans.push(classes.size === 0 ? escaped(part) : `<tspan class="${[...classes].join(' ')}">${escaped(part)}</tspan>`);
  }
  return spans.join('');
}

/**
 * In: what a terminal shows, with the escape sequences of its colors, what the picture is of (for who cannot see it), and the least width in characters. Out: the SVG.
 * @param {string} text
 * @param {{ title: string, columns: number }} about
 */
export function pictureOf(text, { title, columns }) {
  const lines = text.replace(/\n+$/, '').split('\n');
  const longest = Math.max(columns, ...lines.map(line => plain(line).length));
  const width = Math.ceil(longest * CHARACTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  /** @type {Set<string>} */
  const classes = new Set();
  const rows = lines.map((line, index) => `<text x="${MARGIN}" y="${MARGIN + index * LINE + 14}">${spansOf(line, classes)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}.bold{font-weight:700}${rules(THEMES.light)}@media(prefers-color-scheme:dark){${rules(THEMES.dark)}}</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="6"/>
${rows.join('\n')}
</svg>
`;
}

/** What stands in a picture, line by line: a test compares it with the transcript. */
export const textOf = (/** @type {string} */ picture) =>
  [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)]
    .map(([, row = '']) =>
      row
        .replace(/<[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&'),
    )
    .join('\n');
