/** With --registry-mirror both the mirror and the registry are asked, and both are told: the built plugin against two servers. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { failingPod, type Item, json, Lab, pullSecret, surroundings } from '../helpers/lab.ts';
import { run } from '../helpers/process.ts';
import type { Answer } from '../helpers/registry.ts';

const PASSWORD = 'c4nary-right-Zq81';
const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', layers: [] };
const digest = `sha256:${createHash('sha256').update(JSON.stringify(manifest)).digest('hex')}`;
const returned = (): Answer => {
  const answer = json(200, manifest);
  return { ...answer, headers: { ...answer.headers, 'content-type': manifest.mediaType, 'docker-content-digest': digest } };
};
const challenged = (): Answer => {
  const answer = json(401, { errors: [{ code: 'UNAUTHORIZED' }] });
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Basic realm="shop"' } };
};
const missing = (): Answer => json(404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'not here' }] });

t.test('a mirror that fails is compared with the registry, which gets no credential', async t => {
  for (const [answer, cause, told] of [
    [returned, 'MirrorFailed', 'the mirror is at fault'],
    [missing, 'TagNotFound', 'the mirror may not be at fault'],
    [challenged, 'TagNotFound', 'requires a login'],
  ] as const) {
    const lab = new Lab();
    t.teardown(() => lab.close());
    const logins: (string | undefined)[] = [];
    const { host } = await lab.registry({
      answer: ({ path, headers }) => {
        logins.push(headers.authorization);
        return path === '/v2/' && answer !== challenged ? json(200, {}) : answer();
      },
    });
    const mirror = await lab.registry({ answer: ({ path }) => (path === '/v2/' ? json(200, {}) : missing()) });
    const items = [
      ...failingPod({ name: 'api', image: `${host}/team/app:1.4.2`, secrets: ['regcred'] }),
      pullSecret('regcred', { [host]: ['ci', PASSWORD] }),
      ...surroundings(),
    ];
    const { stdout } = await run(['why', '-f', '-', '-o', 'json', '--registry-mirror', `${host}=http://${mirror.host}`], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    });
    const [item] = (JSON.parse(stdout) as { items: (Item & { summary: string })[] }).items;
    t.equal(item?.cause, cause);
    t.match(item?.summary, told);
    t.match(item?.summary, `"${mirror.host}"`);
    t.match(item?.summary, `"${host}"`);
    t.ok(logins.length > 0, 'the registry is asked, too');
    t.strictSame([...new Set(logins)], [undefined], 'it gets no credential');
  }
});
