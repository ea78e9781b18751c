/** A secret that a user names: its bare name, and what is said where it cannot be read. */
import type { Api } from '../cluster/api.ts';
import { objectNotFound } from '../cluster/not-found.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';

/** In: `NAME`, or `secret/NAME` as kubectl prints it. Out: the name. */
export const bareName = (name: string): string => name.replace(/^secrets?\//, '');

/** The error for a secret that is not there, or whose namespace is not. */
export const secretNotFound = (api: Api, namespace: string, name: string): Promise<UserError> =>
  objectNotFound(api, { kind: 'secret', plural: 'secrets', namespace, name, path: `/api/v1/namespaces/${inUrl(namespace)}/secrets` });

/** The error for a secret that may be there. In: the reason. */
export const secretNotRead = (namespace: string, name: string, why: string): UserError =>
  new UserError(
    `cannot read secret "${name}" in namespace "${namespace}": ${why}`,
    `it needs the permission "get secrets"; kubectl needs the same for: kubectl -n ${namespace} get secret ${name}`,
  );
