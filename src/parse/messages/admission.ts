/** What admission says of a pod that it refuses: the words of the API server, in the event or the condition of the workload. No row of a pull reads these. Pure. */
import type { Refusal } from '../../model/facts.ts';
import { redact } from '../../util/redact.ts';
import { clipped, onOneLine, withoutTrailing } from '../../util/text.ts';

/** Characters of the words that are kept. */
const MOST = 600;

/** What the controllers write before the words. Source: pkg/controller/{controller_utils,job,statefulset,daemon}. */
const BEFORE =
  /^(?:\(combined from similar events\): )?(?:Error creating(?: job)?: |Failed to create new replica set "[^"]*": |[Cc]reate Pod \S+ in StatefulSet \S+ failed error: )?(?:Internal error occurred: )?(?:[Pp]ods? "[^"]*" is (?:forbidden|invalid): )?/;

/** Who refuses, by its own sentence. Group 1 is its name, what follows are its words. */
const REFUSERS: readonly [Refusal['by'], RegExp][] = [
  // apiserver plugin/webhook/errors/statuserror.go
  ['webhook', /^admission webhook "([^"]*)" denied the request(?:: | without explanation)/],
  // apiserver plugin/webhook/{mutating,validating}/dispatcher.go
  ['silentWebhook', /^failed calling webhook "([^"]*)": /],
  // apiserver plugin/policy/validating/dispatcher.go
  ['policy', /^ValidatingAdmissionPolicy '([^']*)' (?:with binding '[^']*' )?denied request: /],
  // plugin/pkg/admission/imagepolicy; OpenShift's image.openshift.io/ImagePolicy
  ['imagePolicy', /^()(?:image policy webhook backend denied one or more images: |(?=one or more images rejected by webhook backend))/],
  ['imagePolicy', /^()(?=spec\.\w+\[\d+\]\.image: Forbidden: )/],
  ['quota', /^()(?=(?:exceeded|failed) quota: )/],
  ['podSecurity', /^()(?=violates PodSecurity )/],
];

/** The field of an image, in the notation of the API or as a path, with the list and the place of its container. */
export const IMAGE_FIELD = /spec[./](\w*[cC]ontainers)[[/](\d+)\]?[./]image\b/;
const OF_IMAGE = /\bimages?\b|\bregistr(?:y|ies)\b/i;
/** Rules of a pod that name its image only to tell which container they mean; unless they are about where it comes from. */
const OF_ELSE =
  /\b(?:limits?|requests?|memory|cpu|privileged|capabilit\w*|securityContext|runAs\w+|host(?:Path|Network|Port|PID|IPC)\w*|labels?|annotations?|probes?|root)\b/i;
const OF_ORIGIN = /\bregistr|\brepositor|\btags?\b|\bdigests?\b|\bvulnerab|\bCVE/i;
const OF_SIGNATURE =
  /\b(?:un)?sign(?:ed|ature|atures|ing|er|ers)\b|\battestations?\b|\battestors?\b|\bcosign\b|\bnotation\b|\bnotary\b|\btrust(?:ed)? (?:data|digest)/i;
/** Webhooks that check nothing but images, by their name. */
const IMAGE_WEBHOOK = /connaisseur|sigstore|cosign|ratify|notation|image/i;

/**
 * Reads how a pod was refused. In: the message, and the images that the pod would have. Out: who refuses, and whether for an image.
 */
export function readRefusal(message: string, images: readonly string[]): Omit<Refusal, 'maker' | 'lasts'> {
  const text = message.replace(BEFORE, '');
  const [by, match] = REFUSERS.map(([who, pattern]) => [who, pattern.exec(text)] as const).find(([, found]) => found !== null) ?? [];
  const said = withoutTrailing(onOneLine(redact(match == null ? text : text.slice(match[0].length))), '.');
  const words = clipped(said, MOST);
  const exact = by === 'imagePolicy' || IMAGE_FIELD.test(text);
  const decides = by === 'imagePolicy' || by === 'webhook' || by === 'policy';
  const named = OF_IMAGE.test(said) || images.some(image => image !== '' && text.includes(image));
  // the name of an image tells nothing of the rule: it begins with "registry" as often as not
  const rule = images.reduce((left, image) => (image === '' ? left : left.replaceAll(image, '')), said);
  const ofImage =
    exact || (by === 'webhook' && IMAGE_WEBHOOK.test(match?.[1] ?? '')) || (named && (OF_ORIGIN.test(rule) || !OF_ELSE.test(rule)));
  const about = !decides ? null : OF_SIGNATURE.test(said) ? 'signature' : ofImage ? 'image' : null;
  return { by: by ?? 'other', name: match?.[1] || null, words, about, exact: about !== null && exact };
}
