/** Internet addresses by where they lead. Belongs here: the classes of addresses, by the registries of IANA and the documentation of the clouds. Pure. */
import { BlockList, isIP } from 'node:net';

/**
 * Where an address leads: to nothing that a registry could be (`never`: link-local, metadata services, unspecified, multicast), to this machine, to a
 * private network, or to the internet.
 */
export type AddressClass = 'never' | 'loopback' | 'private' | 'public';

type Network = [address: string, prefix: number];

const listOf = (networks: readonly Network[]): BlockList => {
  const list = new BlockList();
  for (const [address, prefix] of networks) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
};

/** The metadata services of clouds give credentials of the machine to whoever asks; most of them are link-local, these are not. */
const METADATA: Network[] = [
  ['fd00:ec2::254', 128], // AWS
  ['fd20:ce::254', 128], // Google Cloud
  ['fd00:c1::a9fe:a9fe', 128], // Oracle Cloud
  ['100.100.100.200', 32], // Alibaba Cloud
  ['192.0.0.192', 32], // Oracle Cloud, earlier
  ['168.63.129.16', 32], // Azure, the host's agent
];
const NEVER = listOf([
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['255.255.255.255', 32],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ...METADATA,
]);
const LOOPBACK = listOf([
  ['127.0.0.0', 8],
  ['::1', 128],
]);
const PRIVATE = listOf([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fec0::', 10],
  ['64:ff9b:1::', 48],
]);

/** The 16-bit groups of an IPv6 address. In: a valid one, without a zone. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const hex = (high: string | undefined, low: string | undefined): string => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? address : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = text.split('::');
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)));
  const [before, after] = [read(head), read(tail ?? '')];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/**
 * The IPv4 address inside an IPv6 address: mapped (::ffff:0:0/96), compatible (::/96), translated (64:ff9b::/96, RFC 6052) or 6to4 (2002::/16); null for
 * any other. `::` and `::1` are no IPv4 addresses.
 */
function embeddedIPv4(address: string): string | null {
  const groups = groupsOf(address);
  const four = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const starts = (...wanted: number[]): boolean => wanted.every((group, index) => groups[index] === group);
  if (starts(0x2002)) return four(groups[1], groups[2]);
  const last = four(groups[6], groups[7]);
  if (starts(0, 0, 0, 0, 0, 0xffff) || starts(0, 0, 0, 0, 0xffff, 0) || starts(0x64, 0xff9b, 0, 0, 0, 0)) return last;
  return starts(0, 0, 0, 0, 0, 0) && (groups[6] !== 0 || (groups[7] as number) > 1) ? last : null;
}

/** The class of an address. In: an IPv4 or IPv6 address as a look-up gives it, a zone allowed. What is no address is `never`. */
export function classOf(address: string): AddressClass {
  const [bare = ''] = address.split('%', 1);
  const family = isIP(bare);
  if (family === 0) return 'never';
  const inner = family === 6 ? embeddedIPv4(bare) : null;
  if (inner !== null) return classOf(inner);
  const type = family === 6 ? 'ipv6' : 'ipv4';
  if (NEVER.check(bare, type)) return 'never';
  if (LOOPBACK.check(bare, type)) return 'loopback';
  return PRIVATE.check(bare, type) ? 'private' : 'public';
}

/** Names of metadata services: behind a proxy the name is all that is seen of a host. */
export const isMetadataName = (hostname: string): boolean =>
  /^(?:metadata|metadata\.google\.internal|metadata\.goog|instance-data|instance-data\.ec2\.internal)\.?$/i.test(hostname);
