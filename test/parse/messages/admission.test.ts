/** Who refuses a pod, what it says, and whether for an image. */
import t from 'tap';
import { readRefusal } from '../../../src/parse/messages/admission.ts';

const IMAGE = 'registry.example.com/team/api:1.4.2';

t.test('by the words of the API server', async t => {
  /** message: who, its name, of what, whether exactly, and the words (null: whatever they are) */
  const rows: [string, string, string | null, string | null, boolean, string | null][] = [
    [
      'Error creating: pods "api-5d4f8b7c9-x2x4z" is forbidden: image policy webhook backend denied one or more images: no tag "latest"',
      'imagePolicy',
      null,
      'image',
      true,
      'no tag "latest"',
    ],
    [
      'Error creating: pods "api-" is forbidden: one or more images rejected by webhook backend',
      'imagePolicy',
      null,
      'image',
      true,
      'one or more images rejected by webhook backend',
    ],
    [
      'Error creating: Pod "api-x2x4z" is invalid: spec.containers[0].image: Forbidden: this image is prohibited by policy',
      'imagePolicy',
      null,
      'image',
      true,
      null,
    ],
    [
      '(combined from similar events): Error creating: admission webhook "validation.gatekeeper.sh" denied the request: [repos] container <api> comes from an untrusted registry.',
      'webhook',
      'validation.gatekeeper.sh',
      'image',
      false,
      '[repos] container <api> comes from an untrusted registry',
    ],
    [
      `create Pod store-0 in StatefulSet store failed error: admission webhook "policy.sigstore.dev" denied the request: validation failed: failed policy: ours: spec.initContainers[1].image\n${IMAGE} no matching attestations`,
      'webhook',
      'policy.sigstore.dev',
      'signature',
      true,
      null,
    ],
    [
      `Error creating: admission webhook "connaisseur-svc.connaisseur.svc" denied the request: ${IMAGE} was refused`,
      'webhook',
      'connaisseur-svc.connaisseur.svc',
      'image',
      false,
      null,
    ],
    [
      `Error creating: admission webhook "rules.example.com" denied the request: container api (image ${IMAGE}) has no memory limit`,
      'webhook',
      'rules.example.com',
      null,
      false,
      null,
    ],
    [
      `Error creating: admission webhook "rules.example.com" denied the request: container api: memory limit missing, tag of ${IMAGE} not allowed`,
      'webhook',
      'rules.example.com',
      'image',
      false,
      null,
    ],
    [
      'Error creating: admission webhook "images.example.com" denied the request without explanation',
      'webhook',
      'images.example.com',
      'image',
      false,
      '',
    ],
    [
      "Error creating: pods \"api-x2x4z\" is forbidden: ValidatingAdmissionPolicy 'registry-rules' with binding 'all' denied request: only our registry",
      'policy',
      'registry-rules',
      'image',
      false,
      'only our registry',
    ],
    [
      "Create Pod db-0 in StatefulSet db failed error: pods \"db-0\" is forbidden: ValidatingAdmissionPolicy 'registry-rules' with binding 'all' denied request: only our registry",
      'policy',
      'registry-rules',
      'image',
      false,
      'only our registry',
    ],
    [
      "create Pod db-0 in StatefulSet db failed error: pods \"db-0\" is forbidden: ValidatingAdmissionPolicy 'registry-rules' with binding 'all' denied request: only our registry",
      'policy',
      'registry-rules',
      'image',
      false,
      'only our registry',
    ],
    [
      'Error creating: pods "api-x2x4z" is forbidden: ValidatingAdmissionPolicy \'labels\' denied request: the label team is missing',
      'policy',
      'labels',
      null,
      false,
      null,
    ],
    [
      'Error creating: admission webhook "limits.example.com" denied the request: imagePullPolicy and limits are wanted',
      'webhook',
      'limits.example.com',
      null,
      false,
      null,
    ],
    [
      'Error creating: Internal error occurred: failed calling webhook "mutate.kyverno.svc-fail": failed to call webhook: Post "https://kyverno-svc.kyverno.svc:443/mutate": dial tcp 10.0.0.9:443: connect: connection refused',
      'silentWebhook',
      'mutate.kyverno.svc-fail',
      null,
      false,
      null,
    ],
    [
      'Error creating: pods "api-x2x4z" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=3, limited: pods=3',
      'quota',
      null,
      null,
      false,
      null,
    ],
    [
      'Error creating: pods "api-x2x4z" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "api" must set securityContext.runAsNonRoot=true)',
      'podSecurity',
      null,
      null,
      false,
      null,
    ],
    [
      'Error creating: pods "api-" is forbidden: error looking up service account shop/image-builder: serviceaccount "image-builder" not found',
      'other',
      null,
      null,
      false,
      null,
    ],
    [
      'create Claim data-store-0 for Pod store-0 in StatefulSet store failed error: persistentvolumeclaims "image-data" is forbidden: no room',
      'other',
      null,
      null,
      false,
      null,
    ],
    ['', 'other', null, null, false, ''],
  ];
  for (const [message, by, name, about, exact, words] of rows) {
    const read = readRefusal(message, [IMAGE]);
    t.strictSame([read.by, read.name, read.about, read.exact], [by, name, about, exact], message);
    if (words !== null) t.equal(read.words, words, message);
  }
});

t.test('no secret is told, and no more than can be read', async t => {
  const { words } = readRefusal(
    'Error creating: admission webhook "a.example.com" denied the request: GET https://registry.example.com/v2/?token=hidden-7: image refused',
    [],
  );
  t.notMatch(words, /hidden-7/);
  const long = readRefusal(`Error creating: admission webhook "a.example.com" denied the request: image\n${'x '.repeat(5000)}`, []);
  t.equal(long.words.length, 601);
  t.equal(long.about, 'image');
});
