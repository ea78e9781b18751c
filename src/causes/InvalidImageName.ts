/** InvalidImageName: the image reference cannot be parsed, or the registry rejects its name. Belongs here: its summary and its fixes. Pure. */
import { withoutTag } from '../model/reference.ts';
import { withoutTrailing } from '../util/text.ts';
import type { CauseText } from './cause.ts';
import { setImage } from './commands.ts';
import { imageOf, registry, theNode } from './phrases.ts';
import { blank } from './shell.ts';

export const InvalidImageName: CauseText = {
  summary: (facts, fault) => {
    if (facts.referenceError !== null)
      return `${imageOf(facts)} cannot be parsed as an image reference: ${facts.referenceError}. ${whatIsWrong(facts.image)}`.trimEnd();
    return fault?.kind === 'badReference' && !fault.rows.includes('registry.name-invalid')
      ? `${theNode(facts)} reports that ${imageOf(facts)} is not a valid image reference.`
      : `Registry ${registry(facts)} rejects the name of ${imageOf(facts)} as invalid.`;
  },
  fixes: facts => {
    const better = suggestion(facts.image);
    return [
      setImage(
        facts,
        better ?? [blank('IMAGE')],
        better === null ? 'set a valid image reference' : 'set the image reference that was probably intended',
      ),
    ];
  },
};

const SCHEME = /^(?:https?|docker|oci):\/\//i;

/** A sentence about the mistake, where it is visible; empty otherwise. */
function whatIsWrong(image: string): string {
  if (image === '') return 'It is empty.';
  if (/^[:@]/.test(image)) return `The name before the ${image.startsWith('@') ? 'digest' : 'tag'} is missing.`;
  if (SCHEME.test(image)) return 'A reference has no scheme.';
  if (/^\s|\s$/.test(image)) return 'It begins or ends with a space or a line break.';
  if (/\s/.test(image)) return 'It contains a space.';
  if (/\$\{|\$\(|\{\{|<[^<>]*>/.test(image)) return 'It contains a placeholder that was not replaced.';
  if (/^["']|["']$/.test(image)) return 'It includes the quotation marks of the shell or the template.';
  if (image.split('/').some(part => part.includes(':') && part.slice(part.indexOf(':')).includes('+')))
    return 'A tag cannot contain "+" (for Helm versions with build metadata, use "_" or "-").';
  if (/::|:$|\/$|^\/|\/\//.test(image)) return 'A part of it is empty.';
  return '';
}

/** The corrected reference, where there is only one. */
function suggestion(image: string): string | null {
  const bare = withoutTrailing(
    image
      .trim()
      .replace(/^["']|["']$/g, '')
      .replace(SCHEME, ''),
    '/',
  )
    .replace(/:$/, '')
    .replace('::', ':');
  const name = withoutTag(bare);
  const [host, ...rest] = name.split('/');
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(host as string);
  const lower = isHost ? [host, ...rest.map(part => part.toLowerCase())].join('/') : name.toLowerCase();
  const better = lower + bare.slice(name.length).replace(/\+/g, '_');
  return better !== image && better !== '' && !/[\s${}<>]/.test(better) ? better : null;
}
