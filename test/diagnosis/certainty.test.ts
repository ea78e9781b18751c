/**
 * Certainty is a proof. Beside every rule that can be certain stand two fixtures: one where it is, and its nearest neighbor, which must not be.
 */
import { readdirSync } from 'node:fs';
import t from 'tap';
import { CANDIDATES } from '../../src/diagnosis/candidates.ts';
import { contextOf } from '../../src/diagnosis/context.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { LOGIN_FROM_NODE, LOGIN_FROM_OBJECTS, LOGIN_FROM_PROBE } from '../../src/diagnosis/login-rules.ts';
import { decide, RULES } from '../../src/diagnosis/rules.ts';
import type { Facts } from '../../src/model/facts.ts';
import { factsOf, readFixture } from '../helpers/facts.ts';
import { TEXTS_ARE_CHANGED } from '../helpers/texts.ts';

const FOLDER = 'test/fixtures/causes';
const factsIn = (name: string): Facts => factsOf(readFixture(`${FOLDER}/${name}.json`));

/** Rule → a fixture in which it is certain, and the nearest one in which nothing is. */
const PAIRS: Record<string, readonly [certain: string, neighbor: string]> = {
  'state.pulling': ['StillPulling', 'state.pulling-not-certain'],
  'state.ended-for-disk': ['NodeDiskFull-ended', 'NodeDiskFull-ended-unseen'],
  'state.no-node-with-disk': ['NodeDiskFull-no-node', 'NodeDiskFull-no-node-reported'],
  'state.no-pull-problem': ['NoPullProblem', 'Unknown'],
  'object.pull-policy-never': ['ImageNeverPulled', 'object.pull-policy-never-not-certain'],
  'object.name-refused-by-kubelet': ['InvalidImageName', 'object.name-refused-by-kubelet-not-certain'],
  'object.name-does-not-parse': ['object.name-does-not-parse', 'object.name-does-not-parse-not-certain'],
  'object.secret-breaks-keyring': ['SecretMalformed', 'none.secret-malformed'],
  'probe.public-image-refused-to-credential': ['CredentialsBlockPublicImage', 'probe.public-image-secret-not-read'],
  'probe.credential-expired-registry-states': ['CredentialsExpired', 'probe.credential-expired-by-age'],
  'probe.credential-expired-by-date': ['CredentialsExpired-jwt', 'probe.credential-expired-by-age'],
  'probe.credential-rejected': ['CredentialsRejected', 'probe.credential-rejected-not-certain'],
  'probe.right-missing': ['probe.right-missing', 'probe.right-missing-by-401'],
  'probe.access-denied': ['AccessDenied', 'probe.denied-by-token-server'],
  'node.token-expired': ['CredentialsExpired-reported', 'node.something-expired'],
  'node.right-missing': ['AccessDenied-reported', 'node.right-missing-without-credential'],
  'login.secret-malformed': ['SecretMalformed-ignored', 'login.secret-malformed-not-certain'],
  'login.secret-has-no-credentials': ['SecretHasNoCredentials', 'login.secret-has-no-credentials-not-certain'],
  'login.secret-not-found': ['SecretNotFound', 'SecretNotFound-reported'],
  'login.secret-not-inherited': ['SecretNotInherited', 'login.secret-not-inherited-not-certain'],
  'login.secret-registry-mismatch': ['SecretRegistryMismatch', 'login.secret-registry-mismatch-not-certain'],
  'login.missing-or-private': ['RepositoryNotFoundOrPrivate', 'login.missing-or-private-not-certain'],
  'login.no-pull-secret': ['NoPullSecret', 'login.no-pull-secret-not-certain'],
  'name.invalid': ['InvalidImageName-refused', 'name.invalid-not-certain'],
  'name.refused-by-registry': ['name.refused-by-registry', 'answer.bad-request'],
  'name.short-name': ['ShortNameUnresolved', 'name.short-name-unclear'],
  'node.pull-policy-never': ['node.pull-policy-never', 'object.pull-policy-never-not-certain'],
  'secret.does-not-parse': ['SecretMalformed-reported', 'secret.unreadable'],
  'node.pull-rate-limited': ['PullThrottled', 'node.pull-rate-limited-not-certain'],
  'node.signature-rejected': ['SignatureRejected', 'node.policy-refuses'],
  'node.disk-full': ['NodeDiskFull', 'node.storage-under-disk-pressure'],
  'node.runtime-does-not-answer': ['node.runtime-does-not-answer', 'RuntimeFailed'],
  'proxy.failed': ['ProxyFailed', 'proxy.unreachable'],
  'proxy.authentication-required': ['proxy.authentication-required', 'answer.unusual'],
  'answer.head-blocked': ['HeadRequestBlocked', 'FixedWaitingForRetry-head'],
  'answer.rate-limited': ['RateLimited', 'probe.own-trouble'],
  'cache.limited': ['RateLimited-cache-digest', 'RateLimited-cache'],
  'answer.rate-limit-code': ['answer.rate-limit-code', 'node.forbidden-without-credential'],
  'answer.network-login': ['answer.network-login', 'answer.unusual'],
  'answer.token-expired': ['answer.token-expired', 'node.something-expired'],
  'answer.https-required': ['answer.https-required', 'http.bad-request-on-this-machine'],
  'token-server.name-not-resolved': ['TokenServiceFailed', 'redirect.name-not-resolved'],
  'token-server.unreachable': ['token-server.unreachable', 'token-server.tls'],
  'token-server.no-token': ['token-server.no-token', 'token-server.failed'],
  'token-server.bad-address': ['token-server.bad-address', 'token-server.redirects'],
  'token-server.policy-answered': ['token-server.policy-answered', 'token-server.policy'],
  'token-server.failing': ['token-server.failing', 'TokenServiceFailed-500'],
  'token-server.wrong-answer': ['token-server.wrong-answer', 'token-server.failed'],
  'blob-host.web-page': ['blob-host.web-page', 'web-page.in-transfer'],
  'blob-host.name-not-resolved': ['BlobHostFailed', 'redirect.name-not-resolved'],
  'blob-host.unreachable': ['blob-host.unreachable', 'blob-host.or-mirror'],
  'blob-host.refuses': ['blob-host.refuses', 'auth.forbidden-in-transfer'],
  'blob-host.redirected-here-too': ['blob-host.redirected-here-too', 'blob-host.or-mirror'],
  'blob-host.failed': ['blob-host.failed', 'blob-host.or-mirror'],
  'certificate.invalid': ['CertificateInvalid', 'certificate.of-this-machine'],
  'certificate.not-trusted': ['CertificateNotTrusted', 'certificate.refused'],
  'http.other-scheme': ['PlainHTTPRegistry', 'token-server.plain-http'],
  'dns.no-such-name': ['RegistryNameNotResolved', 'dns.no-answer'],
  'network.refused': ['RegistryUnreachable', 'network.transfer-unreachable'],
  'network.no-route': ['network.no-route', 'network.closed'],
  'network.timeout': ['network.timeout', 'network.silent'],
  'image.platform': ['PlatformNotAvailable-reported', 'probe.refused-where-node-read'],
  'image.schema-1': ['ManifestUnsupported', 'image.bad-manifest'],
  'image.encrypted': ['image.encrypted', 'image.media-type-for-node'],
  'image.media-type': ['ManifestUnsupported-chart', 'image.media-type-for-node'],
  'image.part-missing': ['ImageBroken-seen', 'ImageBroken'],
  'image.corrupt': ['image.corrupt', 'image.corrupt-for-node'],
  'admission.not-the-image': ['admission.not-the-image', 'admission.not-the-image-webhook'],
  'admission.image': ['admission.image', 'admission.image-unread'],
  'answer.no-challenge': ['AuthMethodUnsupported', 'answer.unauthorized-without-explanation'],
  'answer.token-refused': ['answer.token-refused', 'TokenServiceFailed-issuer'],
  'answer.redirects': ['RegistryFailing-loop', 'token-server.redirects'],
  'answer.failing': ['answer.failing', 'answer.failing-500'],
  'answer.failing-for-node': ['RegistryFailing', 'answer.failing-500'],
  'answer.policy-code': ['answer.policy-code', 'answer.policy-for-node'],
  'answer.policy': ['RegistryPolicyDenied-seen', 'RegistryPolicyDenied'],
  'answer.offline': ['answer.offline', 'answer.offline-or-login'],
  'answer.gone': ['answer.gone', 'RepositoryOffline'],
  'answer.precondition': ['answer.precondition', 'answer.precondition-for-node'],
  'web-page.at-registry': ['NotARegistry-seen', 'NotARegistry'],
  'not-found.tag-expired': ['not-found.tag-expired', 'TagNotFound-unlisted'],
  'not-found.digest-of-repository': ['DigestNotFound', 'not-found.digest'],
  'not-found.tag-of-repository': ['TagNotFound', 'not-found.listed-tag'],
  'not-found.name-unknown': ['RepositoryNotFound-reported', 'not-found.token-grants-nothing'],
  'not-found.repository': ['not-found.repository', 'not-found.repository-without-tags'],
};

const ROWS = [...RULES, ...LOGIN_FROM_PROBE, ...LOGIN_FROM_NODE, ...LOGIN_FROM_OBJECTS, ...CANDIDATES];

t.test('each rule that can be certain has a fixture where it is, and its nearest neighbor, which is not', async t => {
  const able = ROWS.filter(row => 'proof' in row && row.proof !== undefined).map(({ id }) => id);
  t.strictSame(
    able.filter(id => PAIRS[id] === undefined),
    [],
    'a rule that can be certain has its pair in PAIRS: a fixture where it is, and the nearest one that must not be',
  );
  t.strictSame(
    Object.keys(PAIRS).filter(id => !able.includes(id)),
    [],
    'a pair in PAIRS has its rule',
  );
  for (const [id, [certain, neighbor]] of Object.entries(PAIRS)) {
    const is = diagnose(factsIn(certain));
    t.strictSame([is.decidedBy.rule, is.certainty], [id, 'certain'], `${certain}: ${id} is certain`);
    const not = diagnose(factsIn(neighbor));
    t.not(not.certainty, 'certain', `${neighbor}: ${not.decidedBy.rule} is not`);
  }
});

const fixtures = readdirSync(FOLDER)
  .filter(file => file.endsWith('.json'))
  .map(file => file.replace(/\.json$/, ''));
const certainOnes = fixtures.filter(name => decide(contextOf(factsIn(name))).certainty === 'certain');

t.test('a message that was not read in full is never the ground of a certain verdict', async t => {
  let grounds = 0;
  for (const name of certainOnes) {
    const facts = factsIn(name);
    const grounded = decide(contextOf(facts)).proof.some(({ kind }) => kind === 'nodeMessage');
    facts.nodeReport.faults = facts.nodeReport.faults.map(fault => ({ ...fault, understood: false }));
    const after = diagnose(facts);
    if (grounded) t.not(after.certainty, 'certain', `${name}: the message was the ground`);
    const proved = decide(contextOf(facts)).proof.filter(({ kind }) => kind === 'nodeMessage');
    t.strictSame(proved, [], `${name}: it is no proof`);
    grounds += Number(grounded);
  }
  t.ok(grounds > 20, 'many verdicts rest on a message');
});

t.test('what a name of this machine answers us proves nothing that the node does not report too', async t => {
  let answers = 0;
  for (const name of certainOnes) {
    const facts = factsIn(name);
    if (facts.probe === null || !decide(contextOf(facts)).proof.some(({ kind }) => kind === 'answer')) continue;
    facts.probe.nodeResolvesElsewhere = true;
    facts.nodeReport.faults = [];
    t.not(diagnose(facts).certainty, 'certain', name);
    answers++;
  }
  t.ok(answers > 20, 'many verdicts rest on an answer');
});

t.test('the proof comes first in the evidence, and is told once', async t => {
  for (const name of fixtures) {
    const { evidence } = diagnose(factsIn(name));
    const proving = evidence.filter(({ proves }) => proves);
    t.strictSame(evidence.slice(0, proving.length), proving, `${name}: the proof comes first`);
    const lines = evidence.map(({ source, detail }) => `${source} ${detail}`);
    t.equal(new Set(lines).size, lines.length, `${name}: no line stands twice`);
    t.notOk(
      lines.some(line => line.trim().endsWith(':')),
      `${name}: each line says something`,
    );
  }
});

t.test('a message about who gave up is never certain, and silence is never an unreachable registry', async t => {
  for (const name of [
    'node.canceled',
    'node.canceled-in-transfer',
    'node.canceled-while-waiting',
    'node.canceled-at-token-server',
    'PullTooSlow',
  ])
    t.not(diagnose(factsIn(name)).certainty, 'certain', name);
  for (const name of ['network.silent', 'network.silent-transfer']) {
    const { cause, certainty } = diagnose(factsIn(name));
    t.ok(['RegistryFailing', 'PullTooSlow'].includes(cause) && certainty !== 'certain', `${name}: ${cause} (${certainty})`);
  }
});

t.test('what works by GET is shown beside the HEAD that fails', { skip: TEXTS_ARE_CHANGED && 'the texts are changed' }, async t => {
  const { evidence } = diagnose(factsIn('FixedWaitingForRetry-head'));
  t.ok(
    evidence.some(
      ({ source, detail }) => source === 'registry' && /HEAD .*: 500; the same request by GET returns the manifest/.test(detail),
    ),
    'the answer to GET stands in the evidence',
  );
});

t.test('of several search registries one answer proves nothing', async t => {
  for (const name of ['TagNotFound-search', 'TagNotFound-search-probed', 'ShortNameUnresolved-search']) {
    const facts = factsIn(name);
    t.not(diagnose(facts).certainty, 'certain', name);
  }
  const known = factsIn('TagNotFound-search-probed');
  known.nodeReport.searched = null;
  t.equal(diagnose(known).certainty, 'certain', 'the same name, asked at one registry alone');
});

t.test('only a kubelet that verifies credentials refuses an image', async t => {
  const facts = factsIn('ImageNeverPulled-refused');
  const refused = (kubelet: string): boolean =>
    diagnose({ ...facts, node: { ...facts.node, kubelet } }).fixes.some(({ title }) => title.includes('NeverVerifyAllowlistedImages'));
  t.strictSame(['v1.32.9', 'v1.33.0', 'v1.37.2-eks-1', ''].map(refused), [false, true, true, false]);
});
