/**
 * What is behind a manifest: index → this node's platform → config → layers. Belongs here: the requests that a pull makes after the manifest, small
 * documents read whole, of layers only the head.
 */
import { createHash } from 'node:crypto';
import { describeContent } from '../model/content.ts';
import type { Credential } from '../model/credential.ts';
import type { Fault, FaultKind } from '../model/fault.ts';
import type { LayerSize } from '../model/node-load.ts';
import { type Platform, runsOn, showPlatform } from '../model/platform.ts';
import type { BlobHost, Check, CheckName, RateLimit } from '../model/probe.ts';
import { manifestReference, type Reference } from '../model/reference.ts';
import {
  ACCEPT,
  type Descriptor,
  isDigest,
  MAX_MANIFEST,
  type Manifest,
  readImageConfig,
  readManifest,
  realPlatforms,
} from '../parse/manifest.ts';
import { Room } from '../util/room.ts';
import type { ManifestAnswer } from './manifest-request.ts';
import { withOthersServed } from './others.ts';
import { contentType, faultOfContent, faultOfReply, faultOfWire, header, isHtml, type Place, rateLimitOf, stated } from './response.ts';
import { addressOf, type Followed, follow, isForeign, MAX_BLOB_ANSWER, roleOf, type Session } from './session.ts';
import type { Reply } from './transport.ts';
import { asOfCache } from './upstream.ts';

/** Layers that are asked for. */
const MAX_LAYERS = 64;
/** The config and layers that are asked for at the same time. */
const AT_ONCE = 8;
/** Layers whose size is told. */
const MOST_SIZES = 12;
/** Bytes that are read of a config. */
const MAX_CONFIG = 1024 * 1024;

/** What was found behind a manifest, up to the first fault. */
export interface ImageContents {
  /** The steps manifest (when it failed), platform, config and layers. */
  checks: Check[];
  /** The first step that failed, null when everything is there. */
  fault: Fault | null;
  /** Platforms that the image has, null when they were not seen. */
  platforms: Platform[] | null;
  /** Of what the reference leads to, and of the manifest of the platform behind an index; absent where they were not seen. */
  digest?: string;
  platformDigest?: string;
  /** Bytes of all layers and the config, compressed; null when not seen. */
  size: number | null;
  layers: number | null;
  /** The largest layers, the largest first; null when not seen. */
  largestLayers: LayerSize[] | null;
  /** The hosts to which the registry redirects for blobs. */
  blobHosts: BlobHost[];
  /** The last one that was told. */
  rateLimit: RateLimit | null;
}

/** Ends the inspection: the step that failed, and how. */
class Stop extends Error {
  constructor(
    readonly check: CheckName,
    readonly fault: Fault,
  ) {
    super(fault.message);
  }
}

/**
 * Inspects what a manifest leads to. In: the session, the reference, the node's platform (null: not known), the credential that got the manifest (null:
 * anonymously), the answer that holds it, and whether to end at the list of layers. Out: what was found; a fault ends the inspection and is part of it.
 */
export async function inspectImage(
  session: Session,
  reference: Reference,
  platform: Platform | null,
  credential: Credential | null,
  answer: ManifestAnswer,
  listOnly = false,
): Promise<ImageContents> {
  const inspection = new ImageInspection(session, reference, platform, credential === null ? 'none' : 'sent', answer, listOnly);
  try {
    await inspection.run();
    return inspection.found;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const told = stated(error.fault, reference, credential === null ? [] : [credential.username]);
    const fault = asOfCache(session, answer.challenge, told);
    const code = fault.code ?? (fault.status === null ? null : String(fault.status));
    const failed: Check = { name: error.check, status: 'failed', code, detail: fault.message, ms: null };
    return { ...inspection.found, checks: [...inspection.found.checks, failed], fault };
  }
}

/** Whether an answer may be about one part alone: a broken one, and one that is not there in a store that lists nothing to strangers (S3 then answers 403). */
const isOfOnePart = (session: Session, got: Followed): boolean =>
  got.outcome.ok &&
  (got.outcome.reply.status === 500 || (got.outcome.reply.status === 403 && isForeign(session, got) && !isHtml(got.outcome.reply)));

/** Whether the bytes of a blob, or the first of them, are there. */
const hasBytes = ({ outcome }: Followed): boolean => outcome.ok && (outcome.reply.status === 200 || outcome.reply.status === 206);

const lengthOf = (reply: Reply): number => Number(header(reply, 'content-length') ?? Number.NaN);

/** Whether an answer tells another length than the manifest. */
function hasOtherLength(reply: Reply, { size }: Descriptor): boolean {
  const length = lengthOf(reply);
  return reply.status === 200 && Number.isFinite(length) && size > 0 && length !== size;
}

/** Whether an answer gives a blob as the manifest lists it. */
const isServed = (got: Followed, blob: Descriptor): boolean => got.outcome.ok && hasBytes(got) && !hasOtherLength(got.outcome.reply, blob);

/**
 * The blobs of an image, asked for together, a few at a time and in their order. After one that is not there as the manifest lists it, no further is
 * begun.
 */
class BlobQueue {
  readonly #room = new Room(AT_ONCE);
  #isOver = false;

  /** Asks for one. Out: its answer, null where it was not begun. */
  async add(blob: Descriptor, ask: () => Promise<Followed>): Promise<Followed | null> {
    const leave = await this.#room.enter();
    try {
      if (this.#isOver) return null;
      const got = await ask();
      this.#isOver ||= !isServed(got, blob);
      return got;
    } finally {
      leave();
    }
  }
}

class ImageInspection {
  /** Where a layer of the image was served. */
  readonly #serving = new Set<string>();
  readonly found: ImageContents = {
    checks: [],
    fault: null,
    platforms: null,
    size: null,
    layers: null,
    largestLayers: null,
    blobHosts: [],
    rateLimit: null,
  };

  constructor(
    private readonly session: Session,
    private readonly reference: Reference,
    private readonly platform: Platform | null,
    private readonly login: Place['login'],
    private readonly answer: ManifestAnswer,
    private readonly listOnly: boolean,
  ) {}

  async run(): Promise<void> {
    const { reference, answer } = this;
    const digest = answer.manifest === null ? null : header(answer.manifest, 'docker-content-digest');
    const shown = isDigest(digest ?? '') ? digest : null;
    const manifest = this.readable('manifest', await this.manifest(reference.digest ?? shown ?? manifestReference(reference), 'manifest'));
    const image = manifest.type === 'index' ? await this.ofPlatform(manifest) : manifest;
    if (image.type === 'image') await this.blobs(image.config, image.layers);
  }

  private url(kind: 'manifests' | 'blobs', digest: string): string {
    return addressOf(this.session, `/v2/${this.reference.repository}/${kind}/${digest}`);
  }

  private place(step: Fault['step'], followed: Followed): Place {
    return { step, role: roleOf(this.session, followed), url: followed.url, method: 'GET', login: this.login };
  }

  private note(name: CheckName, status: Check['status'], detail: string, ms: number | null = null): void {
    this.found.checks.push({ name, status, code: null, detail, ms });
  }

  private stop(check: CheckName, kind: FaultKind, step: Fault['step'], message: string, extra: Partial<Fault> = {}): never {
    const { base: url, role } = this.session;
    throw new Stop(check, faultOfContent(kind, { step, role, url, method: 'GET', login: this.login }, message, extra));
  }

  /** Ends at a web page in place of a part of the image: whoever wrote it, the part may be whole. */
  private stopAtPage(check: CheckName, place: Place, status: number): never {
    const message = `${new URL(place.url).host} answers the request for a part of the image with a web page (${status})`;
    throw new Stop(check, faultOfContent('notJson', place, message, { status }));
  }

  private async manifest(digest: string, check: 'manifest' | 'platform'): Promise<Manifest> {
    const headers = { accept: ACCEPT, ...this.answer.auth.headers };
    const before = check === 'manifest' ? this.readBefore(digest) : null;
    const got = before ?? (await follow(this.session, 'GET', this.url('manifests', digest), headers, MAX_MANIFEST));
    const place = this.place('manifest', got);
    const { outcome } = got;
    if (!outcome.ok) throw new Stop(check, faultOfWire(outcome.fault, place));
    const { reply } = outcome;
    this.found.rateLimit = rateLimitOf(reply) ?? this.found.rateLimit;
    if ((reply.status === 200 || reply.status === 404) && isHtml(reply)) this.stopAtPage(check, place, reply.status);
    if (reply.status === 404 && check === 'platform') {
      const message = `the index lists the manifest ${digest}, but the registry does not have it`;
      this.stop(check, 'blobMissing', 'manifest', message, { status: 404 });
    }
    if (reply.status !== 200) throw new Stop(check, faultOfReply(reply, place, [], reply.status === 404 ? 'blobMissing' : undefined));
    if (reply.truncated) this.stop(check, 'tooLarge', 'manifest', `the manifest is larger than ${MAX_MANIFEST / 1024 / 1024} MiB`);
    if (digest.startsWith('sha256:') && sha256(reply.body) !== digest) {
      this.stop(check, 'corrupt', 'manifest', `the registry returns for ${digest} a document with the digest ${sha256(reply.body)}`);
    }
    this.found[check === 'manifest' ? 'digest' : 'platformDigest'] = isDigest(digest) ? digest : sha256(reply.body);
    return readManifest(contentType(reply), reply.body);
  }

  /** The manifest that was returned already, where it is this one; null where it has to be asked for. */
  private readBefore(digest: string): Followed | null {
    const { full } = this.answer;
    if (full === null || !full.outcome.ok || full.outcome.reply.status !== 200) return null;
    return !isDigest(digest) || sha256(full.outcome.reply.body) === digest ? full : null;
  }

  /** Lets an image or an index pass, and nothing else. */
  private readable(check: CheckName, manifest: Manifest): Manifest {
    if (manifest.type === 'schema1')
      this.stop(check, 'schema1', 'manifest', 'the manifest uses schema version 1, which containerd 2 no longer supports');
    if (manifest.type === 'other') {
      const { reason, mediaType } = manifest;
      const content = { reason, mediaType };
      const message = `the reference resolves to ${describeContent(content)}`;
      this.stop(check, reason === 'html' ? 'notJson' : 'mediaType', 'manifest', message, { details: { content } });
    }
    return manifest;
  }

  private async ofPlatform(index: Extract<Manifest, { type: 'index' }>): Promise<Manifest> {
    const { platform } = this;
    const platforms = realPlatforms(index.entries);
    this.found.platforms = platforms;
    const available = platforms.map(showPlatform).join(', ') || 'no platform';
    const chosen = index.entries.find(entry =>
      platform === null ? entry.platform?.os !== 'unknown' : entry.platform === null || runsOn(entry.platform, platform),
    );
    if (chosen === undefined) {
      return platform === null
        ? this.stop('manifest', 'badManifest', 'manifest', 'the image index is empty')
        : this.stop('platform', 'platform', 'manifest', `the image is available for ${available}; the node is ${showPlatform(platform)}`);
    }
    const manifest = this.readable('platform', await this.manifest(chosen.digest, 'platform'));
    if (manifest.type === 'index') {
      const content = { reason: 'nestedIndex' as const, mediaType: null };
      this.stop('platform', 'mediaType', 'manifest', `the reference resolves to ${describeContent(content)}`, { details: { content } });
    }
    const node = platform === null ? "the node's platform is not known" : `the node is ${showPlatform(platform)}`;
    this.note('platform', 'ok', `the image is available for ${available}; ${node}`);
    return manifest;
  }

  private async blobs(config: Descriptor, layers: Descriptor[]): Promise<void> {
    this.found.size = [config, ...layers].reduce((sum, blob) => sum + blob.size, 0);
    this.found.layers = layers.length;
    this.found.largestLayers = largestOf(layers);
    if (this.listOnly) return;
    // foreign layers (of Windows) lie at their makers' and are fetched from there
    const own = layers.filter(layer => !/\.(?:foreign|nondistributable)\./.test(layer.mediaType));
    const distinct = [...new Map(own.map(layer => [layer.digest, layer])).values()].slice(0, MAX_LAYERS);
    const queue = new BlobQueue();
    const configAsked = queue.add(config, () =>
      follow(this.session, 'GET', this.url('blobs', config.digest), this.answer.auth.headers, MAX_CONFIG),
    );
    const isWhole = configAsked.then(got => got !== null && isServed(got, config));
    const layersAsked = distinct.map(layer => queue.add(layer, () => this.layer(layer, isWhole)));
    // where the config ends the inspection, nobody waits for what else is under way
    void Promise.allSettled(layersAsked);
    await this.config(config, layers.length, (await configAsked) as Followed, async () => {
      const [first] = layers;
      const asked = first && (await layersAsked[distinct.findIndex(({ digest }) => digest === first.digest)]);
      return first === undefined ? null : asked == null ? this.layer(first, true) : this.confirmed(first, asked);
    });
    const answers = await Promise.all(layersAsked);
    for (const answer of answers) this.noteServed(answer);
    for (const [index, answer] of answers.entries()) if (answer !== null) this.blob(answer, distinct[index] as Descriptor, 'layers');
    const hosts = this.found.blobHosts.map(({ host }) => host);
    this.note('layers', 'ok', `${distinct.length} layers are available${hosts.length === 0 ? '' : ` (from ${hosts.join(', ')})`}`);
  }

  /** Asks for a layer by HEAD. In: whether the config is there: without it, what a HEAD hides matters to nobody. */
  private async layer(layer: Descriptor, isAsked: boolean | Promise<boolean>): Promise<Followed> {
    const head = await follow(this.session, 'HEAD', this.url('blobs', layer.digest), this.answer.auth.headers);
    return !head.outcome.ok || hasBytes(head) || !(await isAsked) ? head : this.confirmed(layer, head);
  }

  /** A runtime asks for a layer by GET, and so do we, for one byte, before anything but success is believed. */
  private async confirmed(layer: Descriptor, head: Followed): Promise<Followed> {
    if (!head.outcome.ok || hasBytes(head)) return head;
    const headers = { ...this.answer.auth.headers, range: 'bytes=0-0' };
    return follow(this.session, 'GET', this.url('blobs', layer.digest), headers, MAX_BLOB_ANSWER);
  }

  private noteServed(got: Followed | null): void {
    if (got !== null && hasBytes(got)) this.#serving.add(new URL(got.url).origin);
  }

  /** Reads the config. In: its descriptor and answer, the number of layers, and what the first of them is answered, null without one. */
  private async config(config: Descriptor, layers: number, got: Followed, firstServed: () => Promise<Followed | null>): Promise<void> {
    const { platform } = this;
    if (isOfOnePart(this.session, got)) this.noteServed(await firstServed());
    const reply = this.blob(got, config, 'config');
    if (reply.truncated) return this.note('config', 'ok', `${layers} layers`, reply.ms);
    if (config.digest.startsWith('sha256:') && sha256(reply.body) !== config.digest) {
      this.stop('config', 'corrupt', 'config', `the config has the digest ${sha256(reply.body)}, but the manifest lists ${config.digest}`);
    }
    const own = readImageConfig(reply.body);
    if (own === null) return this.stop('config', 'corrupt', 'config', 'the config is not JSON');
    if (own.diffIds !== null && own.diffIds !== layers)
      this.stop('config', 'corrupt', 'config', `the config lists ${own.diffIds} layers, but the manifest lists ${layers}`);
    if (own.platform === null) return this.note('config', 'ok', `${layers} layers`, reply.ms);
    this.found.platforms ??= [own.platform];
    if (platform === null || runsOn(own.platform, platform))
      return this.note('config', 'ok', `${showPlatform(own.platform)}, ${layers} layers`, reply.ms);
    // no runtime looks at this when it pulls
    const outlook = 'the pull works, but the container fails to start ("exec format error")';
    const detail = `the config is for ${showPlatform(own.platform)}, but the node is ${showPlatform(platform)}: ${outlook}`;
    this.note('config', 'warning', detail);
  }

  /** Reads the answer for one blob, and notes the host that a redirect led to. */
  private blob(got: Followed, blob: Descriptor, check: 'config' | 'layers'): Reply {
    const step = check === 'config' ? 'config' : 'layer';
    const { host } = new URL(got.url);
    const redirected = isForeign(this.session, got);
    const place = this.place(step, got);
    const noteHost = (ok: boolean, detail: string): void => {
      const { blobHosts } = this.found;
      if (redirected && !blobHosts.some(other => other.host === host && other.ok === ok)) blobHosts.push({ host, ok, detail });
    };
    if (!got.outcome.ok) {
      noteHost(false, got.outcome.fault.detail);
      throw new Stop(check, faultOfWire(got.outcome.fault, place));
    }
    const { reply } = got.outcome;
    if (reply.status === 404 && isHtml(reply)) {
      noteHost(false, 'answers 404 with a web page');
      this.stopAtPage(check, place, reply.status);
    }
    if (reply.status === 404) {
      noteHost(true, 'answers 404');
      const where = redirected ? `${host}, to which the registry redirects,` : 'the registry';
      const message = `the manifest lists the ${step} ${blob.digest}, but ${where} does not have it`;
      throw new Stop(check, faultOfContent('blobMissing', place, message, { status: 404 }));
    }
    if (!hasBytes(got)) {
      noteHost(false, `answers ${reply.status}`);
      const fault = faultOfReply(reply, place, []);
      const othersServed = isOfOnePart(this.session, got) && this.#serving.has(new URL(got.url).origin);
      throw new Stop(check, othersServed ? withOthersServed(fault, 'other parts of the image') : fault);
    }
    const differs = hasOtherLength(reply, blob);
    if (differs && isHtml(reply)) {
      noteHost(false, 'answers with a web page');
      this.stopAtPage(check, place, reply.status);
    }
    noteHost(true, 'answers');
    if (differs) {
      const message = `${blob.digest} has ${lengthOf(reply)} bytes at ${host}, but the manifest lists ${blob.size}`;
      throw new Stop(check, faultOfContent('corrupt', place, message));
    }
    return reply;
  }
}

/** The largest layers that have a size, each once. */
const largestOf = (layers: readonly Descriptor[]): LayerSize[] =>
  [...new Map(layers.map(({ digest, size }) => [digest, { digest, bytes: size }])).values()]
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, MOST_SIZES);

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
