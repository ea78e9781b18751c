/**
 * What `check -f` foresees of manifests before they are applied, against what expected.json says that each pod then shows. Where the two differ by nature (names, mirrors and
 * settings that the node alone knows), the row has `foreseen`: the cause that is foreseen, null where nothing is compared, and why.
 */
import { check, imagepull, MIRROR } from './checks.mjs';
import { podsOf } from './lab.mjs';

/** @typedef {import('./lab.mjs').Target} Target */

/**
 * In: the files of manifests, and the targets that they will make in a namespace.
 * @param {readonly string[]} files
 * @param {readonly Target[]} targets
 */
export async function foresee(files, targets) {
  const { json, status, stderr } = await imagepull('check', ...files.flatMap(file => ['-f', file]), '-o', 'json', ...MIRROR);
  check('check -f: exit status', status === 1, `${status}: ${stderr}`);
  check('check -f: nothing on standard error', stderr === '', stderr);
  for (const { target, namespace, title, wanted } of targets) {
    check(`${title}: is not applied yet`, podsOf({ target, namespace, title, wanted }).length === 0);
    for (const { cause, foreseen, container, kind = 'container' } of wanted) {
      if (foreseen?.cause === null) continue;
      const own = (json?.items ?? []).filter(item =>
        item.usedBy.includes(`${namespace}/${target.includes('/') ? target : `pod/${target}`}`),
      );
      const about = own.filter(item => container === undefined || item.container.name === container);
      const failing = about.filter(item => item.cause !== 'NoPullProblem');
      const [item] = failing.length > 0 ? failing : about;
      const want = foreseen?.cause ?? cause;
      check(`check -f: ${title}`, item?.cause === want, `${item?.cause} (${item?.certainty}): ${item?.summary}, expected ${want}`);
      if (foreseen === undefined) check(`check -f: ${title}: container kind`, item?.container.kind === kind, item?.container.kind);
      if (cause === 'NoPullProblem') check(`check -f: ${title}: success is not certain`, item?.certainty !== 'certain');
    }
  }
}
