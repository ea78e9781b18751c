/** A secret that a user names: its bare name, and what is said where it cannot be read. */
import type { Api } from '../cluster/api.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';

/** In: `NAME`, or `secret/NAME` as kubectl prints it. Out: the name. */
export const bareName = (name: string): string => name.replace(/^secrets?\//, '');

/** Whether the namespace of a secret that is not there is not there either. */
export async function isNamespaceMissing(api: Api, namespace: string): Promise<boolean> {
  const space = await api.get(`/api/v1/namespaces/${inUrl(namespace)}`);
  return !space.ok && space.status === 404;
}

/** The error for a secret that is not there. */
export async function secretNotFound(api: Api, namespace: string, name: string): Promise<UserError> {
  return (await isNamespaceMissing(api, namespace))
    ? new UserError(`namespace "${namespace}" not found`, 'list the namespaces with: kubectl get namespaces')
    : new UserError(`secret "${name}" not found in namespace "${namespace}"`, `list the secrets with: kubectl -n ${namespace} get secrets`);
}

/** The error for a secret that may be there. In: the reason. */
export const secretNotRead = (namespace: string, name: string, why: string): UserError =>
  new UserError(
    `cannot read secret "${name}" in namespace "${namespace}": ${why}`,
    `it needs the permission "get secrets"; kubectl needs the same for: kubectl -n ${namespace} get secret ${name}`,
  );
