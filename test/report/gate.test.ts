/** What the reports for gates share: outcomes, levels, places, and clean texts. */
import t from 'tap';
import { gravestFirst, totals } from '../../src/report/gate.ts';
import { SECRETS } from '../../src/util/secrets.ts';
import { at, planned, runOf, someOfAll } from '../helpers/gates.ts';

t.test('outcomes and levels', async t => {
  const rows = someOfAll().items.map(({ cause, certainty, outcome, level }) => [cause, certainty, outcome, level]);
  t.strictSame(rows, [
    ['NoPullProblem', 'certain', 'pass', 'note'],
    ['TagNotFound', 'certain', 'fail', 'error'],
    ['CertificateInvalid', 'certain', 'fail', 'error'],
    ['RegistryUnreachable', 'likely', 'fail', 'warning'],
    ['RateLimited', 'certain', 'ignored', 'note'],
    ['InvalidImageName', 'certain', 'fail', 'error'],
  ]);
  t.strictSame(
    gravestFirst(someOfAll().items).map(({ level }) => level),
    ['error', 'error', 'error', 'warning', 'note', 'note'],
  );
  t.equal(totals(someOfAll()), '6 images checked: 1 can be pulled, 3 cannot, of 1 it is not known from this machine, 1 ignored');
});

t.test('the exit status of a run', async t => {
  t.equal(runOf([planned('TagNotFound')]).status, 1);
  t.equal(runOf([planned('TagNotFound')], { ignore: ['TagNotFound'] }).status, 0);
  t.equal(runOf([planned('TagNotFound')], { isComplete: false }).status, 2);
});

t.test('every place of an image, and none on standard input', async t => {
  const [, api] = someOfAll().items;
  t.strictSame(
    api?.places.map(({ file }) => file),
    ['deploy/api.yaml', 'deploy/worker.yaml'],
  );
  t.strictSame(runOf([planned('TagNotFound', at('-', 3))]).items[0]?.places, []);
});

t.test('no item holds a secret', async t => {
  const secret = 'gate-canary-9b1f60c2';
  SECRETS.add(secret);
  const run = runOf(
    [
      planned('TagNotFound', {
        image: `registry.example.com/${secret}`,
        ...at(`${secret}.yaml`, 1),
        notes: [{ code: 'TagMoved', detail: secret }],
      }),
    ],
    {
      warnings: [secret],
    },
  );
  t.notMatch(JSON.stringify(run), new RegExp(secret));
  t.match(run.items[0]?.image, 'registry.example.com/REDACTED');
});
