/** The repository as a whole: what belongs together is complete, pure files stay pure, and nothing private is committed. Each test names what is missing. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
// git's paths have slashes on every system
import { dirname, join, normalize } from 'node:path/posix';
import { load } from 'js-yaml';
import t from 'tap';
import { CAUSE_TEXTS } from '../src/causes/index.ts';
import { COMMANDS } from '../src/flags.ts';
import { CAUSES, type CauseRow } from '../src/model/cause-codes.ts';

/** The codes that are promised. Never renamed, never reused. */
const CODES = [
  ...['InvalidImageName', 'ShortNameUnresolved', 'RepositoryNotFound', 'TagNotFound', 'DigestNotFound', 'RepositoryNotFoundOrPrivate'],
  ...['PlatformNotAvailable', 'ManifestUnsupported', 'ImageBroken'],
  ...['SecretNotFound', 'SecretMalformed', 'SecretHasNoCredentials', 'SecretRegistryMismatch', 'NoPullSecret', 'SecretNotInherited'],
  ...['CredentialsRejected', 'CredentialsExpired', 'CredentialsBlockPublicImage', 'AccessDenied', 'AuthMethodUnsupported'],
  ...['RegistryNameNotResolved', 'RegistryUnreachable', 'ProxyFailed', 'CertificateNotTrusted', 'CertificateInvalid', 'TLSFailed'],
  ...['PlainHTTPRegistry', 'BlobHostFailed', 'TransferInterrupted', 'HeadRequestBlocked'],
  ...['RegistryFailing', 'RateLimited', 'TokenServiceFailed', 'RegistryPolicyDenied', 'RepositoryOffline', 'NotARegistry'],
  ...['NodeDiskFull', 'NodeStorageFailed', 'PullTooSlow', 'PullThrottled', 'MirrorFailed', 'RuntimeFailed', 'SignatureRejected'],
  ...['ImageNeverPulled', 'FixedWaitingForRetry', 'StillPulling', 'NoPullProblem', 'Unknown'],
].sort();

const HEADINGS = ['What happened', 'What you see', 'Why', 'How to find it', 'How to fix it', 'How to prevent it', 'Not this if'];

/** Folders from the bottom up: a file may import from its own folder and from those below, never from one beside or above. */
const LAYERS = [['util'], ['model'], ['parse'], ['cluster', 'registry', 'causes'], ['diagnosis'], ['report'], ['commands'], ['']];
/** What stands at the top of src: the entry, the command line and the table of flags. */
const TOP = ['cli.ts', 'flags.ts', 'main.ts'];
/** The table of flags is data that imports nothing: every file may read it. */
const DATA = 'src/flags.ts';

/** Folders in which everything is computed: no file, socket, process or clock. */
const PURE =
  /^src\/(?:model|parse|causes|report)\/|^src\/diagnosis\/(?!investigate|test-secret)|^src\/cluster\/(?:fields|pods|saved-source|selector|shape|snapshot)|^src\/commands\/pod-tracker|^src\/registry\/(?:addresses|answer-reader|certificate|gate|response|wire)/;
const EDGES =
  /^(?:undici|@kubernetes\/client-node.*|node:(?:net|tls|https?|fs(?:\/promises)?|child_process|dns(?:\/promises)?|os|process|worker_threads|v8|vm))$/;
/** What of an edge's module is plain computing. */
const ALLOWED: Record<string, Record<string, string[]>> = {
  'src/util/proxy.ts': { 'node:net': ['isIP', 'BlockList'] },
  'src/registry/addresses.ts': { 'node:net': ['isIP', 'BlockList'] },
  'src/registry/certificate.ts': { 'node:tls': ['checkServerIdentity'] },
  'src/parse/credentials/go-url.ts': { 'node:net': ['isIPv4', 'isIPv6'] },
};

const read = (path: string): string => readFileSync(path, 'utf8');
const codesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter(file => file.endsWith(ending) && /^[A-Z]/.test(file))
    .map(file => file.slice(0, -ending.length))
    .sort();
const missing = (all: readonly string[], some: readonly string[]): string[] => all.filter(one => !some.includes(one));
const TABLE: string[] = CAUSES.map(({ code }) => code);
const PAGES = missing(codesIn('docs/causes', '.md'), ['README']);

/** What is committed, or would be. Without git (an unpacked archive) all that is no product of a tool. */
function ownFiles(): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
  if (status === 0) return stdout.split('\0').filter(file => file !== '' && existsSync(file) && statSync(file).isFile());
  const products = new Set(['.git', '.tap', 'dist', 'node_modules']);
  return readdirSync('.', { recursive: true, encoding: 'utf8' }).filter(
    file => !products.has(file.split(/[/\\]/)[0] as string) && statSync(file).isFile(),
  );
}
const files = ownFiles();
const sources = files.filter(file => /^src\/.*\.ts$/.test(file));

interface Import {
  from: string;
  /** Names that exist when the program runs; `*` for all. */
  values: string[];
}

/** Imports of a file without those of types. */
function importsOf(file: string): Import[] {
  const text = read(file);
  const statements = [...text.matchAll(/^(?:import|export)\s+(?!type\b)([^'";]*?)\s*from\s+'([^']+)';/gm)].map(
    ([, what = '', from = '']) => {
      const braces = /\{([^}]*)\}/s.exec(what)?.[1];
      const named = (braces ?? '').split(',').map(name => name.trim());
      const values = named.filter(name => name !== '' && !name.startsWith('type ')).map(name => name.replace(/ as .*$/, ''));
      return { from, values: braces === undefined || /^\w/.test(what.replace(/\{[^}]*\}/s, '').trim()) ? ['*'] : values };
    },
  );
  const others = [...text.matchAll(/\b(?:import|require)\(\s*'([^']+)'\s*\)|^import\s+'([^']+)';/gm)].map(match => ({
    from: match[1] ?? match[2] ?? '',
    values: ['*'],
  }));
  return [...statements, ...others].filter(({ values }) => values.length > 0);
}

/** The folder right under src, empty for the top. */
const layerOf = (file: string): string => (file.split('/').length > 2 ? (file.split('/')[1] as string) : '');
const rankOf = (file: string): number => LAYERS.findIndex(layer => layer.includes(layerOf(file)));
/** Every import of a source file within src, those of types too. */
const within = (file: string): string[] =>
  [...read(file).matchAll(/(?:\bfrom |^import |\bimport\()'(\.[^']+)'/gm)].map(match => normalize(join(dirname(file), match[1] as string)));

t.test('imports lead down: util, model, parse, then cluster, registry and causes, diagnosis, report, commands', async t => {
  t.ok(sources.length > 100, 'the source is found');
  t.strictSame(
    sources.filter(file => rankOf(file) < 0),
    [],
    'every folder has its place',
  );
  t.strictSame(
    missing(
      sources.filter(file => layerOf(file) === '').map(file => file.slice(4)),
      TOP,
    ),
    [],
    'nothing else lies at the top of src',
  );
  for (const file of sources) {
    const up = within(file).filter(target => target !== DATA && layerOf(target) !== layerOf(file) && rankOf(target) >= rankOf(file));
    t.strictSame(up, [], file);
  }
  t.strictSame(within(DATA), [], `${DATA} imports nothing`);
});

t.test('the cluster is read: --from-node and cleanup alone open what writes', async t => {
  const of = (pattern: RegExp): string[] => sources.filter(file => pattern.test(read(file)));
  t.strictSame(
    of(/import (?:type )?\{[^}]*\} from '[^']*\/writer\.ts'/),
    ['src/commands/cleanup.ts', 'src/commands/from-node.ts'],
    'the writer',
  );
  t.strictSame(of(/\bopenApiConnection\(/), ['src/cluster/api.ts', 'src/cluster/writer.ts'], 'what opens a connection to a cluster');
  t.strictSame(of(/'(?:PUT|PATCH|DELETE)'/), ['src/cluster/api.ts', 'src/cluster/writer.ts'], 'methods that change something');
  const [, api = ''] = read('src/cluster/api.ts').split('export function createApi(');
  t.match(api, /request\(\{ method: 'GET', path,/, 'what reads asks by GET');
  t.notMatch(api, /POST|DELETE/, 'and by nothing else');
  const written = [...read('src/cluster/writer.ts').matchAll(/once\('(POST|DELETE)', (\S+?)[,)]/g)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  t.strictSame(
    written.sort(),
    ['DELETE pathOf(namespace, name', "POST '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'", 'POST pathOf(namespace']
      .map(one => one.split(',')[0])
      .sort(),
    'pods, and the question for a right',
  );
});

t.test('no circle of imports', async t => {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file) || path.includes(file)) return;
    for (const target of within(file)) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  t.strictSame(circles, []);
});

t.test('the table of causes holds the promised codes', async t => {
  t.strictSame(missing(CODES, TABLE), [], 'a code is never renamed or removed: put it back into src/model/cause-codes.ts');
  t.equal(new Set(TABLE).size, TABLE.length, 'each once');
});

/** The cells of a table with one cause a row or one group a row: group → its text. A group without a name is that of the row above. */
function groupsIn(path: string): Map<string, string> {
  const groups = new Map<string, string>();
  let group = '';
  for (const [, first = '', rest = ''] of read(path).matchAll(/^\| *(\w*) *\|(.*)\|$/gm)) {
    group = first || group;
    groups.set(group, (groups.get(group) ?? '') + rest);
  }
  return groups;
}

/** What a cause still lacks, in the order in which CONTRIBUTING.md tells to write it. */
function missingOf({ code, group }: CauseRow): string[] {
  const holds = (path: string, text: string): boolean => existsSync(path) && read(path).includes(text);
  const parts: [boolean, string][] = [
    [CODES.includes(code), `test/repository.test.ts: "${code}" in CODES, the list of the codes that are promised`],
    [
      holds(`src/causes/${code}.ts`, `export const ${code}: CauseText = {`),
      `src/causes/${code}.ts: "export const ${code}: CauseText", its summary and its fixes`,
    ],
    [Object.hasOwn(CAUSE_TEXTS, code), `src/causes/index.ts: "${code}" in CAUSE_TEXTS`],
    [
      ['candidates', 'rules', 'login-rules'].some(file => holds(`src/diagnosis/${file}.ts`, `'${code}'`)),
      `src/diagnosis/candidates.ts: a row with "${code}" (or a rule in rules.ts or login-rules.ts)`,
    ],
    [
      holds(`test/fixtures/causes/${code}.json`, `"cause": "${code}"`),
      `test/fixtures/causes/${code}.json: the case that shows it best, with "cause": "${code}" in "expect"`,
    ],
    [existsSync(`test/fixtures/causes/${code}.txt`), `test/fixtures/causes/${code}.txt: npm run snap -- diagnosis/diagnose writes it`],
    [existsSync(`docs/causes/${code}.md`), `docs/causes/${code}.md: its page, with the headings ${HEADINGS.join(', ')}`],
    [
      groupsIn('docs/causes/README.md').get(group)?.includes(`[${code}](${code}.md)`) === true,
      `docs/causes/README.md: its row in the group "${group}"`,
    ],
    [
      groupsIn('README.md').get(group)?.includes(`[${code}](docs/causes/${code}.md)`) === true,
      `README.md: its link in the row "${group}" of the causes`,
    ],
  ];
  return parts.filter(([isThere]) => !isThere).map(([, part]) => part);
}

t.test('each cause is complete', async t => {
  for (const cause of CAUSES) {
    t.strictSame(missingOf(cause), [], `${cause.code} lacks`);
    t.match(cause.title, /^[A-Za-z][^\n"]*[^.\n"]$/, `${cause.code} has a title of one line, without names`);
  }
});

t.test('nothing is left of a cause that is gone', async t => {
  const fixtures = codesIn('test/fixtures/causes', '.json').map(name => name.replace(/-.*$/, ''));
  t.strictSame(missing(codesIn('src/causes', '.ts'), TABLE), [], 'src/causes/<Code>.ts');
  t.strictSame(missing(PAGES, TABLE), [], 'docs/causes/<Code>.md');
  t.strictSame(missing(fixtures, TABLE), [], 'test/fixtures/causes/<Code>.json');
  for (const [row, name, page] of read('docs/causes/README.md').matchAll(/\[(\w+)\]\((\w+)\.md\)/g))
    t.equal(name, page, `${row} leads to its own page`);
});

t.test('each page has the same headings, in order', async t => {
  for (const code of PAGES) {
    const text = read(`docs/causes/${code}.md`);
    t.equal(text.split('\n', 1)[0], `# ${code}`, `${code}.md begins with its code`);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    t.strictSame(headings, HEADINGS, `${code}.md`);
    for (const part of text.split(/^## .*$/m).slice(1)) t.ok(part.trim().length > 20, `${code}.md has no empty part`);
  }
});

t.test('every link between the pages and to files leads somewhere', async t => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
  for (const file of files.filter(name => name.endsWith('.md'))) {
    const text = read(file).replace(/^```.*?^```/gms, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(match => match[1] as string)
      .filter(link => !/^[a-z][a-z0-9+.-]*:/i.test(link));
    const dead = links.filter(link => {
      const [path = '', anchor] = link.split('#', 2);
      const target = path === '' ? file : normalize(join(dirname(file), path));
      if (!existsSync(target)) return true;
      return (
        anchor !== undefined &&
        target.endsWith('.md') &&
        ![...read(target).matchAll(/^#+ (.*)$/gm)].some(match => slug(match[1] as string) === anchor)
      );
    });
    t.strictSame(dead, [], file);
  }
});

t.test('pure files import no edge', async t => {
  const pure = sources.filter(file => PURE.test(file));
  t.ok(pure.length > 90, 'the pure files are found');
  for (const file of pure) {
    const wrong = importsOf(file)
      .filter(({ from, values }) => EDGES.test(from) && missing(values, ALLOWED[file]?.[from] ?? []).length > 0)
      .map(({ from, values }) => `${values.join(', ')} of ${from}`);
    t.strictSame(wrong, [], file);
  }
});

t.test('nothing but the two ends opens sockets', async t => {
  const opens = (file: string): boolean =>
    importsOf(file).some(({ from }) => /^(?:undici|node:(?:net|tls|https?|dns(?:\/promises)?))$/.test(from));
  const found = sources.filter(opens).filter(file => ALLOWED[file] === undefined);
  const registry = ['connection', 'proxy-tunnel', 'tcp', 'transport'].map(name => `src/registry/${name}.ts`);
  t.strictSame(missing(found, ['src/cluster/api.ts', ...registry]), []);
});

t.test('the process belongs to main.ts', async t => {
  for (const file of sources.filter(name => name !== 'src/main.ts')) {
    const code = read(file)
      .replace(/\/\*.*?\*\//gs, '')
      .replace(/\/\/.*$/gm, '');
    const used = [...code.matchAll(/\bprocess\.[\w.]+/g)].map(([text]) => text);
    // the one file that starts processes ends them, also when this one ends
    const mayKnow = file === 'src/cluster/program.ts' ? ['process.kill', 'process.on', 'process.off'] : [];
    t.strictSame(missing(used, mayKnow), [], file);
  }
});

t.test('README.md names every command, and begins with what a real cluster showed', async t => {
  const readme = read('README.md');
  for (const { name } of COMMANDS) t.ok(readme.includes(`imagepull ${name}`), `the command ${name}`);
  t.match(
    readme.slice(0, readme.indexOf('![')),
    /<!-- picture: npm run docs -->\n\n$/,
    'its first picture is what scripts/docs.mjs takes from the tour',
  );
});

t.test('the habits of the project: updates, issue forms, the tests that the trust model names', async t => {
  const { updates } = load(read('.github/dependabot.yml')) as {
    updates: { 'package-ecosystem': string; directory: string; schedule: { interval: string }; groups?: object }[];
  };
  const lists = files.filter(file => /(?:^|\/)package-lock\.json$/.test(file)).map(file => `npm /${dirname(file).replace(/^\.$/, '')}`);
  t.strictSame(updates.map(one => `${one['package-ecosystem']} ${one.directory}`).sort(), [...lists, 'github-actions /'].sort());
  for (const one of updates)
    t.match(one, { schedule: { interval: 'weekly' }, groups: Object }, `${one.directory} is updated weekly, in groups`);

  const forms = files.filter(file => file.startsWith('.github/ISSUE_TEMPLATE/') && !file.endsWith('/config.yml'));
  t.ok(forms.length >= 4, 'there are forms');
  for (const file of forms) {
    const form = load(read(file)) as { name: string; description: string; body: { type: string; id?: string; attributes: object }[] };
    t.match(form, { name: String, description: String, body: Array }, file);
    const ids = form.body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
    t.ok(!ids.includes(undefined) && new Set(ids).size === ids.length, `${file}: each field has an id of its own`);
  }
  t.match(read('.github/ISSUE_TEMPLATE/config.yml'), /\/SECURITY\.md$/m, 'security problems are led elsewhere');
  t.match(read('.github/ISSUE_TEMPLATE/1-wrong-verdict.yml'), 'collect POD --with-probe');

  const titles = [...read('docs/security.md').matchAll(/\btest `([^`]+)`/g)].map(([, title]) => title as string);
  const tests = files.filter(file => /^test\/.*\.ts$/.test(file)).map(read);
  t.ok(titles.length > 10, 'docs/security.md names tests');
  for (const title of titles)
    t.ok(
      tests.some(text => text.includes(`t.test('${title}'`)),
      `the test "${title}" of docs/security.md exists`,
    );
});

t.test('each guard can still be broken: its edit has one place, and its test is there', async t => {
  const guards = JSON.parse(read('scripts/guards.json')) as { guard: string; file: string; find: string; test?: string; title?: string }[];
  for (const { guard, file, find, test, title = '' } of guards) {
    t.equal(read(file).split(find).length - 1, 1, `${guard}: its place in ${file}`);
    if (test !== undefined) t.ok(read(test).includes(title), `${guard}: the test "${title}" in ${test}`);
  }
});

t.test('what is committed is about the project alone', async t => {
  const texts = files.filter(file => !/\.(?:png|gz|xz|zip)$/.test(file)).map(file => ({ file, text: read(file) }));
  const where = (pattern: RegExp, apart: (file: string) => boolean = () => false): string[] =>
    texts.filter(({ file, text }) => pattern.test(text) && !apart(file)).map(({ file, text }) => `${file}: ${pattern.exec(text)?.[0]}`);
  t.strictSame(where(/(?<![\w.~/:-])\/(?:root|work|home\/\w+|Users\/\w+)\/[\w.]/), [], "no path of one's own machine");
  t.strictSame(
    where(/canary[-_][a-z0-9]|planted[-_]password/i, file => file.startsWith('test/')),
    [],
    'canary passwords stay in test/',
  );
  t.strictSame(where(/[-]----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\\?\n/), [], 'no private key');
});
