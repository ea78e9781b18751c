/** Lists of the Kubernetes API, read page by page. What is made of their objects belongs to the callers. */
import { UserError } from '../util/user-error.ts';
import { type Answer, type Api, missingPermission } from './api.ts';

/** A list as the API returns it. Go writes an empty list as null. */
export interface ListOf<T> {
  items: T[] | null;
  metadata?: { continue?: string; resourceVersion?: string };
}

/** Objects of one page. kubectl reads 500; with 250 a page of the largest pods stays within a few megabytes. */
export const PAGE = 250;

/** How often a list that expires while it is read is started again. */
const RESTARTS = 2;

/** A list to read. */
export interface ListRequest {
  path: string;
  /** What is listed, for errors: `the pods of namespace "shop"`. */
  what: string;
  /** The resource to list, as a permission names it: `pods`. */
  resource: string;
}

/** Adds a query to a path that may have one. */
export const withQuery = (path: string, query: string): string => `${path}${path.includes('?') ? '&' : '?'}${query}`;

/** Path and query of the pods of a namespace (null: of all namespaces), by labels. */
export const podsPath = (namespace: string | null, selector: string | null): string => {
  const path = namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return selector === null ? path : withQuery(path, `labelSelector=${encodeURIComponent(selector)}`);
};

/**
 * Reads a list page by page, so that no more than one page is held, and adds each page to a total. A list that expires in the middle (410)
 * is read again with a new total. Out: the total, and the list's resourceVersion. Errors: a UserError that names the missing permission.
 */
export async function foldPages<T, R>(
  api: Api,
  { path, what, resource }: ListRequest,
  start: () => R,
  add: (total: R, items: T[]) => R,
): Promise<{ total: R; resourceVersion: string }> {
  let total = start();
  let token = '';
  for (let restarts = 0; ; ) {
    const query = `limit=${PAGE}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
    const page: Answer<ListOf<T>> = await api.get<ListOf<T>>(withQuery(path, query));
    if (page.ok) {
      total = add(total, page.value.items ?? []);
      token = page.value.metadata?.continue ?? '';
      if (token === '') return { total, resourceVersion: page.value.metadata?.resourceVersion ?? '' };
    } else if (page.status === 410 && restarts++ < RESTARTS) {
      token = '';
      total = start();
    } else if (page.status === 403)
      throw new UserError(
        `cannot list ${what}: ${missingPermission('list', resource)} (${page.message})`,
        `ask for the permission "list ${resource}", or name a pod`,
      );
    else throw new UserError(`cannot list ${what}: ${page.message}`, 'try again');
  }
}

/** Reads a whole list. */
export async function list<T>(api: Api, request: ListRequest): Promise<T[]> {
  const { total } = await foldPages<T, T[]>(
    api,
    request,
    () => [],
    (all, items) => all.concat(items),
  );
  return total;
}
