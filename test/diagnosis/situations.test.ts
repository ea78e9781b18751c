/**
 * Failures whose true cause became known afterwards, each told by what a cluster shows of it (fixtures/situations), with no registry asked. The table
 * says what the verdict has to be, how sure it may be, and what its repair must and must not say: a cause that is right helps nobody whose node, owner
 * or registry the commands do not fit.
 */
import { readdirSync } from 'node:fs';
import t from 'tap';
import { groupFindings } from '../../src/diagnosis/aggregate.ts';
import type { Finding } from '../../src/diagnosis/investigate.ts';
import type { CauseCode } from '../../src/model/cause-codes.ts';
import type { Certainty } from '../../src/model/diagnosis.ts';
import { renderFindings } from '../../src/report/text.ts';
import { golden } from '../helpers/golden.ts';
import { FORMS, type Form, findingsOf, objectsOf, readSituation } from '../helpers/situations.ts';
import { TEXTS_ARE_CHANGED } from '../helpers/texts.ts';

const FOLDER = 'test/fixtures/situations';

interface Expected {
  cause: CauseCode;
  /** The greatest certainty that what is seen allows. */
  atMost: Certainty;
  /** What has to be among the other possible causes: the true one, where the words do not tell it. */
  also?: CauseCode[];
  /** What the summary or a fix says. */
  says: RegExp[];
  /** What neither says. */
  never: RegExp[];
  /** The verdict where the node object, or the pull secret, is not seen, if that changes it. */
  noNode?: CauseCode;
  noSecret?: CauseCode;
}

const SET_IMAGE = /set image/;
const PUSH = /\bdocker push\b|docker buildx build/;
const SECRET = /create secret|repair-secret|pull secret .* to deployment/;

const SITUATIONS: Record<string, Expected> = {
  'mirror-hangs': {
    cause: 'PullTooSlow',
    atMost: 'possible',
    also: ['MirrorFailed', 'RegistryUnreachable', 'RuntimeFailed'],
    says: [/does not say why/, /show the configured mirrors/],
    never: [SET_IMAGE, PUSH, /mirror near the nodes/, /no data arrived for some time/],
  },
  'short-name-of-two-registries': {
    cause: 'ShortNameUnresolved',
    atMost: 'certain',
    says: [/set image deployment\/api api=docker\.io\/acme-auth\/portal:1\.60\.2/, /registries\.conf\.d/],
    never: [PUSH, SECRET, /containerd/],
  },
  'adapter-older-than-docker': {
    cause: 'RuntimeFailed',
    atMost: 'likely',
    says: [/cri-dockerd/, /update cri-dockerd/],
    never: [/containerd/, SET_IMAGE, PUSH, /did not reach the registry/],
  },
  'sandbox-redirect-blocked': {
    cause: 'BlobHostFailed',
    atMost: 'certain',
    says: [/allow asia-south1-docker\.pkg\.dev in the firewall/, /cri-dockerd/],
    never: [SET_IMAGE, PUSH, SECRET],
  },
  'linux-image-on-windows': {
    cause: 'PlatformNotAvailable',
    atMost: 'likely',
    also: ['NodeStorageFailed'],
    says: [/kubernetes\.io\/os: linux/],
    never: [/drain/, /dmesg/, /has no manifest/],
    noNode: 'NodeStorageFailed',
  },
  'no-windows-in-the-index': {
    cause: 'PlatformNotAvailable',
    atMost: 'certain',
    says: [/kubernetes\.io\/os: linux/, /ask the publisher/],
    never: [/-t mcr\.microsoft\.com/, SECRET],
  },
  'name-without-repository': {
    cause: 'InvalidImageName',
    atMost: 'certain',
    says: [/The name before the tag is missing/, /set image/],
    never: [PUSH, SECRET],
  },
  'lazy-snapshotter-lost-a-layer': {
    cause: 'NodeStorageFailed',
    atMost: 'likely',
    also: ['RuntimeFailed'],
    says: [/snapshotter/, /crictl rmi/],
    never: [SECRET, SET_IMAGE, PUSH, /pull access/],
  },
  'azure-credential-provider-missing': {
    cause: 'NoPullSecret',
    atMost: 'possible',
    also: ['RepositoryNotFoundOrPrivate'],
    says: [/--attach-acr acmereg/, /credential provider/, /credential-provider/],
    never: [/login is good|authentication succeeded/i, SET_IMAGE],
  },
  'amazon-credential-provider-silent': {
    cause: 'NoPullSecret',
    atMost: 'possible',
    says: [/credential provider/, /credential-provider/],
    never: [/login is good|authentication succeeded/i, SET_IMAGE],
  },
  'sandbox-content-lost': {
    cause: 'NodeStorageFailed',
    atMost: 'likely',
    also: ['RuntimeFailed'],
    says: [/sandbox \(pause\) image/, /crictl rmi dev\.acme\.example/],
    never: [SET_IMAGE, PUSH, SECRET],
  },
  'mirror-name-unknown': {
    cause: 'RegistryNameNotResolved',
    atMost: 'certain',
    says: [/the mirror "hub\.mirror\.acme\.example" of "docker\.io"/, /correct or remove the mirror/, /certs\.d\/docker\.io\/hosts\.toml/],
    never: [SET_IMAGE, PUSH, SECRET],
  },
  'mirror-is-a-service': {
    cause: 'RegistryNameNotResolved',
    atMost: 'certain',
    says: [/service names \(\*\.svc/, /correct or remove the mirror/, /\/etc\/rancher\/rke2\/registries\.yaml/],
    never: [SET_IMAGE, PUSH, /certs\.d/],
  },
  'mirror-without-its-login': {
    cause: 'MirrorFailed',
    atMost: 'possible',
    also: ['NoPullSecret'],
    says: [/mirror/, /show the configured mirrors/],
    never: [/index\.docker\.io\/v1/, SET_IMAGE, PUSH],
  },
  'tls-inspected-on-k3s': {
    cause: 'CertificateNotTrusted',
    atMost: 'certain',
    says: [/who signed it/, /\/etc\/rancher\/k3s\/registries\.yaml/],
    never: [/certs\.d/, SET_IMAGE, PUSH],
  },
  'guest-does-not-resolve-a-service': {
    cause: 'RegistryNameNotResolved',
    atMost: 'certain',
    says: [/service names \(\*\.svc/, /ingress or a load balancer/],
    never: [PUSH, SECRET],
  },
  'web-page-for-a-hub-image': {
    cause: 'NotARegistry',
    atMost: 'likely',
    also: ['MirrorFailed'],
    says: [/mirror/, /show the configured mirrors/],
    never: [/https:\/\/docker\.io\/v2/, SET_IMAGE, PUSH],
  },
  'google-right-of-the-nodes': {
    cause: 'AccessDenied',
    atMost: 'possible',
    also: ['NoPullSecret', 'RepositoryNotFoundOrPrivate'],
    says: [/service account/, /roles\/artifactregistry\.reader/],
    never: [/the pull user/, /login is good|authentication succeeded/i, PUSH],
  },
  'github-organization-misspelled': {
    cause: 'RepositoryNotFoundOrPrivate',
    atMost: 'possible',
    also: ['NoPullSecret', 'AccessDenied'],
    says: [/if the name is misspelled/, /same error for missing and private/],
    never: [/login is good|authentication succeeded/i, PUSH],
  },
  'blob-host-unknown-to-dns': {
    cause: 'BlobHostFailed',
    atMost: 'certain',
    says: [/cannot resolve the name/, /resolve "store-07\.acme-net\.example"/],
    never: [/allow .* in the firewall/, /A firewall must/, /X-Amz-Signature=0f/, SET_IMAGE, PUSH],
  },
  'layer-refused-under-the-name-of-the-registry': {
    cause: 'BlobHostFailed',
    atMost: 'possible',
    also: ['RegistryPolicyDenied'],
    says: [/403/],
    never: [/redirects downloads to "quay\.io"/, /allow quay\.io in the firewall/, PUSH],
  },
  'gitlab-login-of-the-node-unused': {
    cause: 'NoPullSecret',
    atMost: 'possible',
    also: ['RepositoryNotFoundOrPrivate'],
    says: [/credentials of its own/, /repair-secret git-images\.acme\.example-pull/],
    never: [/login is good|authentication succeeded/i, PUSH],
  },
  'amazon-token-of-weeks-ago': {
    cause: 'CredentialsExpired',
    atMost: 'likely',
    says: [/valid for 12 hours/, /ecr get-login-password --region us-west-2/],
    never: [SET_IMAGE, PUSH],
    noSecret: 'AccessDenied',
  },
  'robot-without-its-project': {
    cause: 'CredentialsRejected',
    atMost: 'likely',
    says: [/missing "\$project"/, /repair-secret harbor-login /],
    never: [SET_IMAGE, PUSH],
  },
  'host-twice-with-a-digest': {
    cause: 'DigestNotFound',
    atMost: 'possible',
    also: ['RepositoryNotFound'],
    says: [/path holds the host "k8s\.gcr\.io"/, /api=registry\.k8s\.io\/ingress\/certgen:v1\.0/],
    never: [/api=registry\.k8s\.io\/k8s\.gcr\.io/, PUSH],
  },
  'registry-in-the-repository-value': {
    cause: 'TagNotFound',
    atMost: 'possible',
    also: ['RepositoryNotFound'],
    says: [/path holds the host "registry\.k8s\.io"/, /api=registry\.k8s\.io\/kubectl:v1\.32\.7/],
    never: [PUSH, SECRET],
  },
  'moved-image': {
    cause: 'TagNotFound',
    atMost: 'possible',
    says: [/has moved to "docker\.io\/bitnamilegacy\/redis/, /api=docker\.io\/bitnamilegacy\/redis:7\.0\.11-debian-11-r12/],
    never: [SECRET],
  },
  'chain-without-the-intermediate': {
    cause: 'CertificateNotTrusted',
    atMost: 'certain',
    says: [/intermediate/, /certs\.d/],
    never: [SET_IMAGE, PUSH],
  },
  'manifest-by-digest-answered-400': {
    cause: 'RegistryFailing',
    atMost: 'possible',
    says: [/answers 400/],
    never: [SET_IMAGE, PUSH, /not a valid image reference|rejects the name/],
  },
  'cache-may-not-reach-its-upstream': {
    cause: 'ImageBroken',
    atMost: 'likely',
    also: ['RepositoryOffline'],
    says: [/cache/, /upstream/],
    never: [/docker push/],
  },
  'public-registry-blocks-the-country': {
    cause: 'RegistryPolicyDenied',
    atMost: 'likely',
    says: [/takes no credentials/, /another network, or through a mirror/],
    never: [SECRET, PUSH, /login is good|authentication succeeded/i],
  },
  'public-registry-blocks-the-sandbox': {
    cause: 'RegistryPolicyDenied',
    atMost: 'likely',
    says: [/takes no credentials/, /sandbox \(pause\) image/],
    never: [SECRET, PUSH, SET_IMAGE],
  },
  'built-here-and-never-loaded': {
    cause: 'RepositoryNotFoundOrPrivate',
    atMost: 'possible',
    also: ['RepositoryNotFound'],
    says: [/built/, /load|import/],
    never: [/login is good|authentication succeeded/i],
  },
  'mirror-rewrites-the-manifest': {
    cause: 'ImageBroken',
    atMost: 'likely',
    says: [/another manifest/, /digest/],
    never: [/docker push/, /:TAG/],
  },
  'zstd-on-an-old-node': {
    cause: 'ManifestUnsupported',
    atMost: 'likely',
    also: ['ImageBroken'],
    says: [/zstd/, /containerd 1\.5/],
    never: [/docker push/, /No node can pull/i],
    noNode: 'ImageBroken',
  },
  'signature-lost-behind-a-mirror': {
    cause: 'SignatureRejected',
    atMost: 'likely',
    says: [/no valid signature/, /talosctl/, /a mirror on the way/],
    never: [PUSH, SET_IMAGE, /cosign sign/],
  },
  'image-store-lost-a-layer': {
    cause: 'NodeStorageFailed',
    atMost: 'likely',
    also: ['RuntimeFailed'],
    says: [/image store/],
    never: [SET_IMAGE, PUSH, SECRET],
  },
  'guest-with-a-policy': {
    cause: 'SignatureRejected',
    atMost: 'certain',
    says: [/The guest of pod "api-7c9f"/, /key broker/],
    never: [PUSH, SECRET, /on node/, /block list/],
  },
  'docker-newer-than-its-client': {
    cause: 'RuntimeFailed',
    atMost: 'likely',
    says: [/update cri-dockerd/],
    never: [SET_IMAGE, PUSH, SECRET, /containerd/],
  },
  'docker-mirror-unknown': {
    cause: 'RegistryNameNotResolved',
    atMost: 'certain',
    says: [/the mirror "hub\.mirror\.acme\.example" of "docker\.io"/, /daemon\.json/],
    never: [SET_IMAGE, PUSH, SECRET],
  },
  'proxy-on-the-loopback-of-a-laptop': {
    cause: 'ProxyFailed',
    atMost: 'certain',
    says: [/127\.0\.0\.1:1082/, /the node itself/, /kind create cluster/],
    never: [SET_IMAGE, PUSH, /systemctl edit/],
  },
};

const ORDER: Certainty[] = ['possible', 'likely', 'certain'];
const textOf = ({ diagnosis: { summary, fixes } }: Finding): string =>
  [summary, ...fixes.flatMap(({ title, command }) => [title, command ?? ''])].join('\n');

t.test('each fixture has its row', async t => {
  const names = readdirSync(FOLDER).map(file => file.replace(/\.\w+$/, ''));
  t.strictSame([...new Set(names)].sort(), Object.keys(SITUATIONS).sort());
});

for (const [name, expected] of Object.entries(SITUATIONS)) {
  const situation = readSituation(`${FOLDER}/${name}.json`);
  const inForm = async (form: Form): Promise<Finding | undefined> => (await findingsOf(objectsOf(situation, form)))[0];

  t.test(`${name}: ${situation.about}`, async t => {
    for (const form of FORMS) {
      const finding = await inForm(form);
      // kubelet repeats the failure of a sandbox in events alone
      if (form === 'wordless' && situation.reason === 'FailedCreatePodSandBox') continue;
      if (finding === undefined) {
        t.fail(`${form}: it is told that something is wrong`);
        continue;
      }
      const { cause, certainty, also } = finding.diagnosis;
      t.not(cause, 'NoPullProblem', `${form}: it is told that something is wrong`);
      t.ok(ORDER.indexOf(certainty) <= ORDER.indexOf(expected.atMost), `${form}: ${certainty} is not too sure`);
      if (form === 'wordless' && situation.reason === undefined) continue;
      const isUnseen = form === 'noNode' || form === 'noSecret';
      t.equal(cause, (form === 'noNode' || form === 'noSecret' ? expected[form] : undefined) ?? expected.cause, `${form}: the cause`);
      if (isUnseen || TEXTS_ARE_CHANGED) continue;
      for (const code of expected.also ?? []) t.ok(also.includes(code), `${form}: ${code} is told as possible`);
      for (const words of expected.says) t.match(textOf(finding), words, `${form}: it says what repairs it`);
      for (const words of expected.never) t.notMatch(textOf(finding), words, `${form}: it says nothing that misleads`);
    }
    const shown = await inForm('event');
    if (shown !== undefined)
      golden(t, `${FOLDER}/${name}.txt`, renderFindings(groupFindings([shown]), [], { color: false, wide: false, width: 80 }));
  });
}
