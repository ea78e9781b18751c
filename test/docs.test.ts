/** What the pages tell to type: each command of this plugin in them exists with its flags, and the examples of the pages for programs run. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { groupFindings, summaryOf } from '../src/diagnosis/aggregate.ts';
import { diagnose } from '../src/diagnosis/diagnose.ts';
import { COMMANDS, flagsOf, REFUSED_FLAGS } from '../src/flags.ts';
import { diagnosisItem, diagnosisList, toJson } from '../src/report/json.ts';
import { startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { factsOf, readFixture } from './helpers/facts.ts';
import { pluginCommand } from './helpers/plugin.ts';
import { run } from './helpers/process.ts';
import { CLUSTER } from './helpers/shop.ts';
import { temporary } from './helpers/temporary.ts';

const inFolder = (folder: string): string[] =>
  readdirSync(folder)
    .filter(file => file.endsWith('.md'))
    .map(file => join(folder, file));
const PAGES = ['README.md', 'AGENTS.md', 'CONTRIBUTING.md', 'SECURITY.md', ...inFolder('docs'), ...inFolder('docs/causes')];

/** The code of a page: blocks and words in backquotes. */
const codeOf = (text: string): string[] => [
  ...[...text.matchAll(/^```[^\n]*\n(.*?)^```/gms)].map(([, block = '']) => block.replace(/\\\n\s*/g, ' ')),
  ...[...text.replace(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word),
];

/** Calls of the plugin: the command, and its words up to the end of the shell's command. */
function callsIn(text: string): { command: string; flags: string[]; call: string }[] {
  return codeOf(text).flatMap(code =>
    [...code.matchAll(/\bkubectl[ -]imagepull ([a-z][a-z-]*)((?:(?!\bkubectl[ -]imagepull )[^\n|;&>#)])*)/g)].map(
      ([call, command = '', rest = '']) => ({
        command,
        call: call.trim(),
        flags: [...rest.replace(/"[^"]*"|'[^']*'/g, '').matchAll(/(?<=^| |\[)(--?[a-zA-Z][a-zA-Z-]*)/g)].map(([, flag]) => flag as string),
      }),
    ),
  );
}

t.test('each command in the pages exists, with its flags', async t => {
  let calls = 0;
  for (const page of PAGES)
    for (const { command, flags, call } of callsIn(readFileSync(page, 'utf8'))) {
      calls++;
      if (!t.ok(['help', ...COMMANDS.map(({ name }) => name)].includes(command), `${page}: ${call}`)) continue;
      const known = flagsOf(command).flatMap(({ name, alias, negatable }) => [`--${name}`, `-${alias}`, negatable ? `--no-${name}` : '']);
      const unknown = flags.filter(flag => !known.includes(flag) && REFUSED_FLAGS[flag.replace(/^-+/, '')] === undefined);
      t.strictSame(unknown, [], `${page}: ${call}`);
    }
  t.ok(calls > 70, `${calls} calls are found`);
  t.strictSame(callsIn('`kubectl imagepull why a -o json | jq --arg x`')[0]?.flags, ['-o'], 'flags of other programs are theirs');
});

t.test('the index has every page', async t => {
  const index = readFileSync('docs/README.md', 'utf8');
  for (const page of [...inFolder('docs'), ...inFolder('docs/adr')].map(path => path.replace(/^docs[/\\]/, '').replaceAll('\\', '/')))
    if (page !== 'README.md') t.ok(index.includes(`(${page})`), page);
});

t.test('AGENTS.md says for whom it is, and its commands answer', async t => {
  const text = readFileSync('AGENTS.md', 'utf8');
  const [title = '', , first = ''] = text.split('\n');
  t.match(`${title} ${first}`, /For programs that call.*CONTRIBUTING\.md/, 'its first lines');
  t.ok(text.split('\n').length < 90, 'it is short');
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const env = { KUBECONFIG: writeKubeconfig({ server: cluster.server, namespace: 'shop' }) };
  const [table = ''] = /## Which command\n(.*?)\n## /s.exec(text) ?? [];
  const calls = [...table.matchAll(/`kubectl imagepull ([^`]+)`/g)].map(([, call = '']) => call);
  const values: Record<string, string> = {
    POD: 'covered',
    NAMESPACE: 'shop',
    NAME: 'web',
    SECRET: 'good',
    IMAGE: 'registry.example.com/A',
  };
  const asked = calls.filter(call => !/until-pulled| -f /.test(call));
  t.ok(asked.length >= 6, 'they are found');
  for (const call of asked) {
    const words =
      call
        .split(' > ')[0]
        ?.split(' ')
        .map(word => word.replace(/\b[A-Z]{2,}\b/, name => values[name] ?? name)) ?? [];
    const { status, stdout, stderr } = await run([...words, '--timeout', '5s'], { env });
    t.ok(status === 0 || status === 1, `${call}: ${status} ${stderr}`);
    if (call.includes('-o json')) t.match(JSON.parse(stdout), { apiVersion: 'imagepull/v1' }, call);
  }
});

const noJq = spawnSync('jq', ['--version']).error !== undefined && 'jq is not installed';

/** Runs a script in a folder in which the programs stand that it calls. */
function shell(
  script: string,
  folder: string,
  bin: string,
  more: Record<string, string> = {},
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: folder, ...more };
  const child = spawn('bash', ['-c', script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].setEncoding('utf8').on('data', text => (said[stream] += text));
  return new Promise((done, reject) => child.on('error', reject).on('close', status => done({ status, ...said })));
}

/** A folder of programs. */
function binOf(programs: Record<string, string>): string {
  const bin = join(temporary('docs'), 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}
const blocksOf = (page: string, language: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block = '']) => block);

t.test('the examples of docs/json.md find what they say', { skip: noJq }, async t => {
  const findings = ['TagNotFound', 'CredentialsRejected', 'RegistryUnreachable', 'InvalidImageName-planned'].map(name => {
    const facts = factsOf(readFixture(`test/fixtures/causes/${name}.json`));
    return { facts, diagnosis: diagnose(facts) };
  });
  const check = { name: 'manifest', status: 'failed', code: 'MANIFEST_UNKNOWN', detail: '', ms: 4 };
  const items = findings.map((finding, index) => ({ ...diagnosisItem(finding), ...(index === 0 ? { checks: [check] } : {}) }));
  const list = toJson(diagnosisList(items, groupFindings(findings).map(summaryOf), [], []));
  const pod = { metadata: { namespace: 'shop', name: 'api-7c9f', labels: { 'app.kubernetes.io/name': 'api' } } };
  const entry = {
    key: 'registry.example.com',
    registry: 'registry.example.com',
    username: 'ci',
    result: 'rejected',
    cause: 'CredentialsRejected',
    checks: [],
    detail: '',
    fixes: [],
  };
  const secret = { namespace: 'shop', name: 'regcred', type: 'kubernetes.io/dockerconfigjson' };
  const secrets = {
    apiVersion: 'imagepull/v1',
    kind: 'SecretTestList',
    items: [{ secret, problems: [], entries: [entry], fixes: [] }],
    warnings: [],
  };
  const line = {
    time: '2026-11-20T10:00:00Z',
    type: 'new',
    cause: 'TagNotFound',
    registry: 'registry.example.com',
    pods: 2,
    examples: ['shop/a'],
  };
  const folder = temporary('examples');
  const answers: Record<string, string> = {
    list,
    pods: JSON.stringify({ items: [pod] }),
    secrets: JSON.stringify(secrets),
    watch: JSON.stringify(line),
  };
  for (const [name, text] of Object.entries(answers)) writeFileSync(join(folder, `${name}.answer`), text);
  const bin = binOf({
    kubectl: `case "$*" in *--watch*) cat watch.answer;; *test-secret*) cat secrets.answer;; "get pods"*) cat pods.answer;; *) cat list.answer; exit 1;; esac`,
  });
  const says = [
    /^shop\/api-7c9f\tapi\tTagNotFound\t\w+$/m,
    /"cause": "InvalidImageName"/,
    /^# .+\nkubectl /m,
    /^1\tCredentialsRejected\tregistry\.example\.com$/m,
    /^registry\.example\.com\/team\/api:1\.4\.2\tmanifest\tMANIFEST_UNKNOWN$/m,
    /^shop\/regcred\tregistry\.example\.com$/m,
    /^\{"cause":"TagNotFound","registry":"registry\.example\.com","pods":2,"examples":\["shop\/a"\]\}$/m,
    /^api\tTagNotFound$/m,
  ];
  const blocks = blocksOf('docs/json.md', 'sh');
  const save = blocks.find(block => block.endsWith('> why.json\n')) ?? 'exit 9';
  t.match(await shell(save, folder, bin), { status: 1, stderr: '' }, 'a cause was found');
  const examples = blocks.filter(block => /\bjq /.test(block));
  t.equal(examples.length, says.length, 'each example is compared');
  for (const [index, example] of examples.entries())
    t.match(await shell(example, folder, bin), { status: 0, stdout: says[index], stderr: '' }, example.slice(0, 70));
  if (spawnSync('python3', ['--version']).error === undefined) {
    const [python = ''] = blocksOf('docs/json.md', 'python');
    writeFileSync(join(folder, 'example.py'), python);
    t.match(await shell('python3 example.py', folder, bin), { status: 0, stdout: /^TagNotFound \w+ registry\.example\.com/m, stderr: '' });
  }
});

t.test('the scripts of docs/integrations.md', { skip: noJq }, async t => {
  const blocks = blocksOf('docs/integrations.md', 'sh');
  const blockWith = (word: string): string => blocks.find(block => block.includes(word)) ?? 'exit 9';
  const cluster = await startCluster({ objects: CLUSTER });
  t.teardown(cluster.close);
  const env = { KUBECONFIG: writeKubeconfig({ server: cluster.server, namespace: 'shop' }) };
  const plugin = pluginCommand()
    .map(word => `'${word}'`)
    .join(' ');
  const results = [
    { kind: 'Pod', name: 'shop/covered', error: [{ Text: 'Back-off pulling image "x"' }] },
    { kind: 'Pod', name: 'build/bare', error: [{ Text: 'the last termination reason is Error' }] },
  ];
  const bin = binOf({
    kubectl: `shift; exec ${plugin} "$@"`,
    k8sgpt: `echo '${JSON.stringify({ status: 'ProblemDetected', problems: 2, results })}'`,
  });
  const folder = temporary('scripts');
  const piped = await shell(blockWith('k8sgpt'), folder, bin, env);
  t.match(piped.stdout, /pod shop\/covered/);
  t.notMatch(piped.stdout, /bare/, 'a pod with another problem is not asked for');

  const textfile = blockWith('TEXTFILE_FOLDER');
  const metrics = join(folder, 'imagepull.prom');
  const more = { ...env, TEXTFILE_FOLDER: folder };
  await shell(textfile, folder, bin, { ...more, KUBECONFIG: '/nothing' });
  t.notOk(existsSync(metrics), 'what could not be read is no measurement');
  t.match(await shell(textfile, folder, bin, more), { status: 0 });
  t.match(readFileSync(metrics, 'utf8'), /^imagepull_failing_pods\{cause="\w+"\} [1-9]/m);

  const daily = blockWith('comm -13');
  t.match((await shell(daily, folder, bin, env)).stdout, /^\w+ at registry\.example\.com: \d pods$/m, 'the first day');
  t.equal((await shell(daily, folder, bin, env)).stdout, '', 'nothing is new on the second');
});
