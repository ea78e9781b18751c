/**
 * Field selectors as kubectl takes them. Belongs here: their grammar, the selector of one run, and what is selected in a file, where no API server selects. The API server decides
 * which fields it knows. Pure. Source: apimachinery, pkg/fields/selector.go.
 */
import { UserError } from '../util/user-error.ts';

/** The fields of a pod that are known in a file too. */
export interface SelectableFields {
  name: string;
  namespace: string;
  node: string | null;
  serviceAccount: string;
  /** Null where it is not known. */
  phase: string | null;
}

/** A condition on one field. */
interface Term {
  field: string;
  value: string;
  isEqual: boolean;
}

const READ: Record<string, (pod: SelectableFields) => string | null> = {
  'metadata.name': pod => pod.name,
  'metadata.namespace': pod => pod.namespace,
  'spec.nodeName': pod => pod.node ?? '',
  'spec.serviceAccountName': pod => pod.serviceAccount,
  'status.phase': pod => pod.phase,
};

/** In: the values of --field-selector and --node. Out: the selector for the API server, null where all is selected. Throws UserError for what is no selector. */
export function fieldSelectorOf({ fieldSelector, node }: { fieldSelector?: string | undefined; node?: string | undefined }): string | null {
  const terms = [...parse(fieldSelector ?? ''), ...(node === undefined ? [] : [{ field: 'spec.nodeName', value: node, isEqual: true }])];
  return terms.length === 0 ? null : terms.map(({ field, value, isEqual }) => `${field}${isEqual ? '=' : '!='}${escaped(value)}`).join(',');
}

/** In: a selector of `fieldSelectorOf`, and the name of the file. Out: whether a pod is selected. Throws UserError for a field that is not known there. */
export function selectsIn(selector: string | null, file: string): (pod: SelectableFields) => boolean {
  const terms = parse(selector ?? '').map(term => {
    const read = Object.hasOwn(READ, term.field) ? READ[term.field] : undefined;
    if (read === undefined)
      throw new UserError(
        `--field-selector cannot select by ${term.field} in ${file}`,
        `of saved pods use ${Object.keys(READ).join(', ')}`,
      );
    return { ...term, read };
  });
  return pod =>
    terms.every(({ field, value, isEqual, read }) => {
      const own = read(pod);
      if (own === null) throw new UserError(`--field-selector cannot select by ${field} in ${file}: it is not known there`, 'leave it out');
      return (own === value) === isEqual;
    });
}

const invalid = (text: string): UserError =>
  new UserError(`invalid --field-selector "${text}"`, 'expected for example spec.nodeName=node-3,status.phase!=Running');

function parse(text: string): Term[] {
  // a comma after a backslash is a part of the value
  const parts = text.match(/(?:[^,\\]|\\[\s\S]|\\$)+/g) ?? [];
  return parts.map(part => {
    const match = /^([^=!\\]+)(!=|==|=)([\s\S]*)$/.exec(part);
    const [, field = '', operator, value = ''] = match ?? [];
    if (match === null || !/^(?:[^\\=,]|\\[\\=,])*$/.test(value)) throw invalid(text);
    return { field: field.trim(), value: value.replace(/\\([\\=,])/g, '$1'), isEqual: operator !== '!=' };
  });
}

const escaped = (value: string): string => value.replace(/[\\=,]/g, '\\$&');
