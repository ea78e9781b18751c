/** Pull secrets with a visible defect each: `test-secret` prints the repair, it is run as it is printed, and a pod with the secret then pulls. */
import { check, equal, imagepull } from './checks.mjs';
import { getJson, kubectl, must, run, until, work } from './lab.mjs';

const NAMESPACE = 'pulls-other';
const HOST = '127.0.0.1:15001';
const IMAGE = `${HOST}/library/busybox:1`;
const base64 = (/** @type {string} */ text) => Buffer.from(text).toString('base64');
const auth = base64('lab:labpass');
const config = (/** @type {object} */ entry, key = HOST) => JSON.stringify({ auths: { [key]: entry } });
const good = config({ auth });

/** The API server takes a config only if it is a JSON object: what is no JSON comes in a secret of another type. @type {Record<string, string | { type: string, data: Record<string, string> }>} */
const DEFECTS = {
  'encoded-twice': { type: 'Opaque', data: { '.dockerconfigjson': base64(good) } },
  'byte-order-mark': { type: 'Opaque', data: { 'config.json': `\ufeff${good}` } },
  'auths-in-the-older-form': { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': good } },
  'no-auths': JSON.stringify({ [HOST]: { auth } }),
  'line-break': config({ username: 'lab', password: 'labpass\r\n' }),
  quotes: config({ username: 'lab', password: '"labpass"' }),
  'auth-not-encoded': config({ auth: 'lab:labpass' }),
  'auth-encoded-twice': config({ auth: base64(auth) }),
  'auth-with-a-blank': config({ auth: ` ${auth.slice(0, 4)} ${auth.slice(4)}` }),
  'another-scheme': config({ auth }, `docker://${HOST}`),
};

export async function checkRepairs() {
  const own = (/** @type {string[]} */ ...args) => kubectl('-n', NAMESPACE, ...args);
  const secrets = Object.entries(DEFECTS).map(([name, defect]) => {
    const { type, data } =
      typeof defect === 'string' ? { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': defect } } : defect;
    const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]));
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, type, data: encoded };
  });
  const applied = (/** @type {object[]} */ items) =>
    run('kubectl', ['apply', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) });
  await must('the secrets to repair', applied(secrets));
  const names = Object.keys(DEFECTS);
  const { json } = await imagepull('test-secret', ...names, '-n', NAMESPACE, '-o', 'json');
  for (const [index, name] of names.entries()) {
    const item = json?.items[index];
    const fixes = [...(item?.fixes ?? []), ...(item?.entries ?? []).flatMap(entry => entry.fixes ?? [])];
    const command = fixes.flatMap(fix => fix.command ?? []).find(text => text.includes('repair-secret')) ?? '';
    if (!check(`${name}: a repair is printed`, command !== '', JSON.stringify(item))) continue;
    const { status, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', command], { cwd: work, seconds: 60 });
    check(`${name}: ${command}`, status === 0 && stderr.includes('repaired: '), `${status}: ${stdout}${stderr}`);
    check(`${name}: no password is told`, !/labpass|bGFi/.test(stdout + stderr), stdout + stderr);
  }
  const pods = names.map(name => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      terminationGracePeriodSeconds: 0,
      imagePullSecrets: [{ name }],
      containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'Always', command: ['sleep', '600'] }],
    },
  }));
  await must('pods with the repaired secrets', applied(pods));
  const running = async () => {
    /** @type {{ items: { metadata: { name: string }, status: { phase: string } }[] }} */
    const { items } = await getJson('-n', NAMESPACE, 'pods');
    return names.filter(name => items.some(({ metadata, status }) => metadata.name === name && status.phase === 'Running'));
  };
  await until('the pods with the repaired secrets', 90, async () => (await running()).length === names.length).catch(() => {});
  equal('pods with repaired secrets run', await running(), names);
  const again = await run('kubectl', ['imagepull', 'repair-secret', names[0] ?? '', '-n', NAMESPACE]);
  equal('a second repair prints nothing', [again.status, again.stdout], [0, '']);
  await own('delete', 'pod', ...names, '--wait=false');
  await own('delete', 'secret', ...names);
}
