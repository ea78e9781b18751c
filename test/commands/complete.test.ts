/** Tab completion: what `kubectl_complete-imagepull` offers, as kubectl's own completion asks it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { CAUSES } from '../../src/model/cause-codes.ts';
import { startCluster, writeKubeconfig } from '../helpers/cluster.ts';
import { pluginCommand } from '../helpers/plugin.ts';
import { folder, run } from '../helpers/process.ts';
import { CLUSTER, named } from '../helpers/shop.ts';

/** Formats that a template stands behind. */
const TEMPLATES = ['jsonpath=', 'jsonpath-file=', 'jsonpath-as-json=', 'custom-columns=', 'custom-columns-file='];

t.test('what is offered at each place of the line', async t => {
  const cluster = await startCluster({ objects: [...CLUSTER, named('StatefulSet', 'store', 'shop')] });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop', name: 'staging' });
  const flags = ['--kubeconfig', kubeconfig];
  const pods = ['missing-secret', 'covered', 'fine'];
  const rows: [string, string[], string[]][] = [
    ['commands', [''], ['why', 'test-secret', 'repair-secret', 'check', 'explain', 'collect', 'cleanup', 'version', 'completion']],
    ['a command that was begun', ['te'], ['test-secret']],
    ['pods of the namespace', [...flags, 'why', ''], pods],
    ['a pod that was begun', [...flags, 'why', 'mis'], ['missing-secret']],
    ['pods of another namespace', [...flags, 'why', '-n', 'build', ''], ['bare']],
    ['pods of another namespace, in one word', [...flags, 'why', '--namespace=build', ''], ['bare']],
    ['kinds', [...flags, 'why', 'da'], ['daemonset/']],
    ['workloads', [...flags, 'why', 'deployment/'], ['deployment/web', 'deployment/idle']],
    ['workloads by a short name', [...flags, 'why', 'sts/s'], ['sts/store']],
    ['pods by their kind', [...flags, 'why', 'pod/f'], ['pod/fine']],
    ['secrets', [...flags, 'test-secret', ''], ['good', 'late']],
    ['namespaces', [...flags, 'why', '-n', ''], ['shop', 'build']],
    ['contexts', ['why', ...flags, '--context', ''], ['staging']],
    ['clusters', ['why', ...flags, '--cluster', ''], ['staging']],
    ['users', ['why', ...flags, '--user=x', '--user', ''], ['staging']],
    [
      'pods of a server that flags name',
      ['why', '-s', cluster.server, '--insecure-skip-tls-verify', '--token', 'x', '-n', 'build', ''],
      ['bare'],
    ],
    ['a switch is no value', [...flags, 'why', '--insecure-skip-tls-verify=true', 'mis'], ['missing-secret']],
    ['formats', ['why', '-o', ''], ['text', 'wide', 'json', 'yaml', 'name', 'prometheus', 'markdown', 'html', ...TEMPLATES]],
    ['shells', ['completion', ''], ['bash', 'zsh', 'fish', 'powershell']],
    ['causes', ['why', '--fail-on', 'Tag'], ['TagNotFound']],
    ['causes to read about', ['explain', 'Tag'], ['TagNotFound']],
    ['the next of several causes', ['why', '--ignore', 'TagNotFound,Rate'], ['TagNotFound,RateLimited']],
    ['flags', ['why', '--fai'], ['--fail-on']],
    ['a flag of another command', ['test-secret', '--fai'], []],
    ['a switch that is on by default', ['why', '--no-'], ['--no-probe']],
    ['a namespace that is called like a command', ['-n', 'test-secret', 'why', '-o', 'j'], ['json', ...TEMPLATES.slice(0, 3)]],
    ['nothing after a command without arguments', ['version', ''], []],
    ['nothing where any text fits', ['why', '-c', ''], []],
    ['no cluster: nothing, and no word', ['why', '--kubeconfig', '/nowhere', ''], []],
  ];
  for (const [name, words, wanted] of rows) {
    const { status, stdout, stderr } = await run(['__complete', ...words]);
    const lines = stdout.trimEnd().split('\n');
    t.strictSame(
      lines.slice(0, -1).map(line => line.split('\t')[0]),
      wanted,
      name,
    );
    t.match({ status, stderr, directive: lines.at(-1) }, { status: 0, stderr: '', directive: ':4' }, `${name}: no file names, and silence`);
  }
  const files = await run(['__complete', 'why', '-f', '']);
  t.equal(files.stdout.trim(), ':0', 'files are the shell’s');
  const all = await run(['__complete', 'why', '--ignore', '']);
  t.equal(all.stdout.trimEnd().split('\n').length - 1, CAUSES.length, 'every cause');
  const secrets = cluster.requests.filter(({ path }) => path.endsWith('/secrets'));
  t.ok(
    secrets.length > 0 && secrets.every(({ headers }) => headers.accept?.includes('as=PartialObjectMetadataList')),
    'of secrets names travel alone',
  );
});

t.test('a cluster that does not answer is not waited for at a key', async t => {
  const cluster = await startCluster({ objects: CLUSTER, delayMs: 60_000 });
  t.teardown(cluster.close);
  const { status, stdout, ms } = await run(['__complete', '--kubeconfig', writeKubeconfig({ server: cluster.server }), 'why', '']);
  t.strictSame([status, stdout.trim()], [0, ':4']);
  t.ok(ms < 10_000, `after ${ms} ms`);
});

t.test('the script of bash makes the program that kubectl looks for', async t => {
  const home = folder({});
  const [program, ...first] = pluginCommand();
  const bin = t.testdir({ kubectl: `#!/bin/sh\nshift\nexec '${program}' ${first.map(word => `'${word}'`).join(' ')} "$@"\n` });
  chmodSync(join(bin, 'kubectl'), 0o755);
  writeFileSync(join(bin, 'script'), (await run(['completion', 'bash'])).stdout);
  const env = { PATH: [bin, process.env.PATH].join(delimiter), HOME: home, XDG_CACHE_HOME: join(home, 'my cache') };
  const line = `source ${join(bin, 'script')} && kubectl_complete-imagepull why --fail-on TagNo`;
  const { status, stdout, stderr } = spawnSync('bash', ['--norc', '--noprofile', '-euc', line], { env, encoding: 'utf8' });
  t.match({ status, stdout, stderr }, { status: 0, stdout: /^TagNotFound\t.+\n:4\n$/, stderr: '' });
  const twice = spawnSync(
    'bash',
    ['--norc', '--noprofile', '-euc', `source ${join(bin, 'script')}; source ${join(bin, 'script')}; echo "$PATH"`],
    {
      env,
      encoding: 'utf8',
    },
  );
  t.equal(twice.stdout.split('my cache').length - 1, 1, 'sourced twice, it stands once in PATH');
  for (const shell of ['zsh', 'fish', 'powershell'])
    t.match((await run(['completion', shell])).stdout, /(?=[\s\S]*kubectl_complete-imagepull)[\s\S]*kubectl imagepull __complete/, shell);
  t.equal((await run(['completion', 'tcsh'])).status, 2, 'a shell that is none of these');
});
