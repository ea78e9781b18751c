/** The check of `collect` on a cluster: what it writes gives the verdicts of the cluster, with the answers of the registries and without. */
import { agree, equal, imagepull, MIRROR, PASSWORDS } from './checks.mjs';
import { run } from './lab.mjs';

/** @typedef {{ pod: { namespace: string, name: string } | null, container: { name: string }, cause: string, certainty: string, credentials: { result: string }[] }} Item */

/** What is said of each image, in one order. @param {string} json */
const told = json =>
  /** @type {{ items: Item[] }} */ (JSON.parse(json || '{"items":[]}')).items
    .map(({ pod, container, cause, certainty, credentials }) =>
      [pod?.namespace, pod?.name, container.name, cause, certainty, ...credentials.map(({ result }) => result)].join(' '),
    )
    .sort();

/** What is collected gives the verdicts of the cluster, and holds no password. */
export async function checkCollect() {
  /** @type {[title: string, collecting: string[], reading: string[], live: string[]][]} */
  const rows = [
    ['without a probe', [], ['--no-probe'], ['--no-probe']],
    ['with the recorded answers', ['--with-probe', ...MIRROR], [], MIRROR],
  ];
  for (const [title, collecting, reading, live] of rows) {
    let stdout = '';
    await agree(`collect | why -f -, ${title}`, async () => {
      ({ stdout } = await imagepull('collect', '-n', 'default', ...collecting));
      const file = await run('kubectl', ['imagepull', 'why', '-f', '-', ...reading, '-o', 'json'], { input: stdout });
      const cluster = await imagepull('why', '-n', 'default', ...live, '-o', 'json');
      return [told(file.stdout), told(cluster.stdout)];
    });
    const texts = [...stdout.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].map(([word]) => Buffer.from(word, 'base64').toString());
    const twice = texts.flatMap(text =>
      [...text.matchAll(/[A-Za-z0-9+/]{8,}={0,2}/g)].map(([word]) => Buffer.from(word, 'base64').toString()),
    );
    const leaked = PASSWORDS.filter(password => [stdout, ...texts, ...twice].some(text => text.includes(password)));
    equal(`collect ${title}: no password, in base64 neither`, leaked, []);
  }
}
