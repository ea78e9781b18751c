/** What a guest says that pulls its image itself: a virtual machine (Kata, confidential containers) whose agent asks the registry. Belongs here: rows of image-rs and of its HTTP client. */
import type { ErrorRow, Wrapper } from './row.ts';

const PULL =
  'CreateContainer failed: All attempts fail:\n#1: rpc error: code = Internal desc = failed to pull manifest error sending request for url (https://registry.example.com/v2/): ';
const HUB =
  'failed to create containerd task: failed to create shim task: rpc status: Status { code: INTERNAL, message: "[CDH] [ERROR]: Image Pull error: Failed to pull image registry.example.com/team/api:1.4.2 from all mirror/mapping locations or original location: image: registry.example.com/team/api:1.4.2, error: Errors happened when pulling image: ';
const HUB_END =
  '", details: [], special_fields: SpecialFields { unknown_fields: UnknownFields { fields: None }, cached_size: CachedSize { size: 0 } } }';

export const WRAPPERS: Wrapper[] = [
  {
    id: 'guest.rpc-status',
    match: /rpc status: Status \{ code: \w+, message: "(?:\[CDH\] \[ERROR\]: )?(?<inner>[^"]+)", details: \[.*/s,
    example: `${HUB}Failed to decrypt layer: Failed to decrypt the image layer, please ensure that the decryption key is placed and correct${HUB_END}`,
    source: 'kata-containers src/runtime-rs, ttrpc-rust Error::RpcStatus',
  },
  {
    id: 'guest.image-pull',
    match: /Image Pull error: /,
    step: 'manifest',
    isOfImage: true,
    otherwise: 'unknown',
    example: `${HUB}Failed to decrypt layer: Failed to decrypt the image layer, please ensure that the decryption key is placed and correct${HUB_END}`,
    source: 'confidential-containers guest-components confidential-data-hub/hub/src/error.rs',
  },
  {
    id: 'guest.all-locations',
    match:
      /Failed to pull image \S+ from all mirror\/mapping locations or original location: image: \S+, error: (?:Errors happened when pulling image: )?/,
    step: 'manifest',
    isOfImage: true,
    otherwise: 'unknown',
    example: `${HUB}Failed to decrypt layer: Failed to decrypt the image layer, please ensure that the decryption key is placed and correct${HUB_END}`,
    source: 'confidential-containers guest-components image-rs/src/image.rs, PullImageError',
  },
  {
    id: 'guest.create-container',
    match: /CreateContainer failed: (?:\[CDH\] \[ERROR\]: )?/,
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'kata-containers src/runtime/virtcontainers/kata_agent.go, createContainer',
  },
  {
    id: 'guest.shim-task',
    match: /failed to create (?:containerd task|shim(?: task)?): /,
    example: `failed to create shim task: ${PULL.slice(PULL.indexOf('failed to pull'))}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'containerd core/runtime/v2/shim.go, Create',
  },
  {
    id: 'guest.attempts',
    match: /All attempts fail:\s+(?:#\d+: )?/,
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'github.com/avast/retry-go, Error.Error',
  },
  {
    id: 'guest.pull-manifest',
    match: /failed to pull (?:image )?manifest:? /,
    step: 'manifest',
    isOfImage: true,
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'confidential-containers guest-components image-rs/src/pull.rs',
  },
  {
    id: 'guest.request',
    match: /error sending request for url \((?<url>[^)\s]*)\):? ?/,
    step: 'resolve',
    on: 'request',
    otherwise: 'unreachable',
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'seanmonstar/reqwest src/error.rs',
  },
  {
    id: 'guest.connect',
    match: /(?:error trying to connect|client error \(Connect\)): /,
    on: 'connection',
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'hyperium/hyper src/error.rs, Error::description',
  },
  {
    id: 'guest.tunnel',
    match: /tunnel error: /,
    kind: 'proxy',
    role: 'proxy',
    on: 'connection',
    example: `failed to create shim task: failed to pull manifest error sending request for url (https://registry.example.com/v2/team/api/manifests/1.4.2): client error (Connect): tunnel error: proxy authorization required`,
    source: 'hyper-util client/legacy/connect/proxy/tunnel.rs',
  },
  {
    id: 'guest.tcp-connect',
    match: /tcp connect error: /,
    on: 'connection',
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'hyperium/hyper-util src/client/legacy/connect/http.rs, ConnectError',
  },
];

export const ERRORS: ErrorRow[] = [
  {
    id: 'guest.policy',
    match: /Image policy rejected: .+/,
    kind: 'signature',
    step: 'verify',
    details: { signature: 'blocked' },
    example: `${HUB}Image policy rejected: Denied by policy: rejected by \`sigstoreSigned\` rule${HUB_END}`,
    source: 'confidential-containers guest-components image-rs/src/signature',
  },
  {
    id: 'guest.decrypt',
    match: /Failed to decrypt (?:the image )?layer.*/,
    kind: 'encrypted',
    step: 'unpack',
    example: `${HUB}Failed to decrypt layer: Failed to decrypt the image layer, please ensure that the decryption key is placed and correct${HUB_END}`,
    source: 'confidential-containers guest-components image-rs/src/decrypt.rs',
  },
  {
    id: 'guest.name-not-known',
    match:
      /dns error: failed to lookup address information: (?:Name or service not known|No address associated with hostname|Name does not resolve)/,
    kind: 'dns',
    details: { dns: 'noSuchName' },
    example: `${PULL}error trying to connect: dns error: failed to lookup address information: Name or service not known`,
    source: 'rust std sys/net, cvt_gai; the texts of getaddrinfo',
  },
  {
    id: 'guest.tunnel-refused',
    match: /unsuccessful(?: tunnel)?(?:: unknown)?/,
    at: { on: 'connection' },
    kind: 'proxy',
    role: 'proxy',
    isWhole: true,
    example:
      'failed to pull manifest error sending request for url (https://registry.example.com/v2/team/api/manifests/1.4.2): error trying to connect: unsuccessful tunnel',
    source: 'reqwest connect.rs, tunnel',
  },
  {
    id: 'guest.tunnel-login',
    match: /proxy auth(?:oriz|entic)ation required(?:: unknown)?/,
    kind: 'proxy',
    role: 'proxy',
    example:
      'failed to pull manifest error sending request for url (https://registry.example.com/v2/team/api/manifests/1.4.2): client error (Connect): tunnel error: proxy authorization required',
    source: 'hyper-util client/legacy/connect/proxy/tunnel.rs',
  },
  {
    id: 'guest.name-server-silent',
    match: /dns error: failed to lookup address information: (?:Temporary failure in name resolution|Try again)/,
    kind: 'dns',
    details: { dns: 'noAnswer' },
    example: `${PULL}error trying to connect: dns error: failed to lookup address information: Temporary failure in name resolution`,
    source: 'rust std sys/net, cvt_gai; the texts of getaddrinfo',
  },
  {
    id: 'guest.refused',
    match: /Connection refused \(os error 111\)/,
    kind: 'refused',
    example: `${PULL}error trying to connect: tcp connect error: Connection refused (os error 111)`,
    source: 'rust std io::Error of ECONNREFUSED',
  },
  {
    id: 'guest.timed-out',
    match: /Connection timed out \(os error 110\)/,
    kind: 'timeout',
    example: `${PULL}error trying to connect: tcp connect error: Connection timed out (os error 110)`,
    source: 'rust std io::Error of ETIMEDOUT',
  },
  {
    id: 'guest.no-route',
    match: /(?:No route to host \(os error 113\)|Network is unreachable \(os error 101\))/,
    kind: 'unreachable',
    example: `${PULL}error trying to connect: tcp connect error: No route to host (os error 113)`,
    source: 'rust std io::Error of EHOSTUNREACH and ENETUNREACH',
  },
];
