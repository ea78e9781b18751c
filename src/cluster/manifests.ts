/**
 * Manifests that are not applied yet: the pods that they would make, where each image stands in its file, and the pull secrets, service accounts and namespaces that come with
 * them. A workload is known by its kind or by its pod template (`spec.template.spec.containers`), so that kinds of other makers count too. Pure.
 */
import type { ContainerKind, DeclaredAt } from '../model/facts.ts';
import { type Metadata, namespaceOf, type Pod, type Scheduling, type Secret, type ServiceAccount } from '../model/kubernetes.ts';
import { noteSecrets } from '../parse/credentials/pull-secret.ts';
import { type LocatedDocument, type Path, readManifest } from '../parse/documents.ts';
import { followPath, type ImagePath } from '../parse/image-path.ts';
import { isObject } from '../parse/shape.ts';
import { UserError } from '../util/user-error.ts';
import { readName, readPod, readScheduling, readSecret, readServiceAccount } from './shape.ts';

/** A pod that a manifest, or the command line, would make. */
export interface PlannedPod {
  /** Its name is that of its workload as TYPE/NAME; empty where the command line names the image. Its namespace may be missing. */
  pod: Pod;
  scheduling: Scheduling;
  /** A DaemonSet makes it. */
  isDaemon: boolean;
  /** By `placeKey` of an image. */
  places: ReadonlyMap<string, DeclaredAt>;
}

/** What manifests hold. */
export interface Manifests {
  pods: PlannedPod[];
  secrets: Secret[];
  /** Where each of them stands. */
  secretPlaces: Map<Secret, DeclaredAt>;
  serviceAccounts: ServiceAccount[];
  /** Names. */
  namespaces: string[];
  /** Secrets that a controller makes of another object, with its kind. */
  promised: { kind: string; name: string; namespace: string | undefined }[];
  /** What cannot be read: one line each. */
  warnings: string[];
}

/** A file of manifests. */
export interface ManifestText {
  /** As it was given; `-` is standard input. */
  file: string;
  text: string;
}

/** The key of an image of a pod in its places. */
export const placeKey = (kind: ContainerKind, name: string): string => `${kind}/${name}`;

/** Where the pod template of a kind stands. Other kinds are looked at as a Deployment is. */
const TEMPLATES: Readonly<Record<string, Path>> = {
  Pod: [],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  PodTemplate: ['template'],
};
const TEMPLATE: Path = ['spec', 'template'];
const templateOf = (kind: string): Path => (Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined) ?? TEMPLATE;
/** Kinds of which a controller makes a Secret. */
const MAKERS_OF_SECRETS: ReadonlySet<string> = new Set(['SealedSecret', 'ExternalSecret', 'VaultStaticSecret', 'OnePasswordItem']);
/** Lists of a spec that name images, and which kind those are. */
const LISTS: readonly [string, ContainerKind, Path][] = [
  ['volumes', 'imageVolume', ['image', 'reference']],
  ['initContainers', 'initContainer', ['image']],
  ['containers', 'container', ['image']],
  ['ephemeralContainers', 'ephemeralContainer', ['image']],
];
/** Lists in lists that are looked into. */
const MOST_NESTED = 4;

/** In: the texts of files, and the paths of --image-path. Out: what they hold. A text that cannot be read is a warning; where none can, a UserError. */
export function readManifests(texts: readonly ManifestText[], paths: readonly ImagePath[]): Manifests {
  const all: Manifests = {
    pods: [],
    secrets: [],
    secretPlaces: new Map(),
    serviceAccounts: [],
    namespaces: [],
    promised: [],
    warnings: [],
  };
  for (const { file, text } of texts) {
    const name = file === '-' ? 'standard input' : `"${file}"`;
    const read = readManifest(text);
    if (!read.ok) {
      const template = text.includes('{{') ? '; render a template first, for example with helm template' : '';
      all.warnings.push(`${name} is neither JSON nor YAML: ${read.error}${template}`);
      continue;
    }
    for (const document of read.documents) addObject({ all, document, file, name, paths }, document.value, [], 0);
  }
  if (all.pods.length === 0 && all.warnings.length > 0) throw new UserError(all.warnings.join('; '), 'correct the manifest');
  return all;
}

/** One document on its way into the manifests. */
interface Reading {
  all: Manifests;
  document: LocatedDocument;
  file: string;
  name: string;
  paths: readonly ImagePath[];
}

function addObject(reading: Reading, value: unknown, path: Path, depth: number): void {
  if (!isObject(value)) return;
  const kind = typeof value.kind === 'string' ? value.kind : '';
  if (Array.isArray(value.items) && kind.endsWith('List') && depth < MOST_NESTED) {
    for (const [index, item] of value.items.entries()) {
      // the items of a typed list may not name their kind
      const own = kind === 'List' || !isObject(item) || item.kind !== undefined ? item : { ...item, kind: kind.slice(0, -4) };
      addObject(reading, own, [...path, 'items', index], depth + 1);
    }
    return;
  }
  if (kind === '') return;
  const { all, name } = reading;
  const metadata = readName(isObject(value.metadata) ? withName(value, value.metadata) : value);
  const malformed = (defect: string): void => {
    const { line } = reading.document.positionOf(path);
    all.warnings.push(`${kind}${metadata === null ? '' : ` "${metadata.name}"`} in ${name}, line ${line}, is malformed: ${defect}`);
  };
  if (metadata === null) return isWanted(value, kind) ? malformed('it has no name') : undefined;
  if (kind === 'Secret' || kind === 'ServiceAccount') {
    const shaped = kind === 'Secret' ? readSecret(value) : readServiceAccount(value);
    if ('defect' in shaped) return malformed(shaped.defect);
    if (kind === 'Secret') {
      noteSecrets(shaped.object);
      all.secrets.push(shaped.object);
      all.secretPlaces.set(shaped.object, placeOf(reading, path));
    } else all.serviceAccounts.push(shaped.object);
    return;
  }
  if (kind === 'Namespace') return void all.namespaces.push(metadata.name);
  if (MAKERS_OF_SECRETS.has(kind)) {
    const target = at(value, ['spec', 'target', 'name']) ?? at(value, ['spec', 'destination', 'name']);
    all.promised.push({ kind, name: typeof target === 'string' ? target : metadata.name, namespace: metadata.namespace });
  }
  const declared: Declared = { value, kind, metadata, path, malformed };
  addTemplate(reading, declared);
  addPaths(reading, declared);
}

/** An object that may name images. */
interface Declared {
  value: Record<string, unknown>;
  kind: string;
  metadata: Metadata;
  /** Where it stands in its document. */
  path: Path;
  malformed(defect: string): void;
}

/** A name for an object that the API server would name. */
function withName(value: Record<string, unknown>, metadata: Record<string, unknown>): Record<string, unknown> {
  const { name, generateName } = metadata;
  return name === undefined && typeof generateName === 'string' ? { ...value, metadata: { ...metadata, name: generateName } } : value;
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((part, key) => (isObject(part) && Object.hasOwn(part, key) ? part[key] : undefined), value);

/** Whether images would be looked for in an object. */
const isWanted = (value: unknown, kind: string): boolean => Array.isArray(at(value, [...templateOf(kind), 'spec', 'containers']));

/** Adds the pod of a workload. */
function addTemplate(reading: Reading, declared: Declared): void {
  const { value, kind, path } = declared;
  if (!isWanted(value, kind)) return;
  const own = [...templateOf(kind), 'spec'];
  const spec = at(value, own) as Record<string, unknown>;
  const places = new Map<string, DeclaredAt>();
  for (const [list, container, field] of LISTS)
    for (const [index, entry] of (Array.isArray(spec[list]) ? (spec[list] as unknown[]) : []).entries()) {
      const called = isObject(entry) && typeof entry.name === 'string' ? entry.name : '';
      const key = placeKey(container, called);
      if (!places.has(key)) places.set(key, placeOf(reading, [...path, ...own, list, index, ...field]));
    }
  const wanted = { ...spec, serviceAccountName: spec.serviceAccountName ?? spec.serviceAccount };
  addPod(reading, declared, { wanted, spec, places });
}

/** Adds a pod for what the paths of --image-path lead to, with the pull secrets and the placement that such objects usually name in their spec. */
function addPaths(reading: Reading, declared: Declared): void {
  const { value, kind, path, malformed } = declared;
  const found = reading.paths.flatMap(one => followPath(value, one)).filter(one => !isOfTemplate(value, kind, one.path));
  if (found.length === 0) return;
  const wrong = found.find(one => typeof one.value !== 'string');
  if (wrong !== undefined) return malformed(`--image-path leads to ${wrong.path.join('.')}, which is no text`);
  const spec = isObject(value.spec) ? value.spec : {};
  const containers = found.map(one => ({ name: one.path.join('.'), image: one.value }));
  const { imagePullSecrets, serviceAccountName } = spec;
  const places = new Map(found.map(one => [placeKey('container', one.path.join('.')), placeOf(reading, [...path, ...one.path])]));
  addPod(reading, declared, { wanted: { imagePullSecrets, serviceAccountName, containers }, spec, places });
}

const placeOf = ({ document, file }: Reading, path: Path): DeclaredAt => ({ file, ...document.positionOf(path) });

/** Adds the pod that an object would make. In: the spec that it would have, the part of the object that tells where it may run, and where its images stand. */
function addPod(
  { all }: Reading,
  { kind, metadata, malformed }: Declared,
  { wanted, spec, places }: { wanted: object; spec: Record<string, unknown>; places: PlannedPod['places'] },
): void {
  const pod = readPod({ metadata: { name: metadata.name }, spec: wanted });
  if (pod === null || pod.defect !== undefined) return malformed(pod?.defect ?? 'it is no pod');
  all.pods.push({ pod: plannedPod(kind, metadata, pod.spec), scheduling: readScheduling(spec), isDaemon: kind === 'DaemonSet', places });
}

/** Whether a path leads into the pod template, which is read already. */
const isOfTemplate = (value: unknown, kind: string, path: Path): boolean => {
  const template = [...templateOf(kind), 'spec'];
  return isWanted(value, kind) && template.every((key, index) => path[index] === key);
};

/** A pod that its workload would make. */
function plannedPod(kind: string, { name, namespace }: Metadata, spec: Pod['spec']): Pod {
  const owned = kind !== 'Pod';
  return {
    metadata: {
      name: owned ? `${kind.toLowerCase()}/${name}` : name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(owned ? { ownerReferences: [{ kind, name, controller: true }] } : {}),
    },
    spec: spec ?? {},
  };
}

/** In: the images of the command line, the pull secrets and the service account that they get. Out: the pods that would pull them. */
export const namedImages = (images: readonly string[], secrets: readonly string[], serviceAccount: string | undefined): PlannedPod[] =>
  images.map(image => ({
    pod: {
      metadata: { name: '' },
      spec: {
        ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
        imagePullSecrets: secrets.map(name => ({ name })),
        containers: [{ name: '', image }],
      },
    },
    scheduling: readScheduling({}),
    isDaemon: false,
    places: new Map(),
  }));

/** In: a planned pod, and the namespace of the context. Out: the pod in its namespace. */
export const inNamespace = (planned: PlannedPod, namespace: string): PlannedPod => ({
  ...planned,
  pod: { ...planned.pod, metadata: { ...planned.pod.metadata, namespace: planned.pod.metadata.namespace ?? namespace } },
});

/** `namespace/name` of an object of a manifest, in the namespace of the context where it names none. */
export const keyIn = ({ name, namespace }: { name: string; namespace?: string | undefined }, context: string): string =>
  `${namespaceOf({ namespace: namespace ?? context })}/${name}`;
