import { type Api, createApi } from '../cluster/api.ts';
import { type ConnectionFlags, connect } from '../cluster/kubeconfig.ts';
import { USER_AGENT } from '../util/version.ts';
import type { CommonFlags, Context } from './context.ts';

/** The cluster of the flags: logged in, and closed whatever happens. */
type ApiFlags = ConnectionFlags & Pick<CommonFlags, 'requestTimeout'>;

/** Logs in to the cluster of the flags. Out: the API, to be closed by whoever asked, and the namespace of the context. */
export async function openApi(flags: ApiFlags, context: Context): Promise<{ api: Api; namespace: string }> {
  const connection = await connect(flags, context);
  const api = createApi(connection, flags.requestTimeout, context.environment, USER_AGENT, context.signal);
  return { api, namespace: connection.namespace };
}

/** Gives work the cluster's API and the namespace of the context, and closes the API whatever happens. */
export async function withApi<T>(flags: ApiFlags, context: Context, work: (api: Api, namespace: string) => Promise<T>): Promise<T> {
  const { api, namespace } = await openApi(flags, context);
  try {
    return await work(api, namespace);
  } finally {
    await api.close();
  }
}
