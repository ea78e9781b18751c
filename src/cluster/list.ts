/** Lists of the Kubernetes API, page by page. */
import { UserError } from '../util/user-error.ts';
import type { Answer, Api } from './api.ts';

/** Go writes an empty list as null. */
export interface ListOf<T> {
  items: T[] | null;
  metadata?: { continue?: string; resourceVersion?: string };
}

/** Objects of one page: kubectl's are of 500; with so many the largest pods stay a few megabytes. */
export const PAGE = 250;

/** A path with more of a query. */
export const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;

/**
 * Reads a list page by page and gives each page on, so that no more than one is held. A list that went stale in the middle (410) begins anew, after `restart`. Out: its
 * resourceVersion. A list that cannot be read is a UserError that names the right.
 */
export async function eachPage<T>(
  api: Api,
  path: string,
  what: string,
  right: string,
  take: (items: T[]) => void,
  restart: () => void = () => {},
): Promise<string> {
  let token = '';
  for (let stale = 0; ; ) {
    const page: Answer<ListOf<T>> = await api.get<ListOf<T>>(
      withQuery(path, `limit=${PAGE}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`),
    );
    if (page.ok) {
      take(page.value.items ?? []);
      token = page.value.metadata?.continue ?? '';
      if (token === '') return page.value.metadata?.resourceVersion ?? '';
    } else if (page.status === 410 && ++stale < 3) {
      token = '';
      restart();
    } else if (page.status === 403)
      throw new UserError(
        `${what} cannot be listed: the right to "${right}" is missing (${page.message})`,
        `ask for the right to "${right}", or name a pod`,
      );
    else throw new UserError(`${what} cannot be listed: ${page.message}`, 'try again');
  }
}

/** A whole list. */
export async function list<T>(api: Api, path: string, what: string, right: string): Promise<T[]> {
  const all: T[] = [];
  await eachPage<T>(
    api,
    path,
    what,
    right,
    items => void all.push(...items),
    () => void all.splice(0),
  );
  return all;
}
