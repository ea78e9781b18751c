/**
 * An earlier answer of `why` or `check` (`-o json` or `-o yaml`), as far as a new one is compared with it. Belongs here: which fields those are, and what makes two items the same
 * one: the workload, the container and the image, so that a pod which its workload creates again is no other. Pure.
 */
import { UserError } from '../util/user-error.ts';
import { readDocuments } from './documents.ts';
import { API_VERSION } from './facts.ts';
import { isObject, list, nullable, object, optional, type Reader, ShapeError, text } from './shape.ts';

/** What an item is about, as it stands in JSON. */
export interface Subject {
  /** The context of --contexts. */
  context?: string;
  pod: { namespace: string; name: string; node: string | null } | null;
  workload?: { namespace: string; kind: string; name: string };
  /** Of an image that `check` was given by name. */
  namespace?: string;
  container: { name: string; kind: string };
  image: string;
  cause: string;
  certainty: string;
}

const workload = object<NonNullable<Subject['workload']>>({ namespace: text, kind: text, name: text });
const subject: Reader<Subject> = object<Subject>({
  context: optional(text),
  pod: nullable(object<NonNullable<Subject['pod']>>({ namespace: text, name: text, node: nullable(text) })),
  workload: optional(workload),
  namespace: optional(text),
  container: object<Subject['container']>({ name: text, kind: text }),
  image: text,
  cause: text,
  certainty: text,
});

/** Aliases of YAML: our own has none. */
const NO_ALIASES = 0;

/** In: the text of a file, its name for messages, and whether it has to be of `check`. Out: its items. Throws UserError for what is no such list. */
export function readEarlier(content: string, name: string, ofCheck: boolean): Subject[] {
  const command = ofCheck ? 'check' : 'why';
  const hint = `make it with: kubectl imagepull ${command} ${ofCheck ? '-f FILE' : '-A'} -o json > before.json`;
  const read = readDocuments(content, NO_ALIASES);
  if (!read.ok) throw new UserError(`${name} is no earlier answer: ${read.error}`, hint);
  const [document] = read.documents;
  if (read.documents.length !== 1 || !isObject(document) || document.kind !== 'DiagnosisList' || document.apiVersion !== API_VERSION) {
    const kind = isObject(document) && typeof document.kind === 'string' ? `of kind "${document.kind.slice(0, 40)}"` : 'something else';
    throw new UserError(`${name} is no earlier answer: it is ${kind}, not one DiagnosisList`, hint);
  }
  if (!Array.isArray(document.items)) throw new UserError(`${name} is no earlier answer: it has no items`, hint);
  const other = document.items.some(item => isObject(item) && 'usedBy' in item !== ofCheck);
  if (other) throw new UserError(`${name} is an answer of ${ofCheck ? 'why' : 'check'}, and is compared with one of ${command}`, hint);
  try {
    return list(subject)(document.items, 'items');
  } catch (error) {
    if (error instanceof ShapeError) throw new UserError(`${name} is no earlier answer: ${error.message}`, hint);
    throw error;
  }
}

/** In: a subject. Out: a name that is the same for the pods that its workload makes one after the other. A Job of a CronJob has the time in its name. */
export function identityOf({ context = '', pod, workload: owner, namespace, container, image }: Subject): string {
  const maker =
    owner === undefined
      ? [pod === null ? '' : 'pod', pod?.name ?? '']
      : [owner.kind, owner.kind === 'job' ? owner.name.replace(/-\d{8}$/, '') : owner.name];
  return JSON.stringify([context, owner?.namespace ?? pod?.namespace ?? namespace ?? '', ...maker, container.kind, container.name, image]);
}
