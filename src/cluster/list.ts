/** Lists of the Kubernetes API, read page by page. What is made of their objects belongs to the callers. */
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { type Answer, type Api, missingPermission } from './api.ts';
import { followingPage } from './page.ts';
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

/** Path and query of the pods of a namespace (null: of all namespaces), by labels and by fields. */
export const podsPath = (namespace: string | null, selector: string | null, fields: string | null = null): string => {
  const path = namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${inUrl(namespace)}/pods`;
  const labeled = selector === null ? path : withQuery(path, `labelSelector=${inUrl(selector)}`);
  return fields === null ? labeled : withQuery(labeled, `fieldSelector=${inUrl(fields)}`);
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

/** A page that was asked for. */
interface Page {
  token: string;
  answer: Promise<Answer<unknown>>;
  /** The token of the page after it, empty until its beginning has told. */
  next: string;
}

/**
 * Asks for the pages of a list, each once: as soon as the beginning of a page has told of the one after it, that one is asked for, so that the server writes it while this one is
 * read. In: how one is asked for, by its token, with who sees its beginning. Out: what gives the page of a token; `isLast` tells that no other will be wanted.
 */
function pagesAhead(
  ask: (token: string, begins: (text: string) => void) => Promise<Answer<unknown>>,
): (token: string, isLast: boolean) => Promise<Answer<unknown>> {
  let current: Page | null = null;
  let ahead: Page | null = null;
  let isEnough = false;
  const askFor = (token: string): Page => {
    const page: Page = { token, answer: ask(token, begins), next: '' };
    function begins(text: string): void {
      page.next = followingPage(text);
      lookAhead();
    }
    // who does not want it any more does not wait for it
    page.answer.catch(() => {});
    return page;
  };
  const lookAhead = (): void => {
    if (current !== null && ahead === null && current.next !== '' && !isEnough) ahead = askFor(current.next);
  };
  return (token, isLast) => {
    isEnough = isLast;
    current = ahead?.token === token ? ahead : null;
    ahead = null;
    current ??= askFor(token);
    lookAhead();
    return current.answer;
  };
}

/**
 * Reads a list page by page, so that no more than one page is held and one is on its way, and adds each page to a total. A list that expires in the middle (410)
 * is read again with a new total. In: also how many pages are enough, null for all. Errors: a UserError that names the missing permission, or that the answer is no list.
 */
export async function foldPages<T, R>(
  api: Api,
  { path, what, resource }: ListRequest,
  { read, start, add }: Fold<T, R>,
  most: number | null = null,
): Promise<Folded<R>> {
  let total = start();
  let malformed = 0;
  let token = '';
  let restarts = 0;
  const pageOf = pagesAhead((from, begins) => {
    const query = `limit=${PAGE}${from === '' ? '' : `&continue=${inUrl(from)}`}`;
    return api.get<unknown>(withQuery(path, query), undefined, begins);
  });
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await pageOf(token, pages + 1 === most);
    if (answer.ok) {
      const page = readList(answer.value);
      if (page === null) throw notAList(api, what);
      const items = page.items.map(read);
      const good = items.filter(item => item !== null);
      malformed += items.length - good.length;
      total = add(total, good as T[]);
      token = page.continueToken;
      if (token === '' || pages + 1 === most) return { total, resourceVersion: page.resourceVersion, malformed };
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

/** Reads a whole list, or its first pages. */
export async function list<T>(
  api: Api,
  request: ListRequest,
  read: (item: unknown) => T | null,
  most: number | null = null,
): Promise<Folded<T[]>> {
  return foldPages<T, T[]>(api, request, { read, start: () => [], add: (all, items) => all.concat(items) }, most);
}
