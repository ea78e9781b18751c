/** The question that tells a sick cache from a registry without the image: how often it is asked, where it is not, and what answers to it mean. */
import t from 'tap';
import { mayBeCache } from '../../src/model/registry-providers.ts';
import { failingPod, failure, html, Lab, surroundings, why } from '../helpers/lab.ts';
import { messagesOf } from '../helpers/node-messages.ts';
import type { Answer, SeenRequest } from '../helpers/registry.ts';

const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const asksForNothing = ({ path }: SeenRequest): boolean => path.endsWith(NO_DIGEST);

/** What the pods of some tags are told where a host answers "not found", and this for the digest. */
async function verdicts(answer: Answer | undefined, tags: readonly string[], repository = 'team/app') {
  const lab = new Lab();
  try {
    const { host } = await lab.registry({
      images: [{ repository, tag: '1.4.2' }],
      answer: request => (asksForNothing(request) ? answer : undefined),
    });
    const pods = tags.flatMap(tag =>
      failingPod({
        name: `app-${tag}`,
        image: `${host}/${repository}${tag.startsWith('sha256:') ? '@' : ':'}${tag}`,
        report: { runtime: '1.7', text: messagesOf('1.7', { registry: host, repository, reference: tag, scheme: 'http' }).notFound() },
      }),
    );
    const { items } = await why([...pods, ...surroundings()]);
    return { items: items.map(({ cause, certainty }) => `${cause} ${certainty}`), asked: lab.requests.filter(asksForNothing) };
  } finally {
    await lab.close();
  }
}

/** A 500 in whose detail a cache hands on what it met. */
const handedOn = (detail: unknown): Answer => ({
  ...failure(500, 'UNKNOWN', ''),
  body: JSON.stringify({ errors: [{ code: 'UNKNOWN', message: 'unknown error', detail }] }),
});
const url = 'https://upstream.acme.example/v2/team/app/manifests/latest';

const ANSWERS: readonly [name: string, answer: Answer, verdict: string][] = [
  ['429', failure(429, 'TOOMANYREQUESTS', 'too many requests'), 'RateLimited likely'],
  ['403', failure(403, 'DENIED', 'denied'), 'AccessDenied likely'],
  ['401', failure(401, 'UNAUTHORIZED', 'authentication required'), 'AccessDenied likely'],
  ['500 with the errors of the upstream', handedOn({ errors: [{ code: 'TOOMANYREQUESTS', message: 'slow down' }] }), 'RateLimited likely'],
  ['500 with one error of the upstream', handedOn({ code: 'UNAUTHORIZED', message: 'no', detail: '' }), 'AccessDenied likely'],
  ['500 with a URL and the errors', handedOn({ Op: 'Get', URL: url, Err: { errors: [{ code: 'DENIED' }] } }), 'AccessDenied likely'],
  ['500 with a broken connection', handedOn({ Op: 'Get', URL: url, Err: { Op: 'dial', Net: 'tcp', Err: {} } }), 'RepositoryOffline likely'],
  ['500 with the status of an odd answer', handedOn({ ParseErr: { Offset: 0 }, StatusCode: 429 }), 'RateLimited likely'],
  ['500 with a status line', handedOn({ Status: '503 Service Unavailable' }), 'RepositoryOffline likely'],
  ['500 with a text that ends in a refusal', handedOn(`Get "${url}": no basic auth credentials`), 'AccessDenied likely'],
  [
    '500 with a text of a connection',
    handedOn(`Get "${url}": dial tcp 192.0.2.7:443: connect: connection refused`),
    'RepositoryOffline likely',
  ],
  ['500 with a text of a status', handedOn('received unexpected HTTP status: 502 Bad Gateway'), 'RepositoryOffline likely'],
  ['500 with a plain miss', handedOn({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }), 'TagNotFound certain'],
  ['400', failure(400, 'DIGEST_INVALID', 'no such algorithm'), 'TagNotFound certain'],
  ['502 with the phrase of a refusal', failure(502, 'UNSUPPORTED', 'Unauthorized'), 'AccessDenied likely'],
  ['504 that the registry explains', failure(504, 'UNSUPPORTED', 'Response from the upstream timed out.'), 'RepositoryOffline likely'],
  ['a web page of something in front', html(502), 'TagNotFound likely'],
  ['a broken connection', { destroy: true }, 'TagNotFound likely'],
];

t.test('what the answers mean', async t => {
  for (const [name, answer, verdict] of ANSWERS) t.strictSame((await verdicts(answer, ['1.4'])).items, [verdict], name);
});

t.test('it is asked once for a repository, after a tag that is not there', async t => {
  const { items, asked } = await verdicts(undefined, ['1.4', '1.5', '1.6']);
  t.strictSame(items, Array(3).fill('TagNotFound certain'));
  t.equal(asked.length, 1);
});

t.test('it is not asked where it decides nothing', async t => {
  t.strictSame((await verdicts(undefined, ['1.4.2'])).asked, [], 'a tag that is there');
  t.strictSame((await verdicts(undefined, [`sha256:${'7c'.repeat(32)}`])).asked, [], 'a digest');
  for (const host of ['docker.io', 'ghcr.io', 'registry.k8s.io', 'mcr.microsoft.com'])
    t.notOk(mayBeCache(host), `${host} holds its own images`);
  for (const host of ['harbor.acme.example', '123456789012.dkr.ecr.eu-west-1.amazonaws.com', 'quay.io', 'localhost:5000'])
    t.ok(mayBeCache(host), `${host} may be a cache`);
});
