/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`dist/test/causes.mjs > TAP > AccessDenied > text 1`] = `
AccessDenied (certain): The login is good, but this repository is not allowed to it
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" knows user "ci" and does not let that user pull
"registry.example.com/team/api". The registry says: "requested access to the resource is denied".

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            unexpected status from HEAD request to
            https://registry.example.com/v2/team/api/manifests/1.4.2: 403 Forbidden
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 403 DENIED (requested access
            to the resource is denied)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. give "ci" the right to pull "registry.example.com/team/api" (in the registry, role or robot
     settings)
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/AccessDenied.md

`

exports[`dist/test/causes.mjs > TAP > AccessDenied-words > text 1`] = `
AccessDenied (certain): The login is good, but this repository is not allowed to it
pod shop/api-7c9f, container "api", image ghcr.io/acme-corp/worker:v1.4.2

"ghcr.io" knows user "octocat" and does not let that user pull "ghcr.io/acme-corp/worker". The
registry says: "denied: permission_denied: The token provided does not match expected scopes".

Proof
  pod     spec.imagePullSecrets names "ghcr"
  secret  "ghcr" covers this image (key "ghcr.io", user "octocat")
  event   node-3, 2 min ago: Failed to pull image "ghcr.io/acme-corp/worker:v1.4.2": rpc error: code
          = Unknown desc = unable to copy from source docker://ghcr.io/acme-corp/worker:v1.4.2:
          initializing source docker://ghcr.io/acme-corp/worker:v1.4.2: reading manifest v1.4.2 in
          ghcr.io/acme-corp/worker: denied: permission_denied: The token provided does not match
          expected scopes.

Fix
  1. give "octocat" the right to pull "ghcr.io/acme-corp/worker": in the package settings, "Manage
     access"; the token needs read:packages (classic), and SSO authorisation where the organisation
     wants it
  2. check that it works
     kubectl imagepull test-secret ghcr --image ghcr.io/acme-corp/worker:v1.4.2 -n shop

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/AccessDenied.md

`

exports[`dist/test/causes.mjs > TAP > AuthMethodUnsupported > text 1`] = `
AuthMethodUnsupported (certain): The registry asks for a login by no method that a runtime speaks
pod shop/api-7c9f, container "api", image hub-salem.acme.example/search/indexer:20.1

"hub-salem.acme.example" answers 401 without a challenge of type Bearer or Basic: neither a runtime
nor this tool can log in there, with whatever secret.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "hub-salem.acme.example/search/indexer:20.1":
            rpc error: code = Unknown desc = failed to pull and unpack image
            "hub-salem.acme.example/search/indexer:20.1": failed to resolve image: unexpected status
            from HEAD request to https://hub-salem.acme.example/v2/search/indexer/manifests/20.1:
            401 Unauthorized
  registry  hub-salem.acme.example, from this machine, without a login: GET: 401

Fix
  1. see the registry's own answer: a WWW-Authenticate header of type Bearer or Basic has to be in
     it
     curl -sSI https://hub-salem.acme.example/v2/
  2. let the registry (or the gateway before it) offer Basic or a token server

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/AuthMethodUnsupported.md

`

exports[`dist/test/causes.mjs > TAP > BlobHostFailed > text 1`] = `
BlobHostFailed (certain): The host that the registry redirects to fails
pod shop/api-7c9f, container "api", image images-parma.acme.example/mail/relay:7.2.1

"images-parma.acme.example" itself answers, but it sends pulls on to "layers-eu.acme-cdn.example"
for the layers, and node "node-3" cannot use that host. A firewall that lets the registry through
has to let this host through too.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "images-parma.acme.example/mail/relay:7.2.1": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "images-parma.acme.example/mail/relay:7.2.1": failed to copy: httpReadSeeker: failed open:
         failed to do request: Get
         "https://layers-eu.acme-cdn.example/blobs/sha256:e1a523ef484cc208da4d8de636d054b0a26cfc3fdc00724217810930bde560ec?X-Amz-Expires=%5BREDACTED%5D&X-Amz-Signature=%5BREDACTED%5D":
         dial tcp: lookup layers-eu.acme-cdn.example on 10.77.0.53:53: no such host

Fix
  1. allow layers-eu.acme-cdn.example in the firewall or proxy of the nodes
  2. try it from the node itself
     curl -sSI --max-time 10 https://layers-eu.acme-cdn.example/   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/BlobHostFailed.md

`

exports[`dist/test/causes.mjs > TAP > BlobHostFailed-seen > text 1`] = `
BlobHostFailed (certain): The host that the registry redirects to fails
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" itself answers, but it sends pulls on to "$(reboot)" for the layers, and node
"node-3" cannot use that host. A firewall that lets the registry through has to let this host
through too.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to copy:
            httpReadSeeker: failed open: failed to do request: Get "https://$(reboot)/blob": dial
            tcp: lookup $(reboot): no such host
  registry  registry.example.com, from this machine, without a login: the name of the host cannot be
            resolved
  registry  layers come from $(reboot): the name cannot be resolved

Fix
  1. allow $(reboot) in the firewall or proxy of the nodes
  2. try it from the node itself
     curl -sSI --max-time 10 https://HOST/   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/BlobHostFailed.md

`

exports[`dist/test/causes.mjs > TAP > CertificateInvalid > text 1`] = `
CertificateInvalid (certain): The registry's certificate is not valid
pod shop/api-7c9f, container "api", image cr2.acme.example/shop/web:1.4.2

The certificate of "cr2.acme.example" is not valid: it expired at 2025-03-01T00:00:00Z (the clock of
node "node-3" says 2026-11-22T13:17:57Z).

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr2.acme.example/shop/web:1.4.2": rpc error: code
         = Unknown desc = failed to pull and unpack image "cr2.acme.example/shop/web:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://cr2.acme.example/v2/shop/web/manifests/1.4.2": tls: failed to verify certificate:
         x509: certificate has expired or is not yet valid: current time 2026-11-22T13:17:57Z is
         after 2025-03-01T00:00:00Z

Fix
  1. see the certificate's dates and names
     openssl s_client -connect cr2.acme.example:443 </dev/null 2>/dev/null | openssl x509 -noout -dates -ext subjectAltName
  2. renew the certificate; if its dates are good, set the clock of the node
     timedatectl status   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CertificateInvalid.md

`

exports[`dist/test/causes.mjs > TAP > CertificateInvalid-address > text 1`] = `
CertificateInvalid (certain): The registry's certificate is not valid
pod shop/api-7c9f, container "api", image 10.77.0.21/shop/web:1.4.2

The certificate of "10.77.0.21" is not valid: it names no IP address, and the image names the
registry by one.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "10.77.0.21/shop/web:1.4.2": rpc error: code =
         Unknown desc = failed to pull and unpack image "10.77.0.21/shop/web:1.4.2": failed to
         resolve image: failed to do request: Head "https://10.77.0.21/v2/shop/web/manifests/1.4.2":
         tls: failed to verify certificate: x509: cannot validate certificate for 10.77.0.21 because
         it doesn't contain any IP SANs

Fix
  1. see the certificate's dates and names
     openssl s_client -connect 10.77.0.21:443 </dev/null 2>/dev/null | openssl x509 -noout -dates -ext subjectAltName
  2. get a certificate that names "10.77.0.21" as a subject alternative name, or pull by a name that
     the certificate has

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CertificateInvalid.md

`

exports[`dist/test/causes.mjs > TAP > CertificateInvalid-future > text 1`] = `
CertificateInvalid (certain): The registry's certificate is not valid
pod shop/api-7c9f, container "api", image cr4.acme.example/shop/web:1.4.2

The certificate of "cr4.acme.example" is not valid: it is valid only from 2030-01-01T00:00:00Z on
(the clock of node "node-3" says 2026-11-22T13:17:59Z).

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr4.acme.example/shop/web:1.4.2": rpc error: code
         = Unknown desc = failed to pull and unpack image "cr4.acme.example/shop/web:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://cr4.acme.example/v2/shop/web/manifests/1.4.2": tls: failed to verify certificate:
         x509: certificate has expired or is not yet valid: current time 2026-11-22T13:17:59Z is
         before 2030-01-01T00:00:00Z

Fix
  1. see the certificate's dates and names
     openssl s_client -connect cr4.acme.example:443 </dev/null 2>/dev/null | openssl x509 -noout -dates -ext subjectAltName
  2. renew the certificate; if its dates are good, set the clock of the node
     timedatectl status   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CertificateInvalid.md

`

exports[`dist/test/causes.mjs > TAP > CertificateInvalid-name > text 1`] = `
CertificateInvalid (certain): The registry's certificate is not valid
pod shop/api-7c9f, container "api", image cr3.acme.example/shop/web:1.4.2

The certificate of "cr3.acme.example" is not valid: it is for www.other.example, other.example, not
for "cr3.acme.example".

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr3.acme.example/shop/web:1.4.2": rpc error: code
         = Unknown desc = failed to pull and unpack image "cr3.acme.example/shop/web:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://cr3.acme.example/v2/shop/web/manifests/1.4.2": tls: failed to verify certificate:
         x509: certificate is valid for www.other.example, other.example, not cr3.acme.example

Fix
  1. see the certificate's dates and names
     openssl s_client -connect cr3.acme.example:443 </dev/null 2>/dev/null | openssl x509 -noout -dates -ext subjectAltName
  2. get a certificate that names "cr3.acme.example" as a subject alternative name, or pull by a
     name that the certificate has

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CertificateInvalid.md

`

exports[`dist/test/causes.mjs > TAP > CertificateNotTrusted > text 1`] = `
CertificateNotTrusted (certain): The node does not trust the registry's certificate authority
pod shop/api-7c9f, container "api", image cr6.acme.example/shop/web:1.4.2

The certificate of "cr6.acme.example" is signed by an authority that node "node-3" does not trust.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr6.acme.example/shop/web:1.4.2": rpc error: code
         = Unknown desc = failed to pull and unpack image "cr6.acme.example/shop/web:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://cr6.acme.example/v2/shop/web/manifests/1.4.2": tls: failed to verify certificate:
         x509: certificate signed by unknown authority

Fix
  1. fetch the chain that the registry shows, and see who signed it
     openssl s_client -connect cr6.acme.example:443 -showcerts </dev/null
  2. give the authority's certificate (ca.crt) to the runtime of node node-3 (and of every other)
     mkdir -p /etc/containerd/certs.d/cr6.acme.example && cp ca.crt /etc/containerd/certs.d/cr6.acme.example/ca.crt && if [ -e /etc/containerd/certs.d/cr6.acme.example/hosts.toml ]; then "\${EDITOR:-vi}" /etc/containerd/certs.d/cr6.acme.example/hosts.toml; else printf 'server = "https://cr6.acme.example"\\n[host."https://cr6.acme.example"]\\n  capabilities = ["pull", "resolve"]\\n  ca = "/etc/containerd/certs.d/cr6.acme.example/ca.crt"\\n' > /etc/containerd/certs.d/cr6.acme.example/hosts.toml; fi   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CertificateNotTrusted.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsBlockPublicImage > text 1`] = `
CredentialsBlockPublicImage (certain): The image is public, and a stale credential makes the pull fail
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com/team/api:1.4.2" is given to everybody, but the pod's secret "regcred" matches
"registry.example.com" and its credential is refused. kubelet does not try without it: a bad
credential is worse than none.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: the manifest is given

Fix
  1. take it out of deployment "api"
     kubectl -n shop patch deployment api --type=merge -p '{"spec":{"template":{"spec":{"imagePullSecrets":[]}}}}'
  2. or put a valid credential into it (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsBlockPublicImage.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsBlockPublicImage-account > text 1`] = `
CredentialsBlockPublicImage (certain): The image is public, and a stale credential makes the pull fail
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com/team/api:1.4.2" is given to everybody, but the pod's secret "regcred" matches
"registry.example.com" and its credential is refused. kubelet does not try without it: a bad
credential is worse than none.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: the manifest is given

Fix
  1. take it out of service account "default"
     kubectl -n shop patch serviceaccount default --type=merge -p '{"imagePullSecrets":[{"name":"hub"}]}'
  2. or put a valid credential into it (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsBlockPublicImage.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsBlockPublicImage-missing > text 1`] = `
CredentialsBlockPublicImage (certain): The image is public, and a stale credential makes the pull fail
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com/team/api" is open to everybody, but the pod's secret "regcred" matches
"registry.example.com" and its credential is refused. kubelet does not try without it: a bad
credential is worse than none.
To be repaired next: TagNotFound (the repository has no such tag).

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 404 MANIFEST_UNKNOWN (manifest
            unknown)
  registry  the repository has 1 tag

Fix
  1. take it out of deployment "api"
     kubectl -n shop patch deployment api --type=merge -p '{"spec":{"template":{"spec":{"imagePullSecrets":[]}}}}'
  2. or put a valid credential into it (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsBlockPublicImage.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsExpired > text 1`] = `
CredentialsExpired (certain): The credential of the pull secret has expired
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2

The credential of user "AWS" in secret "ecr" was right once and is no longer: an ECR token lives 12
hours, and the secret was made 3 days ago. "123456789012.dkr.ecr.eu-west-1.amazonaws.com" refuses
it.

Proof
  pod       spec.imagePullSecrets names "ecr"
  secret    "ecr" covers this image (key "123456789012.dkr.ecr.eu-west-1.amazonaws.com", user "AWS")
  event     node-3, 2 min ago: Failed to pull image
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to pull and unpack
            image "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to resolve
            image: unexpected status from HEAD request to
            https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/web/manifests/1.4.2: 403
            Forbidden
  registry  123456789012.dkr.ecr.eu-west-1.amazonaws.com, from this machine, as "AWS" (secret
            "ecr"): GET
            https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/web/manifests/1.4.2: 403
            DENIED (Your authorization token has expired. Reauthenticate and try again.)

Fix
  1. write a new token into the secret (it lives 12 hours)
     kubectl -n shop create secret docker-registry ecr --docker-server=123456789012.dkr.ecr.eu-west-1.amazonaws.com --docker-username=AWS --docker-password="$(aws ecr get-login-password --region eu-west-1)" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f
  3. lasting: let something renew it (External Secrets, a registry credential provider on the
     nodes), or use a credential that does not expire

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsExpired.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsExpired-jwt > text 1`] = `
CredentialsExpired (certain): The credential of the pull secret has expired
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The credential of user "ci" in secret "regcred" was right once and is no longer: its password is a
token that expired on 2026-11-20 04:00 UTC (6 hours ago). "registry.example.com" refuses it.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. write a new token into the secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f
  3. lasting: let something renew it (External Secrets, a registry credential provider on the
     nodes), or use a credential that does not expire

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsExpired.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsExpired-transfer > text 1`] = `
CredentialsExpired (possible): The credential of the pull secret has expired
pod shop/api-7c9f, container "api", image cr-lecce.acme.example/crm/portal:2026.1

The credential of user "ci" in secret "regcred" was right once and is no longer: the registry says
"invalid_token". "cr-lecce.acme.example" refuses it.
It could also be: AccessDenied, CredentialsRejected.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred" covers this image (key "cr-lecce.acme.example", user "ci")
  event   node-3, 2 min ago: Failed to pull image "cr-lecce.acme.example/crm/portal:2026.1": rpc
          error: code = Unknown desc = failed to pull and unpack image
          "cr-lecce.acme.example/crm/portal:2026.1": failed to copy: httpReadSeeker: failed open:
          server message: invalid_token: authorization failed

Fix
  1. write a new token into the secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=cr-lecce.acme.example --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f
  3. lasting: let something renew it (External Secrets, a registry credential provider on the
     nodes), or use a credential that does not expire

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsExpired.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsExpired-words > text 1`] = `
CredentialsExpired (certain): The credential of the pull secret has expired
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2

The credential of user "AWS" in secret "ecr" was right once and is no longer: the registry says
"denied: Your authorization token has expired. Reauthenticate and try again".
"123456789012.dkr.ecr.eu-west-1.amazonaws.com" refuses it.

Proof
  pod     spec.imagePullSecrets names "ecr"
  secret  "ecr" covers this image (key "123456789012.dkr.ecr.eu-west-1.amazonaws.com", user "AWS")
  event   node-3, 2 min ago: Failed to pull image
          "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": initializing source
          docker://123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2: reading manifest
          1.4.2 in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web: denied: Your authorization
          token has expired. Reauthenticate and try again.

Fix
  1. write a new token into the secret (it lives 12 hours)
     kubectl -n shop create secret docker-registry ecr --docker-server=123456789012.dkr.ecr.eu-west-1.amazonaws.com --docker-username=AWS --docker-password="$(aws ecr get-login-password --region eu-west-1)" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f
  3. lasting: let something renew it (External Secrets, a registry credential provider on the
     nodes), or use a credential that does not expire

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsExpired.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsRejected > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com").

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (invalid user name or password)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. write the right user name and password into the secret (set REGISTRY_USER and REGISTRY_PASSWORD
     first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsRejected-newline > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com"). The
password ends with a line break (made by \`echo\` without \`-n\`): without it the same credential is
accepted, as a test just now shows.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (invalid user name or password);
            the password ends with a line break (made by \`echo\` without \`-n\`): repaired, it is
            accepted
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. mend it inside the secret (nothing has to be typed; what else the secret holds stays)
     kubectl -n shop get secret regcred -o json | jq --arg key https://registry.example.com/v2/ '.data[".dockerconfigjson"] |= (@base64d | fromjson | (def mend: sub("\\\\A[\\\\s\\\\x{200b}\\\\x{feff}]+"; "") | sub("[\\\\s\\\\x{200b}\\\\x{feff}]+\\\\z"; ""); .auths[$key] |= (with_entries(if .key == "username" or .key == "password" then .value |= mend else . end) | if (.auth | length) > 0 then .auth |= (@base64d | split(":") | [(.[0] | mend), (.[1:] | join(":") | mend)] | join(":") | @base64) else . end)) | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsRejected-others > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com").

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (invalid user name or password)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. write the right user name and password into the secret (set REGISTRY_USER and REGISTRY_PASSWORD
     first; what else the secret holds stays)
     kubectl -n shop get secret regcred -o json | jq --arg key registry.example.com --arg user "$REGISTRY_USER" --arg password "$REGISTRY_PASSWORD" '.data[".dockerconfigjson"] |= (@base64d | fromjson | .auths[$key] = {username: $user, password: $password} | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsRejected-quotes > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com"). The
password stands in quotes that belong to the shell: without it the same credential is accepted, as a
test just now shows.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (invalid user name or password);
            the password stands in quotes that belong to the shell: repaired, it is accepted
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. mend it inside the secret (nothing has to be typed; what else the secret holds stays)
     kubectl -n shop get secret regcred -o json | jq --arg key https://registry.example.com/v2/ '.data[".dockerconfigjson"] |= (@base64d | fromjson | (def mend: if length > 1 and .[:1] == .[-1:] and (.[:1] | . == "\\"" or . == "\\u0027") then .[1:-1] else . end; .auths[$key] |= (with_entries(if .key == "username" or .key == "password" then .value |= mend else . end) | if (.auth | length) > 0 then .auth |= (@base64d | split(":") | [(.[0] | mend), (.[1:] | join(":") | mend)] | join(":") | @base64) else . end)) | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsRejected-robot > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com"). The user
name has lost "$project" of "robot$project+name" (an unquoted shell ate it): with it the same
credential is accepted, as a test just now shows.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (invalid user name or password);
            the user name has lost "$project" of "robot$project+name" (an unquoted shell ate it):
            repaired, it is accepted
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. mend it inside the secret (nothing has to be typed; what else the secret holds stays)
     kubectl -n shop get secret regcred -o json | jq --arg key https://registry.example.com/v2/ '.data[".dockerconfigjson"] |= (@base64d | fromjson | (def mend: if startswith("robot+") then "robot$team" + .[5:] else . end; .auths[$key] |= (with_entries(if .key == "username" or .key == "password" then .value |= mend else . end) | if (.auth | length) > 0 then .auth |= (@base64d | split(":") | [(.[0] | mend), (.[1:] | join(":") | mend)] | join(":") | @base64) else . end)) | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > CredentialsRejected-words > text 1`] = `
CredentialsRejected (possible): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image acmeprod.azurecr.io/shop/api:1.4.2

"acmeprod.azurecr.io" refuses the login of the node. What it sent is not known: the secret could not
be seen ("acr").
It could also be: CredentialsExpired, AccessDenied, SecretRegistryMismatch,
RepositoryNotFoundOrPrivate, NoPullSecret.

Proof
  pod     spec.imagePullSecrets names "acr"
  secret  "acr" was not seen: the right to "get secrets" is missing
  event   node-3, 2 min ago: Failed to pull image "acmeprod.azurecr.io/shop/api:1.4.2": rpc error:
          code = Unknown desc = failed to pull and unpack image
          "acmeprod.azurecr.io/shop/api:1.4.2": failed to resolve image: failed to authorize: failed
          to fetch oauth token: unexpected status from GET request to
          https://acmeprod.azurecr.io/oauth2/token?scope=repository%3Ashop%2Fapi%3Apull&service=acmeprod.azurecr.io:
          401 Unauthorized

Fix
  1. write the right user name and password into the secret (set REGISTRY_USER and REGISTRY_PASSWORD
     first: a service principal's id and secret, or a repository token; what else the secret holds
     stays)
     kubectl -n shop get secret acr -o json | jq --arg key acmeprod.azurecr.io --arg user "$REGISTRY_USER" --arg password "$REGISTRY_PASSWORD" '.data[".dockerconfigjson"] |= (@base64d | fromjson | .auths[$key] = {username: $user, password: $password} | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret acr --image acmeprod.azurecr.io/shop/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > DigestNotFound > text 1`] = `
DigestNotFound (certain): The repository has no manifest with this digest
pod shop/api-7c9f, container "api", image registry.example.com/team/api@sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b

The repository "registry.example.com/team/api" is there and holds no manifest
"sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b". A digest goes when the
registry is cleaned up, or is that of another repository or registry. Its tags: 1.4.2, 1.4.1,
latest.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image
            "registry.example.com/team/api@sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b":
            rpc error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api@sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b":
            failed to resolve image:
            registry.example.com/team/api@sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b:
            not found
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/api/manifests/sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b:
            404 MANIFEST_UNKNOWN (manifest unknown)
  registry  the repository has 3 tags

Fix
  pull by a tag (or by a digest that the registry has), or push the image again
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/DigestNotFound.md

`

exports[`dist/test/causes.mjs > TAP > DigestNotFound-words > text 1`] = `
DigestNotFound (possible): The repository has no manifest with this digest
pod shop/api-7c9f, container "api", image registry-main.acme.example/shop/web@sha256:4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f

By the words of the node, the repository "registry-main.acme.example/shop/web" holds no manifest
"sha256:4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f". A digest goes when the
registry is cleaned up, or is that of another repository or registry.
It could also be: RepositoryNotFound, TagNotFound, HeadRequestBlocked, RepositoryOffline,
ProxyFailed.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image
         "registry-main.acme.example/shop/web@sha256:4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f":
         rpc error: code = NotFound desc = failed to pull and unpack image
         "registry-main.acme.example/shop/web@sha256:4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f":
         failed to resolve image:
         registry-main.acme.example/shop/web@sha256:4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f:
         not found

Fix
  pull by a tag (or by a digest that the registry has), or push the image again
    kubectl -n shop set image deployment/api api=registry-main.acme.example/shop/web:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/DigestNotFound.md

`

exports[`dist/test/causes.mjs > TAP > FixedWaitingForRetry > text 1`] = `
FixedWaitingForRetry (likely): The pull would succeed now; kubelet is still backing off
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The node's last try failed with 404, but "registry.example.com/team/api:1.4.2" can be pulled now
without a login, as asked from this machine just now. kubelet tries again at about 10:11:40 UTC.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  registry  registry.example.com, from this machine, without a login: the manifest is given

Fix
  1. wait: the next try needs nothing more
  2. or try at once: a new pod has no back-off
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/FixedWaitingForRetry.md

`

exports[`dist/test/causes.mjs > TAP > FixedWaitingForRetry-head > text 1`] = `
FixedWaitingForRetry (likely): The pull would succeed now; kubelet is still backing off
pod shop/api-7c9f, container "api", image images-malmo.acme.example/mail/relay:7.2.1

The node's last try failed with 503, but "images-malmo.acme.example/mail/relay:7.2.1" can be pulled
now without a login, as asked from this machine just now. kubelet tries again at about 10:11:40 UTC.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "images-malmo.acme.example/mail/relay:7.2.1":
            initializing source docker://images-malmo.acme.example/mail/relay:7.2.1: reading
            manifest 7.2.1 in images-malmo.acme.example/mail/relay: received unexpected HTTP status:
            503 Service Unavailable
  registry  images-malmo.acme.example, from this machine, without a login: HEAD
            https://images-malmo.acme.example/v2/mail/relay/manifests/7.2.1: 500

Fix
  1. wait: the next try needs nothing more
  2. or try at once: a new pod has no back-off
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/FixedWaitingForRetry.md

`

exports[`dist/test/causes.mjs > TAP > FixedWaitingForRetry-login > text 1`] = `
FixedWaitingForRetry (likely): The pull would succeed now; kubelet is still backing off
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The node's last try failed with 401, but "registry.example.com/team/api:1.4.2" can be pulled now
with the pod's secret "regcred", as asked from this machine just now. kubelet tries again any
moment.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): the manifest is
            given

Fix
  1. wait: the next try needs nothing more
  2. or try at once: a new pod has no back-off
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/FixedWaitingForRetry.md

`

exports[`dist/test/causes.mjs > TAP > HeadRequestBlocked > text 1`] = `
HeadRequestBlocked (certain): HEAD requests are refused where GET works
pod shop/api-7c9f, container "api", image images-malmo.acme.example/mail/relay:7.2.1

"images-malmo.acme.example" gives the manifest to a GET and answers 500 to the HEAD that containerd
begins with: something in between (gateway, WAF, proxy) blocks HEAD.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "images-malmo.acme.example/mail/relay:7.2.1":
            rpc error: code = Unknown desc = failed to pull and unpack image
            "images-malmo.acme.example/mail/relay:7.2.1": failed to resolve image: unexpected status
            from HEAD request to https://images-malmo.acme.example/v2/mail/relay/manifests/7.2.1:
            500 Internal Server Error
  registry  images-malmo.acme.example, from this machine, without a login: HEAD
            https://images-malmo.acme.example/v2/mail/relay/manifests/7.2.1: 500

Fix
  1. show it
     curl -sSI https://images-malmo.acme.example/v2/mail/relay/manifests/7.2.1
  2. let HEAD through to /v2/ in the gateway before the registry

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/HeadRequestBlocked.md

`

exports[`dist/test/causes.mjs > TAP > ImageBroken > text 1`] = `
ImageBroken (likely): The registry holds a damaged image
pod shop/api-7c9f, container "api", image hub-turda.acme.example/media/encoder:1.0.8

"hub-turda.acme.example/media/encoder:1.0.8" cannot be put together from what
"hub-turda.acme.example" holds: a part of it is missing or does not have the digest that its
manifest names. No node can pull it.
It could also be: TransferInterrupted, ManifestUnsupported.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "hub-turda.acme.example/media/encoder:1.0.8": rpc
         error: code = NotFound desc = failed to pull and unpack image
         "hub-turda.acme.example/media/encoder:1.0.8": failed to copy: httpReadSeeker: failed open:
         could not fetch content descriptor
         sha256:12541c05a0f0f72551a8d9ed462cce7837d0c9184192f41c9980d69184f52d6f
         (application/vnd.docker.image.rootfs.diff.tar.gzip) from remote: not found

Fix
  1. push the image again (a complete push repairs it)
     docker push hub-turda.acme.example/media/encoder:1.0.8
  2. or use another tag meanwhile
     kubectl -n shop set image deployment/api api=hub-turda.acme.example/media/encoder:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ImageBroken.md

`

exports[`dist/test/causes.mjs > TAP > ImageBroken-seen > text 1`] = `
ImageBroken (certain): The registry holds a damaged image
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com/team/api:1.4.2" cannot be put together from what "registry.example.com" holds:
the manifest names the layer
sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b, and the registry does not
have it. No node can pull it.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to copy: httpReadSeeker: failed open:
            content at
            https://registry.example.com/v2/team/api/blobs/sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b
            not found: not found
  registry  registry.example.com, from this machine, without a login: the manifest names the layer
            sha256:9b2c4f0e5d7a8b1c3e6f9a0d2c5b8e1f4a7d0c3b6e9f2a5d8c1b4e7f0a3d6c9b, and the
            registry does not have it

Fix
  1. push the image again (a complete push repairs it)
     docker push registry.example.com/team/api:1.4.2
  2. or use another tag meanwhile
     kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ImageBroken.md

`

exports[`dist/test/causes.mjs > TAP > ImageNeverPulled > text 1`] = `
ImageNeverPulled (certain): The pull policy is Never, and the node does not have the image for this pod
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Container "api" has imagePullPolicy Never, and node "node-3" does not have
"registry.example.com/team/api:1.4.2". Nothing will ever fetch it there. (From Kubernetes 1.35 on
the same words also come when the image is there, but this pod has not shown the credential it was
pulled with.)

Proof
  pod    spec.imagePullSecrets is empty
  pod    imagePullPolicy is Never
  event  node-3, 2 min ago: Container image "registry.example.com/team/api:1.4.2" is not present
         with pull policy of Never

Fix
  1. let it be pulled when it is not there
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"containers":[{"name":"api","imagePullPolicy":"IfNotPresent"}]}}}}'
  2. or bring the image to the node
     ctr -n k8s.io images import image.tar   # on node node-3 (kind: kind load docker-image registry.example.com/team/api:1.4.2)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ImageNeverPulled.md

`

exports[`dist/test/causes.mjs > TAP > ImageNeverPulled-bare > text 1`] = `
ImageNeverPulled (certain): The pull policy is Never, and the node does not have the image for this pod
pod shop/api-7c9f, init container "fetch", image registry.example.com/team/api:1.4.2

Container "fetch" has imagePullPolicy Never, and node "node-3" does not have
"registry.example.com/team/api:1.4.2". Nothing will ever fetch it there.

Proof
  pod    spec.imagePullSecrets is empty
  pod    imagePullPolicy is Never
  event  node-3, 2 min ago: Container image "registry.example.com/team/api:1.4.2" is not present
         with pull policy of Never

Fix
  1. let it be pulled when it is not there (a pod has to be made anew for that)
     kubectl -n shop get pod api-7c9f -o json | jq 'del(.status,.spec.nodeName,.metadata.uid,.metadata.resourceVersion,.metadata.creationTimestamp) | (.spec.initContainers[] | select(.name == "fetch")).imagePullPolicy = "IfNotPresent"' > api-7c9f.json
     kubectl -n shop replace --force -f api-7c9f.json
  2. or bring the image to the node
     ctr -n k8s.io images import image.tar   # on node node-3 (kind: kind load docker-image registry.example.com/team/api:1.4.2)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ImageNeverPulled.md

`

exports[`dist/test/causes.mjs > TAP > InvalidImageName > text 1`] = `
InvalidImageName (certain): The image name is not a valid reference
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2+build.7

"registry.example.com/team/api:1.4.2+build.7" cannot be parsed as an image reference: invalid
reference format. A tag cannot hold "+" (Helm versions with build metadata: use "_" or "-").

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to apply default image tag
         "registry.example.com/team/api:1.4.2+build.7": couldn't parse image name
         "registry.example.com/team/api:1.4.2+build.7": invalid reference format

Fix
  give the container the reference that was probably meant
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:1.4.2_build.7

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/InvalidImageName.md

`

exports[`dist/test/causes.mjs > TAP > InvalidImageName-refused > text 1`] = `
InvalidImageName (certain): The image name is not a valid reference
pod shop/api-7c9f, container "api", image cr-mysore.acme.example/infra/agent:v1.9.3

The registry "cr-mysore.acme.example" refuses the name of
"cr-mysore.acme.example/infra/agent:v1.9.3" as invalid.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr-mysore.acme.example/infra/agent:v1.9.3": rpc
         error: code = Unknown desc = unable to copy from source
         docker://cr-mysore.acme.example/infra/agent:v1.9.3: initializing source
         docker://cr-mysore.acme.example/infra/agent:v1.9.3: reading manifest v1.9.3 in
         cr-mysore.acme.example/infra/agent: name invalid

Fix
  give the container a valid reference
    kubectl -n shop set image deployment/api api=REGISTRY/REPOSITORY:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/InvalidImageName.md

`

exports[`dist/test/causes.mjs > TAP > InvalidImageName-template > text 1`] = `
InvalidImageName (certain): The image name is not a valid reference
pod shop/job-x7k2p, container "api", image registry.example.com/\${TEAM}/api:1.4.2

"registry.example.com/\${TEAM}/api:1.4.2" cannot be parsed as an image reference: invalid reference
format: repository name (\${TEAM}/api) must be lowercase. A placeholder in it was never filled in.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to apply default image tag
         "registry.example.com/\${TEAM}/api:1.4.2": couldn't parse image name
         "registry.example.com/\${TEAM}/api:1.4.2": invalid reference format

Fix
  give the container a valid reference (the template of a job is fixed: change its source and make
  it anew)
    kubectl -n shop set image pod/job-x7k2p api=REGISTRY/REPOSITORY:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/InvalidImageName.md

`

exports[`dist/test/causes.mjs > TAP > ManifestUnsupported > text 1`] = `
ManifestUnsupported (certain): What the reference leads to is no image that this runtime can use
pod shop/api-7c9f, container "api", image registry-konya.acme.example/shop/web:1.4.2

"registry-konya.acme.example/shop/web:1.4.2" is there, but it is no container image that the node's
runtime can use: its manifest is of schema 1, which containerd 2 no longer reads.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-konya.acme.example/shop/web:1.4.2": rpc
         error: code = InvalidArgument desc = failed to pull and unpack image
         "registry-konya.acme.example/shop/web:1.4.2": schema 1 image manifests are no longer
         supported: invalid argument

Fix
  1. build and push it anew as an OCI image
     docker buildx build -t registry-konya.acme.example/shop/web:1.4.2 --push .
  2. or use a tag that is a container image (not a Helm chart, signature or other artifact)
     kubectl -n shop set image deployment/api api=registry-konya.acme.example/shop/web:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ManifestUnsupported.md

`

exports[`dist/test/causes.mjs > TAP > ManifestUnsupported-chart > text 1`] = `
ManifestUnsupported (certain): What the reference leads to is no image that this runtime can use
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com/team/api:1.4.2" is there, but it is no container image that the node's runtime
can use: an artifact of type "application/vnd.cncf.helm.config.v1+json", not a container image.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = Unknown desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": mismatched image rootfs and manifest layers
  registry  registry.example.com, from this machine, without a login: the reference leads to an
            artifact of type "application/vnd.cncf.helm.config.v1+json", not a container image

Fix
  1. build and push it anew as an OCI image
     docker buildx build -t registry.example.com/team/api:1.4.2 --push .
  2. or use a tag that is a container image (not a Helm chart, signature or other artifact)
     kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ManifestUnsupported.md

`

exports[`dist/test/causes.mjs > TAP > MirrorFailed > text 1`] = `
MirrorFailed (likely): A mirror that is set on the node fails, not the image's registry
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The runtime of node "node-3" asks "mirror.example.net" in place of "registry.example.com", and that
mirror fails.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
         pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
         failed to do request: Head
         "https://mirror.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com": http: no
         Location header in response

Fix
  1. see the mirrors that are set on the node
     cat /etc/containerd/certs.d/registry.example.com/hosts.toml /etc/containerd/certs.d/_default/hosts.toml   # on node node-3
  2. repair the mirror, or take it out there

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/MirrorFailed.md

`

exports[`dist/test/causes.mjs > TAP > NodeDiskFull > text 1`] = `
NodeDiskFull (certain): The node's disk is full
pod shop/api-7c9f, container "api", image cr-zadar.acme.example/platform/api:v2.11.0

Node "node-3" has no room left to store "cr-zadar.acme.example/platform/api:v2.11.0" (no bytes, or
no inodes). It reports DiskPressure. The image is 734.0 MB compressed and needs two to three times
that.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "cr-zadar.acme.example/platform/api:v2.11.0":
            rpc error: code = Unknown desc = failed to pull and unpack image
            "cr-zadar.acme.example/platform/api:v2.11.0": failed to copy: write
            /lab/tiny/root/io.containerd.content.v1.content/ingest/838799e0f7e574d6521ffa4811b139fd648f3cedad3eab43714ef37ee6da1f05/data:
            no space left on device
  node      node-3 reports DiskPressure
  registry  cr-zadar.acme.example, from this machine, without a login: the manifest is given

Fix
  1. see bytes and inodes on the node
     df -h /var/lib/containerd; df -i /var/lib/containerd   # on node node-3
  2. remove unused images there
     crictl rmi --prune   # on node node-3
  3. keep other pods away meanwhile
     kubectl cordon node-3
  4. then try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NodeDiskFull.md

`

exports[`dist/test/causes.mjs > TAP > NodeStorageFailed > text 1`] = `
NodeStorageFailed (likely): The node's image store fails
pod shop/api-7c9f, container "api", image registry-rijeka.acme.example/team/frontend:stable

Node "node-3" cannot store "registry-rijeka.acme.example/team/frontend:stable": its file system is
read-only. It is the disk or the runtime's own store, not the registry.
It could also be: RuntimeFailed, ImageBroken.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image
         "registry-rijeka.acme.example/team/frontend:stable": rpc error: code = Unknown desc =
         failed to pull and unpack image "registry-rijeka.acme.example/team/frontend:stable": mkdir
         /lab/ro/root/io.containerd.content.v1.content/ingest: read-only file system

Fix
  1. see the file system and the kernel log of the node
     mount | grep -E 'containerd|containers'; dmesg | tail -50   # on node node-3
  2. remove the image there and let it be pulled anew
     crictl rmi registry-rijeka.acme.example/team/frontend:stable   # on node node-3
  3. if the disk itself is bad: move the pods elsewhere
     kubectl drain node-3 --ignore-daemonsets

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NodeStorageFailed.md

`

exports[`dist/test/causes.mjs > TAP > NoPullProblem > text 1`] = `
NoPullProblem: Nothing is wrong with the pull
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Pod "api-7c9f" does not wait for "registry.example.com/team/api:1.4.2".

`

exports[`dist/test/causes.mjs > TAP > NoPullProblem-crash > text 1`] = `
NoPullProblem: Nothing is wrong with the pull
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com/team/api:1.4.2" is not what pod "api-7c9f" waits for (container "api" waits
with "CrashLoopBackOff").

`

exports[`dist/test/causes.mjs > TAP > NoPullSecret > text 1`] = `
NoPullSecret (certain): The registry wants a login, and the pod brings none
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" gives the image only to those who log in, and pod "api-7c9f" names no pull
secret (nor does its service account "default"). Node "node-3" may hold credentials of its own (a
config.json, a credential provider); those cannot be seen from here.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry.example.com-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > NoPullSecret-account > text 1`] = `
NoPullSecret (certain): The registry wants a login, and the pod brings none
pod shop/nightly-x7k2p, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" gives the image only to those who log in, and pod "nightly-x7k2p" names no
pull secret (nor does its service account "builder", as far as could be seen). Node "node-3" may
hold credentials of its own (a config.json, a credential provider); those cannot be seen from here.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. let service account "builder" bring it to every new pod that lists none
     kubectl -n shop get serviceaccount builder -o json | jq '.imagePullSecrets += [{"name":"registry.example.com-pull"}]' | kubectl -n shop replace -f -
  3. then make the pod anew: only a new pod takes it over
     kubectl -n shop delete pod nightly-x7k2p

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > NoPullSecret-bare > text 1`] = `
NoPullSecret (certain): The registry wants a login, and the pod brings none
pod staging/debug, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" gives the image only to those who log in, and pod "debug" names no pull
secret (nor does its service account "builder"). Node "node-3" may hold credentials of its own (a
config.json, a credential provider); those cannot be seen from here.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n staging create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. make the pod anew with it: the pull secrets of a pod cannot be changed in place
     kubectl -n staging get pod debug -o json | jq 'del(.status,.spec.nodeName,.metadata.uid,.metadata.resourceVersion,.metadata.creationTimestamp) | .spec.imagePullSecrets += [{"name":"registry.example.com-pull"}]' > debug.json
     kubectl -n staging replace --force -f debug.json

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > NoPullSecret-cloud > text 1`] = `
NoPullSecret (certain): The registry wants a login, and the pod brings none
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2

"123456789012.dkr.ecr.eu-west-1.amazonaws.com" gives the image only to those who log in, and pod
"api-7c9f" names no pull secret (nor does its service account "default"). Node "node-3" may hold
credentials of its own (a config.json, a credential provider); those cannot be seen from here.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to pull and unpack
            image "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to resolve
            image: pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  123456789012.dkr.ecr.eu-west-1.amazonaws.com, from this machine, without a login: HEAD
            https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/web/manifests/1.4.2: 401

Fix
  1. let the nodes in: give their IAM role ECR's read right (AmazonEC2ContainerRegistryPullOnly)
     aws iam attach-role-policy --role-name NODE_ROLE --policy-arn arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly
  2. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first: AWS, and the output of \`aws
     ecr get-login-password\`, which lives 12 hours)
     kubectl -n shop create secret docker-registry 123456789012.dkr.ecr.eu-west-1.amazonaws.com-pull --docker-server=123456789012.dkr.ecr.eu-west-1.amazonaws.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"123456789012.dkr.ecr.eu-west-1.amazonaws.com-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > NoPullSecret-cronjob > text 1`] = `
NoPullSecret (certain): The registry wants a login, and the pod brings none
pod shop/nightly-29384400-x7k2p, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" gives the image only to those who log in, and pod "nightly-29384400-x7k2p"
names no pull secret (those of its service account "default", "hub", do not cover this image). Node
"node-3" may hold credentials of its own (a config.json, a credential provider); those cannot be
seen from here.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. let service account "default" bring it to every new pod that lists none
     kubectl -n shop patch serviceaccount default -p '{"imagePullSecrets":[{"name":"hub"},{"name":"registry.example.com-pull"}]}'
  3. then make the pod anew: only a new pod takes it over
     kubectl -n shop delete pod nightly-29384400-x7k2p

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > NoPullSecret-words > text 1`] = `
NoPullSecret (possible): The registry wants a login, and the pod brings none
pod shop/api-7c9f, container "api", image registry-staff.acme.example/shop/web:1.4.3

"registry-staff.acme.example" gives the image only to those who log in, and pod "api-7c9f" names no
pull secret (nor does its service account "default"). Node "node-3" may hold credentials of its own
(a config.json, a credential provider); those cannot be seen from here.
It could also be: RepositoryNotFoundOrPrivate, SecretNotInherited, CredentialsRejected,
AccessDenied.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-staff.acme.example/shop/web:1.4.3": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "registry-staff.acme.example/shop/web:1.4.3": failed to resolve image: pull access denied,
         repository does not exist or may require authorization: authorization failed: no basic auth
         credentials

Fix
  1. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry-staff.acme.example-pull --docker-server=registry-staff.acme.example --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry-staff.acme.example-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > NotARegistry > text 1`] = `
NotARegistry (likely): Something else than a registry answers there
pod shop/api-7c9f, container "api", image registry-haifa.acme.example/auth/gateway:v3

At "registry-haifa.acme.example" something answers that is no registry: a web page instead of a
manifest. Often it is a captive portal, a login page, the registry's web address instead of its
registry address, or a wrong port; "registry-haifa.acme.example/auth/gateway:v3" cannot come from
there.
It could also be: ManifestUnsupported, ImageBroken.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-haifa.acme.example/auth/gateway:v3": rpc
         error: code = NotFound desc = get image config descriptor: unexpected media type text/html
         for sha256:f8cc310f76e592ef599814a89b1c63400bc5029ce3c86c59cf09b0deb42e85d7: not found

Fix
  1. see what answers
     curl -sS -i https://registry-haifa.acme.example/v2/
  2. use the registry's own address and port
     kubectl -n shop set image deployment/api api=REGISTRY:PORT/auth/gateway:v3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NotARegistry.md

`

exports[`dist/test/causes.mjs > TAP > NotARegistry-node > text 1`] = `
NotARegistry (likely): Something else than a registry answers there
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

At "registry.example.com" something answers that is no registry: a web page instead of a manifest.
Often it is a captive portal, a login page, the registry's web address instead of its registry
address, or a wrong port; "registry.example.com/team/api:1.4.2" cannot come from there.
It could also be: ManifestUnsupported, ImageBroken.

Proof
  pod    spec.imagePullSecrets is empty
  event  the node, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc error:
         code = NotFound desc = get image config descriptor: unexpected media type text/html for
         sha256:f8cc310f76e592ef599814a89b1c63400bc5029ce3c86c59cf09b0deb42e85d7: not found

Fix
  1. see what answers
     curl -sS -i https://registry.example.com/v2/
  2. use the registry's own address and port
     kubectl -n shop set image deployment/api api=REGISTRY:PORT/team/api:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NotARegistry.md

`

exports[`dist/test/causes.mjs > TAP > NotARegistry-seen > text 1`] = `
NotARegistry (certain): Something else than a registry answers there
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

At "registry.example.com" something answers that is no registry: registry.example.com answers the
request for a manifest with an HTML page. Often it is a captive portal, a login page, the registry's
web address instead of its registry address, or a wrong port; "registry.example.com/team/api:1.4.2"
cannot come from there.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  registry  registry.example.com, from this machine, without a login: registry.example.com answers
            the request for a manifest with an HTML page

Fix
  1. see what answers
     curl -sS -i https://registry.example.com/v2/
  2. use the registry's own address and port
     kubectl -n shop set image deployment/api api=REGISTRY:PORT/team/api:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NotARegistry.md

`

exports[`dist/test/causes.mjs > TAP > PlainHTTPRegistry > text 1`] = `
PlainHTTPRegistry (certain): One side speaks plain HTTP, the other HTTPS
pod shop/api-7c9f, container "api", image registry-lan.acme.example:5000/shop/web:1.4.2

Node "node-3" asks "registry-lan.acme.example:5000" over HTTPS, and that server speaks plain HTTP.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-lan.acme.example:5000/shop/web:1.4.2":
         rpc error: code = Unknown desc = failed to pull and unpack image
         "registry-lan.acme.example:5000/shop/web:1.4.2": failed to resolve image: failed to do
         request: Head "https://registry-lan.acme.example:5000/v2/shop/web/manifests/1.4.2": http:
         server gave HTTP response to HTTPS client

Fix
  1. best: give the registry TLS
  2. tell the runtime of node node-3 (and of every other) to ask "registry-lan.acme.example:5000"
     over HTTP
     mkdir -p /etc/containerd/certs.d/registry-lan.acme.example:5000 && if [ -e /etc/containerd/certs.d/registry-lan.acme.example:5000/hosts.toml ]; then "\${EDITOR:-vi}" /etc/containerd/certs.d/registry-lan.acme.example:5000/hosts.toml; else printf 'server = "http://registry-lan.acme.example:5000"\\n[host."http://registry-lan.acme.example:5000"]\\n  capabilities = ["pull", "resolve"]\\n' > /etc/containerd/certs.d/registry-lan.acme.example:5000/hosts.toml; fi   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PlainHTTPRegistry.md

`

exports[`dist/test/causes.mjs > TAP > PlatformNotAvailable > text 1`] = `
PlatformNotAvailable (certain): The image has no manifest for the node's platform
pod shop/api-7c9f, container "api", image hub-celje.acme.example/media/encoder:1.0.8

"hub-celje.acme.example/media/encoder:1.0.8" exists, but not for this node: node "node-3" is
linux/amd64, the image is for linux/arm64. ("not found" in the words means the platform, not the
image.)

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "hub-celje.acme.example/media/encoder:1.0.8":
            rpc error: code = NotFound desc = get image config descriptor: no match for platform in
            manifest sha256:7698266fbb306bfea64efcc9e60ee7c792a06cf429ab820d077be7e7f03552d2: not
            found
  node      node-3 is linux/amd64
  registry  hub-celje.acme.example, from this machine, without a login: the image is for
            linux/arm64; the node is linux/amd64

Fix
  1. build and push the image for linux/amd64 too
     docker buildx build --platform linux/amd64,linux/arm64 -t hub-celje.acme.example/media/encoder:1.0.8 --push .
  2. or let it run only on nodes of linux/arm64
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/arch":"arm64"}}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PlatformNotAvailable.md

`

exports[`dist/test/causes.mjs > TAP > PlatformNotAvailable-strange > text 1`] = `
PlatformNotAvailable (certain): The image has no manifest for the node's platform
pod shop/api-7c9f, container "api", image hub-celje.acme.example/media/encoder:1.0.8

"hub-celje.acme.example/media/encoder:1.0.8" exists, but not for this node: node "node-3" is
linux/amd64, the image is for linux/arm64'; reboot; '. ("not found" in the words means the platform,
not the image.)

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "hub-celje.acme.example/media/encoder:1.0.8":
            rpc error: code = NotFound desc = get image config descriptor: no match for platform in
            manifest sha256:7698266fbb306bfea64efcc9e60ee7c792a06cf429ab820d077be7e7f03552d2: not
            found
  node      node-3 is linux/amd64
  registry  hub-celje.acme.example, from this machine, without a login: the image is for another
            platform

Fix
  1. build and push the image for linux/amd64 too
     docker buildx build --platform 'linux/amd64,linux/arm64'\\''; reboot; '\\''' -t hub-celje.acme.example/media/encoder:1.0.8 --push .
  2. or let it run only on nodes of linux/arm64'; reboot; '
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/arch":"arm64'\\''; reboot; '\\''"}}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PlatformNotAvailable.md

`

exports[`dist/test/causes.mjs > TAP > PlatformNotAvailable-words > text 1`] = `
PlatformNotAvailable (certain): The image has no manifest for the node's platform
pod shop/api-7c9f, container "api", image registry-main.acme.example/multi/win:ltsc2022

"registry-main.acme.example/multi/win:ltsc2022" exists, but not for this node: node "node-3" is
linux/amd64 and the image is for other platforms. ("not found" in the words means the platform, not
the image.)

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-main.acme.example/multi/win:ltsc2022":
         rpc error: code = Unknown desc = unable to copy from source
         docker://registry-main.acme.example/multi/win:ltsc2022: choosing an image from manifest
         list docker://registry-main.acme.example/multi/win:ltsc2022: no image found in manifest
         list for architecture "amd64", variant "", OS "linux"
  node   node-3 is linux/amd64

Fix
  1. build and push the image for linux/amd64 too
     docker buildx build --platform linux/amd64 -t registry-main.acme.example/multi/win:ltsc2022 --push .
  2. or use an image that has linux/amd64
     kubectl -n shop set image pod/api-7c9f api=registry-main.acme.example/multi/win:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PlatformNotAvailable.md

`

exports[`dist/test/causes.mjs > TAP > ProxyFailed > text 1`] = `
ProxyFailed (certain): The node's proxy fails
pod shop/api-7c9f, container "api", image registry-koper.acme.example/auth/gateway:v3

The way from node "node-3" to "registry-koper.acme.example" leads through a proxy, and that proxy
cannot be used (asked for "registry-koper.acme.example").

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-koper.acme.example/auth/gateway:v3": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "registry-koper.acme.example/auth/gateway:v3": failed to resolve image: failed to do
         request: Head "https://registry-koper.acme.example/v2/auth/gateway/manifests/v3":
         proxyconnect tcp: dial tcp: lookup proxy.acme-net.example on 10.77.0.53:53: no such host

Fix
  1. see the runtime's proxy settings on the node
     systemctl show containerd --property=Environment   # on node node-3 (crio for CRI-O)
  2. correct HTTPS_PROXY there, or add registry-koper.acme.example to NO_PROXY, then restart the
     runtime

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ProxyFailed.md

`

exports[`dist/test/causes.mjs > TAP > PullThrottled > text 1`] = `
PullThrottled (certain): kubelet's own limit of pulls per second
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

kubelet on node "node-3" starts at most so many pulls per second (registryPullQPS, 5 by default) and
put this one off. The registry was not asked, and no limit of the registry is meant. It tries again
by itself.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": pull QPS
         exceeded

Fix
  1. wait: the next try comes within minutes
  2. if it happens often: see and raise registryPullQPS and registryBurst in the kubelet
     configuration
     kubectl get --raw /api/v1/nodes/node-3/proxy/configz | jq '.kubeletconfig | {registryPullQPS, registryBurst, serializeImagePulls}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PullThrottled.md

`

exports[`dist/test/causes.mjs > TAP > PullTooSlow > text 1`] = `
PullTooSlow (certain): The pull is stuck, or too slow for its time limit
pod shop/api-7c9f, container "api", image hub-alba.acme.example/data/etl:2024.7

The pull of "hub-alba.acme.example/data/etl:2024.7" on node "node-3" was given up before it ended:
no bytes came for a while (containerd: 5 minutes), or a time limit ran out. The image is 8.6 GB in
21 layers: at 10 MB/s that takes about 859 s.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "hub-alba.acme.example/data/etl:2024.7": rpc
            error: code = DeadlineExceeded desc = context deadline exceeded
  registry  hub-alba.acme.example, from this machine, without a login: the manifest is given

Fix
  1. pull it on the node and see how fast it comes
     time crictl pull hub-alba.acme.example/data/etl:2024.7   # on node node-3
  2. make the image smaller, put a cache or mirror near the nodes, or let pulls run in parallel
     (serializeImagePulls: false)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PullTooSlow.md

`

exports[`dist/test/causes.mjs > TAP > RateLimited > text 1`] = `
RateLimited (certain): The registry limits the rate of pulls, and the limit is reached
pod shop/api-7c9f, container "api", image docker.io/library/postgres:16.3

"registry-1.docker.io" answers 429: the address from which node "node-3" pulls (shared by all nodes
behind it), since the pod brings no login, has used up its pulls. The registry says:
"toomanyrequests: You have reached your pull rate limit. You may increase the limit by
authenticating and upgrading: https://www.docker.com/increase-rate-limits". kubelet tries again by
itself, and each try may count.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "docker.io/library/postgres:16.3": rpc error: code
         = Unknown desc = failed to pull and unpack image "docker.io/library/postgres:16.3": failed
         to copy: httpReadSeeker: failed open: unexpected status from GET request to
         https://registry-1.docker.io/v2/library/postgres/manifests/sha256:8a2fb7efb079207122ba4f1cf3883ce4d2e23bbe11d2a5b4e6650adb396b7407:
         429 Too Many Requests toomanyrequests: You have reached your pull rate limit. You may
         increase the limit by authenticating and upgrading:
         https://www.docker.com/increase-rate-limits

Fix
  1. wait: the limit is counted over hours (6 h at Docker Hub) and frees itself
  2. pull with an account of your own: its limit is higher and not shared (set REGISTRY_USER and
     REGISTRY_PASSWORD first: a Docker ID and a personal access token with "Public Repo Read-only"
     or "Read")
     kubectl -n shop create secret docker-registry docker.io-pull --docker-server=https://index.docker.io/v1/ --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"docker.io-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RateLimited.md

`

exports[`dist/test/causes.mjs > TAP > RateLimited-login > text 1`] = `
RateLimited (certain): The registry limits the rate of pulls, and the limit is reached
pod shop/api-7c9f, container "api", image docker.io/library/postgres:16.3

"registry-1.docker.io" answers 429: the account "acmebot" (secret "hub") has used up its pulls. The
registry says: "You have reached your pull rate limit". From this machine 0 of 200 are left per 6 h,
counted for acmebot; the node may be counted otherwise. kubelet tries again by itself, and each try
may count.

Proof
  pod       spec.imagePullSecrets names "hub"
  secret    "hub" covers this image (key "index.docker.io", user "acmebot")
  event     node-3, 2 min ago: Failed to pull image "docker.io/library/postgres:16.3": rpc error:
            code = Unknown desc = failed to pull and unpack image "docker.io/library/postgres:16.3":
            failed to copy: httpReadSeeker: failed open: unexpected status from GET request to
            https://registry-1.docker.io/v2/library/postgres/manifests/sha256:8a2fb7efb079207122ba4f1cf3883ce4d2e23bbe11d2a5b4e6650adb396b7407:
            429 Too Many Requests toomanyrequests: You have reached your pull rate limit. You may
            increase the limit by authenticating and upgrading:
            https://www.docker.com/increase-rate-limits
  registry  registry-1.docker.io, from this machine, as "acmebot" (secret "hub"): HEAD
            https://registry-1.docker.io/v2/library/postgres/manifests/16.3: 429 TOOMANYREQUESTS
            (You have reached your pull rate limit.)

Fix
  1. wait: the registry says Retry-After: 1800 s
  2. use an account with a higher limit in secret "hub", or a pull-through cache

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RateLimited.md

`

exports[`dist/test/causes.mjs > TAP > redherring-aggregate-401-404 > text 1`] = `
TagNotFound (possible): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

By the words of the node, the repository "registry.example.com/team/api" or its tag is not there: it
asked for "1.4.2" at "registry.example.com".
It could also be: RepositoryNotFound, HeadRequestBlocked, RepositoryOffline, ProxyFailed.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred" covers this image (key "registry.example.com", user "ci"; key
          "registry.example.com", user "old")
  event   node-3, 2 min ago: rpc error: code = NotFound desc = failed to pull and unpack image
          "registry.example.com/team/api:1.4.2": failed to resolve image:
          registry.example.com/team/api:1.4.2: not found

Credentials, in the order in which kubelet tries them
  SECRET   KEY                   USER  RESULT
  regcred  registry.example.com  ci    notTried
  regcred  registry.example.com  old   notTried

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-aggregate-404-401 > text 1`] = `
TagNotFound (possible): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

By the words of the node, the repository "registry.example.com/team/api" or its tag is not there: it
asked for "1.4.2" at "registry.example.com".
It could also be: RepositoryNotFound, HeadRequestBlocked, RepositoryOffline, ProxyFailed.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred" covers this image (key "registry.example.com", user "ci"; key
          "registry.example.com", user "old")
  event   node-3, 2 min ago: rpc error: code = NotFound desc = failed to pull and unpack image
          "registry.example.com/team/api:1.4.2": failed to resolve image:
          registry.example.com/team/api:1.4.2: not found

Credentials, in the order in which kubelet tries them
  SECRET   KEY                   USER  RESULT
  regcred  registry.example.com  ci    notTried
  regcred  registry.example.com  old   notTried

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-aggregate-node-login > text 1`] = `
TagNotFound (possible): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

By the words of the node, the repository "registry.example.com/team/api" or its tag is not there: it
asked for "1.4.2" at "registry.example.com".
It could also be: CredentialsRejected, RepositoryNotFound, HeadRequestBlocked, RepositoryOffline,
ProxyFailed.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: rpc error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-anonymous-token-and-a-secret > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com").

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image: failed to authorize:
            failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token: 401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. write the right user name and password into the secret (set REGISTRY_USER and REGISTRY_PASSWORD
     first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > redherring-anonymous-token-empty-entry > text 1`] = `
SecretHasNoCredentials (certain): The pull secret holds no credential that kubelet uses
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" wants a login, and secret "regcred" parses but gives none: its entry for this
registry is empty: kubelet then pulls without a login.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch anonymous token: unexpected status from GET request
            to https://registry.example.com/token?scope=%5BREDACTED%5D&service=%5BREDACTED%5D: 401
            Unauthorized
  registry  registry.example.com, from this machine, with the empty entry of "regcred": GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. write a user name and a password into it (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretHasNoCredentials.md

`

exports[`dist/test/causes.mjs > TAP > redherring-denied-missing-repository > text 1`] = `
RepositoryNotFoundOrPrivate (possible): The repository does not exist, or it is private and this pull may not see it
pod shop/api-7c9f, container "api", image docker.io/acmeinc/wbe:1.4.2

"docker.io" answers "missing" and "not allowed" alike, and nothing at hand tells which holds for
"docker.io/acmeinc/wbe". The pod brings no credential for it. Node "node-3" may hold credentials of
its own (a config.json, a credential provider); those cannot be seen from here.
It could also be: NoPullSecret, AccessDenied, RepositoryNotFound, SecretNotInherited,
CredentialsRejected.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "docker.io/acmeinc/wbe:1.4.2": rpc error: code =
         Unknown desc = unable to copy from source docker://acmeinc/wbe:1.4.2: initializing source
         docker://acmeinc/wbe:1.4.2: reading manifest 1.4.2 in docker.io/acmeinc/wbe: requested
         access to the resource is denied

Fix
  1. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=docker.io/REPOSITORY:1.4.2
  2. if it is private: make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first: a Docker
     ID and a personal access token with "Public Repo Read-only" or "Read")
     kubectl -n shop create secret docker-registry docker.io-pull --docker-server=https://index.docker.io/v1/ --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"docker.io-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFoundOrPrivate.md

`

exports[`dist/test/causes.mjs > TAP > redherring-digest-with-numbers > text 1`] = `
DigestNotFound (possible): The repository has no manifest with this digest
pod shop/api-7c9f, container "api", image registry.example.com/team/api@sha256:4014034295004014034295004014034295004014034295004014034295004014

By the words of the node, the repository "registry.example.com/team/api" holds no manifest
"sha256:4014034295004014034295004014034295004014034295004014034295004014". A digest goes when the
registry is cleaned up, or is that of another repository or registry.
It could also be: RepositoryNotFound, TagNotFound, HeadRequestBlocked, RepositoryOffline,
ProxyFailed.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image
         "registry.example.com/team/api@sha256:4014034295004014034295004014034295004014034295004014034295004014":
         rpc error: code = NotFound desc = failed to pull and unpack image
         "registry.example.com/team/api@sha256:4014034295004014034295004014034295004014034295004014034295004014":
         failed to resolve image:
         registry.example.com/team/api@sha256:4014034295004014034295004014034295004014034295004014034295004014:
         not found

Fix
  pull by a tag (or by a digest that the registry has), or push the image again
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/DigestNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-empty-list-but-login-sent > text 1`] = `
CredentialsRejected (possible): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The node sent a credential of its own to "registry.example.com" and was refused: the pod names no
pull secret, so it stands on node "node-3" (a config.json, a credential provider), where it cannot
be seen from here.
It could also be: CredentialsExpired, AccessDenied, SecretRegistryMismatch,
RepositoryNotFoundOrPrivate, NoPullSecret.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
         pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
         failed to authorize: failed to fetch oauth token: unexpected status from GET request to
         https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
         401 Unauthorized

Fix
  1. see the credentials of the node, and renew them
     cat /var/lib/kubelet/config.json; ps -o args= -C kubelet | tr ' ' '\\n' | grep credential-provider   # on node node-3
  2. or make a pull secret of its own for the pod (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry.example.com-pull"}]}}}}'
  4. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > redherring-grpc-deadline > text 1`] = `
RegistryUnreachable (certain): The registry cannot be reached
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Node "node-3" cannot reach "registry.example.com": no answer within the time limit.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc error:
         code = DeadlineExceeded desc = failed to pull and unpack image
         "registry.example.com/team/api:1.4.2": failed to resolve image: failed to do request: Head
         "https://registry.example.com/v2/team/api/manifests/1.4.2": dial tcp 192.0.2.10:443: i/o
         timeout

Fix
  1. try the connection from the node itself
     curl -v --max-time 10 https://registry.example.com/v2/   # on node node-3
  2. start the registry, or open the way to registry.example.com (firewall, security group, route,
     port)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryUnreachable.md

`

exports[`dist/test/causes.mjs > TAP > redherring-head-without-body > text 1`] = `
CredentialsExpired (possible): The credential of the pull secret has expired
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2

The credential of user "AWS" in secret "ecr" was right once and is no longer: an ECR token lives 12
hours, and the secret was made 3 days ago. "123456789012.dkr.ecr.eu-west-1.amazonaws.com" refuses
it.
It could also be: AccessDenied, CredentialsRejected, RepositoryNotFoundOrPrivate,
HeadRequestBlocked, RegistryPolicyDenied.

Proof
  pod     spec.imagePullSecrets names "ecr"
  secret  "ecr" covers this image (key "123456789012.dkr.ecr.eu-west-1.amazonaws.com", user "AWS")
  event   node-3, 2 min ago: Failed to pull image
          "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to pull and unpack
          image "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to resolve
          image: unexpected status from HEAD request to
          https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/web/manifests/1.4.2: 403
          Forbidden

Fix
  1. write a new token into the secret (it lives 12 hours)
     kubectl -n shop create secret docker-registry ecr --docker-server=123456789012.dkr.ecr.eu-west-1.amazonaws.com --docker-username=AWS --docker-password="$(aws ecr get-login-password --region eu-west-1)" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f
  3. lasting: let something renew it (External Secrets, a registry credential provider on the
     nodes), or use a credential that does not expire

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsExpired.md

`

exports[`dist/test/causes.mjs > TAP > redherring-kubelet-qps > text 1`] = `
PullThrottled (certain): kubelet's own limit of pulls per second
pod shop/api-7c9f, container "api", image docker.io/library/postgres:16.3

kubelet on node "node-3" starts at most so many pulls per second (registryPullQPS, 5 by default) and
put this one off. The registry was not asked, and no limit of the registry is meant. It tries again
by itself.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "docker.io/library/postgres:16.3": pull QPS
         exceeded

Fix
  1. wait: the next try comes within minutes
  2. if it happens often: see and raise registryPullQPS and registryBurst in the kubelet
     configuration
     kubectl get --raw /api/v1/nodes/node-3/proxy/configz | jq '.kubeletconfig | {registryPullQPS, registryBurst, serializeImagePulls}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PullThrottled.md

`

exports[`dist/test/causes.mjs > TAP > redherring-mirror-429-with-own-code > text 1`] = `
RateLimited (certain): The registry limits the rate of pulls, and the limit is reached
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The mirror of "registry.example.com", "mirror.example.net" answers 429: the address from which node
"node-3" pulls (shared by all nodes behind it), since the pod brings no login, has used up its
pulls. kubelet tries again by itself, and each try may count.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
         pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
         unexpected status from HEAD request to
         https://mirror.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com: 429 Too
         Many Requests

Fix
  1. wait: the limit is counted over hours (6 h at Docker Hub) and frees itself
  2. pull with an account of your own: its limit is higher and not shared (set REGISTRY_USER and
     REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry.example.com-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RateLimited.md

`

exports[`dist/test/causes.mjs > TAP > redherring-name-with-words > text 1`] = `
TagNotFound (possible): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/denied/unauthorized:403

By the words of the node, the repository "registry.example.com/denied/unauthorized" or its tag is
not there: it asked for "403" at "registry.example.com".
It could also be: RepositoryNotFound, HeadRequestBlocked, RepositoryOffline, ProxyFailed.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.example.com/denied/unauthorized:403": rpc
         error: code = NotFound desc = failed to pull and unpack image
         "registry.example.com/denied/unauthorized:403": failed to resolve image:
         registry.example.com/denied/unauthorized:403: not found

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=registry.example.com/denied/unauthorized:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-node-got-farther-cloud > text 1`] = `
TagNotFound (possible): The repository has no such tag
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2

By the words of the node, the repository "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web" or
its tag is not there: it asked for "1.4.2" at "123456789012.dkr.ecr.eu-west-1.amazonaws.com".
It could also be: NoPullSecret, RepositoryNotFound, HeadRequestBlocked, RepositoryOffline,
ProxyFailed.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": rpc error: code =
            NotFound desc = failed to pull and unpack image
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2": failed to resolve image:
            123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2: not found
  registry  123456789012.dkr.ecr.eu-west-1.amazonaws.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-not-found-html > text 1`] = `
NotARegistry (likely): Something else than a registry answers there
pod shop/api-7c9f, container "api", image hub-udaipur.acme.example/media/encoder:1.0.8

At "hub-udaipur.acme.example" something answers that is no registry: a web page instead of a
manifest. Often it is a captive portal, a login page, the registry's web address instead of its
registry address, or a wrong port; "hub-udaipur.acme.example/media/encoder:1.0.8" cannot come from
there.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "hub-udaipur.acme.example/media/encoder:1.0.8": rpc
         error: code = Unknown desc = unable to copy from source
         docker://hub-udaipur.acme.example/media/encoder:1.0.8: initializing source
         docker://hub-udaipur.acme.example/media/encoder:1.0.8: pinging container registry
         hub-udaipur.acme.example: StatusCode: 404, "<html>\\r\\n<head><title>404 Not
         Found</title></head>\\r..."

Fix
  1. see what answers
     curl -sS -i https://hub-udaipur.acme.example/v2/
  2. use the registry's own address and port
     kubectl -n shop set image deployment/api api=REGISTRY:PORT/media/encoder:1.0.8

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NotARegistry.md

`

exports[`dist/test/causes.mjs > TAP > redherring-not-found-lost-content > text 1`] = `
NodeStorageFailed (likely): The node's image store fails
pod shop/api-7c9f, container "api", image cr-cesena.acme.example/infra/agent:v1.9.3

Node "node-3" cannot store "cr-cesena.acme.example/infra/agent:v1.9.3": the runtime's store has lost
a part of the image that it believes to have. It is the disk or the runtime's own store, not the
registry.
It could also be: RuntimeFailed, ImageBroken.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr-cesena.acme.example/infra/agent:v1.9.3": rpc
         error: code = NotFound desc = failed to pull and unpack image
         "cr-cesena.acme.example/infra/agent:v1.9.3": blob
         sha256:0b97a2222b5e62a714ad7ef0601e24fb33eb20df1086a68cf226fe8d16793d7b expected at
         /lab/std/root/io.containerd.content.v1.content/blobs/sha256/0b97a2222b5e62a714ad7ef0601e24fb33eb20df1086a68cf226fe8d16793d7b:
         blob not found: not found

Fix
  1. see the file system and the kernel log of the node
     mount | grep -E 'containerd|containers'; dmesg | tail -50   # on node node-3
  2. remove the image there and let it be pulled anew
     crictl rmi cr-cesena.acme.example/infra/agent:v1.9.3   # on node node-3
  3. if the disk itself is bad: move the pods elsewhere
     kubectl drain node-3 --ignore-daemonsets

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NodeStorageFailed.md

`

exports[`dist/test/causes.mjs > TAP > redherring-not-found-mirror > text 1`] = `
NoPullSecret (possible): The registry wants a login, and the pod brings none
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" gives the image only to those who log in, and pod "api-7c9f" names no pull
secret (nor does its service account "default"). Node "node-3" may hold credentials of its own (a
config.json, a credential provider); those cannot be seen from here.
It could also be: TagNotFound, RepositoryNotFound, HeadRequestBlocked, RepositoryOffline,
ProxyFailed.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry.example.com-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/NoPullSecret.md

`

exports[`dist/test/causes.mjs > TAP > redherring-not-found-platform > text 1`] = `
PlatformNotAvailable (certain): The image has no manifest for the node's platform
pod shop/api-7c9f, container "api", image registry-main.acme.example/multi/win:ltsc2022

"registry-main.acme.example/multi/win:ltsc2022" exists, but not for this node: node "node-3" is
linux/amd64 and the image is for other platforms. ("not found" in the words means the platform, not
the image.)

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-main.acme.example/multi/win:ltsc2022":
         rpc error: code = NotFound desc = failed to pull and unpack image
         "registry-main.acme.example/multi/win:ltsc2022": no match for platform in manifest: not
         found
  node   node-3 is linux/amd64

Fix
  1. build and push the image for linux/amd64 too
     docker buildx build --platform linux/amd64 -t registry-main.acme.example/multi/win:ltsc2022 --push .
  2. or use an image that has linux/amd64
     kubectl -n shop set image deployment/api api=registry-main.acme.example/multi/win:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/PlatformNotAvailable.md

`

exports[`dist/test/causes.mjs > TAP > redherring-one-text-second-credential-works > text 1`] = `
FixedWaitingForRetry (likely): The pull would succeed now; kubelet is still backing off
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The node's last try failed with 401, but "registry.example.com/team/api:1.4.2" can be pulled now
with the pod's secret "newer", as asked from this machine just now. kubelet tries again at about
10:11:40 UTC.

Proof
  pod       spec.imagePullSecrets names "regcred", "newer"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  secret    "newer" covers this image (key "registry.example.com", user "ci-new")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, as "ci-new" (secret "newer"): the manifest is
            given

Credentials, in the order in which kubelet tries them
  SECRET   KEY                   USER    RESULT
  regcred  registry.example.com  ci      rejected
  newer    registry.example.com  ci-new  accepted

Fix
  1. wait: the next try needs nothing more
  2. or try at once: a new pod has no back-off
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/FixedWaitingForRetry.md

`

exports[`dist/test/causes.mjs > TAP > redherring-one-text-two-credentials > text 1`] = `
CredentialsRejected (certain): The registry refuses the user name or password of the pull secret
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses user "ci" of secret "regcred" (key "registry.example.com").

Proof
  pod       spec.imagePullSecrets names "regcred", "older"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  secret    "older" covers this image (key "registry.example.com", user "ci-old")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            failed to authorize: failed to fetch oauth token: unexpected status from GET request to
            https://registry.example.com/token?scope=repository%3Ateam%2Fapi%3Apull&service=registry.example.com:
            401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, as "ci-old" (secret "older"): GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Credentials, in the order in which kubelet tries them
  SECRET   KEY                   USER    RESULT
  regcred  registry.example.com  ci      rejected
  older    registry.example.com  ci-old  rejected

Fix
  1. write the right user name and password into the secret (set REGISTRY_USER and REGISTRY_PASSWORD
     first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/CredentialsRejected.md

`

exports[`dist/test/causes.mjs > TAP > redherring-several-problems > text 1`] = `
SecretMalformed (certain): A pull secret cannot be read by kubelet
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Secret "opaque" is there, but kubelet ignores it: its type is "Opaque", and kubelet reads pull
secrets only of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg: it is silently
ignored (it holds ".dockerconfigjson").
To be repaired next: SecretNotFound (the pod names a pull secret that does not exist).

Proof
  pod       spec.imagePullSecrets names "opaque", "gone", "hub"
  secret    "opaque": its type is "Opaque", and kubelet reads pull secrets only of type
            kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg: it is silently ignored (it
            holds ".dockerconfigjson")
  secret    namespace "shop" has no secret "gone"; no other namespace has one
  secret    "hub" has "https://index.docker.io/v1/": none covers this image
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make the secret anew in the right form (set REGISTRY_USER and REGISTRY_PASSWORD first): kubectl
     cannot change a secret's type, so the old one goes first, with all that it holds
     kubectl -n shop delete secret opaque
     kubectl -n shop create secret docker-registry opaque --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretMalformed.md

`

exports[`dist/test/causes.mjs > TAP > redherring-stale-words > text 1`] = `
FixedWaitingForRetry (likely): The pull would succeed now; kubelet is still backing off
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The node's last try failed with 401, but "registry.example.com/team/api:1.4.2" can be pulled now
without a login, as asked from this machine just now. kubelet tries again at about 10:11:40 UTC.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            unexpected status from HEAD request to
            https://registry.example.com/v2/team/api/manifests/1.4.2: 401 Unauthorized
  registry  registry.example.com, from this machine, without a login: the manifest is given

Fix
  1. wait: the next try needs nothing more
  2. or try at once: a new pod has no back-off
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/FixedWaitingForRetry.md

`

exports[`dist/test/causes.mjs > TAP > redherring-token-with-less-access > text 1`] = `
AccessDenied (certain): The login is good, but this repository is not allowed to it
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" knows user "ci" and does not let that user pull
"registry.example.com/team/api". The registry says: "authentication required".

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            unexpected status from HEAD request to
            https://registry.example.com/v2/team/api/manifests/1.4.2: 401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 401 UNAUTHORIZED,
            error="insufficient_scope"
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. give "ci" the right to pull "registry.example.com/team/api" (in the registry, role or robot
     settings)
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com/team/api:1.4.2 -n shop

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/AccessDenied.md

`

exports[`dist/test/causes.mjs > TAP > redherring-unauthorized-missing-tag > text 1`] = `
TagNotFound (certain): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The repository "registry.example.com/team/api" is there and has no tag "1.4.2". The nearest existing
tag is "1.4.1".

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            unexpected status from HEAD request to
            https://registry.example.com/v2/team/api/manifests/1.4.2: 401 Unauthorized
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 404 MANIFEST_UNKNOWN (manifest
            unknown)
  registry  the repository has 1 tag

Fix
  use the nearest tag that exists (if that is what was meant), or push the wanted one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:1.4.1

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-unretrieved-secret-missing-tag > text 1`] = `
TagNotFound (certain): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The repository "registry.example.com/team/api" is there and has no tag "1.4.2". The nearest existing
tag is "1.4.1".

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    namespace "shop" has no secret "regcred"; no other namespace has one
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  event     kubelet could not read pull secret "regcred"
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 404 MANIFEST_UNKNOWN (manifest
            unknown)
  registry  the repository has 1 tag

Fix
  use the nearest tag that exists (if that is what was meant), or push the wanted one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:1.4.1

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > redherring-unretrieved-secret-other-fault > text 1`] = `
RegistryNameNotResolved (certain): The registry's name cannot be resolved
pod shop/api-7c9f, container "api", image registri:5000/shop/web:1.4.2

Node "node-3" cannot resolve "registri:5000": either the name is wrong, or the name server does not
know it.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  namespace "shop" has no secret "regcred"; no other namespace has one
  event   node-3, 2 min ago: Failed to pull image "registri:5000/shop/web:1.4.2": rpc error: code =
          Unknown desc = failed to pull and unpack image "registri:5000/shop/web:1.4.2": failed to
          resolve image: failed to do request: Head
          "https://registri:5000/v2/shop/web/manifests/1.4.2": dial tcp: lookup registri on
          10.77.0.53:53: no such host
  event   kubelet could not read pull secret "regcred"

Fix
  1. ask the name server of the node itself
     nslookup registri   # on node node-3
  2. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=REGISTRY/shop/web:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryNameNotResolved.md

`

exports[`dist/test/causes.mjs > TAP > redherring-unretrieved-secret-pull-works > text 1`] = `
NoPullProblem: Nothing is wrong with the pull
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Pod "api-7c9f" does not wait for "registry.example.com/team/api:1.4.2".

`

exports[`dist/test/causes.mjs > TAP > RegistryFailing > text 1`] = `
RegistryFailing (certain): The registry fails
pod shop/api-7c9f, container "api", image hub-penang.acme.example/data/etl:2024.7

"hub-penang.acme.example" answers 502 instead of giving "hub-penang.acme.example/data/etl:2024.7".
Nothing in the cluster can repair that; kubelet tries again by itself.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "hub-penang.acme.example/data/etl:2024.7": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "hub-penang.acme.example/data/etl:2024.7": failed to resolve image: unexpected status from
         HEAD request to https://hub-penang.acme.example/v2/data/etl/manifests/2024.7: 502 Bad
         Gateway

Fix
  1. see the registry's own state (its status page, its logs)
     curl -sS -o /dev/null -w '%{http_code}\\n' https://hub-penang.acme.example/v2/
  2. when it answers again: try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryFailing.md

`

exports[`dist/test/causes.mjs > TAP > RegistryFailing-loop > text 1`] = `
RegistryFailing (certain): The registry fails
pod shop/api-7c9f, container "api", image hub-izmir.acme.example/media/encoder:1.0.8

"hub-izmir.acme.example" redirects in a circle instead of giving
"hub-izmir.acme.example/media/encoder:1.0.8". Nothing in the cluster can repair that; kubelet tries
again by itself.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "hub-izmir.acme.example/media/encoder:1.0.8": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "hub-izmir.acme.example/media/encoder:1.0.8": failed to resolve image: failed to do
         request: Head "/v2/media/encoder/manifests/1.0.8": stopped after 10 redirects

Fix
  1. see the registry's own state (its status page, its logs)
     curl -sS -o /dev/null -w '%{http_code}\\n' https://hub-izmir.acme.example/v2/
  2. when it answers again: try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryFailing.md

`

exports[`dist/test/causes.mjs > TAP > RegistryNameNotResolved > text 1`] = `
RegistryNameNotResolved (certain): The registry's name cannot be resolved
pod shop/api-7c9f, container "api", image registri:5000/shop/web:1.4.2

Node "node-3" cannot resolve "registri:5000": either the name is wrong, or the name server does not
know it.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registri:5000/shop/web:1.4.2": rpc error: code =
         Unknown desc = failed to pull and unpack image "registri:5000/shop/web:1.4.2": failed to
         resolve image: failed to do request: Head
         "https://registri:5000/v2/shop/web/manifests/1.4.2": dial tcp: lookup registri on
         10.77.0.53:53: no such host

Fix
  1. ask the name server of the node itself
     nslookup registri   # on node node-3
  2. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=REGISTRY/shop/web:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryNameNotResolved.md

`

exports[`dist/test/causes.mjs > TAP > RegistryNameNotResolved-service > text 1`] = `
RegistryNameNotResolved (certain): The registry's name cannot be resolved
pod shop/api-7c9f, container "api", image registry.tools.svc.cluster.local:5000/api:1.4.2

Node "node-3" cannot resolve "registry.tools.svc.cluster.local:5000": either the name is wrong, or
the name server does not know it. Names of services (*.svc, *.local) are known in pods, but nodes do
not ask the cluster's DNS.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry.tools.svc.cluster.local:5000/api:1.4.2":
         failed to pull and unpack image "registry.tools.svc.cluster.local:5000/api:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://registry.tools.svc.cluster.local:5000/v2/api/manifests/1.4.2": dial tcp: lookup
         registry.tools.svc.cluster.local on 10.77.0.53:53: no such host

Fix
  1. ask the name server of the node itself
     nslookup registry.tools.svc.cluster.local   # on node node-3
  2. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=REGISTRY/api:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryNameNotResolved.md

`

exports[`dist/test/causes.mjs > TAP > RegistryPolicyDenied > text 1`] = `
RegistryPolicyDenied (possible): A policy of the registry refuses this image or this client
pod shop/api-7c9f, container "api", image cr-busan.acme.example/crm/portal:2026.1

"cr-busan.acme.example" refuses "cr-busan.acme.example/crm/portal:2026.1" by a rule of its own
(vulnerabilities, signature, address of the client, law), whoever asks. The registry says: "The
image is not signed by cosign".
It could also be: AccessDenied, NoPullSecret, RepositoryNotFoundOrPrivate, CredentialsRejected,
CredentialsExpired.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr-busan.acme.example/crm/portal:2026.1": rpc
         error: code = Unknown desc = unable to copy from source
         docker://cr-busan.acme.example/crm/portal:2026.1: initializing source
         docker://cr-busan.acme.example/crm/portal:2026.1: reading manifest 2026.1 in
         cr-busan.acme.example/crm/portal: unknown: The image is not signed by cosign.

Fix
  ask the owners of the registry: rebuild or sign the image so that it passes, or have the rule or
  the allow-list changed

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryPolicyDenied.md

`

exports[`dist/test/causes.mjs > TAP > RegistryPolicyDenied-seen > text 1`] = `
RegistryPolicyDenied (certain): A policy of the registry refuses this image or this client
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" refuses "registry.example.com/team/api:1.4.2" by a rule of its own
(vulnerabilities, signature, address of the client, law), whoever asks. The registry says: "Artifact
download request rejected: team/api/1.4.2 was not downloaded because it has been blocked by Xray
policy".

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" covers this image (key "registry.example.com", user "ci")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            unexpected status from HEAD request to
            https://registry.example.com/v2/team/api/manifests/1.4.2: 403 Forbidden
  registry  registry.example.com, from this machine, as "ci" (secret "regcred"): GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 403 DENIED

Fix
  ask the owners of the registry: rebuild or sign the image so that it passes, or have the rule or
  the allow-list changed

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryPolicyDenied.md

`

exports[`dist/test/causes.mjs > TAP > RegistryUnreachable > text 1`] = `
RegistryUnreachable (certain): The registry cannot be reached
pod shop/api-7c9f, container "api", image registry-main.acme.example:5001/shop/web:1.4.2

Node "node-3" cannot reach "registry-main.acme.example:5001": nothing listens there (connection
refused).

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-main.acme.example:5001/shop/web:1.4.2":
         rpc error: code = Unknown desc = failed to pull and unpack image
         "registry-main.acme.example:5001/shop/web:1.4.2": failed to resolve image: failed to do
         request: Head "https://registry-main.acme.example:5001/v2/shop/web/manifests/1.4.2": dial
         tcp 10.77.0.21:5001: connect: connection refused

Fix
  1. try the connection from the node itself
     curl -v --max-time 10 https://registry-main.acme.example:5001/v2/   # on node node-3
  2. start the registry, or open the way to registry-main.acme.example:5001 (firewall, security
     group, route, port)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryUnreachable.md

`

exports[`dist/test/causes.mjs > TAP > RegistryUnreachable-reachable > text 1`] = `
RegistryUnreachable (certain): The registry cannot be reached
pod shop/api-7c9f, container "api", image registry-main.acme.example:5001/shop/web:1.4.2

Node "node-3" cannot reach "registry-main.acme.example:5001": nothing listens there (connection
refused).

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image
            "registry-main.acme.example:5001/shop/web:1.4.2": rpc error: code = Unknown desc =
            failed to pull and unpack image "registry-main.acme.example:5001/shop/web:1.4.2": failed
            to resolve image: failed to do request: Head
            "https://registry-main.acme.example:5001/v2/shop/web/manifests/1.4.2": dial tcp
            10.77.0.21:5001: connect: connection refused
  registry  registry-main.acme.example:5001, from this machine, without a login: the manifest is
            given

Fix
  1. try the connection from the node itself
     curl -v --max-time 10 https://registry-main.acme.example:5001/v2/   # on node node-3
  2. start the registry, or open the way to registry-main.acme.example:5001 (firewall, security
     group, route, port)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryUnreachable.md

`

exports[`dist/test/causes.mjs > TAP > RegistryUnreachable-seen > text 1`] = `
RegistryUnreachable (likely): The registry cannot be reached
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

This machine cannot reach "registry.example.com": nothing listens there (connection refused). That
is seen from this machine; the node may see it otherwise.

Proof
  pod       spec.imagePullSecrets is empty
  status    ImagePullBackOff
  registry  registry.example.com, from this machine: 192.0.2.10:443 refuses the connection

Fix
  1. try the connection from the node itself
     curl -v --max-time 10 https://registry.example.com/v2/   # on node node-3
  2. start the registry, or open the way to registry.example.com (firewall, security group, route,
     port)

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RegistryUnreachable.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryNotFound > text 1`] = `
RepositoryNotFound (certain): The registry has no such repository
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2

The registry "123456789012.dkr.ecr.eu-west-1.amazonaws.com" answers and has no repository
"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev".

Proof
  pod       spec.imagePullSecrets names "ecr"
  secret    "ecr" covers this image (key "123456789012.dkr.ecr.eu-west-1.amazonaws.com", user "AWS")
  event     node-3, 2 min ago: Failed to pull image
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2": rpc error: code =
            NotFound desc = failed to pull and unpack image
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2": failed to resolve image:
            123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2: not found
  registry  123456789012.dkr.ecr.eu-west-1.amazonaws.com, from this machine, as "AWS" (secret
            "ecr"): GET
            https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/shop/wev/manifests/1.4.2: 404
            NAME_UNKNOWN (The repository with name 'shop/wev' does not exist in the registry with id
            '123456789012')
  registry  the repository has no tag list: it is not there

Fix
  correct the repository (spelling, project, registry), or push the image there
    kubectl -n shop set image deployment/api api=123456789012.dkr.ecr.eu-west-1.amazonaws.com/REPOSITORY:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFound.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryNotFound-moved > text 1`] = `
RepositoryNotFound (certain): The registry has no such repository
pod shop/api-7c9f, container "proxy", image gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0

The registry "gcr.io" answers and has no repository "gcr.io/kubebuilder/kube-rbac-proxy". It is
known to have moved to "registry.k8s.io/kubebuilder/kube-rbac-proxy:v0.15.0" (2026-03-06).

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0":
            rpc error: code = NotFound desc = failed to pull and unpack image
            "gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0": failed to resolve image:
            gcr.io/kubebuilder/kube-rbac-proxy:v0.15.0: not found
  registry  gcr.io, from this machine, without a login: GET
            https://gcr.io/v2/kubebuilder/kube-rbac-proxy/manifests/v0.15.0: 404 NAME_UNKNOWN (not
            found)
  registry  the repository has no tag list: it is not there

Fix
  pull it from where it is now
    kubectl -n shop set image deployment/api proxy=registry.k8s.io/kubebuilder/kube-rbac-proxy:v0.15.0

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFound.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryNotFound-words > text 1`] = `
RepositoryNotFound (certain): The registry has no such repository
pod shop/api-7c9f, container "api", image 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2

The registry "123456789012.dkr.ecr.eu-west-1.amazonaws.com" answers and has no repository
"123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev".

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image
         "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2": rpc error: code = Unknown
         desc = unable to copy from source
         docker://123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2: initializing source
         docker://123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev:1.4.2: reading manifest
         1.4.2 in 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/wev: name unknown: The
         repository with name 'shop/wev' does not exist in the registry with id '123456789012'

Fix
  correct the repository (spelling, project, registry), or push the image there
    kubectl -n shop set image deployment/api api=123456789012.dkr.ecr.eu-west-1.amazonaws.com/REPOSITORY:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFound.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryNotFoundOrPrivate > text 1`] = `
RepositoryNotFoundOrPrivate (certain): The repository does not exist, or it is private and this pull may not see it
pod shop/api-7c9f, container "api", image docker.io/acmeinc/wbe:1.4.2

"docker.io" answers "missing" and "not allowed" alike, and nothing at hand tells which holds for
"docker.io/acmeinc/wbe". The pod brings no credential for it. Node "node-3" may hold credentials of
its own (a config.json, a credential provider); those cannot be seen from here.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "docker.io/acmeinc/wbe:1.4.2": rpc error: code =
            Unknown desc = failed to pull and unpack image "docker.io/acmeinc/wbe:1.4.2": failed to
            resolve image: pull access denied, repository does not exist or may require
            authorization: server message: insufficient_scope: authorization failed
  registry  registry-1.docker.io, from this machine, without a login: GET
            https://registry-1.docker.io/v2/acmeinc/wbe/manifests/1.4.2: 401 UNAUTHORIZED
            (authentication required), error="insufficient_scope"

Fix
  1. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=docker.io/REPOSITORY:1.4.2
  2. if it is private: make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first: a Docker
     ID and a personal access token with "Public Repo Read-only" or "Read")
     kubectl -n shop create secret docker-registry docker.io-pull --docker-server=https://index.docker.io/v1/ --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"docker.io-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFoundOrPrivate.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryNotFoundOrPrivate-login > text 1`] = `
RepositoryNotFoundOrPrivate (likely): The repository does not exist, or it is private and this pull may not see it
pod shop/api-7c9f, container "api", image docker.io/acmeinc/wbe:1.4.2

"docker.io" answers "missing" and "not allowed" alike, and nothing at hand tells which holds for
"docker.io/acmeinc/wbe". The pod's login (secret "hub") is taken, but opens nothing here.
It could also be: AccessDenied, RepositoryNotFound.

Proof
  pod       spec.imagePullSecrets names "hub"
  secret    "hub" covers this image (key "index.docker.io", user "acmebot")
  event     node-3, 2 min ago: Failed to pull image "docker.io/acmeinc/wbe:1.4.2": rpc error: code =
            Unknown desc = failed to pull and unpack image "docker.io/acmeinc/wbe:1.4.2": failed to
            resolve image: pull access denied, repository does not exist or may require
            authorization: server message: insufficient_scope: authorization failed
  registry  registry-1.docker.io, from this machine, as "acmebot" (secret "hub"): GET
            https://registry-1.docker.io/v2/acmeinc/wbe/manifests/1.4.2: 401 UNAUTHORIZED
            (authentication required), error="insufficient_scope"
  registry  registry-1.docker.io, from this machine, without a login: GET
            https://registry-1.docker.io/v2/acmeinc/wbe/manifests/1.4.2: 401 UNAUTHORIZED
            (authentication required), error="insufficient_scope"

Fix
  1. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=docker.io/REPOSITORY:1.4.2
  2. if it is private: give the user "acmebot" the right to pull it

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFoundOrPrivate.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryNotFoundOrPrivate-words > text 1`] = `
RepositoryNotFoundOrPrivate (possible): The repository does not exist, or it is private and this pull may not see it
pod shop/api-7c9f, container "api", image docker.io/acmeinc/wbe:1.4.2

"docker.io" answers "missing" and "not allowed" alike, and nothing at hand tells which holds for
"docker.io/acmeinc/wbe". The pod brings no credential for it. Node "node-3" may hold credentials of
its own (a config.json, a credential provider); those cannot be seen from here.
It could also be: NoPullSecret, AccessDenied, RepositoryNotFound, SecretNotInherited,
CredentialsRejected.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "docker.io/acmeinc/wbe:1.4.2": rpc error: code =
         Unknown desc = Error response from daemon: pull access denied for acmeinc/wbe, repository
         does not exist or may require 'docker login': denied: requested access to the resource is
         denied

Fix
  1. if the name is misspelt: correct it
     kubectl -n shop set image deployment/api api=docker.io/REPOSITORY:1.4.2
  2. if it is private: make a pull secret (set REGISTRY_USER and REGISTRY_PASSWORD first: a Docker
     ID and a personal access token with "Public Repo Read-only" or "Read")
     kubectl -n shop create secret docker-registry docker.io-pull --docker-server=https://index.docker.io/v1/ --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"docker.io-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryNotFoundOrPrivate.md

`

exports[`dist/test/causes.mjs > TAP > RepositoryOffline > text 1`] = `
RepositoryOffline (likely): The repository was taken out of service
pod shop/api-7c9f, container "api", image registry-kandy.acme.example/shop/web:1.4.2

"registry-kandy.acme.example" no longer serves "registry-kandy.acme.example/shop/web": shut down,
moved, unpaid, over its quota, or a cache whose upstream is gone. The registry says: "this registry
has been shut down".
It could also be: RegistryPolicyDenied.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-kandy.acme.example/shop/web:1.4.2": rpc
         error: code = Unknown desc = unable to copy from source
         docker://registry-kandy.acme.example/shop/web:1.4.2: initializing source
         docker://registry-kandy.acme.example/shop/web:1.4.2: reading manifest 1.4.2 in
         registry-kandy.acme.example/shop/web: StatusCode: 410, "this registry has been shut down"

Fix
  pull it from another registry (mirror it there first)
    kubectl -n shop set image deployment/api api=REGISTRY/shop/web:1.4.2

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RepositoryOffline.md

`

exports[`dist/test/causes.mjs > TAP > RuntimeFailed > text 1`] = `
RuntimeFailed (likely): The node's container runtime fails
pod shop/api-7c9f, container "api", image hub-pavia.acme.example/media/encoder:1.0.8

The runtime of node "node-3" (containerd://2.1.9) is down or wrongly set up: the pull did not get as
far as the registry. It says: "Failed to pull image "hub-pavia.acme.example/media/encoder:1.0.8":
rpc error: code = Unimplemented desc = unknown service runtime.v1.ImageService".
It could also be: NodeStorageFailed.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "hub-pavia.acme.example/media/encoder:1.0.8": rpc
         error: code = Unimplemented desc = unknown service runtime.v1.ImageService

Fix
  1. see the runtime on the node
     systemctl status containerd; journalctl -u containerd -n 50   # on node node-3 (crio for CRI-O)
  2. restart it when its configuration is right
     systemctl restart containerd   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/RuntimeFailed.md

`

exports[`dist/test/causes.mjs > TAP > SecretHasNoCredentials > text 1`] = `
SecretHasNoCredentials (certain): The pull secret holds no credential that kubelet uses
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" wants a login, and secret "regcred" parses but gives none: its entries are
empty and the passwords stayed in the credsStore of the machine where it was made: kubelet then
pulls without a login.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred": its entries are empty and the passwords stayed in the credsStore of the
            machine where it was made: kubelet then pulls without a login
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, with the empty entry of "regcred": GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. write a user name and a password into it (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretHasNoCredentials.md

`

exports[`dist/test/causes.mjs > TAP > SecretMalformed > text 1`] = `
SecretMalformed (certain): A pull secret cannot be read by kubelet
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Secret "regcred" does not parse (illegal base64 data at input byte 4). One such secret makes kubelet
refuse every pull of the pod, of public images too.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred": ".dockerconfigjson" does not parse (illegal base64 data at input byte 4):
          kubelet then refuses every pull of every pod that names this secret
  status  illegal base64 data at input byte 4

Fix
  1. write the secret anew in the right form (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD" --dry-run=client -o yaml | kubectl -n shop replace -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretMalformed.md

`

exports[`dist/test/causes.mjs > TAP > SecretMalformed-ignored > text 1`] = `
SecretMalformed (certain): A pull secret cannot be read by kubelet
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Secret "regcred" is there, but kubelet ignores it: its type is "Opaque", and kubelet reads pull
secrets only of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg: it is silently
ignored (it holds ".dockerconfigjson").

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred": its type is "Opaque", and kubelet reads pull secrets only of type
            kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg: it is silently ignored (it
            holds ".dockerconfigjson")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make the secret anew in the right form (set REGISTRY_USER and REGISTRY_PASSWORD first): kubectl
     cannot change a secret's type, so the old one goes first, with all that it holds
     kubectl -n shop delete secret regcred
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretMalformed.md

`

exports[`dist/test/causes.mjs > TAP > SecretMalformed-opaque > text 1`] = `
SecretMalformed (certain): A pull secret cannot be read by kubelet
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Secret "regcred" is there, but kubelet ignores it: its type is "Opaque", and kubelet reads pull
secrets only of type kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg: it is silently
ignored (it holds "config.json").

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred": its type is "Opaque", and kubelet reads pull secrets only of type
            kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg: it is silently ignored (it
            holds "config.json")
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. make the secret anew as type kubernetes.io/dockerconfigjson, with what it holds (nothing has to
     be typed)
     kubectl -n shop get secret regcred -o json | jq '.type = "kubernetes.io/dockerconfigjson" | .data[".dockerconfigjson"] = .data["config.json"] | del(.metadata.uid, .metadata.resourceVersion, .metadata.creationTimestamp, .metadata.managedFields)' | kubectl -n shop replace --force -f -
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretMalformed.md

`

exports[`dist/test/causes.mjs > TAP > SecretMalformed-words > text 1`] = `
SecretMalformed (certain): A pull secret cannot be read by kubelet
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

A pull secret of the pod does not parse: kubelet says "Error: illegal base64 data at input byte 4"
and refuses every pull of the pod.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred" was not seen: the right to "get secrets" is missing
  event   node-3, 2 min ago: Error: illegal base64 data at input byte 4

Fix
  1. make the secret anew in the right form (set REGISTRY_USER and REGISTRY_PASSWORD first): kubectl
     cannot change a secret's type, so the old one goes first, with all that it holds
     kubectl -n shop delete secret regcred
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretMalformed.md

`

exports[`dist/test/causes.mjs > TAP > SecretNotFound > text 1`] = `
SecretNotFound (certain): The pod names a pull secret that does not exist
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Namespace "shop" has no secret "regcred", which the pod names for its pulls, and
"registry.example.com" wants a login. Namespace "build" has one of that name, but a pull secret
counts only in the pod's own namespace.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    namespace "shop" has no secret "regcred"; namespace "build" has one
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  event     kubelet could not read pull secret "regcred"
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  1. copy it from namespace "build"
     kubectl -n build get secret regcred -o json | jq 'del(.metadata) + {metadata:{name:.metadata.name}}' | kubectl -n shop create -f -
  2. or make it anew (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretNotFound.md

`

exports[`dist/test/causes.mjs > TAP > SecretNotFound-heard > text 1`] = `
SecretNotFound (possible): The pod names a pull secret that does not exist
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

By the words of kubelet, namespace "shop" has no readable secret "regcred", which the pod names for
its pulls, and "registry.example.com" wants a login. Whether another namespace has it could not be
seen.
It could also be: NoPullSecret, RepositoryNotFoundOrPrivate.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred": kubelet could not read it
  event   node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
          pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image: pull
          access denied, repository does not exist or may require authorization: authorization
          failed: no basic auth credentials
  event   kubelet could not read pull secret "regcred"

Fix
  1. make the secret that the pod names (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretNotFound.md

`

exports[`dist/test/causes.mjs > TAP > SecretNotFound-nowhere > text 1`] = `
SecretNotFound (certain): The pod names a pull secret that does not exist
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Namespace "shop" has no secret "regcred", which the pod names for its pulls, and
"registry.example.com" wants a login. No other namespace has one of that name either.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  namespace "shop" has no secret "regcred"; no other namespace has one
  event   node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
          pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image: pull
          access denied, repository does not exist or may require authorization: authorization
          failed: no basic auth credentials

Fix
  1. make the secret that the pod names (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry regcred --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. then let the node try at once (nothing else makes this pod: its manifest is kept first)
     kubectl -n shop get pod api-7c9f -o json | jq 'del(.status,.spec.nodeName,.metadata.uid,.metadata.resourceVersion,.metadata.creationTimestamp)' > api-7c9f.json
     kubectl -n shop replace --force -f api-7c9f.json

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretNotFound.md

`

exports[`dist/test/causes.mjs > TAP > SecretNotInherited > text 1`] = `
SecretNotInherited (certain): The service account has the pull secret, the pod does not
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Service account "default" has pull secret "regcred", which covers this image, but pod "api-7c9f"
does not have it. The pod was made before the service account got it: the list is copied only when a
pod is made.

Proof
  pod       spec.imagePullSecrets is empty
  account   "default" names "regcred", which the pod does not
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  make the pod anew: it then takes the secret over
    kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretNotInherited.md

`

exports[`dist/test/causes.mjs > TAP > SecretNotInherited-own > text 1`] = `
SecretNotInherited (certain): The service account has the pull secret, the pod does not
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Service account "builder" has pull secret "regcred", which covers this image, but pod "api-7c9f"
does not have it. The pod lists its own ("hub"), and a pod that lists any takes none from its
service account.

Proof
  pod       spec.imagePullSecrets names "hub"
  secret    "hub" has "https://index.docker.io/v1/": none covers this image
  account   "builder" names "regcred", which the pod does not
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Fix
  let the pods of deployment "api" name it (they are then made anew)
    kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"regcred"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretNotInherited.md

`

exports[`dist/test/causes.mjs > TAP > SecretRegistryMismatch > text 1`] = `
SecretRegistryMismatch (certain): No pull secret has an entry for this registry
pod shop/api-7c9f, container "api", image registry.example.com:5000/team/api:1.4.2

"registry.example.com:5000" wants a login, and no entry of the pod's pull secrets covers
"registry.example.com:5000/team/api:1.4.2". Nearest is "registry.example.com" of secret "regcred":
the key has no port and the image port 5000: kubelet compares ports as text and knows no default
port.

Proof
  pod       spec.imagePullSecrets names "regcred"
  secret    "regcred" has "registry.example.com": none covers this image
  event     node-3, 2 min ago: Failed to pull image "registry.example.com:5000/team/api:1.4.2":
            failed to pull and unpack image "registry.example.com:5000/team/api:1.4.2": failed to
            resolve image: pull access denied, repository does not exist or may require
            authorization: authorization failed: no basic auth credentials
  registry  registry.example.com:5000, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Entries that do not match
  SECRET   KEY                   WHY
  regcred  registry.example.com  the key has no port and the image port 5000: kubelet compares ports
                                 as text and knows no default port

Fix
  1. file the same user name and password also under the key that kubelet looks for,
     "registry.example.com:5000"
     kubectl -n shop get secret regcred -o json | jq --arg old registry.example.com --arg new registry.example.com:5000 '.data[".dockerconfigjson"] |= (@base64d | fromjson | .auths[$new] = (.auths[$old] // error("no such entry")) | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com:5000/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretRegistryMismatch.md

`

exports[`dist/test/causes.mjs > TAP > SecretRegistryMismatch-other > text 1`] = `
SecretRegistryMismatch (certain): No pull secret has an entry for this registry
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

"registry.example.com" wants a login, and no entry of the pod's pull secrets covers
"registry.example.com/team/api:1.4.2". Nearest is "https://index.docker.io/v1/" of secret "hub": it
is for "index.docker.io", the image comes from "registry.example.com".

Proof
  pod       spec.imagePullSecrets names "hub"
  secret    "hub" has "https://index.docker.io/v1/": none covers this image
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": failed to
            pull and unpack image "registry.example.com/team/api:1.4.2": failed to resolve image:
            pull access denied, repository does not exist or may require authorization:
            authorization failed: no basic auth credentials
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/token: 401 UNAUTHORIZED (authentication required)

Entries that do not match
  SECRET  KEY                          WHY
  hub     https://index.docker.io/v1/  it is for "index.docker.io", the image comes from
                                       "registry.example.com"

Fix
  1. make a pull secret for this registry (set REGISTRY_USER and REGISTRY_PASSWORD first)
     kubectl -n shop create secret docker-registry registry.example.com-pull --docker-server=registry.example.com --docker-username="$REGISTRY_USER" --docker-password="$REGISTRY_PASSWORD"
  2. let the pods of deployment "api" name it (they are then made anew)
     kubectl -n shop patch deployment api -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"registry.example.com-pull"}]}}}}'

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SecretRegistryMismatch.md

`

exports[`dist/test/causes.mjs > TAP > ShortNameUnresolved > text 1`] = `
ShortNameUnresolved (certain): The runtime does not resolve a name without a registry
pod shop/api-7c9f, container "api", image api:1.4.2

"api:1.4.2" names no registry, and the runtime of node "node-3" has no registry, or more than one,
to look for it.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "api:1.4.2": short name mode is enforcing, but
         image name "api:1.4.2" returns ambiguous list

Fix
  1. write the registry into the image
     kubectl -n shop set image deployment/api api=docker.io/library/api:1.4.2
  2. or list it in unqualified-search-registries of /etc/containers/registries.conf, and try
     crictl pull api:1.4.2   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/ShortNameUnresolved.md

`

exports[`dist/test/causes.mjs > TAP > SignatureRejected > text 1`] = `
SignatureRejected (certain): The node's signature policy refuses the image
pod shop/api-7c9f, container "api", image registry-como.acme.example/auth/gateway:v3

Node "node-3" takes only images that its policy accepts, and refuses
"registry-como.acme.example/auth/gateway:v3": it is not signed.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-como.acme.example/auth/gateway:v3": rpc
         error: code = Unknown desc = unable to copy from source
         docker://registry-como.acme.example/auth/gateway:v3: Source image rejected: A signature was
         required, but no signature exists

Fix
  1. see the policy on the node
     cat /etc/containers/policy.json   # on node node-3 (containerd: the image verifier plugins)
  2. sign the image with a key that the policy accepts
     cosign sign registry-como.acme.example/auth/gateway:v3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/SignatureRejected.md

`

exports[`dist/test/causes.mjs > TAP > StillPulling > text 1`] = `
StillPulling: The image is being pulled, and nothing has failed yet
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Node "node-3" has been pulling "registry.example.com/team/api:1.4.2" for 11 min. It is 8.6 GB in 21
layers. That is long: pulls of one node may wait for each other (serializeImagePulls), or this one
is stuck.

Fix
  watch it
    kubectl -n shop get pod api-7c9f -w

`

exports[`dist/test/causes.mjs > TAP > TagNotFound > text 1`] = `
TagNotFound (certain): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

The repository "registry.example.com/team/api" is there and has no tag "1.4.2". The nearest existing
tags are "1.4.1", "1.4.0", "1.5.0".

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 404 MANIFEST_UNKNOWN (manifest
            unknown)
  registry  the repository has 5 tags

Fix
  use the nearest tag that exists (if that is what was meant), or push the wanted one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:1.4.1

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > TagNotFound-ephemeral > text 1`] = `
TagNotFound (certain): The repository has no such tag
pod shop/api-7c9f, ephemeral container "debugger-x7k2p", image registry.example.com/team/debug:lates

The repository "registry.example.com/team/debug" is there and has no tag "lates". The nearest
existing tag is "latest".

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/debug:lates": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/debug:lates": failed to resolve image:
            registry.example.com/team/debug:lates: not found
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/debug/manifests/lates: 404 MANIFEST_UNKNOWN
            (manifest unknown)
  registry  the repository has 1 tag

Fix
  use the nearest tag that exists (if that is what was meant), or push the wanted one (an ephemeral
  container cannot be changed: add another)
    kubectl -n shop debug -it api-7c9f --image=registry.example.com/team/debug:latest

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > TagNotFound-unlisted > text 1`] = `
TagNotFound (likely): The repository has no such tag
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

By the words of the node, the repository "registry.example.com/team/api" or its tag is not there: it
asked for "1.4.2" at "registry.example.com".
It could also be: RepositoryNotFound, RepositoryOffline, ProxyFailed.

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/api:1.4.2": failed to resolve image:
            registry.example.com/team/api:1.4.2: not found
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/api/manifests/1.4.2: 404 MANIFEST_UNKNOWN (manifest
            unknown)
  registry  the tag list is answered 401 UNAUTHORIZED

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=registry.example.com/team/api:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > TagNotFound-volume > text 1`] = `
TagNotFound (certain): The repository has no such tag
pod shop/api-7c9f, image volume "models", image registry.example.com/team/models:v7

The repository "registry.example.com/team/models" is there and has no tag "v7". The nearest existing
tags are "v6", "v5".

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/models:v7": rpc
            error: code = NotFound desc = failed to pull and unpack image
            "registry.example.com/team/models:v7": failed to resolve image:
            registry.example.com/team/models:v7: not found
  registry  registry.example.com, from this machine, without a login: GET
            https://registry.example.com/v2/team/models/manifests/v7: 404 MANIFEST_UNKNOWN (manifest
            unknown)
  registry  the repository has 2 tags

Fix
  use the nearest tag that exists (if that is what was meant), or push the wanted one
    kubectl -n shop edit deployment/api   # volume "models": image.reference: registry.example.com/team/models:v6

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > TagNotFound-words > text 1`] = `
TagNotFound (possible): The repository has no such tag
pod shop/api-7c9f, container "api", image registry-main.acme.example/shop/web:1.4.20

By the words of the node, the repository "registry-main.acme.example/shop/web" or its tag is not
there: it asked for "1.4.20" at "registry-main.acme.example".
It could also be: RepositoryNotFound, HeadRequestBlocked, RepositoryOffline, ProxyFailed.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "registry-main.acme.example/shop/web:1.4.20": rpc
         error: code = NotFound desc = failed to pull and unpack image
         "registry-main.acme.example/shop/web:1.4.20": failed to resolve image:
         registry-main.acme.example/shop/web:1.4.20: not found

Fix
  use a tag that exists, or push this one
    kubectl -n shop set image deployment/api api=registry-main.acme.example/shop/web:TAG

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TagNotFound.md

`

exports[`dist/test/causes.mjs > TAP > TLSFailed > text 1`] = `
TLSFailed (likely): The TLS handshake with the registry fails
pod shop/api-7c9f, container "api", image cr8.acme.example/shop/web:1.4.2

Node "node-3" and "cr8.acme.example" do not agree on TLS: the registry wants a client certificate.
It could also be: RegistryUnreachable, CertificateInvalid.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr8.acme.example/shop/web:1.4.2": rpc error: code
         = Unknown desc = failed to pull and unpack image "cr8.acme.example/shop/web:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://cr8.acme.example/v2/shop/web/manifests/1.4.2": remote error: tls: certificate
         required

Fix
  1. see the handshake
     openssl s_client -connect cr8.acme.example:443 </dev/null
  2. give the runtime a client certificate (\`client = [["/path/client.cert", "/path/client.key"]]\`)
     vi /etc/containerd/certs.d/cr8.acme.example/hosts.toml   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TLSFailed.md

`

exports[`dist/test/causes.mjs > TAP > TLSFailed-old > text 1`] = `
TLSFailed (likely): The TLS handshake with the registry fails
pod shop/api-7c9f, container "api", image cr-kochi.acme.example/platform/api:v2.11.0

Node "node-3" and "cr-kochi.acme.example" do not agree on TLS: they have no protocol version in
common.
It could also be: RegistryUnreachable, CertificateInvalid.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr-kochi.acme.example/platform/api:v2.11.0": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "cr-kochi.acme.example/platform/api:v2.11.0": failed to resolve image: failed to do
         request: Head "https://cr-kochi.acme.example/v2/platform/api/manifests/v2.11.0": remote
         error: tls: protocol version not supported

Fix
  1. see the handshake
     openssl s_client -connect cr-kochi.acme.example:443 </dev/null
  2. let the registry offer TLS 1.2 or 1.3 with current ciphers and a SHA-256 certificate

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TLSFailed.md

`

exports[`dist/test/causes.mjs > TAP > TLSFailed-sha1 > text 1`] = `
TLSFailed (likely): The TLS handshake with the registry fails
pod shop/api-7c9f, container "api", image cr9.acme.example/shop/web:1.4.2

Node "node-3" and "cr9.acme.example" do not agree on TLS: the certificate is signed with an
algorithm that is no longer accepted (SHA-1).
It could also be: RegistryUnreachable, CertificateNotTrusted, CertificateInvalid.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr9.acme.example/shop/web:1.4.2": rpc error: code
         = Unknown desc = failed to pull and unpack image "cr9.acme.example/shop/web:1.4.2": failed
         to resolve image: failed to do request: Head
         "https://cr9.acme.example/v2/shop/web/manifests/1.4.2": tls: failed to verify certificate:
         x509: certificate signed by unknown authority (possibly because of "x509: cannot verify
         signature: insecure algorithm SHA1-RSA" while trying to verify candidate authority
         certificate "Acme Root CA")

Fix
  1. see the handshake
     openssl s_client -connect cr9.acme.example:443 </dev/null
  2. let the registry offer TLS 1.2 or 1.3 with current ciphers and a SHA-256 certificate

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TLSFailed.md

`

exports[`dist/test/causes.mjs > TAP > TokenServiceFailed > text 1`] = `
TokenServiceFailed (certain): The registry's token server fails
pod shop/api-7c9f, container "api", image hub-foggia.acme.example/data/etl:2024.7

Before "hub-foggia.acme.example" gives the image, a token is needed from "login.acme-id.example",
and that fails: its name cannot be resolved.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "hub-foggia.acme.example/data/etl:2024.7": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "hub-foggia.acme.example/data/etl:2024.7": failed to resolve image: failed to authorize:
         failed to fetch anonymous token: Get
         "https://login.acme-id.example/token?scope=%5BREDACTED%5D&service=%5BREDACTED%5D": dial
         tcp: lookup login.acme-id.example on 10.77.0.53:53: no such host

Fix
  1. ask the token server as a pull would
     curl -sS -i 'https://login.acme-id.example/token'
  2. let the nodes reach the token server "login.acme-id.example" too, or repair it: every login and
     every anonymous pull needs it

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TokenServiceFailed.md

`

exports[`dist/test/causes.mjs > TAP > TokenServiceFailed-500 > text 1`] = `
TokenServiceFailed (likely): The registry's token server fails
pod shop/api-7c9f, container "api", image images-kyoto.acme.example/mail/relay:7.2.1

Before "images-kyoto.acme.example" gives the image, a token is needed from
"images-kyoto.acme.example", and that fails: it answers 500.
It could also be: RegistryFailing, HeadRequestBlocked, RegistryPolicyDenied, NotARegistry,
ProxyFailed.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred" covers this image (key "images-kyoto.acme.example", user "ci")
  event   node-3, 2 min ago: Failed to pull image "images-kyoto.acme.example/mail/relay:7.2.1": rpc
          error: code = Unknown desc = failed to pull and unpack image
          "images-kyoto.acme.example/mail/relay:7.2.1": failed to resolve image: failed to
          authorize: failed to fetch oauth token: unexpected status from POST request to
          https://images-kyoto.acme.example/token: 500 Internal Server Error

Fix
  1. ask the token server as a pull would
     curl -sS -i 'https://images-kyoto.acme.example/token'
  2. let the nodes reach the token server "images-kyoto.acme.example" too, or repair it: every login
     and every anonymous pull needs it

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TokenServiceFailed.md

`

exports[`dist/test/causes.mjs > TAP > TokenServiceFailed-issuer > text 1`] = `
TokenServiceFailed (possible): The registry's token server fails
pod shop/api-7c9f, container "api", image registry-core.acme.example/secure/app:1.0

The token server of "registry-core.acme.example" gives a token, and the registry then refuses that
very token: the two do not agree on issuer, key, service or clock.
It could also be: CredentialsRejected, CredentialsExpired, AccessDenied,
CredentialsBlockPublicImage, RepositoryNotFoundOrPrivate.

Proof
  pod     spec.imagePullSecrets names "regcred"
  secret  "regcred" covers this image (key "registry-core.acme.example", user "ci")
  event   node-3, 2 min ago: Failed to pull image "registry-core.acme.example/secure/app:1.0": rpc
          error: code = Unknown desc = failed to pull and unpack image
          "registry-core.acme.example/secure/app:1.0": failed to resolve image: pull access denied,
          repository does not exist or may require authorization: server message: invalid_token:
          authorization failed

Fix
  1. let the owners of "registry-core.acme.example" compare issuer, key, service and clock of the
     registry and of its token server
  2. when they agree again: try at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TokenServiceFailed.md

`

exports[`dist/test/causes.mjs > TAP > TransferInterrupted > text 1`] = `
TransferInterrupted (likely): The transfer was cut in the middle
pod shop/api-7c9f, container "api", image cr-lucca.acme.example/infra/agent:v1.9.3

A part of "cr-lucca.acme.example/infra/agent:v1.9.3" broke off while it came from
"cr-lucca.acme.example": the connection ended before all bytes were there. kubelet tries again by
itself; when it happens each time, something on the way (proxy, firewall, MTU, idle timeout) cuts
long transfers.
It could also be: ImageBroken, BlobHostFailed, ManifestUnsupported, PullTooSlow.

Proof
  pod    spec.imagePullSecrets is empty
  event  node-3, 2 min ago: Failed to pull image "cr-lucca.acme.example/infra/agent:v1.9.3": rpc
         error: code = Unknown desc = failed to pull and unpack image
         "cr-lucca.acme.example/infra/agent:v1.9.3": short read: expected 400462 bytes but got
         120000: unexpected EOF

Fix
  1. pull it on the node and see where it breaks
     crictl pull cr-lucca.acme.example/infra/agent:v1.9.3   # on node node-3
  2. or try again at once
     kubectl -n shop delete pod api-7c9f

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/TransferInterrupted.md

`

exports[`dist/test/causes.mjs > TAP > Unknown > text 1`] = `
Unknown (possible): The cause could not be found
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Why "registry.example.com/team/api:1.4.2" cannot be pulled is not proved by anything that could be
seen. The node's words are gone (events live one hour).

Proof
  pod     spec.imagePullSecrets is empty
  status  ImagePullBackOff: Back-off pulling image "registry.example.com/team/api:1.4.2"

Fix
  1. see the node's own words of the next try
     kubectl -n shop describe pod api-7c9f
  2. see it on the node itself
     crictl pull registry.example.com/team/api:1.4.2   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/Unknown.md

`

exports[`dist/test/causes.mjs > TAP > Unknown-words > text 1`] = `
Unknown (possible): The cause could not be found
pod shop/api-7c9f, container "api", image registry.example.com/team/api:1.4.2

Why "registry.example.com/team/api:1.4.2" cannot be pulled is not proved by anything that could be
seen. The node says: "Failed to pull image "registry.example.com/team/api:1.4.2": the flux capacitor
is empty".

Proof
  pod       spec.imagePullSecrets is empty
  event     node-3, 2 min ago: Failed to pull image "registry.example.com/team/api:1.4.2": the flux
            capacitor is empty
  registry  registry.example.com, from this machine: registry.example.com does not answer

Checks, from this machine
  ✓ dns       registry.example.com is 192.0.2.10 (4 ms)
  ✓ connect   192.0.2.10:443 accepts connections (9 ms)
  ✓ tls       TLSv1.3 (15 ms)
  ✓ ping      /v2/ answers 401, Bearer (12 ms)
  - token     not needed
  - manifest  not needed
  - platform  not needed
  - config    not needed
  - layers    not needed

Fix
  1. see the node's own words of the next try
     kubectl -n shop describe pod api-7c9f
  2. see it on the node itself
     crictl pull registry.example.com/team/api:1.4.2   # on node node-3

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v0.0.0-dev/docs/causes/Unknown.md

`
