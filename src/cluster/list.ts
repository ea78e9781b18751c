/** Lists of the Kubernetes API, read page by page. What is made of their objects belongs to the callers. */
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { type Api, missingPermission } from './api.ts';
import { readList } from './shape.ts';

/** Objects of one page. kubectl reads 500; with 250 a page of the largest pods stays within a few megabytes. */
export const PAGE = 250;

/** How often a list that expires while it is read is started again. */
const RESTARTS = 2;
/** A list of more pages than this never ends: 2.5 million objects are more than a cluster holds. */
const MAX_PAGES = 10_000;

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
  const path = namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${inUrl(namespace)}/pods`;
  return selector === null ? path : withQuery(path, `labelSelector=${inUrl(selector)}`);
};

/** How the objects of a list are read: each into a `T` (null: malformed), and a page of them into a total. */
export interface Fold<T, R> {
  read(item: unknown): T | null;
  start(): R;
  add(total: R, items: T[]): R;
}

/** What became of a list. */
export interface Folded<R> {
  total: R;
  resourceVersion: string;
  /** Objects that could not be read: they are in no total. */
  malformed: number;
}

/**
 * Reads a list page by page, so that no more than one page is held, and adds each page to a total. A list that expires in the middle (410)
 * is read again with a new total. Errors: a UserError that names the missing permission, or that the answer is no list.
 */
export async function foldPages<T, R>(
  api: Api,
  { path, what, resource }: ListRequest,
  { read, start, add }: Fold<T, R>,
): Promise<Folded<R>> {
  let total = start();
  let malformed = 0;
  let token = '';
  let restarts = 0;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const query = `limit=${PAGE}${token === '' ? '' : `&continue=${inUrl(token)}`}`;
    const answer = await api.get<unknown>(withQuery(path, query));
    if (answer.ok) {
      const page = readList(answer.value);
      if (page === null) throw notAList(api, what);
      const items = page.items.map(read);
      const good = items.filter(item => item !== null);
      malformed += items.length - good.length;
      total = add(total, good as T[]);
      token = page.continueToken;
      if (token === '') return { total, resourceVersion: page.resourceVersion, malformed };
    } else if (answer.status === 410 && restarts++ < RESTARTS) {
      token = '';
      malformed = 0;
      total = start();
    } else if (answer.status === 403)
      throw new UserError(
        `cannot list ${what}: ${missingPermission('list', resource)} (${answer.message})`,
        `ask for the permission "list ${resource}", or ${path.includes('/namespaces/') ? 'name a pod' : 'look at one namespace with -n'}`,
      );
    else throw new UserError(`cannot list ${what}: ${answer.message}`, 'try again');
  }
  throw new UserError(
    `cannot list ${what}: the API server at ${api.server} returns a list that does not end`,
    "check the cluster's server address in the kubeconfig",
  );
}

const notAList = (api: Api, what: string): UserError =>
  new UserError(
    `cannot list ${what}: the response of the API server at ${api.server} is not a list of Kubernetes objects`,
    "check the cluster's server address in the kubeconfig",
  );

/** For warnings: how many objects of a list were malformed; null for none. */
export const malformedWarning = (malformed: number, what: string): string | null =>
  malformed === 0 ? null : `${malformed} of ${what} ${malformed === 1 ? 'is' : 'are'} malformed and cannot be read`;

/** Reads a whole list. */
export async function list<T>(api: Api, request: ListRequest, read: (item: unknown) => T | null): Promise<Folded<T[]>> {
  return foldPages<T, T[]>(api, request, { read, start: () => [], add: (all, items) => all.concat(items) });
}
