/** InvalidImageName: the image reference cannot be parsed, or the registry rejects its name. Belongs here: its summary and its fixes. Pure. */
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';

export const InvalidImageName: CauseText = {
  summary: facts =>
    facts.referenceError === null
      ? `Registry ${registry(facts)} rejects the name of ${imageOf(facts)} as invalid.`
      : `${imageOf(facts)} cannot be parsed as an image reference: ${facts.referenceError}. ${whatIsWrong(facts.image)}`,
  fixes: facts => {
    const better = suggestion(facts.image);
    return [
      setImage(
        facts,
        better ?? 'REGISTRY/REPOSITORY:TAG',
        better === null ? 'set a valid image reference' : 'set the image reference that was probably intended',
      ),
    ];
  },
};

const SCHEME = /^(?:https?|docker|oci):\/\//i;

/** A sentence about the mistake, where it is visible; empty otherwise. */
function whatIsWrong(image: string): string {
  if (image === '') return 'It is empty.';
  if (SCHEME.test(image)) return 'A reference has no scheme.';
  if (/^\s|\s$/.test(image)) return 'It begins or ends with a space or a line break.';
  if (/\s/.test(image)) return 'It contains a space.';
  if (/\$\{|\$\(|\{\{|<[^>]*>/.test(image)) return 'It contains a placeholder that was not replaced.';
  if (/^["']|["']$/.test(image)) return 'It includes the quotation marks of the shell or the template.';
  if (/:[^/]*\+/.test(image)) return 'A tag cannot contain "+" (for Helm versions with build metadata, use "_" or "-").';
  if (/::|:$|\/$|^\/|\/\//.test(image)) return 'A part of it is empty.';
  const path = image
    .replace(/[:@][^/]*$/, '')
    .split('/')
    .slice(1)
    .join('/');
  if (path !== path.toLowerCase() || (!image.includes('/') && image.split(/[:@]/)[0] !== image.split(/[:@]/)[0]?.toLowerCase()))
    return 'A repository name must be lower case.';
  return '';
}

/** The corrected reference, where there is only one. */
function suggestion(image: string): string | null {
  let better = image
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(SCHEME, '')
    .replace(/\/+$/, '')
    .replace(/:$/, '')
    .replace('::', ':');
  const cut = /^(.*?)((?::[^/]*)?(?:@.*)?)$/.exec(better);
  if (cut) {
    const [host, ...rest] = (cut[1] as string).split('/');
    const isHost = rest.length > 0 && /[.:]|^localhost$/.test(host as string);
    better =
      (isHost ? [host, ...rest.map(part => part.toLowerCase())].join('/') : (cut[1] as string).toLowerCase()) +
      (cut[2] as string).replace(/\+/g, '_');
  }
  return better !== image && better !== '' && !/[\s${}<>]/.test(better) ? better : null;
}
