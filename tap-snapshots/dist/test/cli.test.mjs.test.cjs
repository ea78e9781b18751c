/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`dist/test/cli.mjs > TAP > transcripts > --help 1`] = `
$ kubectl imagepull --help
kubectl imagepull: names the one cause why a pod cannot pull its image, proves it, and prints the
command that repairs it.

Commands:
  kubectl imagepull why [NAME..]            why does this pod (or workload) not get its image?
  kubectl imagepull test-secret [SECRET..]  does this pull secret work?
  kubectl imagepull version                 print the version
  kubectl imagepull completion [SHELL]      print the script that switches tab completion on

As in kubectl:
  -n, --namespace        namespace                                                          [string]
  -A, --all-namespaces   every namespace                                                   [boolean]
      --kubeconfig       path of the kubeconfig                                             [string]
      --context          kubeconfig context                                                 [string]
      --cluster          kubeconfig cluster                                                 [string]
      --user             kubeconfig user                                                    [string]
      --as               user to impersonate                                                [string]
      --as-group         group to impersonate                                                [array]
      --request-timeout  for one request to the cluster (0: no limit)        [string] [default: "0"]

Registry:
      --probe              ask the registry (--no-probe: ask none)         [boolean] [default: true]
      --timeout            for all that is asked of registries about one image
                                                                           [string] [default: "30s"]
      --insecure-registry  HOST whose certificate is not checked and which may speak plain HTTP
                                                                                             [array]
      --registry-ca        PEM FILE of a certificate authority to trust                     [string]
      --registry-mirror    FROM=TO: ask TO where an image says FROM                          [array]

Output:
  -o, --output  format
                   [choices: "text", "wide", "json", "yaml", "name", "prometheus"] [default: "text"]
      --color   colour on a terminal (--no-color, NO_COLOR)                [boolean] [default: true]

Options:
  -h, --help  show help                                                                    [boolean]

Exit status: 0 no cause found, 1 a cause was found, 2 the tool could not do its work.
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > test-secret --help 1`] = `
$ kubectl imagepull test-secret --help
kubectl imagepull test-secret [SECRET..]

does this pull secret work?

Positionals:
  SECRET  names of pull secrets                                                [array] [default: []]

As in kubectl:
  -n, --namespace        namespace                                                          [string]
  -A, --all-namespaces   every namespace                                                   [boolean]
      --kubeconfig       path of the kubeconfig                                             [string]
      --context          kubeconfig context                                                 [string]
      --cluster          kubeconfig cluster                                                 [string]
      --user             kubeconfig user                                                    [string]
      --as               user to impersonate                                                [string]
      --as-group         group to impersonate                                                [array]
      --request-timeout  for one request to the cluster (0: no limit)        [string] [default: "0"]

Registry:
      --probe              ask the registry (--no-probe: ask none)         [boolean] [default: true]
      --timeout            for all that is asked of registries about one image
                                                                           [string] [default: "30s"]
      --insecure-registry  HOST whose certificate is not checked and which may speak plain HTTP
                                                                                             [array]
      --registry-ca        PEM FILE of a certificate authority to trust                     [string]
      --registry-mirror    FROM=TO: ask TO where an image says FROM                          [array]

Output:
  -o, --output  format
                   [choices: "text", "wide", "json", "yaml", "name", "prometheus"] [default: "text"]
      --color   colour on a terminal (--no-color, NO_COLOR)                [boolean] [default: true]

Options:
  -h, --help      show help                                                                [boolean]
      --image     prove the right to pull this image too                                    [string]
  -f, --filename  secrets of a file instead of a cluster (- is standard input)              [string]

Examples:
  kubectl imagepull test-secret regcred -n shop       log in to every registry of the secret
  kubectl imagepull test-secret regcred --image       and pull this image with it
  registry.example.com/team/api:1.4
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > test-secret -f test/fixtures/saved/shop.yaml --no-probe 1`] = `
$ kubectl imagepull test-secret -f test/fixtures/saved/shop.yaml --no-probe
secret shop/regcred could not be verified
type kubernetes.io/dockerconfigjson

  KEY                   REGISTRY              USER  RESULT    DETAIL
  registry.example.com  registry.example.com  ci    notTried  --no-probe was given

secret shop/hub could not be verified
type kubernetes.io/dockerconfigjson

  KEY                          REGISTRY   USER  RESULT    DETAIL
  https://index.docker.io/v1/  docker.io  bot   notTried  --no-probe was given
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > version -o json 1`] = `
$ kubectl imagepull version -o json
{
  "version": "VERSION"
}
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > version 1`] = `
$ kubectl imagepull version
kubectl-imagepull VERSION
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > why --help 1`] = `
$ kubectl imagepull why --help
kubectl imagepull why [NAME..]

why does this pod (or workload) not get its image?

Positionals:
  NAME  POD or TYPE/NAME; none: every failing pod of the namespace             [array] [default: []]

As in kubectl:
  -n, --namespace        namespace                                                          [string]
  -A, --all-namespaces   every namespace                                                   [boolean]
      --kubeconfig       path of the kubeconfig                                             [string]
      --context          kubeconfig context                                                 [string]
      --cluster          kubeconfig cluster                                                 [string]
      --user             kubeconfig user                                                    [string]
      --as               user to impersonate                                                [string]
      --as-group         group to impersonate                                                [array]
      --request-timeout  for one request to the cluster (0: no limit)        [string] [default: "0"]

Registry:
      --probe              ask the registry (--no-probe: ask none)         [boolean] [default: true]
      --timeout            for all that is asked of registries about one image
                                                                           [string] [default: "30s"]
      --insecure-registry  HOST whose certificate is not checked and which may speak plain HTTP
                                                                                             [array]
      --registry-ca        PEM FILE of a certificate authority to trust                     [string]
      --registry-mirror    FROM=TO: ask TO where an image says FROM                          [array]

Output:
  -o, --output  format
                   [choices: "text", "wide", "json", "yaml", "name", "prometheus"] [default: "text"]
      --color   colour on a terminal (--no-color, NO_COLOR)                [boolean] [default: true]

Options:
  -h, --help       show help                                                               [boolean]
  -f, --filename   diagnose saved objects instead of a cluster (- is standard input)        [string]
  -l, --selector   failing pods with these labels                                           [string]
  -c, --container  only this container                                                      [string]
  -w, --watch      stay, and report new causes and repaired ones as they happen            [boolean]
      --fail-on    CAUSE,…: only these count for exit status 1                               [array]
      --ignore     CAUSE,…: these do not count                                               [array]

Examples:
  kubectl imagepull why api-7c9f -n shop              one pod
  kubectl imagepull why deployment/api                the pods of a workload
  kubectl imagepull why -A                            every pod of the cluster that waits for an
                                                      image
  kubectl get pods,events,secrets,sa,nodes -o yaml |  saved objects, no cluster
  kubectl imagepull why -f -
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -l app=api -o name 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -l app=api -o name
pod/api-7c9f6d5b8-x2v4q
--- status 1

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -n elsewhere 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -n elsewhere
--- stderr
no pod in "test/fixtures/saved/shop.yaml" waits for an image
--- status 0

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -o json 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -o json
{
  "apiVersion": "imagepull/v1",
  "kind": "DiagnosisList",
  "items": [
    {
      "pod": {
        "namespace": "shop",
        "name": "api-7c9f6d5b8-x2v4q",
        "node": "node-3"
      },
      "container": {
        "name": "api",
        "kind": "container"
      },
      "image": "registry.example.com:5000/team/api:1.4.2",
      "reference": {
        "registry": "registry.example.com:5000",
        "repository": "team/api",
        "tag": "1.4.2",
        "digest": null
      },
      "state": {
        "reason": "ImagePullBackOff",
        "message": "Back-off pulling image \\"registry.example.com:5000/team/api:1.4.2\\": ErrImagePull: failed to pull and unpack image \\"registry.example.com:5000/team/api:1.4.2\\": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials",
        "since": "2026-11-20T10:00:00Z",
        "attempts": 4,
        "nextRetry": "2026-11-20T10:02:50Z"
      },
      "cause": "SecretRegistryMismatch",
      "certainty": "certain",
      "also": [],
      "next": [],
      "title": "No pull secret has an entry for this registry",
      "summary": "\\"registry.example.com:5000\\" wants a login, and no entry of the pod's pull secrets covers \\"registry.example.com:5000/team/api:1.4.2\\". Nearest is \\"registry.example.com\\" of secret \\"regcred\\": the key has no port and the image port 5000: kubelet compares ports as text and knows no default port. Not matching either: \\"https://index.docker.io/v1/\\".",
      "transient": false,
      "credentials": [],
      "nearMisses": [
        {
          "secret": "regcred",
          "key": "registry.example.com",
          "why": "the key has no port and the image port 5000: kubelet compares ports as text and knows no default port"
        },
        {
          "secret": "hub",
          "key": "https://index.docker.io/v1/",
          "why": "it is for \\"index.docker.io\\", the image comes from \\"registry.example.com:5000\\""
        }
      ],
      "checks": [],
      "evidence": [
        {
          "source": "pod",
          "detail": "spec.imagePullSecrets names \\"regcred\\", \\"hub\\""
        },
        {
          "source": "secret",
          "detail": "\\"regcred\\" has \\"registry.example.com\\": none covers this image"
        },
        {
          "source": "secret",
          "detail": "\\"hub\\" has \\"https://index.docker.io/v1/\\": none covers this image"
        },
        {
          "source": "status",
          "detail": "node-3: Back-off pulling image \\"registry.example.com:5000/team/api:1.4.2\\": ErrImagePull: failed to pull and unpack image \\"registry.example.com:5000/team/api:1.4.2\\": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials"
        }
      ],
      "fixes": [
        {
          "title": "file the same user name and password also under the key that kubelet looks for, \\"registry.example.com:5000\\"",
          "command": "kubectl -n shop get secret regcred -o json | jq --arg old registry.example.com --arg new registry.example.com:5000 '.data[\\".dockerconfigjson\\"] |= (@base64d | fromjson | .auths[$new] = (.auths[$old] // error(\\"no such entry\\")) | tojson | @base64)' | kubectl -n shop replace -f -"
        },
        {
          "title": "check that it works",
          "command": "kubectl imagepull test-secret regcred --image registry.example.com:5000/team/api:1.4.2 -n shop"
        },
        {
          "title": "then let the node try at once",
          "command": "kubectl -n shop delete pod api-7c9f6d5b8-x2v4q"
        }
      ],
      "docs": "https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/SecretRegistryMismatch.md"
    },
    {
      "pod": {
        "namespace": "shop",
        "name": "web-0",
        "node": "node-3"
      },
      "container": {
        "name": "web",
        "kind": "container"
      },
      "image": "registry.example.com/team/Web:2.0",
      "reference": null,
      "state": {
        "reason": "InvalidImageName",
        "message": "Failed to apply default image tag \\"registry.example.com/team/Web:2.0\\": couldn't parse image name \\"registry.example.com/team/Web:2.0\\": invalid reference format: repository name (team/Web) must be lowercase",
        "since": "2026-11-20T09:00:00Z",
        "attempts": null,
        "nextRetry": null
      },
      "cause": "InvalidImageName",
      "certainty": "certain",
      "also": [],
      "next": [],
      "title": "The image name is not a valid reference",
      "summary": "\\"registry.example.com/team/Web:2.0\\" cannot be parsed as an image reference: invalid reference format: repository name (team/Web) must be lowercase. Repository names are in lower case.",
      "transient": false,
      "credentials": [],
      "nearMisses": [],
      "checks": [],
      "evidence": [
        {
          "source": "pod",
          "detail": "spec.imagePullSecrets is empty"
        },
        {
          "source": "status",
          "detail": "node-3: Failed to apply default image tag \\"registry.example.com/team/Web:2.0\\": couldn't parse image name \\"registry.example.com/team/Web:2.0\\": invalid reference format: repository name (team/Web) must be lowercase"
        }
      ],
      "fixes": [
        {
          "title": "give the container the reference that was probably meant",
          "command": "kubectl -n shop set image pod/web-0 web=registry.example.com/team/web:2.0"
        }
      ],
      "docs": "https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/InvalidImageName.md"
    }
  ],
  "groups": [
    {
      "cause": "SecretRegistryMismatch",
      "certainty": "certain",
      "registry": "registry.example.com:5000",
      "repository": null,
      "credential": {
        "secret": "regcred",
        "key": "",
        "username": ""
      },
      "pods": 1,
      "nodes": 1,
      "namespaces": 1,
      "examples": [
        "shop/api-7c9f6d5b8-x2v4q"
      ]
    },
    {
      "cause": "InvalidImageName",
      "certainty": "certain",
      "registry": null,
      "repository": "registry.example.com/team/Web:2.0",
      "credential": null,
      "pods": 1,
      "nodes": 1,
      "namespaces": 1,
      "examples": [
        "shop/web-0"
      ]
    }
  ],
  "patterns": [],
  "warnings": []
}
--- status 1

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -o name 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -o name
pod/api-7c9f6d5b8-x2v4q
pod/web-0
--- status 1

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -o text 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -o text
2 pods, 2 causes
  PODS  CAUSE                   CERTAINTY  ABOUT
  1     SecretRegistryMismatch  certain    registry.example.com:5000, secret "regcred"
  1     InvalidImageName        certain    registry.example.com/team/Web:2.0

SecretRegistryMismatch (certain): No pull secret has an entry for this registry
pod shop/api-7c9f6d5b8-x2v4q, container "api", image registry.example.com:5000/team/api:1.4.2

"registry.example.com:5000" wants a login, and no entry of the pod's pull secrets covers
"registry.example.com:5000/team/api:1.4.2". Nearest is "registry.example.com" of secret "regcred":
the key has no port and the image port 5000: kubelet compares ports as text and knows no default
port. Not matching either: "https://index.docker.io/v1/".

Proof
  pod     spec.imagePullSecrets names "regcred", "hub"
  secret  "regcred" has "registry.example.com": none covers this image
  secret  "hub" has "https://index.docker.io/v1/": none covers this image
  status  node-3: Back-off pulling image "registry.example.com:5000/team/api:1.4.2": ErrImagePull:
          failed to pull and unpack image "registry.example.com:5000/team/api:1.4.2": failed to
          resolve image: pull access denied, repository does not exist or may require authorization:
          authorization failed: no basic auth credentials

Entries that do not match
  SECRET   KEY                          WHY
  regcred  registry.example.com         the key has no port and the image port 5000: kubelet
                                        compares ports as text and knows no default port
  hub      https://index.docker.io/v1/  it is for "index.docker.io", the image comes from
                                        "registry.example.com:5000"

Fix
  1. file the same user name and password also under the key that kubelet looks for,
     "registry.example.com:5000"
     kubectl -n shop get secret regcred -o json | jq --arg old registry.example.com --arg new registry.example.com:5000 '.data[".dockerconfigjson"] |= (@base64d | fromjson | .auths[$new] = (.auths[$old] // error("no such entry")) | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com:5000/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f6d5b8-x2v4q

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/SecretRegistryMismatch.md

InvalidImageName (certain): The image name is not a valid reference
pod shop/web-0, container "web", image registry.example.com/team/Web:2.0

"registry.example.com/team/Web:2.0" cannot be parsed as an image reference: invalid reference
format: repository name (team/Web) must be lowercase. Repository names are in lower case.

Proof
  pod     spec.imagePullSecrets is empty
  status  node-3: Failed to apply default image tag "registry.example.com/team/Web:2.0": couldn't
          parse image name "registry.example.com/team/Web:2.0": invalid reference format: repository
          name (team/Web) must be lowercase

Fix
  give the container the reference that was probably meant
    kubectl -n shop set image pod/web-0 web=registry.example.com/team/web:2.0

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/InvalidImageName.md
--- status 1

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -o wide 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -o wide
2 pods, 2 causes
  PODS  CAUSE                   CERTAINTY  ABOUT
  1     SecretRegistryMismatch  certain    registry.example.com:5000, secret "regcred"
  1     InvalidImageName        certain    registry.example.com/team/Web:2.0

SecretRegistryMismatch (certain): No pull secret has an entry for this registry
pod shop/api-7c9f6d5b8-x2v4q, container "api", image registry.example.com:5000/team/api:1.4.2

"registry.example.com:5000" wants a login, and no entry of the pod's pull secrets covers
"registry.example.com:5000/team/api:1.4.2". Nearest is "registry.example.com" of secret "regcred":
the key has no port and the image port 5000: kubelet compares ports as text and knows no default
port. Not matching either: "https://index.docker.io/v1/".

Proof
  pod     spec.imagePullSecrets names "regcred", "hub"
  secret  "regcred" has "registry.example.com": none covers this image
  secret  "hub" has "https://index.docker.io/v1/": none covers this image
  status  node-3: Back-off pulling image "registry.example.com:5000/team/api:1.4.2": ErrImagePull:
          failed to pull and unpack image "registry.example.com:5000/team/api:1.4.2": failed to
          resolve image: pull access denied, repository does not exist or may require authorization:
          authorization failed: no basic auth credentials

Entries that do not match
  SECRET   KEY                          WHY
  regcred  registry.example.com         the key has no port and the image port 5000: kubelet
                                        compares ports as text and knows no default port
  hub      https://index.docker.io/v1/  it is for "index.docker.io", the image comes from
                                        "registry.example.com:5000"

Fix
  1. file the same user name and password also under the key that kubelet looks for,
     "registry.example.com:5000"
     kubectl -n shop get secret regcred -o json | jq --arg old registry.example.com --arg new registry.example.com:5000 '.data[".dockerconfigjson"] |= (@base64d | fromjson | .auths[$new] = (.auths[$old] // error("no such entry")) | tojson | @base64)' | kubectl -n shop replace -f -
  2. check that it works
     kubectl imagepull test-secret regcred --image registry.example.com:5000/team/api:1.4.2 -n shop
  3. then let the node try at once
     kubectl -n shop delete pod api-7c9f6d5b8-x2v4q

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/SecretRegistryMismatch.md

InvalidImageName (certain): The image name is not a valid reference
pod shop/web-0, container "web", image registry.example.com/team/Web:2.0

"registry.example.com/team/Web:2.0" cannot be parsed as an image reference: invalid reference
format: repository name (team/Web) must be lowercase. Repository names are in lower case.

Proof
  pod     spec.imagePullSecrets is empty
  status  node-3: Failed to apply default image tag "registry.example.com/team/Web:2.0": couldn't
          parse image name "registry.example.com/team/Web:2.0": invalid reference format: repository
          name (team/Web) must be lowercase

Fix
  give the container the reference that was probably meant
    kubectl -n shop set image pod/web-0 web=registry.example.com/team/web:2.0

More: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/InvalidImageName.md
--- status 1

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe -o yaml 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe -o yaml
apiVersion: imagepull/v1
kind: DiagnosisList
items:
  - pod:
      namespace: shop
      name: api-7c9f6d5b8-x2v4q
      node: node-3
    container:
      name: api
      kind: container
    image: registry.example.com:5000/team/api:1.4.2
    reference:
      registry: registry.example.com:5000
      repository: team/api
      tag: 1.4.2
      digest: null
    state:
      reason: ImagePullBackOff
      message: 'Back-off pulling image "registry.example.com:5000/team/api:1.4.2": ErrImagePull: failed to pull and unpack image "registry.example.com:5000/team/api:1.4.2": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
      since: '2026-11-20T10:00:00Z'
      attempts: 4
      nextRetry: '2026-11-20T10:02:50Z'
    cause: SecretRegistryMismatch
    certainty: certain
    also: []
    next: []
    title: No pull secret has an entry for this registry
    summary: '"registry.example.com:5000" wants a login, and no entry of the pod''s pull secrets covers "registry.example.com:5000/team/api:1.4.2". Nearest is "registry.example.com" of secret "regcred": the key has no port and the image port 5000: kubelet compares ports as text and knows no default port. Not matching either: "https://index.docker.io/v1/".'
    transient: false
    credentials: []
    nearMisses:
      - secret: regcred
        key: registry.example.com
        why: 'the key has no port and the image port 5000: kubelet compares ports as text and knows no default port'
      - secret: hub
        key: https://index.docker.io/v1/
        why: it is for "index.docker.io", the image comes from "registry.example.com:5000"
    checks: []
    evidence:
      - source: pod
        detail: spec.imagePullSecrets names "regcred", "hub"
      - source: secret
        detail: '"regcred" has "registry.example.com": none covers this image'
      - source: secret
        detail: '"hub" has "https://index.docker.io/v1/": none covers this image'
      - source: status
        detail: 'node-3: Back-off pulling image "registry.example.com:5000/team/api:1.4.2": ErrImagePull: failed to pull and unpack image "registry.example.com:5000/team/api:1.4.2": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials'
    fixes:
      - title: file the same user name and password also under the key that kubelet looks for, "registry.example.com:5000"
        command: kubectl -n shop get secret regcred -o json | jq --arg old registry.example.com --arg new registry.example.com:5000 '.data[".dockerconfigjson"] |= (@base64d | fromjson | .auths[$new] = (.auths[$old] // error("no such entry")) | tojson | @base64)' | kubectl -n shop replace -f -
      - title: check that it works
        command: kubectl imagepull test-secret regcred --image registry.example.com:5000/team/api:1.4.2 -n shop
      - title: then let the node try at once
        command: kubectl -n shop delete pod api-7c9f6d5b8-x2v4q
    docs: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/SecretRegistryMismatch.md
  - pod:
      namespace: shop
      name: web-0
      node: node-3
    container:
      name: web
      kind: container
    image: registry.example.com/team/Web:2.0
    reference: null
    state:
      reason: InvalidImageName
      message: 'Failed to apply default image tag "registry.example.com/team/Web:2.0": couldn''t parse image name "registry.example.com/team/Web:2.0": invalid reference format: repository name (team/Web) must be lowercase'
      since: '2026-11-20T09:00:00Z'
      attempts: null
      nextRetry: null
    cause: InvalidImageName
    certainty: certain
    also: []
    next: []
    title: The image name is not a valid reference
    summary: '"registry.example.com/team/Web:2.0" cannot be parsed as an image reference: invalid reference format: repository name (team/Web) must be lowercase. Repository names are in lower case.'
    transient: false
    credentials: []
    nearMisses: []
    checks: []
    evidence:
      - source: pod
        detail: spec.imagePullSecrets is empty
      - source: status
        detail: 'node-3: Failed to apply default image tag "registry.example.com/team/Web:2.0": couldn''t parse image name "registry.example.com/team/Web:2.0": invalid reference format: repository name (team/Web) must be lowercase'
    fixes:
      - title: give the container the reference that was probably meant
        command: kubectl -n shop set image pod/web-0 web=registry.example.com/team/web:2.0
    docs: https://github.com/kubectl-imagepull/kubectl-imagepull/blob/vVERSION/docs/causes/InvalidImageName.md
groups:
  - cause: SecretRegistryMismatch
    certainty: certain
    registry: registry.example.com:5000
    repository: null
    credential:
      secret: regcred
      key: ''
      username: ''
    pods: 1
    nodes: 1
    namespaces: 1
    examples:
      - shop/api-7c9f6d5b8-x2v4q
  - cause: InvalidImageName
    certainty: certain
    registry: null
    repository: registry.example.com/team/Web:2.0
    credential: null
    pods: 1
    nodes: 1
    namespaces: 1
    examples:
      - shop/web-0
patterns: []
warnings: []
--- status 1

`

exports[`dist/test/cli.mjs > TAP > transcripts > why -f test/fixtures/saved/shop.yaml --no-probe healthy 1`] = `
$ kubectl imagepull why -f test/fixtures/saved/shop.yaml --no-probe healthy
NoPullProblem: Nothing is wrong with the pull
pod shop/healthy, container "main", image registry.example.com/team/ok:1

Pod "healthy" does not wait for "registry.example.com/team/ok:1".
--- status 0

`
