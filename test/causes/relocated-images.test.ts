/** Images that are known to have moved, and where to. */
import t from 'tap';
import { knownMove } from '../../src/causes/relocated-images.ts';
import { parseReference } from '../../src/parse/reference.ts';

const referenceOf = (image: string) => {
  const parsed = parseReference(image);
  if (!parsed.ok) throw new Error(`${image}: ${parsed.error}`);
  return parsed.reference;
};
const DIGEST = `sha256:${'ab'.repeat(32)}`;

t.test('images that moved', async t => {
  const rows: [string, string | null][] = [
    ['bitnami/redis:7.2', 'docker.io/bitnamilegacy/redis:7.2'],
    ['docker.io/bitnami/charts/redis:1', 'docker.io/bitnamilegacy/charts/redis:1'],
    ['minio/mc', 'quay.io/minio/mc:latest'],
    ['gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0', 'registry.k8s.io/kubebuilder/kube-rbac-proxy:v0.15.0'],
    ['k8s.gcr.io/ingress-nginx/controller:v1', 'registry.k8s.io/ingress-nginx/controller:v1'],
    ['gcr.io/google_containers/pause:3.1', 'registry.k8s.io/pause:3.1'],
    ['docker.pkg.github.com/acme/repo/web:1', 'ghcr.io/acme/web:1'],
    ['centos:7', 'quay.io/centos/centos:7'],
    ['nginx', null],
    ['registry.example.com/bitnami/redis:7.2', null],
    ['mybitnami/redis', null],
  ];
  for (const [image, expected] of rows) t.equal(knownMove(referenceOf(image))?.image ?? null, expected, image);
  t.match(
    knownMove(referenceOf(`k8s.gcr.io/pause@${DIGEST}`)),
    { image: `registry.k8s.io/pause@${DIGEST}`, since: /^20\d\d/ },
    'a digest goes with it',
  );
  t.equal(knownMove(null), null, 'an image that does not parse');
});
