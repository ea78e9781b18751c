/** The exit status of `test-secret` by what the secret holds and what its registries answer: 0 it works, 1 it does not, 2 it could not be tested. As processes. */
import { join } from 'node:path';
import t from 'tap';
import type { ClusterObject } from '../helpers/cluster.ts';
import { folder, type Run, run, runAll } from '../helpers/process.ts';
import { freePort, startRegistry } from '../helpers/registry.ts';
import { dockerconfigjson } from '../helpers/shop.ts';

const GOOD = { username: 'ci', password: 'swordfish-7' };

t.test('the exit status of a secret', async t => {
  const [closed, open, failing] = await Promise.all([
    startRegistry({ auth: { kind: 'basic', users: { [GOOD.username]: GOOD.password } }, images: [{ repository: 'team/api', tag: '1' }] }),
    startRegistry({ images: [{ repository: 'team/api', tag: '1' }] }),
    startRegistry({ answer: () => ({ status: 503, body: '' }) }),
  ]);
  t.teardown(() => Promise.all([closed, open, failing].map(one => one.close())));
  const gone = `127.0.0.1:${await freePort()}`;
  const wrong = { ...GOOD, password: 'wrong-password-1' };
  const replaced = { ...GOOD, password: 'replaced-by-imagepull-1' };
  const auths = (entries: object): ClusterObject => dockerconfigjson('regcred', 'shop', entries);
  const typed = (type: string, data: object): ClusterObject => ({
    kind: 'Secret',
    metadata: { name: 'regcred', namespace: 'shop' },
    type,
    data,
  });
  const image = (host: string, tag = '1'): string[] => ['--image', `${host}/team/api:${tag}`];
  const rows: [what: string, secret: ClusterObject, more: string[], status: number, says: RegExp][] = [
    ['the registry accepts it', auths({ [closed.host]: GOOD }), [], 0, /works/],
    ['the registry rejects it', auths({ [closed.host]: wrong }), [], 1, /does not work/],
    ['the registry asks for no login', auths({ [open.host]: GOOD }), [], 0, /could not be verified/],
    ['one of two is rejected', auths({ [closed.host]: GOOD, [`${closed.host}/other`]: wrong }), [], 1, /./],
    ['one accepted, one that asks for no login', auths({ [closed.host]: GOOD, [open.host]: GOOD }), [], 0, /works/],
    ['the registry cannot be reached', auths({ [gone]: GOOD }), [], 1, /RegistryUnreachable/],
    ['one accepted, one that cannot be reached', auths({ [closed.host]: GOOD, [gone]: GOOD }), [], 1, /works only for some/],
    ['the registry fails', auths({ [failing.host]: GOOD }), [], 1, /RegistryFailing/],
    ['the image can be pulled', auths({ [closed.host]: GOOD }), image(closed.host), 0, /works/],
    ['the image is not there', auths({ [closed.host]: GOOD }), image(closed.host, '2'), 1, /TagNotFound/],
    ['the image is of another registry', auths({ [closed.host]: GOOD }), image('registry.invalid'), 1, /SecretRegistryMismatch/],
    ['a pattern, of which no registry can be told', auths({ '*.registry.invalid': GOOD }), [], 0, /could not be verified/],
    ['an empty entry', auths({ [closed.host]: {} }), [], 1, /SecretHasNoCredentials/],
    ['no entry', auths({}), [], 1, /SecretHasNoCredentials/],
    ['another type', typed('Opaque', { password: 'eA==' }), [], 1, /SecretMalformed/],
    ['no JSON', typed('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': 'eA==' }), [], 1, /SecretMalformed/],
    ['no registry is to be asked', auths({ [closed.host]: wrong }), ['--no-probe'], 0, /because of --no-probe/],
    ['no registry is to be asked, and the form is wrong', auths({}), ['--no-probe'], 1, /SecretHasNoCredentials/],
    ['its password was replaced', auths({ [closed.host]: replaced }), [], 2, /warning: the logins of secret "regcred" were not tested/],
    ['one of two passwords was replaced', auths({ [closed.host]: replaced, [open.host]: GOOD }), [], 2, /warning: the logins of secret/],
    ['its password was replaced, and only its form is asked for', auths({ [closed.host]: replaced }), ['--no-probe'], 0, /replaced/],
    [
      'a namespace of which the file has no secret',
      auths({ [closed.host]: GOOD }),
      ['-n', 'shp'],
      2,
      /contains no secret of namespace "shp"/,
    ],
    ['another name', auths({ [closed.host]: GOOD }), ['regcrd'], 2, /contains no secret "regcrd" \(did you mean "regcred"\?\)/],
  ];
  const files = folder(Object.fromEntries(rows.map(([, secret], index) => [`${index}.json`, JSON.stringify(secret)])));
  const answers = await runAll(rows.map(([, , more], index) => ['test-secret', '-f', join(files, `${index}.json`), ...more]));
  for (const [index, [what, , , status, says]] of rows.entries()) {
    const answer = answers[index] as Run;
    t.equal(answer.status, status, `${what}: status`);
    t.match(answer.stdout + answer.stderr, says, what);
    t.notMatch(answer.stdout + answer.stderr, /swordfish|wrong-password/, `${what}: no password`);
  }
  const json = await run([
    'test-secret',
    '-f',
    join(files, `${rows.findIndex(([what]) => what === 'its password was replaced')}.json`),
    '-o',
    'json',
  ]);
  t.match(json, { status: 2, stdout: /"warnings": \[\s*"the logins of secret/ }, 'and in the JSON');
});
