/** The texts of a cause where there is no pod yet: what would happen, and what to change before it is applied. Pure. */
import type { CauseCode } from '../model/cause-codes.ts';
import type { Fix } from '../model/diagnosis.ts';
import { type Facts, verifiesAccess } from '../model/facts.ts';
import { showPlatform } from '../model/platform.ts';
import { decisiveAttempt } from '../model/probe.ts';
import type { CauseText } from './cause.ts';
import { count, imageOf, list, quoted, registry } from './phrases.ts';
import { hostWord } from './shell.ts';

/** In: the facts, the cause, and its texts about a pod. Out: its texts about a pod that does not exist yet. */
export const ofPlanned = (facts: Facts, code: CauseCode, text: CauseText): CauseText => ({
  ...text,
  ...(code === 'NoPullProblem' ? { title: titleOf(facts) } : {}),
  ...(FROM_HERE[code] === undefined ? {} : { title: FROM_HERE[code] }),
  ...(code === 'ImageNeverPulled' ? { title: 'The pull policy is Never, and nodes do not have the image' } : {}),
  summary: (_, fault) =>
    code === 'NoPullProblem' ? outlook(facts) : code === 'ImageNeverPulled' ? neverPulled(facts) : text.summary(facts, fault),
  fixes(_, fault, next) {
    if (code === 'NoPullProblem') return [];
    if (facts.planned?.credentialsOf === 'user' && OF_LOGIN.has(code)) return [logInAgain(facts)];
    return text.fixes(facts, fault, next).filter(({ title }) => title !== '');
  },
});

/** What this machine met on its way to the registry: a node has other name servers, routes, proxies and authorities. */
const FROM_HERE: Partial<Record<CauseCode, string>> = {
  RegistryNameNotResolved: "This machine cannot resolve the registry's host name with DNS; the nodes may",
  RegistryUnreachable: 'This machine cannot open a connection to the registry; the nodes may',
  ProxyFailed: 'The HTTP proxy of this machine is unreachable, or it rejects the request; the nodes may have another one',
  CertificateNotTrusted: 'This machine does not trust the certificate authority of the registry; the nodes may',
  TLSFailed: 'The TLS handshake of this machine with the registry fails; that of the nodes may not',
  PlainHTTPRegistry: 'This machine and the registry use different protocols (plain HTTP, HTTPS); the nodes may be set up for it',
  BlobHostFailed: 'This machine cannot download from the host that the registry redirects to; the nodes may',
  TransferInterrupted: 'The connection of this machine was closed in the middle of a download; that of the nodes may not',
};

/** Causes that are of a login: here of one on this machine, which no object of the cluster holds. */
const OF_LOGIN: ReadonlySet<CauseCode> = new Set(['CredentialsRejected', 'CredentialsExpired', 'CredentialsBlockPublicImage']);

const logInAgain = (facts: Facts): Fix => ({
  title: 'log in again on this machine (docker logout, if the image is public); the pull secret of the cluster is another one',
  command: `docker login ${hostWord(facts.reference?.registry, '<REGISTRY>')}`,
});

/** What stands first, where nothing is in the way. */
const titleOf = ({ pullPolicy, probe, onNode }: Facts): string =>
  pullPolicy === 'Never' || (probe === null && onNode === true && pullPolicy !== 'Always')
    ? 'The image is not pulled, but taken from the node'
    : probe === null
      ? 'Nothing in the objects stops the pull of the image'
      : 'The image can be pulled';

/** What would happen, where nothing is in the way. */
function outlook(facts: Facts): string {
  const image = imageOf(facts);
  const nodes = facts.planned?.nodes ?? null;
  if (facts.pullPolicy === 'Never')
    return facts.onNode === true && nodes !== null
      ? `kubelet does not pull, because imagePullPolicy is Never, and ${allNodes(nodes.all)} ${image}.${verifiesAccess(facts) ? ' From Kubernetes 1.35 on kubelet gives an image that was pulled with a credential only to pods that have it too: whether that holds for this pod is not known from here.' : ''}`
      : `kubelet does not pull ${image}, because imagePullPolicy is Never. Whether the nodes have it was not seen.`;
  if (facts.probe === null) {
    if (facts.onNode === true && nodes !== null && facts.pullPolicy !== 'Always')
      return `${allNodes(nodes.all, 'A')} ${image}, and imagePullPolicy is ${facts.pullPolicy}: kubelet does not pull.`;
    return `The objects show nothing that stops a pull of ${image}. No registry was asked: ${facts.noProbe}.`;
  }
  const attempt = decisiveAttempt(facts.probe);
  const secret = facts.keyring.credentials[attempt?.credential ?? -1];
  const whose = facts.planned?.credentialsOf === 'user' ? 'the login in' : 'secret';
  const how = secret === undefined || secret.empty ? 'anonymously' : `with ${whose} "${secret.secret}"`;
  return `kubelet would pull ${image} ${how}${where(facts)}: asked from this machine, ${registry(facts)} returns it.`;
}

const allNodes = (all: number, first = 'a'): string =>
  all === 1
    ? `${first === 'A' ? 'The' : 'the'} only node on which the pod may run lists`
    : `${first}ll ${count(all, 'node')} on which the pod may run list`;

function where(facts: Facts): string {
  const nodes = facts.planned?.nodes ?? null;
  if (nodes === null) return facts.node.platform === null ? '' : ` for ${showPlatform(facts.node.platform)}`;
  return ` on ${count(nodes.all, 'node')} (${list(nodes.platforms.map(showPlatform))})`;
}

function neverPulled(facts: Facts): string {
  const nodes = facts.planned?.nodes;
  const { container } = facts;
  const field = container.kind === 'imageVolume' ? 'pullPolicy' : 'imagePullPolicy';
  const lacking = nodes == null || nodes.lacking.length === 0 ? '' : ` (${quoted(nodes.lacking)})`;
  const number = nodes == null ? 'the nodes' : `${nodes.all - nodes.listing - nodes.unknown} of the ${count(nodes.all, 'node')}`;
  return `kubelet does not pull, because ${field} is Never, and ${number} on which the pod may run${lacking} ${nodes?.all === 1 ? 'does' : 'do'} not list ${imageOf(facts)}.`;
}
