/** No secret leaves the plugin, and every broken shape of a pull secret is named. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type ClusterObject, startCluster, writeKubeconfig } from './helpers/cluster.ts';
import { folder, normal, type Run, run, runAll } from './helpers/process.ts';
import { freePort, startRegistry } from './helpers/registry.ts';
import { dockerconfigjson, eventOf, NODE, named, podOf } from './helpers/shop.ts';

const CANARY = {
  password: 'canary-password-5f1e',
  spaced: 'canary word+slash/9',
  kube: 'canary-kube-token-77aa',
  kubePassword: 'canary-kube-password-1',
  exec: 'canary-exec-token-31',
  signature: 'canary-signature-0f1e',
  opaque: 'canary0opaque0registry0token0',
  jwt: `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"canary-jwt"}').toString('base64url')}.Y2FuYXJ5`,
  user: `ghp_${'cAnArY'.repeat(6)}`,
};
/** Every form in which a secret could leave. */
const FORMS = Object.entries(CANARY).flatMap(([name, secret]) =>
  [
    secret,
    encodeURIComponent(secret),
    ...['ci', 'robot', CANARY.user].flatMap(user => [
      Buffer.from(`${user}:${secret}`).toString('base64'),
      Buffer.from(`${user}:${secret}`).toString('base64url'),
    ]),
    Buffer.from(secret).toString('base64'),
  ].map(form => ({ name, form: form.replace(/=+$/, '') })),
);
const leaks = (text: string): string[] => [...new Set(FORMS.filter(({ form }) => text.includes(form)).map(({ name }) => name))];

t.test('no secret leaves, in no format and in no error', async t => {
  const echo = (request: { headers: { authorization?: string | undefined }; body: string; url: string }): string =>
    JSON.stringify({
      errors: [
        {
          code: 'DENIED',
          message: `you sent ${request.headers.authorization ?? ''} ${request.body} to ${request.url}`,
          detail: `Authorization: ${request.headers.authorization ?? 'none'}`,
        },
      ],
    });
  const rejecting = await startRegistry({
    auth: { kind: 'basic', users: {} },
    answer: request =>
      request.path === '/v2/' && request.headers.authorization === undefined
        ? undefined
        : {
            status: 401,
            headers: { 'WWW-Authenticate': 'Basic realm="r"', 'Content-Type': 'application/json' },
            body: echo(request),
          },
  });
  const bearer = await startRegistry({
    auth: { kind: 'bearer', users: {} },
    answer: request =>
      request.path === '/token' ? { status: 403, headers: { 'Content-Type': 'application/json' }, body: echo(request) } : undefined,
  });
  const issuing = await startRegistry({
    auth: { kind: 'bearer', users: {} },
    answer: request =>
      request.path === '/token'
        ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: CANARY.opaque }) }
        : request.headers.authorization
          ? { status: 403, headers: { 'Content-Type': 'text/plain' }, body: `no: ${request.headers.authorization}` }
          : undefined,
  });
  const redirecting = await startRegistry({
    images: [{ repository: 'team/api', tag: '1' }],
    answer: request =>
      /\/manifests\//.test(request.path)
        ? { status: 307, headers: { Location: `http://127.0.0.1:9/x?X-Amz-Signature=${CANARY.signature}&token=${CANARY.opaque}` } }
        : undefined,
  });
  const auths = {
    [rejecting.host]: { username: 'ci', password: CANARY.password },
    [bearer.host]: { auth: Buffer.from(`robot:${CANARY.spaced}`).toString('base64') },
    [issuing.host]: { username: CANARY.user, password: CANARY.jwt },
    [redirecting.host]: { username: 'ci', password: `${CANARY.password}\n` },
    [`https://ci:${CANARY.password}@127.0.0.1:9`]: { username: 'ci', password: CANARY.password },
    [`ci:${CANARY.password}@127.0.0.1:9`]: {},
    [`127.0.0.1:9/?token=${CANARY.opaque}`]: { identitytoken: CANARY.jwt },
    'bad key': { username: 'ci', password: CANARY.password },
  };
  const image = (host: string): string => `${host}/team/api:1`;
  const hosts = [rejecting.host, bearer.host, issuing.host, redirecting.host, `ci:${CANARY.password}@127.0.0.1:9`];
  const message = `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://u:${CANARY.password}@b.example.net/x?X-Amz-Signature=${CANARY.signature}&token=${CANARY.opaque}": dial tcp: i/o timeout\nunauthorized: {"password":"${CANARY.password}","auth":"${Buffer.from(`ci:${CANARY.password}`).toString('base64')}"} Bearer ${CANARY.jwt} Authorization: Basic ${Buffer.from(`ci:${CANARY.password}`).toString('base64')}`;
  const pods = hosts.flatMap((host, index) => [
    podOf(`canary-${index}`, 'shop', {
      image: image(host),
      secrets: ['planted', 'broken'].slice(0, index === 0 ? 2 : 1),
      waiting: { reason: 'ErrImagePull', message },
    }),
    eventOf(`canary-${index}`, 'shop', `Failed to pull image "${image(host)}": ${message}`),
  ]);
  const objects: ClusterObject[] = [
    named('Namespace', 'shop'),
    NODE,
    named('ServiceAccount', 'builder', 'shop'),
    ...pods,
    dockerconfigjson('planted', 'shop', auths),
    {
      kind: 'Secret',
      metadata: { name: 'broken', namespace: 'shop' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(`{"auths":{"x":{"auth":${CANARY.password}}}`).toString('base64') },
    },
    {
      kind: 'Secret',
      metadata: { name: 'number', namespace: 'shop' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': Buffer.from(`{"auths":{"x":{"auth":"${CANARY.password}"}}}`).toString('base64') },
    },
    {
      kind: 'Secret',
      metadata: { name: 'opaque', namespace: 'shop' },
      type: 'Opaque',
      data: { password: Buffer.from(CANARY.password).toString('base64'), token: Buffer.from(CANARY.opaque).toString('base64') },
    },
  ];
  const cluster = await startCluster({ objects });
  const gone = `https://127.0.0.1:${await freePort()}`;
  t.teardown(() => Promise.all([rejecting, bearer, issuing, redirecting, cluster].map(server => server.close())));
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop', user: { token: CANARY.kube } });
  const files = folder({
    'objects.json': JSON.stringify({ kind: 'List', items: objects }),
    'broken.yaml': `kind: Secret\nmetadata: {name: x}\nstringData:\n  password: "${CANARY.password}\n  : [${CANARY.password}`,
    'broken.json': `{"kind":"Secret","data":{"password":"${CANARY.password}" oops ${CANARY.password}}}`,
    kubeconfig: `apiVersion: v1\nusers:\n- name: x\n  user: {token: "${CANARY.kube}\n  : ]`,
    'kubeconfig-type': `users: "${CANARY.kube}"`,
  });
  const exec = (script: string): string => {
    const path = writeKubeconfig({
      server: cluster.server,
      namespace: 'shop',
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: './login.sh',
          interactiveMode: 'Never',
          env: [{ name: 'PASSWORD', value: CANARY.exec }],
        },
      },
    });
    writeFileSync(join(path, '..', 'login.sh'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, '..', 'login.sh'), 0o755);
    return path;
  };
  const secrets = ['planted', 'broken', 'number', 'opaque'];
  const formats = ['text', 'wide', 'json', 'yaml', 'name'];
  const lines: string[][] = [
    ...formats.flatMap(format => [
      ['why', '--kubeconfig', kubeconfig, '-o', format, '--timeout', '8s'],
      ['why', 'canary-1', '--kubeconfig', kubeconfig, '-o', format, '--timeout', '8s'],
      ['why', '-f', join(files, 'objects.json'), '-o', format, '--no-probe'],
      ['test-secret', ...secrets, '--kubeconfig', kubeconfig, '-o', format, '--timeout', '8s'],
      ['test-secret', 'planted', '--kubeconfig', kubeconfig, '-o', format, '--image', image(issuing.host), '--timeout', '8s'],
      ['test-secret', '-f', join(files, 'objects.json'), '-o', format, '--no-probe'],
    ]),
    ...['json', 'yaml'].flatMap(format => [
      ['collect', '--kubeconfig', kubeconfig, '-o', format],
      ['collect', '--kubeconfig', kubeconfig, '-o', format, '--with-probe', '--timeout', '8s'],
      ['collect', '-f', join(files, 'objects.json'), '-o', format],
      ['why', '--kubeconfig', kubeconfig, '-o', format, '--facts', '--timeout', '8s'],
      ['why', '-f', join(files, 'objects.json'), '-o', format, '--facts', '--no-probe'],
    ]),
    ['why', '-A', '--kubeconfig', kubeconfig, '-o', 'prometheus', '--no-probe'],
    ['why', '-f', join(files, 'broken.yaml')],
    ['why', '-f', join(files, 'broken.json')],
    ['test-secret', 'x', '-f', join(files, 'broken.yaml')],
    ['why', 'x', '--kubeconfig', join(files, 'kubeconfig')],
    ['why', 'x', '--kubeconfig', join(files, 'kubeconfig-type')],
    ['why', 'absent', '--kubeconfig', kubeconfig],
    ['why', 'x', '--kubeconfig', writeKubeconfig({ server: gone, user: { token: CANARY.kube } })],
    ['why', 'x', '--kubeconfig', writeKubeconfig({ server: gone, user: { username: 'ci', password: CANARY.kubePassword } })],
    [
      'why',
      'x',
      '--kubeconfig',
      writeKubeconfig({ server: `https://ci:${CANARY.kubePassword}@127.0.0.1:9`, user: { token: CANARY.kube } }),
    ],
    ['why', 'x', '--kubeconfig', exec(`echo 'no JSON: ${CANARY.exec}'`)],
    ['why', 'x', '--kubeconfig', exec(`echo '{"status":{"token":"${CANARY.exec}"'`)],
    ['why', 'x', '--kubeconfig', exec('exit 3')],
    [
      'why',
      'x',
      '--kubeconfig',
      writeKubeconfig({
        server: cluster.server,
        user: {
          'client-key-data': Buffer.from(CANARY.kube).toString('base64'),
          'client-certificate-data': Buffer.from('x').toString('base64'),
        },
      }),
    ],
    ['test-secret', 'planted', '--kubeconfig', kubeconfig, '--image', `ci:${CANARY.password}@Registry/x`],
  ];
  const answers = await runAll(lines, { IMAGEPULL_DEBUG: '1' });
  for (const [index, args] of lines.entries()) {
    const { stdout, stderr, status } = answers[index] as Run;
    const name = `${index + 1} ${normal(args.slice(0, 3).join(' ')).replace(/canary\S*/g, '…')} ${args.includes('-o') ? args[args.indexOf('-o') + 1] : ''}`;
    t.strictSame(leaks(stdout), [], `${name}: standard output`);
    t.strictSame(leaks(stderr), [], `${name}: standard error`);
    t.notMatch(stderr, /internal error/, `${name}: no bug`);
    t.ok(status !== null && status <= 2, `${name}: status`);
  }
  t.ok(
    rejecting.requests.some(({ headers }) => headers.authorization !== undefined),
    'the registry was asked with the password',
  );
  t.ok(
    bearer.requests.some(({ body }) => body.includes('password=')),
    'and the token server',
  );
});

t.test('test-secret names what is wrong with every broken shape', async t => {
  const registry = await startRegistry({ auth: { kind: 'basic', users: { ci: 'example' } } });
  t.teardown(registry.close);
  const { host } = registry;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const auth = (text: string): object => ({ auths: { [host]: { auth: base64(text) } } });
  const json = (value: object): string => JSON.stringify(value);
  const DOCKERCONFIGJSON = 'kubernetes.io/dockerconfigjson';
  const DOCKERCFG = 'kubernetes.io/dockercfg';
  /** name, type, key, text; then what is told: a code of the problem, or of the entry, and words */
  const rows: [string, string, string, string, string, RegExp][] = [
    ['Opaque', 'Opaque', '.dockerconfigjson', json(auth('ci:example')), 'SecretMalformed', /type is "Opaque"/],
    [
      'a key that is crossed with the type',
      DOCKERCFG,
      '.dockerconfigjson',
      json(auth('ci:example')),
      'SecretMalformed',
      /requires the key "\.dockercfg"/,
    ],
    [
      'the other way round',
      DOCKERCONFIGJSON,
      '.dockercfg',
      json(auth('ci:example')),
      'SecretMalformed',
      /requires the key "\.dockerconfigjson"/,
    ],
    ['a key of another name', DOCKERCONFIGJSON, 'config.json', json(auth('ci:example')), 'SecretMalformed', /requires the key/],
    ['an empty value', DOCKERCONFIGJSON, '.dockerconfigjson', '', 'SecretMalformed', /that key is empty/],
    [
      'the older form in the newer type',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ [host]: { auth: base64('ci:example') } }),
      'SecretMalformed',
      /no "auths"/,
    ],
    ['the newer form in the older type', DOCKERCFG, '.dockercfg', json(auth('ci:example')), 'SecretMalformed', /name of a registry/],
    ['text', DOCKERCONFIGJSON, '.dockerconfigjson', 'hello', 'SecretMalformed', /cannot be parsed \(invalid character 'h'/],
    ['JSON that is cut off', DOCKERCONFIGJSON, '.dockerconfigjson', '{"auths":{', 'SecretMalformed', /unexpected end of JSON input/],
    [
      'a byte order mark',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      `\ufeff${json(auth('ci:example'))}`,
      'SecretMalformed',
      /invalid character 'ï'/,
    ],
    ['encoded twice', DOCKERCONFIGJSON, '.dockerconfigjson', base64(json(auth('ci:example'))), 'SecretMalformed', /invalid character/],
    [
      'bad base64',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [host]: { auth: '!!!' } } }),
      'SecretMalformed',
      /illegal base64 data/,
    ],
    [
      'URL-safe base64',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [host]: { auth: Buffer.from('ci:\u00ff\u00ff\u00ff?>').toString('base64url') } } }),
      'SecretMalformed',
      /illegal base64 data/,
    ],
    [
      'a blank around base64',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [host]: { auth: ` ${base64('ci:example')}` } } }),
      'SecretMalformed',
      /illegal base64 data/,
    ],
    [
      'no colon',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json(auth('ci')),
      'SecretMalformed',
      /must be formatted as base64\(username:password\)/,
    ],
    [
      'a number for a string',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [host]: { username: 'ci', password: 42 } } }),
      'SecretMalformed',
      /cannot unmarshal number/,
    ],
    ['a list for a map', DOCKERCONFIGJSON, '.dockerconfigjson', json({ auths: [] }), 'SecretMalformed', /cannot unmarshal array/],
    [
      'a credential store',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [host]: {} }, credsStore: 'desktop' }),
      'SecretHasNoCredentials',
      /credsStore/,
    ],
    [
      'a credential store alone',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ credsStore: 'desktop' }),
      'SecretHasNoCredentials',
      /credsStore/,
    ],
    [
      'credential helpers',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ credHelpers: { [host]: 'ecr-login' } }),
      'SecretHasNoCredentials',
      /credHelpers/,
    ],
    [
      'an identity token',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [host]: { identitytoken: 'x' } } }),
      'SecretHasNoCredentials',
      /identitytoken/,
    ],
    ['an empty entry', DOCKERCONFIGJSON, '.dockerconfigjson', json({ auths: { [host]: {} } }), 'SecretHasNoCredentials', /empty/],
    ['no entry', DOCKERCONFIGJSON, '.dockerconfigjson', json({ auths: {} }), 'SecretHasNoCredentials', /"auths" is empty/],
    ['an empty object', DOCKERCONFIGJSON, '.dockerconfigjson', '{}', 'SecretHasNoCredentials', /"auths" is empty/],
    ['null', DOCKERCONFIGJSON, '.dockerconfigjson', 'null', 'SecretHasNoCredentials', /"auths" is empty/],
    [
      'a key that no URL parser takes',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { 'reg example.com': { username: 'ci', password: 'example' } } }),
      'SecretMalformed',
      /cannot parse this key/,
    ],
    [
      'Docker Hub without the last slash',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { 'https://index.docker.io/v1': { username: 'ci', password: 'example' } } }),
      'SecretRegistryMismatch',
      /last slash is missing/,
    ],
    [
      "another name of Docker Hub's",
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { 'registry-1.docker.io': { username: 'ci', password: 'example' } } }),
      'SecretRegistryMismatch',
      /does not use "registry-1\.docker\.io" for Docker Hub/,
    ],
    [
      'a scheme that kubelet does not know',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { 'docker://reg.example.com': { username: 'ci', password: 'example' } } }),
      'SecretRegistryMismatch',
      /only https:\/\/ and http:\/\//,
    ],
    [
      'a tag in the key',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [`${host}/team/api:1`]: { username: 'ci', password: 'example' } } }),
      'SecretRegistryMismatch',
      /has a tag/,
    ],
    [
      'a wrong password',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json(auth('ci:wrong')),
      'CredentialsRejected',
      /rejects the user name or password/,
    ],
    [
      'a line break behind the password',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json(auth('ci:example\n')),
      'CredentialsRejected',
      /ends with a line break.*accepts it/,
    ],
    [
      'a registry that is not there',
      DOCKERCONFIGJSON,
      '.dockerconfigjson',
      json({ auths: { [`127.0.0.1:${await freePort()}`]: { username: 'ci', password: 'example' } } }),
      'RegistryUnreachable',
      /refuse/i,
    ],
  ];
  const cluster = await startCluster({
    objects: [
      named('Namespace', 'shop'),
      ...rows.map(
        ([, type, key, text], index): ClusterObject => ({
          kind: 'Secret',
          metadata: { name: `s${index}`, namespace: 'shop' },
          type,
          data: { [key]: base64(text) },
        }),
      ),
      dockerconfigjson('good', 'shop', { [host]: { username: 'ci', password: 'example' } }),
    ],
  });
  t.teardown(cluster.close);
  const kubeconfig = writeKubeconfig({ server: cluster.server, namespace: 'shop' });
  interface Test {
    problems: { code: string; detail: string }[];
    entries: { cause: string | null; detail: string; result: string }[];
  }
  const line = (index: number, ...more: string[]): string[] => [
    'test-secret',
    `s${index}`,
    '--kubeconfig',
    kubeconfig,
    '--timeout',
    '8s',
    ...more,
  ];
  const inJson = await runAll(rows.map((_, index) => line(index, '-o', 'json')));
  const all = await run([
    'test-secret',
    ...rows.map((_, index) => `s${index}`),
    '--kubeconfig',
    kubeconfig,
    '--timeout',
    '20s',
    '-o',
    'wide',
  ]);
  t.match(all, { status: 1, stderr: '', stdout: /^\d+ secrets: \d+ do not work/ }, 'all of them as text, first as a table');
  const [, ...asText] = all.stdout.split(/^(?=secret shop\/)/m);
  t.equal(asText.length, rows.length, 'each has its own part of the text');
  for (const [index, [name, , , , code, says]] of rows.entries()) {
    const json = inJson[index] as Run;
    const [test] = (JSON.parse(json.stdout) as { items: Test[] }).items;
    const told = [...(test?.problems ?? []), ...(test?.entries ?? []).map(({ cause, detail }) => ({ code: cause, detail }))].filter(
      entry => entry.code !== null,
    );
    t.ok(
      told.some(entry => entry.code === code && says.test(entry.detail)),
      `${name}: ${code}, in ${JSON.stringify(told)}`,
    );
    t.equal(json.status, 1, `${name}: status 1`);
    const text = asText.find(part => part.startsWith(`secret shop/s${index} `)) ?? '';
    const verdict =
      /(?:does not work|could not be tested from this machine|works only for some of its entries|works, but it cannot pull the image)$/m;
    t.match(text.split('\n')[0], verdict, `${name}: the text says that it does not work, or what is not known`);
    t.match(text, new RegExp(`^secret shop/s${index} `), `${name}: and names it`);
    t.match(text, /\nFix\n/, `${name}: and how to repair it`);
    t.notMatch(text, /undefined|\[object|\n\s+at /, `${name}: no hole`);
  }
  const good = await run(['test-secret', 'good', '--kubeconfig', kubeconfig]);
  t.match(good, { status: 0, stderr: '', stdout: /secret shop\/good works/ }, 'a good one works');
  for (const [name, args, says] of [
    ['a secret that is not there', ['test-secret', 'absent'], /secret "absent" not found in namespace "shop"/],
    ['a namespace that is not there', ['test-secret', 'absent', '-n', 'nowhere'], /namespace "nowhere" not found/],
  ] as const)
    t.match(await run([...args, '--kubeconfig', kubeconfig]), { status: 2, stdout: '', stderr: says }, name);
});
