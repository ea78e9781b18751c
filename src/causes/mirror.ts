/**
 * The texts of a cause where a mirror of the node answered in place of the registry: what repairs it stands in the settings of the node, or at the mirror, and no
 * change of the pod or of its pull secrets does. Belongs here: these texts, and how the answers of both compare. Pure.
 */
import { type CauseCode, causeOf } from '../model/cause-codes.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { Facts } from '../model/facts.ts';
import { type Fault, isAuthenticationFault } from '../model/fault.ts';
import { faultOfProbe } from '../model/probe.ts';
import { isForeignChallenge } from '../model/registry-providers.ts';
import { program } from '../util/called-as.ts';
import type { CauseFix, CauseText } from './cause.ts';
import { namespaceOf, registryWord } from './commands.ts';
import { capital, hostOf, imageOf, registry } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { blank, hostWord, positional, quote } from './shell.ts';

const isMirror = (fault: Fault | null): boolean => fault?.role === 'mirror';

/**
 * Whether a mirror answered the node: its message says so, or the registry never asks for a login in the way that the node was asked. A host that only we were told to ask
 * (--registry-mirror) is no setting of the node.
 */
export const isOfMirror = ({ reference, nodeReport }: Facts, fault: Fault | null): boolean =>
  (isMirror(fault) && nodeReport.faults.some(isMirror)) ||
  (fault?.kind === 'noBasicAuth' && isForeignChallenge(reference?.registry ?? '', 'Basic'));

/** The mirror, for a shell. */
const mirrorWord = (fault: Fault | null): string => (isMirror(fault) ? hostWord(fault?.host, '<MIRROR>') : '<MIRROR>');

/** In: a cause and its texts for the registry. Out: its texts where a mirror answered. */
export function ofMirror(code: CauseCode, text: CauseText): CauseText {
  const { group } = causeOf(code);
  const isLogin = (fault: Fault | null): boolean =>
    group === 'auth' || group === 'secret' || (code === 'MirrorFailed' && fault !== null && isAuthenticationFault(fault));
  return {
    ...(group === 'auth' || group === 'secret' ? { title: 'The mirror of the registry does not serve the image to the node' } : {}),
    summary: (facts, fault) =>
      isLogin(fault)
        ? loginOf(facts, fault)
        : fault?.kind === 'notFound' && code !== 'MirrorFailed'
          ? `${capital(hostOf(facts, fault))} answers "not found" for ${imageOf(facts)}.`
          : text.summary(facts, fault),
    fixes: (facts, fault) => {
      const steps = nodeSteps(facts);
      const host = registryWord(facts);
      const show = nodeFix(facts, steps.showMirrors(host));
      const edit = nodeFix(facts, steps.editMirrors(host));
      if (isLogin(fault)) return [show, nodeFix(facts, steps.setLogin(host, mirrorWord(fault))), ...compare(facts, fault)];
      if (code === 'MirrorFailed') return [show, edit, ...compare(facts, fault)];
      if (group === 'name')
        return [
          ...compare(facts, fault),
          show,
          edit,
          ...(facts.probe?.registryItself?.fault == null
            ? [{ title: 'if the registry does not have the image either, correct the image in the manifest', command: null }]
            : text.fixes(facts, fault)),
        ];
      const own: CauseFix[] = text.fixes(facts, fault).filter(({ changes }) => changes === undefined);
      // the settings of the mirror have a fix of their own there
      return code === 'PlainHTTPRegistry' || code === 'CertificateNotTrusted' ? own : [...own, show, edit, ...compare(facts, fault)];
    },
  };
}

function loginOf(facts: Facts, fault: Fault | null): string {
  const who = isMirror(fault)
    ? `The mirror "${fault?.host ?? 'MIRROR'}" of ${registry(facts)} refuses the node`
    : `The node was asked for a user name and a password (Basic), which ${registry(facts)} never asks for: a mirror that is configured on the node answers in its place, and it refuses the node`;
  return `${who}${fault?.status ? ` with ${fault.status}` : ''}. kubelet looks up pull secrets for ${registry(facts)}, not for a mirror: a login for the mirror belongs into the settings of the node.`;
}

/** Tells whether the mirror or the registry is at fault; nothing where both have been asked. */
function compare(facts: Facts, fault: Fault | null): Fix[] {
  const { pod, probe, reference } = facts;
  if (pod === null || reference === null || probe?.registryItself != null) return [];
  const from = hostWord(reference.registry, '<REGISTRY>');
  return [
    {
      title: 'ask both the mirror and the registry from this machine: it tells which of them is at fault',
      command: `${program()} why -n ${quote(namespaceOf(facts))} --registry-mirror ${quote([`${from}=`, hostWord(isMirror(fault) ? fault?.host : null, '') || blank('MIRROR')])} ${positional(pod.name)}`,
    },
  ];
}

/** What the mirror and the registry answered to us, in one sentence; empty where only one of them was asked. */
export function comparison({ probe }: Facts): string {
  const itself = probe?.registryItself;
  if (probe == null || itself == null) return '';
  const fault = faultOfProbe(probe);
  const answer =
    itself.fault === null
      ? 'returns the manifest: the mirror is at fault'
      : isAuthenticationFault(itself.fault)
        ? 'requires a login, which was not sent to it: that it has the image is not known'
        : `fails, too (${itself.fault.message}): the mirror may not be at fault`;
  return ` Asked from this machine, the mirror "${probe.host}" fails (${fault?.message}), and the registry "${itself.host}" ${answer}.`;
}
