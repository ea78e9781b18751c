import type { CauseText } from './cause.ts';
import { onNode, setImage } from './commands.ts';
import { imageOf, nodeName } from './phrases.ts';

export const ShortNameUnresolved: CauseText = {
  summary: facts =>
    `${imageOf(facts)} names no registry, and the runtime of ${nodeName(facts)} has no registry, or more than one, to look for it.`,
  fixes: facts => [
    setImage(facts, fullName(facts.image, facts.reference), 'write the registry into the image'),
    onNode(facts, 'or list it in unqualified-search-registries of /etc/containers/registries.conf, and try'),
  ],
};

const fullName = (
  image: string,
  reference: { registry: string; repository: string; tag: string | null; digest: string | null } | null,
): string =>
  reference === null
    ? `docker.io/${image}`
    : `${reference.registry}/${reference.repository}${reference.tag === null ? '' : `:${reference.tag}`}${reference.digest === null ? '' : `@${reference.digest}`}`;
