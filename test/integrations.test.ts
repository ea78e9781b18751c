/** deploy/integrations: each file has the form that its tool reads, and the commands in it run against the built plugin and a test cluster. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { load, loadAll } from 'js-yaml';
import t from 'tap';
import { startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { pluginCommand } from './helpers/plugin.ts';
import { CLUSTER } from './helpers/shop.ts';
import { temporary } from './helpers/temporary.ts';

const FOLDER = 'deploy/integrations';
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const has = (program: string): boolean => spawnSync(program, ['--help']).error === undefined;
const quoted = pluginCommand()
  .map(word => `'${word}'`)
  .join(' ');

/** A folder with programs that stand for those of a machine: kubectl knows this plugin alone, and a pager prints. */
function programs(more: Record<string, string> = {}): string {
  const folder = join(temporary('integrations'), 'bin');
  mkdirSync(folder);
  const all = {
    kubectl: `[ "$1" = imagepull ] || exit 9\nshift\nexec ${quoted} "$@"`,
    'kubectl-imagepull': `exec ${quoted} "$@"`,
    less: 'exec cat',
    ...more,
  };
  for (const [name, script] of Object.entries(all)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program without blocking the servers of this test. */
function run([program = '', ...args]: readonly string[], env: Record<string, string>, input = ''): Promise<Ran> {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', text => (said[stream] += text));
  child.stdin.end(input);
  return new Promise((done, reject) => child.on('error', reject).on('close', status => done({ status, ...said })));
}

/** A cluster whose pods fail, and the environment in which kubectl reaches it. */
async function place(t: { teardown(end: () => unknown): void }, more: Record<string, string> = {}): Promise<Record<string, string>> {
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(() => cluster.close());
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  return { PATH: `${programs(more)}:${process.env.PATH}`, HOME: temporary('home'), KUBECONFIG: kubeconfig };
}

const onWindows = process.platform === 'win32' && 'the files are for shells of Linux and macOS';

t.test('k9s: plugins with its fields, whose commands answer', { skip: onWindows }, async t => {
  interface Plugin {
    shortCut: string;
    description: string;
    scopes: string[];
    command: string;
    background: boolean;
    args: string[];
  }
  const { plugins, ...others } = load(read('k9s.yaml')) as { plugins: Record<string, Plugin> };
  t.strictSame(others, {}, 'k9s refuses another key');
  const env = await place(t);
  const keys = new Set<string>();
  /** Name of a plugin → the selected object, as k9s names it, and what is printed. */
  const selected: Record<string, [values: Record<string, string>, says: RegExp]> = {
    'imagepull-pod': [{ NAME: 'covered', NAMESPACE: 'shop' }, /pod shop\/covered/],
    'imagepull-workload': [{ NAME: 'web', NAMESPACE: 'shop', RESOURCE_NAME: 'deployments' }, /pod shop\/missing-secret/],
    'imagepull-secret': [{ NAME: 'good', NAMESPACE: 'shop' }, /secret shop\/good/],
    'imagepull-namespace': [{ NAME: 'build', NAMESPACE: '' }, /pod build\/bare/],
  };
  t.strictSame(Object.keys(plugins), Object.keys(selected));
  for (const [name, plugin] of Object.entries(plugins)) {
    const { shortCut, description, scopes, command, background, args, ...more } = plugin;
    t.strictSame(more, {}, `${name}: fields of k9s`);
    t.ok(description.length <= 20 && background === false, `${name}: fits the menu, and shows its output`);
    for (const scope of scopes) {
      t.notOk(keys.has(`${scope} ${shortCut}`), `${name}: ${shortCut} is free on ${scope}`);
      keys.add(`${scope} ${shortCut}`);
    }
    const [values, says] = selected[name] as [Record<string, string>, RegExp];
    const known: Record<string, string> = { ...values, CONTEXT: 'test' };
    // k9s replaces every $WORD in an argument, and fails for one that it does not know
    const words = args.map(arg =>
      arg.replace(/\$(!?[\w|-]+)/g, (_, key: string) => {
        if (known[key] === undefined) throw new Error(`${name}: k9s knows no $${key}`);
        return known[key];
      }),
    );
    const { stdout, stderr } = await run([command, ...words], env);
    t.match(stdout, says, `${name} ${stderr}`);
  }
});

t.test('HolmesGPT: a toolset with its fields, whose commands answer', { skip: onWindows }, async t => {
  interface Tool {
    name: string;
    description: string;
    user_description: string;
    parameters?: Record<string, { type: string; required: boolean; description: string }>;
    command: string;
  }
  const { toolsets } = load(read('holmes-toolset.yaml')) as { toolsets: Record<string, { tools: Tool[]; llm_instructions: string }> };
  const toolset = toolsets['kubernetes/imagepull'] as { tools: Tool[] };
  t.strictSame(Object.keys(toolset), ['enabled', 'description', 'docs_url', 'tags', 'prerequisites', 'llm_instructions', 'tools']);
  const env = await place(t);
  const values: Record<string, Record<string, string>> = {
    imagepull_why: { name: 'covered', namespace: 'shop' },
    imagepull_why_all: {},
    imagepull_test_secret: { secret: 'good', namespace: 'shop' },
    imagepull_check: { image: 'Registry.example.com/A', namespace: 'shop' },
  };
  t.strictSame(toolset.tools.map(({ name }) => name).sort(), Object.keys(values).sort());
  for (const { name, parameters = {}, command, ...more } of toolset.tools) {
    t.strictSame(Object.keys(more), ['description', 'user_description'], `${name}: fields of a tool`);
    const named = [...command.matchAll(/\{\{ (\w+) \}\}/g)].map(([, parameter]) => parameter as string);
    t.strictSame(Object.keys(parameters).sort(), named.sort(), `${name}: each parameter is declared`);
    t.notMatch(command, /["']/, `${name}: no quotes, as HolmesGPT quotes the values`);
    const given = values[name] as Record<string, string>;
    const filled = command.replace(/\{\{ (\w+) \}\}/g, (_, key: string) => `'${given[key]}'`);
    const { status, stdout, stderr } = await run(['bash', '-c', filled], env);
    t.equal(status, 0, `${name}: a cause is no error ${stderr}`);
    t.match(stdout, /certain|likely|possible|secret shop\/good/, name);
  }
  const [why] = toolset.tools as [Tool];
  const missing = why.command.replace('{{ namespace }}', 'shop').replace('{{ name }}', 'nothing');
  t.match(await run(['bash', '-c', missing], env), { status: 1, stderr: /error: .*nothing/ }, 'a pod that is not there is one');
});

t.test('Robusta: the action adds the answer to the finding', { skip: onWindows || !has('python3') }, async t => {
  const env = await place(t);
  const home = temporary('robusta');
  mkdirSync(join(home, 'robusta'));
  writeFileSync(join(home, 'robusta', '__init__.py'), '');
  // what the action uses of Robusta
  writeFileSync(
    join(home, 'robusta', 'api.py'),
    `class PodEvent: pass
def action(function): return function
class MarkdownBlock:
    def __init__(self, text): self.text = text
class FileBlock:
    def __init__(self, filename, contents): self.filename, self.contents = filename, contents
`,
  );
  writeFileSync(
    join(home, 'try.py'),
    `import json, sys
from types import SimpleNamespace
from robusta_imagepull import imagepull_why, SHOWN
class Event:
    blocks = []
    def get_pod(self): return SimpleNamespace(metadata=SimpleNamespace(name=sys.argv[1], namespace="shop")) if sys.argv[1] else None
    def add_enrichment(self, blocks): self.blocks = blocks
event = Event()
imagepull_why(event)
print(json.dumps([getattr(block, "text", None) or block.contents.decode() for block in event.blocks]))
`,
  );
  const python = { ...env, PYTHONPATH: `${home}:${resolve(FOLDER)}`, PYTHONDONTWRITEBYTECODE: '1' };
  const enrich = async (pod: string, more: Record<string, string> = {}): Promise<string[]> => {
    const { stdout, stderr } = await run(['python3', join(home, 'try.py'), pod], { ...python, ...more });
    t.equal(stderr, '', 'it does not fail');
    return JSON.parse(stdout) as string[];
  };
  t.match((await enrich('covered'))[0], /^```\n.*\((?:certain|likely|possible)\).*\n```$/s, 'a cause');
  t.match((await enrich('nothing'))[0], /error: /, 'what it cannot do');
  t.strictSame(await enrich(''), [], 'no pod');
  const bin = programs({ 'kubectl-imagepull': "head -c 4000 /dev/zero | tr '\\0' x; echo '```'" });
  const [block = '', file = ''] = await enrich('covered', { PATH: `${bin}:${process.env.PATH}` });
  t.ok(block.length < 3000 && file.length === 4003, 'a long answer is a file too');
});

t.test('Prometheus: rules that its own tool accepts', { skip: !has('promtool') && 'promtool is not installed' }, async t => {
  t.match(spawnSync('promtool', ['check', 'rules', join(FOLDER, 'prometheus-rules.yaml')], { encoding: 'utf8' }), { status: 0 });
  const env = await place(t);
  const metrics = await run(['kubectl', 'imagepull', 'why', '-A', '-o', 'prometheus'], env);
  t.equal(metrics.status, 1, 'pods fail');
  t.match(spawnSync('promtool', ['check', 'metrics'], { input: metrics.stdout, encoding: 'utf8' }), { status: 0, stdout: '', stderr: '' });
  const folder = temporary('rules');
  const file = resolve(FOLDER, 'prometheus-rules.yaml');
  const series = (value: string): object[] => [
    { series: 'imagepull_failing_pods{cause="TagNotFound"}', values: `${value}x60` },
    { series: 'imagepull_failing_pods{cause="NoPullSecret"}', values: '0x60' },
  ];
  const labels = { severity: 'warning', cause: 'TagNotFound' };
  const annotations = {
    summary: '3 pods cannot pull an image: TagNotFound',
    description: 'Run: kubectl imagepull why -A',
    runbook_url: 'https://github.com/kubectl-imagepull/kubectl-imagepull/blob/main/docs/causes/TagNotFound.md',
  };
  const alert = (alertname: string, at: string, alerts: object[]): object => ({ alertname, eval_time: at, exp_alerts: alerts });
  const tests = [
    {
      interval: '1m',
      input_series: series('3'),
      alert_rule_test: [
        alert('ImagePullFailing', '10m', []),
        alert('ImagePullFailing', '20m', [{ exp_labels: labels, exp_annotations: annotations }]),
        alert('ImagePullFailingWidely', '20m', []),
        alert('ImagePullCheckStale', '40m', []),
      ],
    },
    { interval: '1m', input_series: series('0'), alert_rule_test: [alert('ImagePullFailing', '40m', [])] },
    {
      interval: '1m',
      input_series: [...series('0'), { series: 'push_time_seconds{job="imagepull"}', values: '0x60' }],
      alert_rule_test: [
        alert('ImagePullCheckStale', '30m', []),
        alert('ImagePullCheckStale', '50m', [
          {
            exp_labels: { severity: 'warning', job: 'imagepull' },
            exp_annotations: {
              summary: 'The number of pods that cannot pull an image is not measured',
              description: 'The job that runs kubectl imagepull why -A -o prometheus has not succeeded for half an hour.',
            },
          },
        ]),
      ],
    },
  ];
  const path = join(folder, 'tests.yaml');
  writeFileSync(path, JSON.stringify({ rule_files: [file], evaluation_interval: '1m', tests }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', path], { encoding: 'utf8' });
  t.equal(status, 0, stdout + stderr);
});

t.test('the cron job counts the causes and pushes the numbers', { skip: onWindows || !has('curl') }, async t => {
  interface Container {
    name: string;
    command: string[];
    args: string[];
    env: { name: string; value: string }[];
    securityContext: object;
    volumeMounts: { name: string; mountPath: string }[];
  }
  interface Manifest {
    kind: string;
    metadata: { name: string; namespace?: string };
    spec: {
      jobTemplate: { spec: { template: { spec: { serviceAccountName: string; initContainers: Container[]; containers: Container[] } } } };
    };
    roleRef: { name: string };
    subjects: object[];
  }
  const [job, account, ...bindings] = loadAll(read('cronjob.yaml')) as [Manifest, Manifest, ...Manifest[]];
  t.strictSame(
    [job.kind, account.kind, ...bindings.map(({ kind }) => kind)],
    ['CronJob', 'ServiceAccount', ...bindings.map(() => 'ClusterRoleBinding')],
  );
  const roles = loadAll(
    `${readFileSync('deploy/rbac/reader.yaml', 'utf8')}\n---\n${readFileSync('deploy/rbac/reader-secrets.yaml', 'utf8')}`,
  ) as Manifest[];
  t.strictSame(
    bindings.map(({ roleRef }) => roleRef.name).sort(),
    roles.map(({ metadata }) => metadata.name).sort(),
    'the roles of deploy/rbac',
  );
  const { serviceAccountName, initContainers, containers } = job.spec.jobTemplate.spec.template.spec;
  t.equal(serviceAccountName, account.metadata.name);
  for (const { subjects } of bindings)
    t.strictSame(subjects, [{ kind: 'ServiceAccount', name: serviceAccountName, namespace: account.metadata.namespace }]);
  const [install, diagnose] = initContainers as [Container, Container];
  const [push] = containers as [Container];
  const argo = loadAll(readFileSync('deploy/gates/argocd-presync.yaml', 'utf8'))[0] as {
    spec: { template: { spec: { initContainers: Container[] } } };
  };
  t.strictSame(install.args, argo.spec.template.spec.initContainers[0]?.args, 'the release is fetched as the gate fetches it');
  for (const { name, securityContext } of [install, diagnose, push])
    t.match(securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true }, name);

  const pushed: { method: string | undefined; url: string | undefined; body: string }[] = [];
  const gateway = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', text => (body += text));
    request.on('end', () => {
      pushed.push({ method: request.method, url: request.url, body });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise(done => gateway.once('listening', done));
  t.teardown(() => gateway.close());
  const env = await place(t);
  const tool = (env.PATH as string).split(':')[0] as string;
  /** Runs a container: its volume is a folder of this machine. */
  const start = ({ command, args }: Container, more: Record<string, string> = {}): Promise<Ran> =>
    run([...command, ...args.map(arg => arg.replaceAll('/tool/', `${tool}/`))], { ...env, ...more });
  t.match(await start(diagnose), { status: 0 }, 'a cause is no failure of the job');
  const to = { PUSHGATEWAY: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}` };
  t.match(await start(push, to), { status: 0 });
  t.match(pushed, [{ method: 'PUT', url: '/metrics/job/imagepull', body: /^imagepull_failing_pods\{cause="\w+"\} [1-9]/m }]);
  t.match(await start(diagnose, { KUBECONFIG: '/nothing' }), { status: 1 }, 'what cannot be read ends the job');
});
