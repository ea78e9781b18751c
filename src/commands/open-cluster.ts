/** The cluster that the flags name: a logged-in API, closed whatever happens. */
import { type Api, createApi } from '../cluster/api.ts';
import { type Connection, connect } from '../cluster/kubeconfig.ts';
import type { ConnectionFlags } from '../flags.ts';
import { USER_AGENT } from '../util/version.ts';
import type { CommonFlags, Context } from './context.ts';

type ApiFlags = ConnectionFlags & Pick<CommonFlags, 'requestTimeout'>;

/** In: the flags of the connection. Out: the API, to be closed by the caller, the namespace of the context, and the connection. Throws UserError without a usable kubeconfig. */
export async function openApi(flags: ApiFlags, context: Context): Promise<{ api: Api; namespace: string; connection: Connection }> {
  const connection = await connect(flags, context);
  const api = createApi(connection, flags.requestTimeout, context.environment, USER_AGENT, context.signal);
  return { api, namespace: connection.namespace, connection };
}

/** Gives work the API of the cluster and the namespace of the context, and closes the API whatever happens. Out: what work returns. */
export async function withApi<T>(
  flags: ApiFlags,
  context: Context,
  work: (api: Api, namespace: string, connection: Connection) => Promise<T>,
): Promise<T> {
  const { api, namespace, connection } = await openApi(flags, context);
  try {
    return await work(api, namespace, connection);
  } finally {
    await api.close();
  }
}
