/**
 * What kubelet says itself, and the layers in which it hands on what the runtime said. Belongs here: rows of pkg/kubelet, of its keyring, of the
 * parser of references that it calls first, and of the wire (gRPC) to the runtime.
 */
import type { ErrorRow, Wrapper } from './row.ts';

const INNER = 'failed to pull and unpack image "registry.example.com/team/api:1.4.2": context canceled';

export const WRAPPERS: Wrapper[] = [
  {
    id: 'kubelet.failed-to-pull',
    match: /Failed +to pull image ["'][^"']*["'](?: from pod "[^"]*" and container "[^"]*")?: /,
    fromKubelet: true,
    example: `Failed to pull image "registry.example.com/team/api:1.4.2": ${INNER}`,
    source: 'kubernetes pkg/kubelet/images/image_manager.go, pullImage',
  },
  {
    id: 'kubelet.back-off',
    match: /Back-off pulling image "[^"]*": /,
    fromKubelet: true,
    example: `Back-off pulling image "registry.example.com/team/api:1.4.2": ErrImagePull: ${INNER}`,
    source: 'kubernetes pkg/kubelet/images/image_manager.go, EnsureImageExists',
    since: 'Kubernetes 1.32',
  },
  {
    id: 'kubelet.sync-log',
    match: /(?:Error syncing pod, skipping: )?failed to "StartContainer" for "[^"]*" with /,
    fromKubelet: true,
    example:
      'Error syncing pod, skipping: failed to "StartContainer" for "api" with ErrImagePull: "rpc error: code = Canceled desc = context canceled"',
    source: 'kubernetes pkg/kubelet/pod_workers.go; pkg/kubelet/container/sync_result.go',
  },
  {
    id: 'kubelet.create-sandbox',
    match: /CreatePodSandbox for pod "[^"]*" failed: /,
    fromKubelet: true,
    example: `CreatePodSandbox for pod "shop/api-7c9f" failed: failed to get sandbox image "registry.k8s.io/pause:3.10": ${INNER}`,
    source: 'kubernetes pkg/kubelet/kuberuntime/kuberuntime_sandbox.go',
  },
  {
    id: 'kubelet.failed-sandbox',
    match: /Failed to create pod sandbox: /,
    fromKubelet: true,
    example: `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.10": ${INNER}`,
    source: 'kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go, SyncPod',
  },
  {
    id: 'kubelet.reason-quoted',
    match: /(?:Err|Image|Registry|Signature)[A-Za-z]+: (?=")/,
    fromKubelet: true,
    isQuoted: true,
    isOutermost: true,
    example: 'Error syncing pod, skipping: failed to "StartContainer" for "api" with ErrImagePull: "context canceled"',
    source: 'kubernetes pkg/kubelet/container/sync_result.go, SyncResult.Fail',
  },
  {
    id: 'kubelet.image-volume',
    // containerd and CRI-O begin with this error of the CRI; CRI-O may say it twice
    match: /(?:failed to mount image volume: )?(?:ImageVolumeMountFailed: ){1,2}/,
    step: 'store',
    isOfImage: true,
    example: `failed to mount image volume: ImageVolumeMountFailed: failed to ensure image subpath "weights" in "/run/image-volumes/9b2c": openat weights: no such file or directory`,
    source: 'kubernetes cri-api pkg/errors/errors.go, ErrImageVolumeMountFailed',
    since: 'Kubernetes 1.33',
  },
  {
    id: 'kubelet.reason-signature',
    match: /SignatureValidationFailed: /,
    kind: 'signature',
    step: 'verify',
    fromKubelet: true,
    example:
      'SignatureValidationFailed: image pull failed for registry.example.com/team/api:1.4.2 because the signature validation failed: Source image rejected: A signature was required, but no signature exists',
    source: 'cri-api pkg/errors/errors.go, ErrSignatureValidationFailed',
    since: 'Kubernetes 1.28',
  },
  {
    id: 'kubelet.reason',
    match: /(?:Err|Image|Registry)[A-Z][A-Za-z]+: /,
    fromKubelet: true,
    isOutermost: true,
    example: `Back-off pulling image "registry.example.com/team/api:1.4.2": ErrImagePull: ${INNER}`,
    source: 'kubernetes pkg/kubelet/images/types.go',
  },
  {
    id: 'kubelet.registry-unavailable',
    match: /image pull failed for \S+ because the registry is unavailable: /,
    fromKubelet: true,
    example:
      'image pull failed for registry.example.com/team/api:1.4.2 because the registry is unavailable: pinging container registry registry.example.com: Get "https://registry.example.com/v2/": dial tcp 10.77.0.21:443: connect: connection refused',
    source: 'kubernetes pkg/kubelet/images/image_manager.go, evalCRIPullErr',
    since: 'Kubernetes 1.28',
  },
  {
    id: 'kubelet.signature-failed',
    match: /image pull failed for \S+ because the signature validation failed: /,
    kind: 'signature',
    step: 'verify',
    fromKubelet: true,
    example:
      'image pull failed for registry.example.com/team/api:1.4.2 because the signature validation failed: Source image rejected: A signature was required, but no signature exists',
    source: 'kubernetes pkg/kubelet/images/image_manager.go, evalCRIPullErr',
    since: 'Kubernetes 1.28',
  },
  {
    id: 'kubelet.no-credentials',
    match: /image pull failed for \S+, this may be because there are no credentials on this request\.\s+details: \(?/,
    fromKubelet: true,
    example:
      'image pull failed for registry.example.com/team/api:1.4.2, this may be because there are no credentials on this request.  details: Error response from daemon: unauthorized: authentication required',
    source: 'kubernetes pkg/kubelet/dockertools/docker.go, Pull (up to 1.6)',
  },
  {
    // podman begins its errors so, too
    id: 'kubelet.error',
    match: /\(?Error: /,
    fromKubelet: true,
    isOutermost: true,
    example: 'Error: illegal base64 data at input byte 4',
    source: 'kubernetes pkg/kubelet/kuberuntime/kuberuntime_container.go, startContainer; podman cmd/podman/root.go, Execute',
  },
  {
    id: 'crictl.pulling-image',
    match: /pulling image: /,
    fromKubelet: true,
    isOutermost: true,
    example: 'pulling image: rpc error: code = Canceled desc = context canceled',
    source: 'cri-tools cmd/crictl/image.go, pullImageCommand',
  },
  {
    // of a copy that was cut, the class of the error still tells what the end did not
    id: 'kubelet.rpc-not-found',
    match: /rpc error: code = NotFound desc = (?=failed to pull and unpack image "[^"]*": failed to resolve )/,
    otherwise: 'notFound',
    example:
      'rpc error: code = NotFound desc = failed to pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve reference "registry.example.com/team/api:1.4.2": registry.example.com/team/api:1.4.2: not found',
    source: 'google.golang.org/grpc internal/status/status.go, Error.Error; containerd errdefs, ToGRPC',
  },
  {
    id: 'kubelet.rpc',
    match: /rpc error: code = \w+ desc = /,
    example: 'Failed to pull image "registry.example.com/team/api:1.4.2": rpc error: code = Canceled desc = context canceled',
    source: 'google.golang.org/grpc internal/status/status.go, Error.Error',
  },
  {
    id: 'kubelet.inspect',
    match: /Failed to inspect image "[^"]*": /,
    kind: 'runtime',
    except: ['badReference', 'shortName', 'storage', 'diskFull'],
    step: 'runtime',
    example: 'Failed to inspect image "registry.example.com/team/api:1.4.2": rpc error: code = Unknown desc = context deadline exceeded',
    source: 'kubernetes pkg/kubelet/images/image_manager.go, imagePullPrecheck',
  },
  {
    id: 'kubelet.default-tag',
    match: /Failed to apply default image tag "[^"]*": /,
    kind: 'badReference',
    step: 'name',
    example:
      'Failed to apply default image tag "registry.example.com/team/api:1.4.2+build.7": couldn\'t parse image name "registry.example.com/team/api:1.4.2+build.7": invalid reference format',
    source: 'kubernetes pkg/kubelet/images/image_manager.go, applyDefaultImageTag',
  },
  {
    id: 'kubelet.parse-image',
    match: /couldn't parse image (?:name|reference) "[^"]*": /,
    kind: 'badReference',
    step: 'name',
    example: 'couldn\'t parse image name "registry.example.com/$TEAM/api:1.4.2": invalid reference format',
    source: 'kubernetes pkg/util/parsers/parsers.go, ParseImageName',
  },
  {
    id: 'kubelet.pull-intent',
    match: /Failed to record image pull intent for container image "[^"]*": /,
    otherwise: 'storage',
    example:
      'Failed to record image pull intent for container image "registry.example.com/team/api:1.4.2": open /var/lib/kubelet/image_manager/pulling/sha256-1f: no space left on device',
    source: 'kubernetes pkg/kubelet/images/image_manager.go, pullImage',
    since: 'Kubernetes 1.33',
  },
  {
    id: 'kubelet.credential-provider',
    match: /Failed getting credential from external registry credential provider: /,
    kind: 'runtime',
    step: 'runtime',
    example:
      'Failed getting credential from external registry credential provider: error execing credential provider plugin ecr-credential-provider for image registry.example.com/team/api: fork/exec /opt/bin/ecr-credential-provider: no such file or directory',
    source: 'kubernetes pkg/credentialprovider/plugin/plugin.go, provide',
  },
  {
    id: 'kubelet.credential-plugin',
    match: /error execing credential provider plugin \S+ for image \S+: /,
    kind: 'runtime',
    step: 'runtime',
    example:
      'error execing credential provider plugin ecr-credential-provider for image registry.example.com/team/api: fork/exec /opt/bin/ecr-credential-provider: no such file or directory',
    source: 'kubernetes pkg/credentialprovider/plugin/plugin.go, ExecPlugin',
  },
];

const IMAGE = 'registry.example.com/team/api:1.4.2';

export const ERRORS: ErrorRow[] = [
  {
    id: 'kubelet.pull-qps',
    match: /pull QPS exceeded/,
    kind: 'throttled',
    step: 'throttle',
    speaker: 'kubelet',
    example: `Failed to pull image "${IMAGE}": pull QPS exceeded`,
    source: 'kubernetes pkg/kubelet/images/helpers.go, throttledImageService',
  },
  {
    id: 'kubelet.never',
    match: /Container image .+ is not present with pull policy of Never/,
    kind: 'never',
    step: 'policy',
    speaker: 'kubelet',
    example: `Container image "${IMAGE}" is not present with pull policy of Never`,
    source: 'kubernetes pkg/kubelet/images/image_manager.go, EnsureImageExists',
  },
  {
    id: 'kubelet.secrets-unread',
    match: /Unable to retrieve some image pull secrets \((?<secrets>[^)]*)\); attempting to pull the image may not succeed\./,
    kind: 'secretUnread',
    step: 'secret',
    speaker: 'kubelet',
    example: 'Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.',
    source: 'kubernetes pkg/kubelet/kubelet_pods.go, getPullSecretsForPod',
    since: 'Kubernetes 1.28',
  },
  {
    id: 'kubelet.secret-unread-log',
    match: /"?Unable to retrieve pull secret, the image pull may not succeed\."?(?: .*)?/,
    kind: 'secretUnread',
    step: 'secret',
    speaker: 'kubelet',
    example:
      '"Unable to retrieve pull secret, the image pull may not succeed." pod="shop/api-7c9f" secret="" err="secret \\"regcred\\" not found"',
    source: 'kubernetes pkg/kubelet/kubelet_pods.go, getPullSecretsForPod (log)',
  },
  {
    id: 'kubelet.secret-unread-due',
    match: /Unable to retrieve pull secret \S+ for \S+ due to secrets? "[^"]*" not found\.\s+The image pull may not succeed\./,
    kind: 'secretUnread',
    step: 'secret',
    speaker: 'kubelet',
    example:
      'Unable to retrieve pull secret shop/regcred for shop/api-7c9f due to secret "regcred" not found.  The image pull may not succeed.',
    source: 'kubernetes pkg/kubelet/kubelet_pods.go, getPullSecretsForPod (log, up to 1.20)',
  },
  {
    id: 'kubelet.secret-keys',
    match: /imagePullSecret \S+ contains neither \.dockercfg nor \.dockerconfigjson/,
    kind: 'secretUnread',
    step: 'secret',
    example: 'imagePullSecret shop/regcred contains neither .dockercfg nor .dockerconfigjson',
    source: 'virtual-kubelet providers, pull secrets',
  },
  {
    id: 'kubelet.secret-not-found',
    match: /couldn't find (?:the )?(?:image )?pull secret:? .+/,
    kind: 'secretUnread',
    step: 'secret',
    example: "couldn't find image pull secret: regcred",
    source: 'virtual-kubelet providers, pull secrets',
  },
  {
    id: 'kubelet.secret-auth-field',
    match: /unable to parse auth field(?:, must be formatted as base64\(username:password\))?/,
    at: { fromKubelet: true },
    kind: 'secretParse',
    step: 'secret',
    speaker: 'kubelet',
    example: 'unable to parse auth field, must be formatted as base64(username:password)',
    source: 'kubernetes pkg/credentialprovider/config.go, decodeDockerConfigFieldAuth',
  },
  {
    id: 'kubelet.secret-json',
    match: /error occurred while trying to unmarshal json/,
    at: { fromKubelet: true },
    kind: 'secretParse',
    step: 'secret',
    speaker: 'kubelet',
    example: 'error occurred while trying to unmarshal json',
    source: 'kubernetes pkg/credentialprovider/config.go, ReadDockerConfigFileFromBytes',
  },

  // the parser of references, which kubelet asks first and every runtime again
  {
    id: 'reference.lowercase',
    match: /invalid reference format: repository name(?: \([^)]*\))? must be lowercase/,
    kind: 'badReference',
    step: 'name',
    example: `couldn't parse image name "Org/App": invalid reference format: repository name (Org/App) must be lowercase`,
    source: 'github.com/distribution/reference reference.go, ErrNameContainsUppercase',
  },
  {
    id: 'reference.invalid-format',
    match: /invalid reference format/,
    kind: 'badReference',
    step: 'name',
    example: 'Error response from daemon: invalid reference format',
    source: 'github.com/distribution/reference reference.go, ErrReferenceInvalidFormat',
  },
  {
    id: 'reference.hexadecimal',
    match: /invalid repository name \([^)]*\), cannot specify 64-byte hexadecimal strings/,
    kind: 'badReference',
    step: 'name',
    example: `invalid repository name (${'4f'.repeat(32)}), cannot specify 64-byte hexadecimal strings`,
    source: 'github.com/distribution/reference normalize.go, ParseNormalizedNamed',
  },
  {
    id: 'reference.no-component',
    match: /repository name must have at least one component/,
    kind: 'badReference',
    step: 'name',
    example: 'parsing reference "": repository name must have at least one component',
    source: 'github.com/distribution/reference reference.go, ErrNameEmpty',
  },
  {
    id: 'reference.canonical',
    match: /repository name must be canonical/,
    kind: 'badReference',
    step: 'name',
    example: 'failed to parse image reference "api": repository name must be canonical',
    source: 'github.com/distribution/reference reference.go, ErrNameNotCanonical',
  },
  {
    id: 'reference.too-long',
    match: /repository name must not be more than \d+ characters/,
    kind: 'badReference',
    step: 'name',
    example: 'Error response from daemon: repository name must not be more than 255 characters',
    source: 'github.com/distribution/reference reference.go, ErrNameTooLong',
  },
  {
    id: 'reference.digest-length',
    match: /invalid checksum digest length/,
    at: { step: 'name' },
    kind: 'badReference',
    step: 'name',
    example:
      'couldn\'t parse image name "registry.example.com/team/api@sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f": invalid checksum digest length',
    source: 'github.com/opencontainers/go-digest digest.go, ErrDigestInvalidLength',
  },
  {
    id: 'reference.digest-algorithm',
    match: /unsupported digest algorithm/,
    at: { step: 'name' },
    kind: 'badReference',
    step: 'name',
    example:
      'couldn\'t parse image name "registry.example.com/team/api@md5:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f": unsupported digest algorithm',
    source: 'github.com/opencontainers/go-digest digest.go, ErrDigestUnsupported',
  },
];
