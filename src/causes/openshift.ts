/**
 * The texts of a cause on OpenShift: what its internal registry, its ImageStreams and their triggers, and its global pull secret change in a repair. Belongs here:
 * what stands in place of a cause's own texts, or beside them. Pure.
 */
import { type CauseCode, causeOf } from '../model/cause-codes.ts';
import type { Fix } from '../model/diagnosis.ts';
import { type Facts, isOfSandbox } from '../model/facts.ts';
import type { Fault } from '../model/fault.ts';
import { isGenerated, isInternalRegistry, isOfOtherProject, isOpenShift, streamOf } from '../model/openshift.ts';
import { HUB } from '../model/reference.ts';
import type { CauseFix, CauseText } from './cause.ts';
import { namespaceOf, ownerObject, registryWord, retryNow, retryWithAccount, setImage, tagWord } from './commands.ts';
import { hostOf, registry, tagOf, theNode } from './phrases.ts';
import { nodeFix, nodeSteps } from './runtimes/index.ts';
import { blank, object, positional, quote } from './shell.ts';

const inProject = (project: string, command: string): string => `oc -n ${quote(project)} ${command}`;
const own = (facts: Facts, command: string): string => inProject(namespaceOf(facts), command);

/** In: a cause and its texts. Out: its texts on OpenShift; the same ones on any other cluster. */
export function onOpenShift(facts: Facts, code: CauseCode, text: CauseText, fault: Fault | null): CauseText {
  if (isOfSandbox(facts) || !isOpenShift(facts)) return text;
  const base = isInternalRegistry(facts.reference?.registry ?? '') ? ofInternalRegistry(code, text, fault) : text;
  return {
    ...base,
    summary: () => `${base.summary(facts, fault)}${triggerSentence(facts)}`,
    fixes: () => {
      const stream = ofStream(facts, code);
      // what is meant for a trigger alone is no name of a registry
      return facts.trigger !== null && stream.length > 0 && shortName(facts) !== null
        ? stream
        : [...stream, ...base.fixes(facts, fault), ...forAllPods(facts, code)];
    },
  };
}

// ── the internal registry ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

const REFUSALS: readonly CauseCode[] = [
  'AccessDenied',
  'CredentialsRejected',
  'CredentialsExpired',
  'NoPullSecret',
  'RepositoryNotFoundOrPrivate',
];

function ofInternalRegistry(code: CauseCode, text: CauseText, fault: Fault | null): CauseText {
  if (REFUSALS.includes(code))
    return {
      ...text,
      summary: (facts, fault) => (isOfOtherProject(facts) ? refusedByProject(facts) : text.summary(facts, fault)),
      fixes: facts => (isOfOtherProject(facts) ? grantPull(facts) : renewToken(facts)),
    };
  if (code === 'TagNotFound' || code === 'DigestNotFound' || code === 'RepositoryNotFound')
    return { ...text, summary: facts => missing(facts, code), fixes: facts => findStream(facts, code) };
  // a guest that pulls for itself has a network of its own
  if (causeOf(code).group !== 'network' || fault?.rows.some(row => row.startsWith('guest.'))) return text;
  return {
    ...text,
    summary: facts =>
      code === 'RegistryNameNotResolved'
        ? `${theNode(facts)} cannot resolve ${hostOf(facts, fault).replace(/:\d+"/, '"')}, the service of the internal registry of OpenShift. The DNS operator writes this name into /etc/hosts of every node while OpenShift runs the registry.`
        : `${text.summary(facts, fault)} It is the internal registry of OpenShift.`,
    fixes: facts => [
      {
        title: 'show whether OpenShift runs the registry: "Removed" means that there is none',
        command: `oc get configs.imageregistry.operator.openshift.io/cluster -o jsonpath='{.spec.managementState}'`,
      },
      { title: 'show the pods of the registry', command: 'oc -n openshift-image-registry get pods -o wide' },
      ...(code === 'RegistryNameNotResolved'
        ? [
            {
              title: 'show the pods that write its name into /etc/hosts of the nodes',
              command: 'oc -n openshift-dns get pods -o wide -l dns.operator.openshift.io/daemonset-node-resolver',
            },
          ]
        : []),
      ...text.fixes(facts, fault).filter(({ changes }) => changes === undefined),
    ],
  };
}

const accountOf = ({ serviceAccount }: Facts): string => `service account "${serviceAccount.name}"`;

const refusedByProject = (facts: Facts): string =>
  `${registry(facts)} refuses ${accountOf(facts)} of project "${namespaceOf(facts)}" an image of project "${streamOf(facts)?.project}": a service account needs the role system:image-puller there. The answer is the same if the project or its ImageStream does not exist.`;

/** The right to pull images of another project. */
function grantPull(facts: Facts): CauseFix[] {
  const { project = '', stream = '' } = streamOf(facts) ?? {};
  const account = `system:serviceaccount:${namespaceOf(facts)}:${facts.serviceAccount.name}`;
  return [
    {
      title: `grant ${accountOf(facts)} the role system:image-puller in project "${project}", as an administrator of that project`,
      command: inProject(project, `policy add-role-to-user system:image-puller ${positional(account)}`),
    },
    { title: 'show whether that project has the ImageStream', command: inProject(project, `get ${object('imagestream', stream)}`) },
    retryNow(facts),
  ];
}

/** The token of the service account, and its right in its own project. */
function renewToken(facts: Facts): CauseFix[] {
  const generated = facts.secrets.filter(isGenerated).map(({ name }) => name);
  return [
    {
      title: 'show whether the service accounts of the project may pull its images: OpenShift makes this role binding in every project',
      command: own(facts, 'get rolebinding/system:image-pullers'),
    },
    ...(generated.length > 0
      ? generated.map(name => ({
          title: 'let OpenShift generate the pull secret again',
          command: own(facts, `delete ${object('secret', name)}`),
        }))
      : [
          {
            title: `show whether ${accountOf(facts)} has the pull secret that OpenShift generates for the registry`,
            command: own(facts, `describe ${object('serviceaccount', facts.serviceAccount.name)}`),
          },
        ]),
    retryWithAccount(facts, 'then recreate the pod: a new pod gets the pull secrets that its service account has now'),
  ];
}

function missing(facts: Facts, code: CauseCode): string {
  const { project, stream } = streamOf(facts) ?? {};
  if (code === 'RepositoryNotFound')
    return `The internal registry of OpenShift reports that project "${project}" has no ImageStream "${stream}".`;
  return code === 'DigestNotFound'
    ? `The internal registry of OpenShift reports that ImageStream "${stream}" of project "${project}" has no image ${tagOf(facts)}: it may have been pruned.`
    : `The internal registry of OpenShift reports that ImageStreamTag "${stream}:${tagWord(facts)}" does not exist in project "${project}": no build and no import has made it yet, or the last one failed.`;
}

function findStream(facts: Facts, code: CauseCode): CauseFix[] {
  const { project = '', stream = '' } = streamOf(facts) ?? {};
  const isTag = code !== 'DigestNotFound';
  return [
    ...showStream(project, stream, isTag ? tagWord(facts) : null),
    setImage(
      facts,
      [`${facts.reference?.registry}/${project}/`, code === 'RepositoryNotFound' ? blank('NAME') : stream, ':', blank('TAG')],
      'or use an ImageStreamTag that exists',
    ),
  ];
}

/** In: an ImageStream, and the tag that is missing. */
const showStream = (project: string, stream: string, tag: string | null): Fix[] => [
  {
    title: `show the tags of ImageStream "${stream}", and why an import failed`,
    command: inProject(project, `describe ${object('imagestream', stream)}`),
  },
  { title: 'if a build makes the image, show the builds', command: inProject(project, 'get builds') },
  ...(tag === null
    ? []
    : [
        {
          title: 'if it comes from another registry, import it again',
          command: inProject(project, `import-image ${positional(`${stream}:${tag}`)}`),
        },
      ]),
];

// ── ImageStreams in place of a registry ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A trigger writes the digest of its ImageStreamTag into the image; before that the pod has what its author wrote. */
const isUnresolved = ({ trigger, reference }: Facts): boolean => trigger !== null && reference?.digest == null;

function triggerSentence(facts: Facts): string {
  const { trigger } = facts;
  if (trigger === null) return '';
  const from = `ImageStreamTag "${trigger.tag}"`;
  if (!isUnresolved(facts)) return ` A trigger sets this image from ${from}: what is set by hand lasts until that tag changes.`;
  return ` A trigger sets this image from ${from}, and has probably not done so yet: ${trigger.paused ? 'it is paused' : 'that tag does not exist, or its import failed'}.`;
}

/** Causes of a name that may be meant for an ImageStream. */
const MAY_BE_STREAM: readonly CauseCode[] = ['RepositoryNotFoundOrPrivate', 'RepositoryNotFound', 'TagNotFound', 'ShortNameUnresolved'];

function ofStream(facts: Facts, code: CauseCode): Fix[] {
  const { trigger } = facts;
  if (trigger !== null && isUnresolved(facts)) {
    const project = trigger.namespace ?? namespaceOf(facts);
    if (trigger.paused) return [{ title: 'resume the trigger', command: own(facts, `set triggers ${ownerObject(facts)} --auto`) }];
    const [stream = '', tag = ''] = trigger.tag.split(':');
    return showStream(project, stream, tag);
  }
  const name = shortName(facts);
  if (name === null || facts.pod === null || !MAY_BE_STREAM.includes(code)) return [];
  return [
    {
      title: `if "${name}" is an ImageStream of the project, let new pods use its name`,
      command: own(facts, `set image-lookup ${quote(name)}`),
    },
  ];
}

/** A name without a registry and a path, which may be that of an ImageStream. */
function shortName({ image, reference }: Facts): string | null {
  if (reference?.registry !== HUB || /^(?:docker\.io|library)\//.test(image)) return null;
  return /^library\/(.+)$/.exec(reference.repository)?.[1] ?? null;
}

// ── the credentials of the nodes ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The global pull secret, with which the nodes pull for every pod. */
function forAllPods(facts: Facts, code: CauseCode): Fix[] {
  if (!['NoPullSecret', 'RepositoryNotFoundOrPrivate', 'SecretRegistryMismatch'].includes(code)) return [];
  if (streamOf(facts) !== null || facts.keyring.credentials.some(({ empty }) => !empty)) return [];
  const steps = nodeSteps(facts);
  return [
    nodeFix(facts, steps.showCredentials()),
    nodeFix(facts, steps.setLogin('', registryWord(facts)), 'or, for every pod of the cluster, '),
  ];
}
