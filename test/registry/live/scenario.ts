/** What a live scenario is, and what many of them are made of. */
import { createHash } from 'node:crypto';
import type { Test } from 'tap';
import { APP, type Item, isManifest, type KubernetesObject, type Lab, pullSecret, type Run } from '../../helpers/lab.ts';
import type { Said } from '../../helpers/node-words.ts';
import { type Answer, type BearerAuth, makeCertificate, type RegistryOptions, type SeenRequest } from '../../helpers/registry.ts';

export const RIGHT = 'c4nary-right-Zq81';
export const WRONG = 'c4nary-wrong-Yp72';
export const USER = 'ci';
export const users = { [USER]: RIGHT, other: 'c4nary-other-Xk63' };
export const BASIC: RegistryOptions = { auth: { kind: 'basic', users }, images: [APP] };
export const bearer = (more: Partial<BearerAuth> = {}): RegistryOptions => ({ auth: { kind: 'bearer', users, ...more }, images: [APP] });

export interface Setup {
  /** As the pod writes it. */
  image: string;
  secrets?: KubernetesObject[];
  /** Names in imagePullSecrets; default: the secrets of the pod's namespace. */
  pull?: string[];
  /** Pull secrets of the service account. */
  account?: string[];
  unretrieved?: string[];
  words?: (said: Said) => string;
  /** Under which the node asks the registry. */
  scheme?: 'http' | 'https';
  node?: boolean;
  flags?: string[];
  /** Asked in a process of its own. */
  apart?: boolean;
  /** More to assert when all is done. */
  after?: (t: Test, run: Run, bare: Item) => void;
}

export interface Expected {
  cause: string | string[];
  certainty?: 'certain' | 'likely' | 'possible';
  /** With the words gone; default: the same cause. Null: nothing can tell then, and no wrong verdict may be certain. */
  bare?: string | string[] | null;
  bareCertainty?: 'certain' | 'likely' | 'possible';
  results?: string[];
  next?: string[];
  /** In summary, evidence, credentials or fixes. */
  text?: RegExp;
}

export type Scenario = [name: string, expected: Expected, make: (lab: Lab) => Promise<Setup>];

export const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const cred = (host: string, password = RIGHT, user = USER): KubernetesObject => pullSecret('regcred', { [host]: [user, password] });
export const mirror = (from: string, to: string): string[] => ['--registry-mirror', `${from}=${to}`];

/** A registry that answers for one manifest of any text, by tag and by digest, whatever else is asked as usual. */
export const holding =
  (body: string, mediaType: string, digest = sha256(body)) =>
  (request: SeenRequest): Answer | undefined =>
    isManifest(request) && /\/manifests\/(?:1\.4\.2|sha256:)/.test(decodeURIComponent(request.path))
      ? {
          headers: { 'Content-Type': mediaType, 'Docker-Content-Digest': digest },
          ...(request.method === 'HEAD' ? {} : { body }),
        }
      : undefined;
export const OCI = 'application/vnd.oci.image.manifest.v1+json';
export const DOCKER = 'application/vnd.docker.distribution.manifest.v2+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';
export const manifest = (
  config: { mediaType?: string; digest: string; size: number },
  layers: { digest: string; size: number; mediaType?: string }[],
): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI,
    config: { mediaType: CONFIG, ...config },
    layers: layers.map(layer => ({ mediaType: LAYER, ...layer })),
  });

/** The answer to every manifest. */
export const answering =
  (answer: Answer): ((request: SeenRequest) => Answer | undefined) =>
  request =>
    isManifest(request) ? answer : undefined;
export const to = (location: string, status = 307): Answer => ({ status, headers: { Location: location } });
export const withHead =
  (head: Answer): ((request: SeenRequest) => Answer | undefined) =>
  request =>
    isManifest(request) && request.method === 'HEAD' ? head : undefined;

export const ca = makeCertificate({ isCa: true, commonName: 'Acme CA' });
export const tls = {
  good: makeCertificate({ ca }),
  self: makeCertificate(),
  expired: makeCertificate({ ca, expired: true }),
  early: makeCertificate({ ca, notBefore: new Date(Date.now() + 40 * 86_400_000).toISOString() }),
  otherName: makeCertificate({ ca, names: ['registry.other.example'], commonName: 'registry.other.example' }),
};
/** Every TLS scenario but those of trust itself knows the authority. */
export const trusting = (lab: Lab): string[] => ['--registry-ca', lab.file(ca.cert)];

export const jwt = (claims: object): string =>
  `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg`;

/** Docker Hub, ghcr.io and their like: missing and private are one answer. */
export const hub = (more: Partial<BearerAuth> = {}): RegistryOptions =>
  bearer({ service: 'registry.docker.io', allowAnonymous: true, grants: { [USER]: [] }, ...more });

/** A token server of its own, and a registry that sends to it. */
export const tokenServer = (realm: string, more: Partial<BearerAuth> = {}): RegistryOptions =>
  bearer({ realm, allowAnonymous: true, ...more });
export const atToken =
  (answer: Answer) =>
  (request: SeenRequest): Answer | undefined =>
    request.path === '/token' ? answer : undefined;
