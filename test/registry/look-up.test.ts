/** Look-ups of names: one whose servers keep silent holds up no other. */
import t from 'tap';
import { besides, systemLookUp } from '../../src/registry/look-up.ts';

const never = (): Promise<string[]> => new Promise(() => {});
const failing = async (): Promise<string[]> => {
  throw Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
};

t.test('a look-up that takes long has another one besides', async t => {
  let asked = 0;
  const other = async (): Promise<string[]> => {
    asked++;
    return ['192.0.2.2'];
  };
  t.strictSame(await besides(async () => ['192.0.2.1'], other, 5)('a.example.com'), ['192.0.2.1'], 'the first decides');
  await t.rejects(besides(failing, other, 5)('a.example.com'), { code: 'ENOTFOUND' }, 'its error, too');
  t.equal(asked, 0, 'and where it is quick nobody else is asked');
  t.strictSame(await besides(never, other, 5)('a.example.com'), ['192.0.2.2'], 'what is found besides is taken');
  t.strictSame(await besides(never, other, 5)('b.example.com'), ['192.0.2.2']);
});

t.test('that nothing is found besides proves nothing', async t => {
  const late = (): Promise<string[]> => new Promise(resolve => setTimeout(resolve, 40, ['192.0.2.1']));
  for (const second of [failing, async () => []])
    t.strictSame(await besides(late, second, 5)('a.example.com'), ['192.0.2.1'], 'the first is waited for');
});

t.test('the hosts of this machine', async t => {
  const found = await systemLookUp('localhost');
  t.ok(found.includes('127.0.0.1') || found.includes('::1'));
});
