/**
 * The plugin as a pod of the cluster has it: no kubeconfig, the address of the API server in the environment, token, authority and namespace in the folder of the
 * service account, and the rights of deploy/rbac. The folder stands in a mount namespace of its own.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agree, check, equal } from './checks.mjs';
import { cluster, environment, getJson, kubectl, must, root, run, work } from './lab.mjs';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const NAMESPACE = 'pulls-other';
const ACCOUNT = 'imagepull';
const ACCOUNT_WITH_RIGHTS = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: NAMESPACE } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'imagepull-in-cluster' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'imagepull-reader' },
      subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }],
    },
  ],
};

/** kubectl makes tokens of service accounts since 1.24. */
export async function checkInCluster() {
  if (cluster === '1.20') return;
  const own = (/** @type {string[]} */ ...args) => kubectl('-n', NAMESPACE, ...args);
  // applied, not created: a request that the API server answers while it starts is sent twice
  await must('its roles', kubectl('apply', '-f', join(root, 'deploy', 'rbac', 'reader.yaml')));
  await must('the service account', run('kubectl', ['apply', '-f', '-'], { input: JSON.stringify(ACCOUNT_WITH_RIGHTS) }));
  const token = await must('its token', own('create', 'token', ACCOUNT));
  const { data } = await getJson('-n', NAMESPACE, 'configmap', 'kube-root-ca.crt');
  const server = new URL(await must('the server', kubectl('config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}')));

  const folder = join(work, 'service-account');
  mkdirSync(folder);
  for (const [name, text] of Object.entries({ token, namespace: NAMESPACE, 'ca.crt': data['ca.crt'] }))
    writeFileSync(join(folder, name), text);
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...environment, KUBERNETES_SERVICE_HOST: server.hostname, KUBERNETES_SERVICE_PORT: server.port, HOME: folder };
  delete env.KUBECONFIG;
  const mounted = `mount -t tmpfs none /var/run && mkdir -p ${FOLDER} && mount --bind '${folder}' ${FOLDER} && exec "$@"`;
  const inPod = (/** @type {string[]} */ ...args) => run('unshare', ['--mount', 'sh', '-ec', mounted, 'sh', ...args], { env });
  const words = ['why', '-A', '-o', 'json', '--no-probe'];
  const pods = (/** @type {string} */ text) => {
    /** @type {{ items: { pod: { namespace: string, name: string } }[] }} */
    const { items } = JSON.parse(text);
    return items.map(({ pod }) => `${pod.namespace}/${pod.name}`);
  };
  let there = await inPod('kubectl-imagepull', ...words);
  equal('in a pod: exit status, without the right to the secrets', there.status, 2);
  await agree('in a pod: the pods that fail are those that kubectl sees', async () => {
    const here = await run('kubectl', ['imagepull', ...words]);
    there = await inPod('kubectl-imagepull', ...words);
    return [pods(there.stdout), pods(here.stdout)];
  });
  check('in a pod: the right that is missing is named', there.stderr.includes('get secrets'), there.stderr);
  const { stderr } = await inPod('kubectl-imagepull', 'why');
  check('in a pod: its own namespace', stderr.includes(`"${NAMESPACE}"`), stderr);
}
