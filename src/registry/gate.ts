/**
 * The gate before every connection: which hosts are asked, judged by the addresses that are then connected. An image or a registry may name any host; the
 * reader's network position is not theirs to use. Belongs here: the rules, and what a run has to remember for them.
 */
import type { FaultDetails } from '../model/fault.ts';
import { bareHost, portOf } from '../util/url.ts';
import { type AddressClass, classOf, isMetadataName } from './addresses.ts';
import type { WireFault } from './wire.ts';

/** Hosts with ports on inner addresses that a run asks because an image names them: as many as the registries of a large cluster, too few for a scan of ports. */
export const MAX_NAMED_BY_IMAGES = 40;
/** The same because a registry leads there: token servers and hosts of layers. */
export const MAX_LED_TO = 16;

/** Why a URL is asked. */
export interface Asker {
  /** The registry whose answer led to the URL; the URL itself where an image names it. */
  registry: string;
  /** The URL whose answer named this one, undefined for the first of a chain. */
  from?: string;
}

/** What the gate says of a request. */
export type Admission =
  /** `addresses`: those that may be connected, null where a proxy looks the name up; `ledInside`: the words of its answers are not shown. */
  { ok: true; addresses: readonly string[] | null; ledInside: boolean } | { ok: false; fault: WireFault };

export interface GateOptions {
  /** `host[:port]` that the user named insecure: they may be asked over plain HTTP. */
  insecure: readonly string[];
  /** Further hosts (or URLs) that the user named, to be asked in others' places. */
  named: readonly string[];
}

export class Gate {
  readonly #insecure: readonly string[];
  readonly #named: readonly string[];
  /** Host names → the addresses to which they resolved in this run. */
  readonly #known = new Map<string, readonly string[]>();
  readonly #byImages = new Set<string>();
  readonly #ledTo = new Set<string>();

  constructor({ insecure, named }: GateOptions) {
    this.#insecure = insecure;
    this.#named = named.map(
      name =>
        name
          .toLowerCase()
          .replace(/^https?:\/\//, '')
          .split('/', 1)[0] as string,
    );
  }

  /** Whether the user allows plain HTTP and unverified TLS to a host. */
  isInsecure(url: URL): boolean {
    return this.#insecure.includes(url.host) || this.#insecure.includes(url.hostname);
  }

  /**
   * Judges one request. In: the URL, the addresses that its host resolved to (null: a proxy will look it up), and who led to it. Out: the addresses to connect,
   * or the fault of a host that is not asked. The caller connects to these addresses and looks nothing up again: a name cannot change between.
   */
  admit(url: URL, addresses: readonly string[] | null, asker: Asker): Admission {
    const registry = new URL(asker.registry);
    const isLed = url.host !== registry.host;
    if (this.#isWeaker(url, asker))
      return refused('weakerScheme', `an address over HTTPS leads to plain HTTP at ${url.host}, which is not asked`, url);
    const seen = addresses ?? (classOfName(url) === null ? null : [bareHost(url.hostname)]);
    if (addresses !== null) this.#known.set(url.hostname, addresses);
    if (isMetadataName(url.hostname)) return refused('address', `${url.host} is a metadata service: kubectl imagepull asks none`, url);
    if (seen === null) return { ok: true, addresses: null, ledInside: false };
    const possible = seen.filter(address => classOf(address) !== 'never');
    if (possible.length === 0) {
      if (classOfName(url) === null && seen.every(address => address === '0.0.0.0' || address === '::'))
        return sinkhole(url, seen[0] as string);
      const what = 'a link-local, metadata or unspecified address: kubectl imagepull asks none';
      return refused('address', `${placeOf(url, seen)} is ${what}`, url);
    }
    const isNamed = this.#isNamed(url);
    const allowed = isNamed || !isLed ? possible : possible.filter(address => this.#mayLeadTo(registry, classOf(address)));
    if (allowed.length === 0) {
      const where = possible.some(address => classOf(address) === 'loopback') ? 'this machine itself' : 'a private network';
      const message = `the registry leads to ${placeOf(url, possible)}, an address of ${where}, which kubectl imagepull does not ask`;
      return refused('innerNetwork', message, url);
    }
    const isInner = !isNamed && allowed.some(address => classOf(address) !== 'public');
    if (isInner && !this.#counts(url, isLed)) {
      const [most, who] = isLed ? [MAX_LED_TO, 'registries lead to'] : [MAX_NAMED_BY_IMAGES, 'images name'];
      return refused('manyHosts', `${url.host} is not asked: this run has asked ${most} other hosts of private networks that ${who}`, url);
    }
    return { ok: true, addresses: addresses === null ? null : allowed, ledInside: isInner && isLed };
  }

  /** HTTPS never leads to plain HTTP: whoever listens there would read and write what the registry's certificate vouched for. */
  #isWeaker(url: URL, { registry, from = registry }: Asker): boolean {
    const isSecured = registry.startsWith('https:') || from.startsWith('https:');
    return isSecured && url.protocol === 'http:' && !this.isInsecure(url);
  }

  #isNamed(url: URL): boolean {
    const names = [url.host, url.hostname];
    return this.isInsecure(url) || this.#named.some(name => names.includes(name));
  }

  /** A registry leads into a network only if all its own addresses are of that network. */
  #mayLeadTo(registry: URL, target: AddressClass): boolean {
    if (target === 'public') return true;
    const own = this.#known.get(registry.hostname) ?? (classOfName(registry) === null ? [] : [bareHost(registry.hostname)]);
    return own.length > 0 && own.every(address => classOf(address) === target);
  }

  #counts(url: URL, isLed: boolean): boolean {
    const [asked, most] = isLed ? [this.#ledTo, MAX_LED_TO] : [this.#byImages, MAX_NAMED_BY_IMAGES];
    const place = `${url.hostname}:${portOf(url)}`;
    if (asked.has(place)) return true;
    if (asked.size >= most) return false;
    asked.add(place);
    return true;
  }
}

/** The class of a host that is written as an address, null for a name. */
function classOfName(url: URL): AddressClass | null {
  const host = bareHost(url.hostname);
  return /^[\d.]+$|:/.test(host) ? classOf(host) : null;
}

const placeOf = (url: URL, addresses: readonly string[]): string =>
  addresses.includes(bareHost(url.hostname)) ? url.host : `${url.host} (${addresses.join(', ')})`;

/** A name that a DNS server answers with no address: nobody can connect. */
const sinkhole = ({ host }: URL, address: string): Admission => ({
  ok: false,
  fault: {
    stage: 'connect',
    kind: 'refused',
    code: 'ECONNREFUSED',
    detail: `${host} resolves to ${address}, where nothing answers`,
    details: { ownAddress: address },
  },
});

function refused(notAsked: NonNullable<FaultDetails['notAsked']>, detail: string, url: URL): Admission {
  const way = {
    weakerScheme: ` (--insecure-registry ${url.host} allows it)`,
    innerNetwork: ` (--registry-mirror ${url.host}=${url.host} allows it)`,
    manyHosts: ` (--registry-mirror ${url.host}=${url.host} allows it)`,
  };
  const allow = way[notAsked as keyof typeof way] ?? '';
  return {
    ok: false,
    fault: { stage: 'connect', kind: 'notAsked', code: 'NOT_ASKED', detail: `${detail}${allow}`, details: { notAsked } },
  };
}
