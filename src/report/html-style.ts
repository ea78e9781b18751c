/**
 * How the page of `-o html` looks. Belongs here: its colors for light and dark, of which a test computes the contrast, and the one style sheet. It names no resource: the page is
 * complete in itself. Pure.
 */

/** The colors of a page: text and surfaces, and one for each tone. */
export type Palette = Record<'text' | 'muted' | 'page' | 'surface' | 'line' | 'link' | 'failed' | 'waiting' | 'ok' | 'ignored', string>;

/** By the color scheme of the reader. */
export const PALETTES: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    text: '#1b1f24',
    muted: '#545c66',
    page: '#ffffff',
    surface: '#f3f5f8',
    line: '#7c8794',
    link: '#0a50a8',
    failed: '#ab1f1a',
    waiting: '#7d4600',
    ok: '#14632d',
    ignored: '#545c66',
  },
  dark: {
    text: '#e8ecf1',
    muted: '#a5afbb',
    page: '#10141a',
    surface: '#1a2029',
    line: '#6f7b8a',
    link: '#86bcff',
    failed: '#ff938a',
    waiting: '#f2bb67',
    ok: '#7fdc98',
    ignored: '#a5afbb',
  },
};

const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, color]) => `--${name}:${color}`)
    .join(';');

/** The style sheet. */
export const STYLE: string = `
:root{color-scheme:light dark;${variables(PALETTES.light)}}
@media (prefers-color-scheme:dark){:root{${variables(PALETTES.dark)}}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%;text-size-adjust:100%}
h1,h2,h3{line-height:1.25}
h1{font-size:1.6rem;margin:0 0 .5rem}
h2{font-size:1.25rem;margin:0 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
p,ul,ol,dl{margin:.5rem 0}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
p,li,td,th,dd,code,bdi{unicode-bidi:isolate}
pre{margin:.5rem 0;padding:.75rem;overflow-x:auto;background:var(--surface);border:1px solid var(--line);border-radius:6px;overflow-wrap:normal;white-space:pre}
.lead{font-size:1.1rem}
.about{display:grid;grid-template-columns:max-content 1fr;gap:0 1rem;color:var(--muted);font-size:.9rem}
.about dt{margin:0}
.about dd{margin:0}
.scroll{overflow-x:auto;margin:.5rem 0}
td,th,td code{overflow-wrap:break-word}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line)}
main>h2{margin-top:2rem}
article{margin:2rem 0 0;padding:1rem;border:1px solid var(--line);border-left:6px solid var(--line);border-radius:6px}
article.failed{border-left-color:var(--failed)}
article.waiting{border-left-color:var(--waiting)}
article.ok{border-left-color:var(--ok)}
.tone{font-weight:700}
.failed>h2 .tone,.tone.failed,li.failed{color:var(--failed)}
.waiting>h2 .tone,.tone.waiting,li.warning{color:var(--waiting)}
.ok>h2 .tone,.tone.ok,li.ok{color:var(--ok)}
.ignored>h2 .tone,.tone.ignored,li.skipped{color:var(--ignored)}
.label{font-size:.85rem;font-weight:400;color:var(--muted);border:1px solid var(--line);border-radius:1rem;padding:.05rem .6rem;box-decoration-break:clone;-webkit-box-decoration-break:clone}
.steps{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;padding:0}
.steps li{border:1px solid currentColor;border-radius:6px;padding:.1rem .55rem;font-size:.9rem}
.steps li.failed{border-width:2px;font-weight:700}
details{margin:1rem 0 0}
summary{cursor:pointer;font-weight:600}
details h3{font-size:.95rem}
footer{margin:2rem 0 0;color:var(--muted);font-size:.9rem}
@media screen and (max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table,tbody,tr,td{display:block}
tr{padding:.35rem 0;border-bottom:1px solid var(--line)}
td{padding:.1rem 0;border:0;overflow-wrap:anywhere}
td:empty{display:none}
td::before{content:attr(data-label) ": ";color:var(--muted)}
}
@media print{
:root{${variables(PALETTES.light)}}
body{max-width:none;padding:0}
article{break-inside:auto}
h2,h3{break-after:avoid}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
.scroll{overflow:visible}
details::details-content{content-visibility:visible;block-size:auto}
a[href^="https:"]::after{content:" (" attr(href) ")"}
}
`;
