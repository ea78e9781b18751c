import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';

export const InvalidImageName: CauseText = {
  summary: facts =>
    facts.referenceError === null
      ? `The registry ${registry(facts)} refuses the name of ${imageOf(facts)} as invalid.`
      : `${imageOf(facts)} cannot be parsed as an image reference: ${facts.referenceError}. ${whatIsWrong(facts.image)}`,
  fixes: facts => {
    const better = suggestion(facts.image);
    return [
      setImage(
        facts,
        better ?? 'REGISTRY/REPOSITORY:TAG',
        better === null ? 'give the container a valid reference' : 'give the container the reference that was probably meant',
      ),
    ];
  },
};

const SCHEME = /^(?:https?|docker|oci):\/\//i;

/** Names the slip where it shows. */
function whatIsWrong(image: string): string {
  if (image === '') return 'It is empty.';
  if (SCHEME.test(image)) return 'A reference has no scheme in front.';
  if (/^\s|\s$/.test(image)) return 'It begins or ends with a blank or a line break.';
  if (/\s/.test(image)) return 'It holds a blank.';
  if (/\$\{|\$\(|\{\{|<[^>]*>/.test(image)) return 'A placeholder in it was never filled in.';
  if (/^["']|["']$/.test(image)) return 'It stands in quotes that belong to the shell or the template.';
  if (/:[^/]*\+/.test(image)) return 'A tag cannot hold "+" (Helm versions with build metadata: use "_" or "-").';
  if (/::|:$|\/$|^\/|\/\//.test(image)) return 'A part of it is empty.';
  const path = image
    .replace(/[:@][^/]*$/, '')
    .split('/')
    .slice(1)
    .join('/');
  if (path !== path.toLowerCase() || (!image.includes('/') && image.split(/[:@]/)[0] !== image.split(/[:@]/)[0]?.toLowerCase()))
    return 'Repository names are in lower case.';
  return '';
}

/** The repaired reference where the slip has one repair. */
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
