/** What is behind a manifest: index → this node's platform → config → layers. Small documents are read, of layers only the head. */
import { createHash } from 'node:crypto';
import type { Fault, FaultKind } from '../model/fault.ts';
import { type Platform, runsOn, showPlatform } from '../model/platform.ts';
import type { Attempt, Check, CheckName, ProbeFacts } from '../model/probe.ts';
import { manifestReference, type Reference } from '../model/reference.ts';
import { ACCEPT, type Descriptor, MAX_MANIFEST, type Manifest, readManifest, realPlatforms } from '../parse/manifest.ts';
import { type ManifestRequest, rateLimitOf } from './manifest-request.ts';
import { contentType, faultOfContent, faultOfReply, faultOfWire, header } from './response.ts';
import { addressOf, type Followed, follow, type Session } from './session.ts';
import type { Reply } from './transport.ts';

const MAX_LAYERS = 64;
const AT_ONCE = 4;
/** What is read of a config. */
const MAX_CONFIG = 1024 * 1024;

/** Ends the look: the step that failed, and how. */
class Stop extends Error {
  constructor(
    readonly check: CheckName,
    readonly fault: Fault,
  ) {
    super(fault.message);
  }
}

/**
 * Looks behind a manifest that was given. In: the session, the reference, the node's platform (null: not known), and the walk that got in. Writes what
 * it finds into the probe's facts, and the first fault into the walk's attempt.
 */
export async function inspectImage(
  session: Session,
  reference: Reference,
  platform: Platform | null,
  walked: ManifestRequest,
  facts: ProbeFacts,
): Promise<void> {
  try {
    await new ImageInspection(session, reference, platform, walked, facts).run();
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const { fault } = error;
    walked.attempt.fault = fault;
    walked.attempt.checks.push({
      name: error.check,
      status: 'failed',
      code: fault.code ?? (fault.status === null ? null : String(fault.status)),
      detail: fault.message,
      ms: null,
    });
  }
}

class ImageInspection {
  private readonly attempt: Attempt;

  constructor(
    private readonly session: Session,
    private readonly reference: Reference,
    private readonly platform: Platform | null,
    private readonly walked: ManifestRequest,
    private readonly facts: ProbeFacts,
  ) {
    this.attempt = walked.attempt;
  }

  async run(): Promise<void> {
    const { reference, walked } = this;
    const first = reference.digest ?? header(walked.manifest as Reply, 'docker-content-digest') ?? manifestReference(reference);
    let manifest = this.fit('manifest', await this.manifest(first, 'manifest'));
    if (manifest.type === 'index') manifest = await this.ofPlatform(manifest);
    if (manifest.type === 'image') await this.blobs(manifest.config, manifest.layers);
  }

  private url(kind: 'manifests' | 'blobs', digest: string): string {
    return addressOf(this.session, `/v2/${this.reference.repository}/${kind}/${digest}`);
  }

  private place(step: Fault['step'], url: string, redirected = false) {
    const login = this.attempt.credential === null ? ('none' as const) : ('sent' as const);
    return { step, role: redirected ? ('redirect' as const) : this.session.role, url, method: 'GET', login };
  }

  private note(name: CheckName, status: Check['status'], detail: string, ms: number | null = null): void {
    this.attempt.checks.push({ name, status, code: null, detail, ms });
  }

  private stop(check: CheckName, kind: FaultKind, step: Fault['step'], message: string, extra: Partial<Fault> = {}): never {
    throw new Stop(check, faultOfContent(kind, this.place(step, this.session.base), message, extra));
  }

  private async manifest(digest: string, check: 'manifest' | 'platform'): Promise<Manifest> {
    const { outcome, url, redirected } = await follow(
      this.session,
      'GET',
      this.url('manifests', digest),
      { accept: ACCEPT, ...this.walked.pass.headers },
      MAX_MANIFEST,
    );
    if (!outcome.ok) throw new Stop(check, faultOfWire(outcome.fault, this.place('manifest', url, redirected)));
    const { reply } = outcome;
    this.facts.rateLimit = rateLimitOf(reply) ?? this.facts.rateLimit;
    if (reply.status === 404 && check === 'platform') {
      this.stop(check, 'blobMissing', 'manifest', `the index names the manifest ${digest}, and the registry does not have it`, {
        status: 404,
      });
    }
    if (reply.status !== 200)
      throw new Stop(
        check,
        faultOfReply(reply, this.place('manifest', url, redirected), [], reply.status === 404 ? 'blobMissing' : undefined),
      );
    if (reply.truncated) this.stop(check, 'tooLarge', 'manifest', `the manifest is larger than ${MAX_MANIFEST / 1024 / 1024} MiB`);
    if (digest.startsWith('sha256:') && sha256(reply.body) !== digest) {
      this.stop(check, 'corrupt', 'manifest', `the registry answers for ${digest} with a document whose digest is ${sha256(reply.body)}`);
    }
    return readManifest(contentType(reply), reply.body);
  }

  /** Lets an image or an index pass, and nothing else. */
  private fit(check: CheckName, manifest: Manifest): Manifest {
    if (manifest.type === 'schema1')
      this.stop(check, 'schema1', 'manifest', 'the manifest is of the old schema 1, which containerd 2 no longer reads');
    if (manifest.type === 'other')
      this.stop(check, manifest.why === 'an HTML page' ? 'notJson' : 'mediaType', 'manifest', `the reference leads to ${manifest.why}`, {
        details: { content: manifest.why },
      });
    return manifest;
  }

  private async ofPlatform(index: Extract<Manifest, { type: 'index' }>): Promise<Manifest> {
    const { platform } = this;
    this.facts.platforms = realPlatforms(index.entries);
    const has = this.facts.platforms.map(showPlatform).join(', ') || 'no platform at all';
    const chosen = index.entries.find(entry =>
      platform === null ? entry.platform?.os !== 'unknown' : entry.platform === null || runsOn(entry.platform, platform),
    );
    if (chosen === undefined) {
      if (platform === null) this.stop('manifest', 'badManifest', 'manifest', 'the index is empty');
      else this.stop('platform', 'platform', 'manifest', `the image is for ${has}; the node is ${showPlatform(platform)}`);
    }
    const manifest = this.fit('platform', await this.manifest((chosen as Descriptor).digest, 'platform'));
    if (manifest.type === 'index')
      this.stop('platform', 'mediaType', 'manifest', 'the reference leads to an index within an index', {
        details: { content: 'an index within an index' },
      });
    this.note(
      'platform',
      'ok',
      platform === null ? `the image is for ${has}; the node's platform is not known` : `${showPlatform(platform)} is among ${has}`,
    );
    return manifest;
  }

  private async blobs(config: Descriptor, layers: Descriptor[]): Promise<void> {
    const { facts } = this;
    facts.size = [config, ...layers].reduce((sum, blob) => sum + blob.size, 0);
    facts.layers = layers.length;
    await this.config(config, layers.length);
    // foreign layers (of Windows) lie at their makers' and are fetched from there
    const own = layers.filter(layer => !/\.(?:foreign|nondistributable)\./.test(layer.mediaType));
    const distinct = [...new Map(own.map(layer => [layer.digest, layer])).values()].slice(0, MAX_LAYERS);
    for (let at = 0; at < distinct.length; at += AT_ONCE) {
      const some = distinct.slice(at, at + AT_ONCE);
      const answers = await Promise.all(some.map(layer => this.layer(this.url('blobs', layer.digest))));
      for (const [index, answer] of answers.entries()) this.blob(answer, some[index] as Descriptor, 'layers');
    }
    const hosts = facts.blobHosts.map(({ host }) => host);
    this.note('layers', 'ok', `${distinct.length} layers are there${hosts.length === 0 ? '' : `, from ${hosts.join(', ')}`}`);
  }

  /** Asks for a layer by HEAD. A runtime asks by GET, and so do we, for one byte, before anything but success is believed. */
  private async layer(url: string): Promise<Followed> {
    const { headers } = this.walked.pass;
    const head = await follow(this.session, 'HEAD', url, headers);
    if (!head.outcome.ok || head.outcome.reply.status === 200 || head.outcome.reply.status === 206) return head;
    return follow(this.session, 'GET', url, { ...headers, range: 'bytes=0-0' }, 1);
  }

  private async config(config: Descriptor, layers: number): Promise<void> {
    const { platform } = this;
    const reply = this.blob(
      await follow(this.session, 'GET', this.url('blobs', config.digest), this.walked.pass.headers, MAX_CONFIG),
      config,
      'config',
    );
    if (reply.truncated) return this.note('config', 'ok', `${layers} layers`, reply.ms);
    if (config.digest.startsWith('sha256:') && sha256(reply.body) !== config.digest) {
      this.stop('config', 'corrupt', 'config', `the config's digest is ${sha256(reply.body)}, the manifest says ${config.digest}`);
    }
    const own = readConfig(reply.body);
    if (own === null) return this.stop('config', 'corrupt', 'config', 'the config is not JSON');
    if (own.diffIds !== null && own.diffIds !== layers)
      this.stop('config', 'corrupt', 'config', `the config lists ${own.diffIds} layers, the manifest ${layers}`);
    if (own.platform === null) return this.note('config', 'ok', `${layers} layers`, reply.ms);
    this.facts.platforms ??= [own.platform];
    const fits = platform === null || runsOn(own.platform, platform);
    if (fits) return this.note('config', 'ok', `${showPlatform(own.platform)}, ${layers} layers`, reply.ms);
    // no runtime looks at this when it pulls
    this.note(
      'config',
      'warning',
      `the config says ${showPlatform(own.platform)}, the node is ${showPlatform(platform)}: the pull works, the start does not ("exec format error")`,
    );
  }

  /** Judges the answer for one blob, and notes the host that a redirect led to. */
  private blob(got: Followed, blob: Descriptor, check: 'config' | 'layers'): Reply {
    const step = check === 'config' ? 'config' : 'layer';
    const { host } = new URL(got.url);
    const elsewhere = host !== new URL(this.session.base).host;
    const noteHost = (ok: boolean, detail: string): void => {
      const { blobHosts } = this.facts;
      if (elsewhere && !blobHosts.some(other => other.host === host && other.ok === ok)) blobHosts.push({ host, ok, detail });
    };
    if (!got.outcome.ok) {
      noteHost(false, got.outcome.fault.detail);
      throw new Stop(check, faultOfWire(got.outcome.fault, this.place(step, got.url, elsewhere)));
    }
    const { reply } = got.outcome;
    if (reply.status === 404) {
      if (elsewhere) noteHost(true, 'answers 404');
      const what = `the manifest names the ${check === 'config' ? 'config' : 'layer'} ${blob.digest}`;
      const lost = elsewhere ? `${host}, to which the registry leads for it, does not have it` : 'the registry does not have it';
      throw new Stop(check, faultOfContent('blobMissing', this.place(step, got.url, elsewhere), `${what}, and ${lost}`, { status: 404 }));
    }
    if (reply.status !== 200 && reply.status !== 206) {
      noteHost(false, `answers ${reply.status}`);
      throw new Stop(check, faultOfReply(reply, this.place(step, got.url, elsewhere), []));
    }
    noteHost(true, 'answers');
    const length = Number(header(reply, 'content-length') ?? Number.NaN);
    if (reply.status === 200 && Number.isFinite(length) && blob.size > 0 && length !== blob.size) {
      this.stop(check, 'corrupt', step, `${blob.digest} has ${length} bytes in the registry, the manifest says ${blob.size}`);
    }
    return reply;
  }
}

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

function readConfig(body: string): { platform: Platform | null; diffIds: number | null } | null {
  try {
    const config = JSON.parse(body) as { os?: string; architecture?: string; variant?: string; rootfs?: { diff_ids?: unknown[] } } | null;
    if (config === null || typeof config !== 'object') return null;
    const { os, architecture, variant = null } = config;
    return {
      platform: !os || !architecture ? null : { os, architecture, variant },
      diffIds: Array.isArray(config.rootfs?.diff_ids) ? config.rootfs.diff_ids.length : null,
    };
  } catch {
    return null;
  }
}
