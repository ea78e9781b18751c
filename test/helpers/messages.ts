/** Messages of the node for tests: an image, the layers around it, and a reading without what it does not tell. */
import { readFileSync } from 'node:fs';
import type { Fault } from '../../src/model/fault.ts';
import { registryHosts } from '../../src/model/reference.ts';
import { readFaults } from '../../src/parse/messages/reader.ts';
import { parseReference } from '../../src/parse/reference.ts';

/** A table of test/fixtures/words. */
export const table = <Row>(name: string): Row => JSON.parse(readFileSync(`test/fixtures/words/${name}.json`, 'utf8')) as Row;

export const IMAGE = 'registry.example.com/team/api:1.4.2';
export const PULLED = `failed to pull and unpack image "${IMAGE}": failed to resolve image: `;
export const HEAD = 'unexpected status from HEAD request to https://registry.example.com/v2/team/api/manifests/1.4.2: ';

/** The reference of an image, null when it is none. */
export const referenceOf = (image: string) => {
  const parsed = parseReference(image);
  return parsed.ok ? parsed.reference : null;
};
export const hostsOf = (image: string): string[] => registryHosts(referenceOf(image));

const PLACE = ['kind', 'step', 'host', 'role', 'method', 'status', 'code', 'explanation', 'login'] as const;

/** What a fault tells of kind and place, without what it does not tell. */
const placeOf = (fault: Fault): object =>
  Object.fromEntries(PLACE.map(key => [key, fault[key]] as const).filter(([, value]) => value !== null));

/** The faults of a message, each by kind and place. */
export const read = (message: string, image = IMAGE): object[] => readFaults(message, hostsOf(image)).map(placeOf);
