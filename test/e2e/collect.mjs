/** The check of `collect` on a cluster: what it writes gives the verdicts of the cluster, with the answers of the registries and without. */
import { run } from './lab.mjs';

/** @typedef {{ pod: { namespace: string, name: string } | null, container: { name: string }, cause: string, certainty: string, credentials: { result: string }[] }} Item */
/** @typedef {{ status: number | string | null, stdout: string, stderr: string }} Result */

/** What is said of each image, in one order. @param {string} json */
const told = json =>
  /** @type {{ items: Item[] }} */ (JSON.parse(json || '{"items":[]}')).items
    .map(({ pod, container, cause, certainty, credentials }) =>
      [pod?.namespace, pod?.name, container.name, cause, certainty, ...credentials.map(({ result }) => result)].join(' '),
    )
    .sort();

/**
 * In: how the plugin is run, how two values are compared, the passwords of the registries, and the flags of a probe.
 * @param {(...args: string[]) => Promise<Result>} imagepull
 * @param {(what: string, got: unknown, wanted: unknown) => boolean} equal
 * @param {string[]} passwords
 * @param {string[]} probe
 */
export async function checkCollect(imagepull, equal, passwords, probe) {
  /** @type {[title: string, collecting: string[], reading: string[], live: string[]][]} */
  const rows = [
    ['without a probe', [], ['--no-probe'], ['--no-probe']],
    ['with the recorded answers', ['--with-probe', ...probe], [], probe],
  ];
  for (const [title, collecting, reading, live] of rows) {
    const collected = await imagepull('collect', '-n', 'default', ...collecting);
    const file = await run('kubectl', ['imagepull', 'why', '-f', '-', ...reading, '-o', 'json'], { input: collected.stdout });
    const cluster = await imagepull('why', '-n', 'default', ...live, '-o', 'json');
    equal(`collect | why -f -, ${title}`, told(file.stdout), told(cluster.stdout));
    const texts = [...collected.stdout.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].map(([word]) => Buffer.from(word, 'base64').toString());
    const twice = texts.flatMap(text =>
      [...text.matchAll(/[A-Za-z0-9+/]{8,}={0,2}/g)].map(([word]) => Buffer.from(word, 'base64').toString()),
    );
    const leaked = passwords.filter(password => [collected.stdout, ...texts, ...twice].some(text => text.includes(password)));
    equal(`collect ${title}: no password, in base64 neither`, leaked, []);
  }
}
