/** What the node reports about itself, and what it reported before something was repaired. */
import { APP, type Lab } from '../../helpers/lab.ts';
import type { NodeMessages } from '../../helpers/node-messages.ts';
import { BASIC, bearer, cred, mirror, type Scenario, type Setup, WRONG } from './scenario.ts';

/** The node's own trouble, while the pull works from here. */
const working = async (lab: Lab, message: (node: NodeMessages, host: string) => string, more: Partial<Setup> = {}): Promise<Setup> => {
  const { host } = await lab.registry({ images: [APP] });
  const registry = 'registry.acme.example';
  return { image: `${registry}/team/app:1.4.2`, flags: mirror(registry, host), message: node => message(node, host), ...more };
};

export const nodes: Scenario[] = [
  [
    'the node cannot resolve what we can',
    { cause: 'RegistryNameNotResolved', bare: null },
    lab => working(lab, node => node.dial(`dial tcp: lookup ${node.host} on 10.0.0.2:53: no such host`)),
  ],
  [
    'the node is refused where we are not',
    { cause: 'RegistryUnreachable', bare: null },
    lab => working(lab, node => node.dial('dial tcp 10.0.0.9:443: connect: connection refused')),
  ],
  [
    'the node gets no answer where we do',
    { cause: 'RegistryUnreachable', bare: null },
    lab => working(lab, node => node.dial('dial tcp 10.0.0.9:443: i/o timeout')),
  ],
  [
    'the node does not trust what we trust',
    { cause: 'CertificateNotTrusted', bare: null },
    lab => working(lab, node => node.dial(node.untrusted)),
  ],
  [
    'the proxy of the node is down',
    { cause: 'ProxyFailed', bare: null },
    lab => working(lab, node => node.dial('proxyconnect tcp: dial tcp 10.0.0.3:3128: connect: connection refused')),
  ],
  [
    'the disk of the node is full',
    { cause: 'NodeDiskFull', bare: null },
    lab =>
      working(lab, node =>
        node.plain('failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/83/data: no space left on device'),
      ),
  ],
  [
    'the store of the node is read-only',
    { cause: 'NodeStorageFailed', bare: null },
    lab => working(lab, node => node.plain('mkdir /var/lib/containerd/io.containerd.content.v1.content/ingest: read-only file system')),
  ],
  ['kubelet put the pull off', { cause: 'PullThrottled', bare: null }, lab => working(lab, () => 'pull QPS exceeded')],
  ['no bytes came to the node for long', { cause: 'PullTooSlow', bare: null }, lab => working(lab, node => node.plain('context canceled'))],
  [
    'a transfer was cut on its way to the node',
    { cause: 'TransferInterrupted', bare: null },
    lab => working(lab, node => node.plain('short read: expected 400462 bytes but got 120000: unexpected EOF')),
  ],
  [
    'the node met 404, and now it is there',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, node => node.notFound()),
  ],
  [
    'the node met 401, and now nobody is asked',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, node => node.noLogin()),
  ],
  [
    'the node met 429, and now it goes',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, node => node.status(429)),
  ],
  [
    'the node met 500, and now it goes',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, node => node.status(500)),
  ],
  [
    'the node’s mirror fails with 502, the registry itself is well',
    { cause: ['RegistryFailing', 'MirrorFailed'], bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.resolve(
            `unexpected status from HEAD request to https://mirror.acme.example/v2/team/app/manifests/1.4.2?ns=${encodeURIComponent(host)}: 502 Bad Gateway`,
          ),
      };
    },
  ],
  [
    'the node’s mirror has a certificate that nobody trusts',
    { cause: 'CertificateNotTrusted', bare: null, text: /mirror\.acme\.example/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.resolve(
            `failed to do request: Head "https://mirror.acme.example/v2/team/app/manifests/1.4.2?ns=${encodeURIComponent(host)}": ${node.untrusted}`,
          ),
      };
    },
  ],
  [
    'the node cannot resolve the name, and a login is missing besides',
    { cause: 'RegistryNameNotResolved', next: ['NoPullSecret'], bare: 'NoPullSecret' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      const registry = 'registry.acme.example';
      return {
        image: `${registry}/team/app:1.4.2`,
        flags: mirror(registry, host),
        message: node => node.dial(`dial tcp: lookup ${registry} on 10.0.0.2:53: no such host`),
      };
    },
  ],
  [
    'the node met 404, we meet 401: the answer of now counts',
    { cause: 'NoPullSecret', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, message: node => node.notFound() };
    },
  ],
  [
    'a secret for another registry besides, and the tag is missing',
    { cause: 'TagNotFound', results: [] },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return { image: `${host}/team/app:2`, secrets: [cred('registry.example.com', WRONG)], message: node => node.notFound() };
    },
  ],

  [
    'the node cannot resolve the name, and the tag is missing besides',
    { cause: 'RegistryNameNotResolved', next: ['TagNotFound'], bare: 'TagNotFound' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      const registry = 'registry.acme.example';
      return {
        image: `${registry}/team/app:9`,
        flags: mirror(registry, host),
        message: node => node.dial(`dial tcp: lookup ${registry} on 10.0.0.2:53: no such host`),
      };
    },
  ],
  [
    'the disk of the node is full, and the password went stale besides',
    { cause: 'NodeDiskFull', next: ['CredentialsRejected'], bare: 'CredentialsRejected' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host, WRONG)],
        message: node =>
          node.plain('failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/83/data: no space left on device'),
      };
    },
  ],
  [
    'the node met 403, and now it goes',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    lab => working(lab, node => node.status(403)),
  ],
  [
    'CRI-O was refused a token',
    { cause: 'CredentialsRejected', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry(bearer());
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host, WRONG)],
        message: () =>
          `unable to pull image or OCI artifact: pull image err: initializing source docker://${host}/team/app:1.4.2: unable to retrieve auth token: invalid username/password: unauthorized: authentication required; artifact err: provided artifact is a container image`,
      };
    },
  ],
  [
    'CRI-O met no such manifest',
    { cause: 'TagNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: `${host}/team/app:9`,
        message: () => `reading manifest 9 in ${host}/team/app: manifest unknown`,
      };
    },
  ],
  [
    'a server of plain HTTP is refused by the node, and wants a login besides',
    { cause: 'PlainHTTPRegistry', next: ['NoPullSecret'], bare: 'NoPullSecret' },
    async lab => {
      const { host } = await lab.registry(BASIC);
      const registry = 'registry.acme.example';
      return {
        image: `${registry}/team/app:1.4.2`,
        flags: mirror(registry, host),
        message: node => node.dial('http: server gave HTTP response to HTTPS client'),
      };
    },
  ],
  [
    'kubelet once could not read a secret that is there, and good',
    { cause: 'FixedWaitingForRetry', certainty: 'likely', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry(BASIC);
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], unreadable: ['regcred'], message: node => node.noLogin() };
    },
  ],
];
