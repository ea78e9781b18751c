/** A laboratory of pull faults: servers on loopback, the saved objects of a pod that fails there, and the built plugin run on them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placed, type Runtime } from './node-messages.ts';
import { pluginCommand } from './plugin.ts';
import {
  type Answer,
  freePort,
  type Image,
  type RegistryOptions,
  type SeenRequest,
  startRegistry,
  startTcp,
  type TestRegistry,
  type TestServer,
} from './registry.ts';
import { mustFitSchema } from './schema.ts';

export const NAMESPACE = 'shop';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; creationTimestamp?: string };
  [field: string]: unknown;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString().replace(/\.\d+/, '');

/** A pull secret. `auths`: its entries; a pair is user and password, filed as `kubectl create secret docker-registry` does. */
export function pullSecret(
  name: string,
  auths: Record<string, [user: string, password: string] | Record<string, unknown>>,
  more: { namespace?: string; ageHours?: number; document?: Record<string, unknown> } = {},
): KubernetesObject {
  const entries = Object.entries(auths).map(([key, entry]) => [
    key,
    Array.isArray(entry) ? { username: entry[0], password: entry[1], auth: base64(`${entry[0]}:${entry[1]}`) } : entry,
  ]);
  return rawSecret(name, JSON.stringify(more.document ?? { auths: Object.fromEntries(entries) }), more);
}

/** A secret of any text. */
export const rawSecret = (
  name: string,
  text: string,
  { type = 'kubernetes.io/dockerconfigjson', key = '.dockerconfigjson', namespace = NAMESPACE, ageHours = 1 } = {} as {
    type?: string;
    key?: string;
    namespace?: string;
    ageHours?: number;
  },
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, creationTimestamp: ago(ageHours) },
  type,
  data: { [key]: base64(text) },
});

export interface PodOptions {
  name: string;
  image: string;
  /** Names in `imagePullSecrets`. */
  secrets?: string[];
  /** What the node reported; none: the message is gone. */
  report?: { runtime: Runtime; text: string } | undefined;
  /** Secrets that kubelet says it could not read. */
  unreadable?: string[] | undefined;
}

/** A pod that waits for its image, with its events. */
export function failingPod({ name, image, secrets = [], report, unreadable = [] }: PodOptions): KubernetesObject[] {
  const at = ago(0.05);
  const event = (reason: string, message: string, type = 'Warning'): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${reason.toLowerCase()}`, namespace: NAMESPACE },
    type,
    reason,
    message,
    count: 4,
    firstTimestamp: ago(0.2),
    lastTimestamp: at,
    source: { component: 'kubelet', host: 'node-1' },
    involvedObject: {
      kind: 'Pod',
      namespace: NAMESPACE,
      name,
      ...(reason.endsWith('Secret') ? {} : { fieldPath: 'spec.containers{main}' }),
    },
  });
  const bare = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` };
  const place = report === undefined ? undefined : placed(report.runtime, image, report.text);
  const waiting = place === undefined ? bare : { reason: place.reason, message: place.message };
  const pod: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, creationTimestamp: ago(0.25) },
    spec: {
      nodeName: 'node-1',
      serviceAccountName: 'default',
      imagePullSecrets: secrets.map(secret => ({ name: secret })),
      containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent' }],
    },
    status: {
      phase: 'Pending',
      containerStatuses: [{ name: 'main', image, imageID: '', ready: false, restartCount: 0, state: { waiting } }],
    },
  };
  return [
    pod,
    ...(place === undefined ? [] : [event('Failed', place.event)]),
    ...(unreadable.length === 0
      ? []
      : [
          event(
            'FailedToRetrieveImagePullSecret',
            `Unable to retrieve some image pull secrets (${unreadable.join(', ')}); attempting to pull the image may not succeed.`,
          ),
        ]),
  ];
}

/** What a pod stands on: its service account, and a node of linux/amd64. */
export const surroundings = (accountSecrets: string[] = [], node = true): KubernetesObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: NAMESPACE },
    imagePullSecrets: accountSecrets.map(name => ({ name })),
  },
  ...(node
    ? [
        {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: { name: 'node-1' },
          status: {
            nodeInfo: {
              architecture: 'amd64',
              operatingSystem: 'linux',
              kubeletVersion: 'v1.30.4',
              containerRuntimeVersion: 'containerd://1.7.24',
            },
            conditions: [{ type: 'Ready', status: 'True' }],
          },
        },
      ]
    : []),
];

export interface Item {
  pod: { namespace: string; name: string };
  image: string;
  cause: string;
  certainty: string;
  also: string[];
  next: string[];
  title: string;
  summary: string;
  credentials: { secret: string; result: string; detail: string }[];
  checks: { name: string; status: string }[];
  evidence: { source: string; detail: string }[];
  fixes: { title: string; command: string | null }[];
}

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
  items: Item[];
}

/** Runs the built plugin: `why -f -` on the objects. */
export function why(objects: KubernetesObject[], flags: string[] = []): Promise<Run> {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$|^NODE_/i.test(name)));
  const [program, ...first] = pluginCommand();
  const child = spawn(program, [...first, 'why', '-f', '-', '-o', 'json', ...flags], { env: environment });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', status => {
      try {
        const { items } = JSON.parse(stdout) as { items: Item[] };
        mustFitSchema(stdout);
        resolve({ status, stdout, stderr, items });
      } catch (error) {
        reject(new Error(`status ${status}, and no JSON: ${stdout.slice(0, 300)} ${stderr.slice(0, 300)}`, { cause: error }));
      }
    });
  });
}

interface Logged {
  options: RegistryOptions;
  registry: TestRegistry;
}

/** The servers and files of one scenario, ended together. */
export class Lab {
  readonly registries: Logged[] = [];
  readonly #servers: TestServer[] = [];
  #folder: string | undefined;

  async registry(options: RegistryOptions = {}): Promise<TestRegistry> {
    const registry = await startRegistry(options);
    this.registries.push({ options, registry });
    this.#servers.push(registry);
    return registry;
  }

  async tcp(onConnection: Parameters<typeof startTcp>[0]): Promise<TestServer> {
    const server = await startTcp(onConnection);
    this.#servers.push(server);
    return server;
  }

  /** An address where nothing listens. */
  async nowhere(): Promise<string> {
    return `127.0.0.1:${await freePort()}`;
  }

  file(text: string): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'lab-'));
    const path = join(this.#folder, 'ca.pem');
    writeFileSync(path, text);
    return path;
  }

  get requests(): SeenRequest[] {
    return this.registries.flatMap(({ registry }) => registry.requests);
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map(server => server.close()));
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A login as it was sent, and to what. */
export interface SentLogin {
  login: string;
  to: 'registry' | 'tokenGet' | 'tokenPost';
  path: string;
}

/** Every user name and password in a log of requests. */
export function loginsIn(requests: SeenRequest[]): SentLogin[] {
  return requests.flatMap((request): SentLogin[] => {
    const basic = /^basic +(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const form = new URLSearchParams(request.body);
    const posted = form.get('grant_type') === 'password' ? `${form.get('username')}:${form.get('password')}` : undefined;
    const { path } = request;
    if (posted !== undefined) return [{ login: posted, to: 'tokenPost', path }];
    if (basic === undefined) return [];
    return [
      {
        login: Buffer.from(basic, 'base64').toString(),
        to: path.startsWith('/v2/') && path !== '/v2/auth' ? 'registry' : 'tokenGet',
        path,
      },
    ];
  });
}

/** Texts in requests that no output may hold: tokens, Basic values, passwords. */
export const secretsIn = (requests: SeenRequest[]): string[] => [
  ...new Set(
    requests.flatMap(request => {
      const value = request.headers.authorization?.replace(/^\w+ +/, '');
      const password = new URLSearchParams(request.body).get('password');
      return [value, password].filter(text => text !== undefined && text !== null && text.length >= 6) as string[];
    }),
  ),
];

/** An answer as a registry gives its errors. */
export const failure = (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json', 'Docker-Distribution-Api-Version': 'registry/2.0', ...headers },
  body: JSON.stringify({ errors: [{ code, message, detail: null }] }),
});
export const json = (status: number, value: unknown): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(value),
});
export const html = (status: number, title = 'Welcome'): Answer => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8' },
  body: `<!DOCTYPE html><html><head><title>${title}</title></head><body>hello</body></html>`,
});

export const isManifest = (request: SeenRequest): boolean => /\/manifests\//.test(request.path);
export const isBlob = (request: SeenRequest): boolean => /\/blobs\//.test(request.path);
export const APP: Image = { repository: 'team/app', tag: '1.4.2' };
