/**
 * `check -f` over many images of several registries, beside one registry's share alone, in the same run: registries are asked at the same time, so that many should take little
 * longer than one. Each answer comes BENCH_DELAY ms (25) after its request, and is 25 ms on its way back: 50 ms a round trip. Medians of BENCH_ROUNDS rounds (5).
 * The ratio is asserted to be at most 2.
 *
 *   npm run bench:check
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const IMAGES = 200;
const REGISTRIES = 10;
const MOST = 2;
const delay = 2 * Number(process.env.BENCH_DELAY ?? 25);
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const here = fileURLToPath(import.meta.url);
const bundle = join(dirname(here), '..', 'dist', 'kubectl-imagepull.cjs');

if (process.argv[2] === 'serve') await serve();
else await bench();

/** The registries, in a process of their own: prints their ports. */
async function serve() {
  const digestOf = (/** @type {string} */ text) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [digestOf('')] } });
  const layer = 'layer';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(layer), size: layer.length }],
  });
  const ports = await Promise.all(
    Array.from({ length: REGISTRIES }, async () => {
      const server = createServer(async (request, response) => {
        const { url = '', method } = request;
        await sleep(delay);
        const body = url === '/v2/' ? '{}' : url.includes('/manifests/') ? manifest : url.endsWith(digestOf(config)) ? config : layer;
        const headers = {
          'content-length': String(body.length),
          ...(url.includes('/manifests/') ? { 'content-type': type, 'docker-content-digest': digestOf(manifest) } : {}),
        };
        response.writeHead(200, headers).end(method === 'HEAD' ? undefined : body);
      });
      await new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(undefined)));
      return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
    }),
  );
  console.log(JSON.stringify(ports));
}

async function bench() {
  const server = spawn(process.execPath, [here, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const folder = mkdtempSync(join(tmpdir(), 'imagepull-check-'));
  try {
    /** @type {number[]} */
    const ports = await new Promise(resolve => server.stdout.once('data', data => resolve(JSON.parse(String(data)))));
    const manifest = (/** @type {readonly number[]} */ of) => {
      const file = join(folder, `${of.length}.yaml`);
      const pods = Array.from({ length: (IMAGES / REGISTRIES) * of.length }, (_, index) => {
        const image = `127.0.0.1:${of[index % of.length]}/team/app-${index}:1.0.0`;
        return `apiVersion: v1\nkind: Pod\nmetadata: {name: pod-${index}}\nspec: {containers: [{name: main, image: "${image}"}]}\n`;
      });
      writeFileSync(file, pods.join('---\n'));
      return file;
    };
    const [all, one] = [manifest(ports), manifest(ports.slice(0, 1))];
    /** @type {{ all: number[], one: number[] }} */
    const times = { all: [], one: [] };
    // in turns, so that what else the machine does meets both
    for (let round = 0; round < rounds; round++) {
      times.one.push(await run(one, folder));
      times.all.push(await run(all, folder));
    }
    const median = (/** @type {number[]} */ list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
    const [many, share] = [median(times.all), median(times.one)];
    console.log(`${IMAGES / REGISTRIES} images of 1 registry, ${delay} ms a round trip: ${share.toFixed(0)} ms`);
    console.log(`${IMAGES} images of ${REGISTRIES} registries: ${many.toFixed(0)} ms`);
    console.log(`ratio ${(many / share).toFixed(2)}, at most ${MOST}`);
    if (many > MOST * share) process.exitCode = 1;
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file @param {string} home @returns {Promise<number>} Milliseconds. */
function run(file, home) {
  const started = process.hrtime.bigint();
  const child = spawn(process.execPath, [bundle, 'check', '-f', file, '--local', '--platform', 'linux/amd64'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, HOME: home },
  });
  let said = '';
  child.stderr.on('data', data => {
    said += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', status =>
      status === 0
        ? resolve(Number(process.hrtime.bigint() - started) / 1e6)
        : reject(new Error(`status ${status}: ${said.slice(0, 300)}`)),
    );
  });
}
