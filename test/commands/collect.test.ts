/** `collect`: what it writes gives the verdict of what it read, and holds no secret. */
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { collectOf, whyOf } from '../helpers/commands.ts';
import { CLUSTER } from '../helpers/shop.ts';
import { FORMS, objectsOf, readSituation } from '../helpers/situations.ts';

const listOf = (items: readonly unknown[]): string => JSON.stringify({ kind: 'List', items });

const SITUATIONS = 'test/fixtures/situations';
const messages = JSON.parse(readFileSync('test/fixtures/node-messages/runtimes.json', 'utf8')) as { image: string; message: string }[];

/** Files by name, as other tools save them. */
function* files(): Generator<[string, string]> {
  yield ['the shop', listOf(CLUSTER)];
  yield ['the saved shop', readFileSync('test/fixtures/saved/shop.yaml', 'utf8')];
  for (const version of ['1.20', '1.36']) {
    const kinds = JSON.parse(readFileSync(`test/fixtures/node-messages/kubelet-${version}.json`, 'utf8')) as Record<string, object[]>;
    const items = Object.entries(kinds).flatMap(([name, list]) =>
      Array.isArray(list) ? list.map(one => ({ kind: /pod/i.test(name) ? 'Pod' : 'Event', ...one })) : [],
    );
    yield [`kubelet ${version}`, listOf(items)];
  }
  for (const name of readdirSync(SITUATIONS).filter(file => file.endsWith('.json')))
    for (const form of FORMS) yield [`${name}, ${form}`, listOf(objectsOf(readSituation(`${SITUATIONS}/${name}`), form))];
  for (const [index, { image, message }] of messages.entries())
    if (index % 4 === 0)
      yield [
        `message ${index}`,
        listOf(
          objectsOf(
            { about: '', image, message, secret: { name: 'own', host: 'quay.io', username: 'ci', password: `pw-${index}-x` } },
            'backOff',
          ),
        ),
      ];
}

t.test('why says the same of a file and of what is collected from it', async t => {
  for (const [name, text] of files()) {
    const collected = await collectOf(text);
    for (const output of ['wide', 'json'] as const) {
      const [before, after] = [await whyOf(text, { output }), await whyOf(collected.stdout, { output })];
      t.equal(after.stdout, before.stdout, `${name}: ${output}`);
      t.equal(after.status, before.status, `${name}: status`);
    }
    const again = await collectOf(collected.stdout);
    t.equal(again.stdout, collected.stdout, `${name}: collected once more`);
  }
});
