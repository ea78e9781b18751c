/** What a URL says of a host, in the forms that connections and rules need. Pure. */

/** The name or address of a host without the brackets of an IPv6 address. In: the host name of a URL. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** The port that a URL leads to, also where it names none. */
export const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));
