/** `cleanup`: finds the pods that an interrupted `why --from-node` left, and deletes them. A pod without both marks of this program is never touched. */
import { list, podsPath } from '../cluster/list.ts';
import { checkNamespace } from '../cluster/not-found.ts';
import { isOurs, SELECTOR } from '../cluster/pull-pod.ts';
import { readPod } from '../cluster/shape.ts';
import { createWriter } from '../cluster/writer.ts';
import { namespaceOf, type Pod } from '../model/kubernetes.ts';
import { UserError } from '../util/user-error.ts';
import { USER_AGENT } from '../util/version.ts';
import type { CleanupFlags, Context } from './context.ts';
import { withApi } from './open-cluster.ts';
import { canAsk, confirm, note, print, warn } from './terminal.ts';

/**
 * Out: the exit status: 2 where a pod could not be deleted. Throws UserError where pods cannot be listed, and where nobody agrees; without a terminal they are listed
 * alone.
 */
export const cleanup = (flags: CleanupFlags, context: Context): Promise<number> =>
  withApi(flags, context, async (api, ownNamespace, connection) => {
    const namespace = flags.allNamespaces ? null : (flags.namespace ?? ownNamespace);
    const place = namespace === null ? 'any namespace' : `namespace "${namespace}"`;
    const what = namespace === null ? 'the pods of all namespaces' : `the pods of namespace "${namespace}"`;
    const { total } = await list(api, { path: podsPath(namespace, SELECTOR), what, resource: 'pods' }, item =>
      isOurs(item) ? readPod(item) : null,
    );
    if (total.length === 0) {
      const unchecked = namespace === null ? null : await checkNamespace(api, namespace);
      note(context, `nothing was left in ${place}${unchecked === null ? '' : `; ${unchecked}`}`);
      return 0;
    }
    if (!flags.yes && !canAsk(context)) {
      print(context, [`left by --from-node in ${place}:`, ...total.map(lineOf)].join('\n'));
      throw new UserError(
        `${total.length === 1 ? 'this pod was' : 'these pods were'} not deleted: no terminal is there to ask`,
        `delete with: kubectl imagepull cleanup ${namespace === null ? '-A' : `-n ${namespace}`} --yes`,
      );
    }
    const lines = [`delete ${total.length === 1 ? 'a pod' : `${total.length} pods`} of --from-node:`, ...total.map(lineOf)];
    await confirm(context, lines, 'Delete?', flags.yes);
    const writer = createWriter(connection, context.environment, USER_AGENT);
    try {
      const failures: string[] = [];
      for (const pod of total) {
        if (context.signal.aborted) throw new UserError('interrupted');
        const { name, uid = null } = pod.metadata;
        const at = { namespace: namespaceOf(pod.metadata), name, uid };
        const { is, why } = await writer.remove(at);
        if (is === 'gone') print(context, `deleted pod ${at.namespace}/${name}`);
        else if (is !== 'there') print(context, `left pod ${at.namespace}/${name}: ${why}`);
        else failures.push(`pod "${name}" in namespace "${at.namespace}" could not be deleted: ${why}`);
      }
      warn(context, failures);
      return failures.length > 0 ? 2 : 0;
    } finally {
      await writer.close();
    }
  });

const lineOf = ({ metadata, spec, status }: Pod): string =>
  `  "${namespaceOf(metadata)}/${metadata.name}", node "${spec?.nodeName ?? ''}", image "${spec?.containers?.[0]?.image ?? ''}", ${status?.phase ?? 'Unknown'} since ${metadata.creationTimestamp ?? 'an unknown time'}`;
