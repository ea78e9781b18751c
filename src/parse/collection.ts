/**
 * The record that `collect` writes among the objects, and that `-f` reads: what was looked for and not found, what the registries answered, and when. An object
 * that is absent from a file proves nothing; this record says what the cluster said. Belongs here: its form. Pure.
 */
import { type Baseline, failedLookup, type Lookup, notSeen, type PodRefusal, type SecretReading } from '../model/kubernetes.ts';
import type { ProbeFacts } from '../model/probe.ts';
import { probe, secretFormat, secretProblems, secretRepair } from './facts.ts';
import { boolean, list, nullable, number, object, oneOf, optional, type Reader, text, time } from './shape.ts';

/** The kind of the record. */
export const COLLECTION = 'Collection';

/** The kinds of objects that are looked for one at a time; `Event` stands for the events of the pod of that name. */
export type LookupKind = 'Node' | 'Secret' | 'ServiceAccount' | 'Event';

/** What was looked for and not found. */
export interface CollectedLookup {
  kind: LookupKind;
  /** Null for a kind that is not namespaced. */
  namespace: string | null;
  name: string;
  /** It does not exist; otherwise it was not seen. */
  missing: boolean;
  /** Why it was not seen. */
  why?: string | undefined;
  /** The cluster has it or may have it, and did not give it. */
  failed?: boolean | undefined;
}

/** What a registry answered for the image of one container. */
export interface CollectedAnswer {
  namespace: string;
  pod: string;
  /** Of the pod, where it has one: another pod may have its name. */
  uid?: string | undefined;
  container: { kind: string; name: string };
  /** The image that was asked for, as the container names it. */
  image: string;
  probe: ProbeFacts;
}

/** The record. */
export interface Collection {
  /** RFC 3339; empty where it is not known. */
  collectedAt: string;
  /** `namespace/name` of pods that the user named: they get an answer even where nothing is wrong. */
  named: string[];
  lookups: CollectedLookup[];
  /** The namespaces that have a secret of this name; `namespaces` is null where they could not be searched. */
  secretsElsewhere: { name: string; namespaces: string[] | null; why?: string | undefined }[];
  /** Nodes on which an image fails and on which it runs; those that were read are among the objects. */
  places: { image: string; fails: number; runs: number; failing: string[]; running: string[] }[];
  /** Where pods run that do not fail: two of each are enough to tell that there are others. Null where they were not listed. */
  baseline: { nodes: string[]; registries: string[]; accounts: string[] } | null;
  /** Workloads whose pods admission refuses, as pods that were never created (read as pods are), and how they are refused. */
  refused: { pod: unknown; refusal: PodRefusal }[];
  /** What is malformed: pods of which nothing sure can be told. */
  malformed: { namespace: string; name: string; defect: string }[];
  /** What was read of secrets whose values could not be replaced by others that read alike. */
  readings: { namespace: string; name: string; reading: SecretReading }[];
  /** What registries answered to the true credentials; null where none was asked. */
  answers: CollectedAnswer[] | null;
  /** What could not be seen: one line each. */
  warnings: string[];
  /** Something that was asked for could not be read at all. */
  incomplete: boolean;
}

const texts = list(text);

/** In: a value of kind `Collection`. Out: the record. Throws ShapeError. */
export const readCollection: Reader<Collection> = object<Collection>({
  collectedAt: time,
  named: texts,
  lookups: list(
    object<CollectedLookup>({
      kind: oneOf({ Node: true, Secret: true, ServiceAccount: true, Event: true }),
      namespace: nullable(text),
      name: text,
      missing: boolean,
      why: optional(text),
      failed: optional(boolean),
    }),
  ),
  secretsElsewhere: list(object<Collection['secretsElsewhere'][number]>({ name: text, namespaces: nullable(texts), why: optional(text) })),
  places: list(object<Collection['places'][number]>({ image: text, fails: number, runs: number, failing: texts, running: texts })),
  baseline: nullable(object<NonNullable<Collection['baseline']>>({ nodes: texts, registries: texts, accounts: texts })),
  refused: list(
    object<Collection['refused'][number]>({
      pod: value => value,
      refusal: object<PodRefusal>({
        message: text,
        maker: object<PodRefusal['maker']>({ kind: text, name: text }),
        since: nullable(text),
        attempts: nullable(number),
        lasts: boolean,
      }),
    }),
  ),
  malformed: list(object<Collection['malformed'][number]>({ namespace: text, name: text, defect: text })),
  readings: list(
    object<Collection['readings'][number]>({
      namespace: text,
      name: text,
      reading: object<SecretReading>({
        problems: secretProblems,
        intendedFormat: secretFormat,
        repair: nullable(secretRepair),
        error: nullable(text),
      }),
    }),
  ),
  answers: nullable(
    list(
      object<CollectedAnswer>({
        namespace: text,
        pod: text,
        uid: optional(text),
        container: object<CollectedAnswer['container']>({ kind: text, name: text }),
        image: text,
        probe,
      }),
    ),
  ),
  warnings: texts,
  incomplete: boolean,
});

/** In: what is recorded of a lookup. Out: the lookup. */
export const lookupOf = ({ missing, why = 'it was not seen', failed }: CollectedLookup): Lookup<never> =>
  missing ? { found: false, missing } : failed ? failedLookup(why) : notSeen(why);

/** In: a lookup that found nothing. Out: what is recorded of it, besides its name. That only kubelet missed it follows from its events. */
export function recordOf(lookup: Exclude<Lookup<unknown>, { found: true }>): Pick<CollectedLookup, 'missing' | 'why' | 'failed'> {
  if (lookup.missing) return { missing: lookup.reportedBy === undefined };
  return { missing: false, why: lookup.why, ...(lookup.failed ? { failed: true } : {}) };
}

/** Where other pods run, as a baseline. */
export const baselineOf = (baseline: NonNullable<Collection['baseline']>): Baseline => ({
  nodes: new Set(baseline.nodes),
  registries: new Set(baseline.registries),
  accounts: new Set(baseline.accounts),
});

/** The record of a file whose own one cannot be read: what is absent from it is not known to be missing. */
export const NOTHING_COLLECTED: Collection = {
  collectedAt: '',
  named: [],
  lookups: [],
  secretsElsewhere: [],
  places: [],
  baseline: null,
  refused: [],
  malformed: [],
  readings: [],
  answers: null,
  warnings: [],
  incomplete: true,
};

/** One record of several: what one of them found counts, and the latest time. */
export function joined(all: readonly Collection[]): Collection | null {
  const [first, ...rest] = all;
  if (first === undefined) return null;
  return rest.reduce(
    (one, other) => ({
      collectedAt: [one.collectedAt, other.collectedAt].sort().at(-1) as string,
      named: [...one.named, ...other.named],
      lookups: [...one.lookups, ...other.lookups],
      secretsElsewhere: [...one.secretsElsewhere, ...other.secretsElsewhere],
      places: [...one.places, ...other.places],
      baseline: null,
      refused: [...one.refused, ...other.refused],
      malformed: [...one.malformed, ...other.malformed],
      readings: [...one.readings, ...other.readings],
      answers: one.answers === null && other.answers === null ? null : [...(one.answers ?? []), ...(other.answers ?? [])],
      warnings: [...one.warnings, ...other.warnings],
      incomplete: one.incomplete || other.incomplete,
    }),
    first,
  );
}
