/** From a page to its text: every text of it is cleaned once, here, and then laid out. Pure. */
import type { PageFormat } from '../flags.ts';
import { forReading } from './clean.ts';
import { html } from './html.ts';
import { markdown } from './markdown.ts';
import type { Page } from './page.ts';

/** In: a page with the texts of others as they were read. Out: its text, without any secret of the run and with every hidden character as an escape. */
export function renderPage(page: Page, format: PageFormat): string {
  const clean = forReading(page);
  return format === 'html' ? html(clean) : markdown(clean);
}
