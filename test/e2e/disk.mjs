/**
 * The check of a full disk: a small file system of its own under the runtime, in the cluster's own mount namespace, filled until a pull fails, and then until kubelet puts
 * pods out. Last of all: the runtime starts anew on it, and the cluster is of no use afterwards.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { check, equal, imagepull } from './checks.mjs';
import { getJson, kubectl, must, pidOf, run, startAgain, stateFile, stopProgram, until } from './lab.mjs';

const REGISTRY = '127.0.0.1:15000';
const REPOSITORY = 'team/large';
const IMAGE = `${REGISTRY}/${REPOSITORY}:1`;
/** Bytes of the file system: the images of the cluster take a few of them. */
const SIZE = 64 * 2 ** 20;
/** Bytes that are left for a pull that is to fail: more than kubelet's threshold of one percent, less than the layer. */
const LEFT = 1.5e6;
const LAYER = 8e6;

/** Pushes an image of one layer that the node does not have. */
async function push() {
  const api = `http://${REGISTRY}/v2/${REPOSITORY}`;
  const sent = async (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`the registry of the cluster answers ${response.status} to ${init.method} ${url}`);
    return response;
  };
  const blob = async (/** @type {Buffer} */ body, /** @type {string} */ mediaType) => {
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const { headers } = await sent(`${api}/blobs/uploads/`, { method: 'POST' });
    await sent(`${headers.get('location')}&digest=${digest}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    return { mediaType, digest, size: body.length };
  };
  // one file of a tar archive: its head tells name, mode, size and a checksum
  const head = Buffer.alloc(512);
  head.write('large');
  head.write('0000644\x000000000\x000000000\0', 100);
  head.write(`${LAYER.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0${' '.repeat(8)}0`, 124);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  const layer = Buffer.concat([head, randomBytes(LAYER), Buffer.alloc(1024 + ((512 - (LAYER % 512)) % 512))]);
  const own = await blob(layer, 'application/vnd.oci.image.layer.v1.tar');
  const platform = { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [own.digest] } };
  const config = await blob(Buffer.from(JSON.stringify(platform)), 'application/vnd.oci.image.config.v1+json');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const body = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [own] });
  await sent(`${api}/manifests/1`, { method: 'PUT', body, headers: { 'content-type': mediaType } });
}

/**
 * Puts the runtime on the small file system, and starts it and kubelet again. Out: how to leave so many bytes of it; null where this machine cannot mount one.
 * @param {string} folder
 */
async function shrink(folder) {
  const runtime = existsSync(stateFile('pid', 'crio')) ? 'crio' : 'containerd';
  const root = stateFile(runtime, 'root');
  const inside = (/** @type {string[]} */ ...command) =>
    execFileSync('nsenter', [`--mount=/proc/${pidOf('holder')}/ns/mnt`, '--', ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  for (const program of ['kubelet', runtime]) await stopProgram(program);
  const disk = stateFile('small.img');
  writeFileSync(disk, '');
  truncateSync(disk, SIZE);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', disk]);
  try {
    inside('mount', '-o', 'loop', disk, root);
  } catch {
    return null;
  }
  await startAgain(folder);
  let files = 0;
  return (/** @type {number} */ left) => {
    const free = Number(inside('df', '-B1', '--output=avail', root).split('\n')[1]);
    try {
      if (free > left) inside('fallocate', '-l', String(Math.floor(free - left)), join(root, `filler-${files++}`));
    } catch {
      // what the file system needs for itself is not for files
    }
  };
}

/** After everything else: the cluster is of no use afterwards. @param {string} folder */
export async function checkFullDisk(folder) {
  const leave = await shrink(folder);
  if (leave === null) return check('a small file system can be mounted under the runtime', false);
  const pod = (/** @type {string} */ name) =>
    must(
      name,
      run('kubectl', ['apply', '-f', '-'], {
        input: JSON.stringify({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace: 'pulls' },
          // no scheduler: kubelet itself is to refuse
          spec: { nodeName: 'lab-node', restartPolicy: 'Never', containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'Always' }] },
        }),
      }),
    );
  const said = async (/** @type {string} */ name) => {
    const { status, json } = await imagepull('why', name, '-n', 'pulls', '-o', 'json');
    const [item] = json?.items ?? [];
    return [status, item?.cause, item?.certainty, item?.decidedBy?.rule].join(' ');
  };
  const phase = async (/** @type {string} */ name) => (await getJson('pod', name, '-n', 'pulls')).status;

  await push();
  leave(LEFT);
  await pod('disk-waits');
  await until('the pull of disk-waits to fail', 60, async () => /no space left/.test(JSON.stringify(await phase('disk-waits'))));
  equal('a pull on a full disk', await said('disk-waits'), '1 NodeDiskFull certain node.disk-full');

  // kubelet makes room by removing images, and then has no need to end a pod
  await until('DiskPressure', 60, async () => {
    leave(0);
    const { status } = await getJson('node', 'lab-node');
    return status.conditions.some(
      (/** @type {{ type: string, status: string }} */ { type, status: is }) => type === 'DiskPressure' && is === 'True',
    );
  });
  await pod('disk-refused');
  await until('kubelet to refuse disk-refused', 30, async () => (await phase('disk-refused')).reason === 'Evicted');
  equal('a pod that kubelet refuses for its disk', await said('disk-refused'), '1 NodeDiskFull certain state.ended-for-disk');
  await until('kubelet to end disk-waits', 60, async () => {
    leave(0);
    return (await phase('disk-waits')).reason === 'Evicted';
  });
  equal('a pod that kubelet ends for its disk', await said('disk-waits'), '1 NodeDiskFull certain state.ended-for-disk');

  await kubectl('-n', 'pulls', 'run', 'disk-later', `--image=${IMAGE}`, '--restart=Never');
  await sleep(2000);
  const later = await said('disk-later');
  check('a pod that no node takes for its disk', /^1 NodeDiskFull \w+ state\.(?:no-node-with-disk|ended-for-disk)$/.test(later), later);
  const { stdout } = await imagepull('why', 'disk-waits', '-n', 'pulls', '-o', 'wide');
  return check(
    'the event of the node is among the evidence',
    /EvictionThresholdMet: Attempting to reclaim ephemeral-storage/.test(stdout.replace(/\s+/g, ' ')),
    stdout,
  );
}
