import { type CauseText, MOSTLY, NEVER, ONLY, RARELY, SOMETIMES } from './cause.ts';
import { quote, setImage } from './commands.ts';
import { imageOf, registry } from './phrases.ts';

export const ImageBroken: CauseText = {
  claims: (fault, facts) => {
    if (fault.role === 'redirect') return fault.kind === 'corrupt' || fault.kind === 'blobMissing' ? MOSTLY : NEVER;
    if (fault.kind === 'blobMissing') return fault.seenBy === 'probe' ? ONLY : fault.details.part === 'other' ? SOMETIMES : MOSTLY + 1;
    if (fault.kind === 'corrupt') return fault.seenBy === 'probe' ? ONLY : MOSTLY;
    // the tag is listed, its manifest is gone
    if (
      fault.kind === 'notFound' &&
      fault.code !== 'TAG_EXPIRED' &&
      fault.seenBy === 'probe' &&
      facts.probe?.tags?.known &&
      facts.reference?.tag != null &&
      facts.reference.digest === null &&
      facts.probe.tags.names.includes(facts.reference.tag)
    )
      return MOSTLY;
    if (fault.kind === 'shortBody') return fault.details.received === 0 ? MOSTLY + 1 : SOMETIMES;
    if (fault.kind === 'badManifest') return fault.step === 'config' ? MOSTLY + 1 : SOMETIMES + 1;
    return fault.kind === 'mediaType' || fault.kind === 'storage' || fault.kind === 'schema1' ? RARELY : NEVER;
  },
  summary: (facts, fault) =>
    `${imageOf(facts)} cannot be put together from what ${registry(facts)} holds: ${fault?.seenBy === 'probe' ? fault.message : 'a part of it is missing or does not have the digest that its manifest names'}. No node can pull it.`,
  fixes: facts => [
    { title: 'push the image again (a complete push repairs it)', command: `docker push ${quote(facts.image)}` },
    setImage(facts, `${facts.image.replace(/[:@][^/]*$/, '')}:TAG`, 'or use another tag meanwhile'),
  ],
};
