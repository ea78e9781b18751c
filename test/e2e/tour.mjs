/**
 * The tour of the README: its commands, typed on a terminal of the real cluster. `npm run tour` writes down what was shown; the cluster test compares what is shown now
 * with what stands there, so that the documentation cannot promise what the program does not do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plain, shownOn } from '../../scripts/terminal-picture.mjs';
import { check } from './checks.mjs';
import { getJson, kubectl, must, root, run, until } from './lab.mjs';

/** Where the tour stands: its objects, and a transcript and a picture of each scene. */
export const TOUR = join(root, 'docs', 'tour');
/** Columns of the terminal. */
export const COLUMNS = 80;
const NAMESPACE = 'shop';

/**
 * A scene: the file that its transcript has, what it shows, the command.
 * @typedef {{ name: string, title: string, command: string }} Scene
 */
/** @type {Scene[]} */
export const SCENES = [
  { name: '1-pods', title: 'What kubectl shows', command: 'kubectl -n shop get pods' },
  { name: '2-why', title: 'The root cause, and the command that repairs it', command: 'kubectl imagepull why -n shop deployment/web' },
  {
    name: '3-fix',
    title: 'The printed command is pasted',
    command: 'kubectl -n shop set image deployment/web web=127.0.0.1:15000/library/busybox:1',
  },
  {
    name: '4-until-pulled',
    title: 'A script waits until the image is pulled',
    command: 'kubectl imagepull why -n shop --until-pulled deployment/web --timeout 1m',
  },
  { name: '5-secret', title: 'Whether a pull secret works', command: 'kubectl imagepull test-secret -n shop regcred' },
  { name: '6-all', title: 'All that fails, in one table', command: 'kubectl imagepull why -A' },
  { name: '7-check', title: 'Before the next deploy', command: 'kubectl imagepull check -n shop -f deploy.yaml' },
  {
    name: '8-explain',
    title: 'What a message means, offline',
    command: "kubectl imagepull explain 'failed to fetch anonymous token: unexpected status: 429 Too Many Requests'",
  },
];

/** Makes the shop, and waits until its node has said of each image what it says. */
export async function openShop() {
  await closeShop();
  await must('the shop', kubectl('apply', '-f', join(TOUR, 'objects.yaml')));
  await until('the pods of the shop', 120, async () => {
    /** @type {{ items: import('./lab.mjs').Pod[] }} */
    const { items } = await getJson('-n', NAMESPACE, 'pods');
    const states = items.map(({ status }) => status.containerStatuses?.[0]?.state ?? {});
    const settled = states.filter(({ running, waiting }) => running !== undefined || waiting?.reason === 'ImagePullBackOff');
    return items.length === 6 && settled.length === 6;
  });
}

/** Removes the shop, when there is one. */
export async function closeShop() {
  await kubectl('-n', NAMESPACE, 'delete', 'deployments,pods', '--all', '--force', '--grace-period=0');
  await kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found', '--timeout=60s');
}

/**
 * Types the command of a scene on a terminal. Out: what the terminal then shows, with its colors, the command in the first line.
 * @param {Scene} scene
 */
export async function play({ command }) {
  const typed = `stty cols ${COLUMNS} rows 50; ${command}`;
  const { stdout } = await run('script', ['-qec', typed, '/dev/null'], { cwd: TOUR, input: '' });
  return `$ ${command}\n${shownOn(stdout).trimEnd()}\n`;
}

/** What differs from run to run, and from one build to the next: the names of pods, times, the room that they take. @param {string} text */
const lasting = text =>
  text
    .replace(/\b(web|api|search|mail)-[0-9a-f]{6,10}-[a-z0-9]{5}\b/g, '$1-POD')
    .replace(/\b\d+(\.\d+)? ?(ms|m\d+s|s|m|seconds?|minutes?)\b/g, 'TIME')
    .replace(/\d\d\d\d-\d\d-\d\dT?[ \d:.]*Z?/g, 'DATE')
    .replace(/\d\d:\d\d(:\d\d)?/g, 'CLOCK')
    .replace(/─+|-{3,}/g, '-')
    .split(/\s+/)
    .filter(Boolean)
    .join(' ');

/** Plays all scenes, and compares each with its transcript. */
export async function checkTour() {
  await openShop();
  try {
    for (const scene of SCENES) {
      const file = join(TOUR, `${scene.name}.txt`);
      const shown = lasting(plain(await play(scene)));
      const written = existsSync(file) ? lasting(readFileSync(file, 'utf8')) : 'nothing';
      check(`the tour: ${scene.command}`, shown === written, `shown:\n${shown}\nwritten:\n${written}`);
    }
  } finally {
    await closeShop();
  }
}
