/** HTTPS_PROXY, HTTP_PROXY and NO_PROXY: which URL goes through which proxy. */
import t from 'tap';
import { isLoopback, proxyFor } from '../../src/util/proxy.ts';

t.test('which proxy a URL takes', async t => {
  const all = { HTTPS_PROXY: 'http://secure.example.net:3128', HTTP_PROXY: 'http://plain.example.net:3128' };
  const rows: [string, string, Record<string, string>, string | null][] = [
    ['https', 'https://registry.example.com/v2/', all, 'http://secure.example.net:3128'],
    ['http', 'http://registry.example.com/v2/', all, 'http://plain.example.net:3128'],
    ['none is set', 'https://registry.example.com/', {}, null],
    ['an empty one is none', 'https://registry.example.com/', { HTTPS_PROXY: '' }, null],
    ['small letters', 'https://registry.example.com/', { https_proxy: 'http://p.example.net' }, 'http://p.example.net'],
    ['without a scheme', 'https://registry.example.com/', { HTTPS_PROXY: 'p.example.net:8080' }, 'http://p.example.net:8080'],
    ['loopback never', 'https://127.0.0.1:5000/', all, null],
    ['localhost never', 'http://localhost:5000/', all, null],
    ['loopback of IPv6 never', 'http://[::1]:5000/', all, null],
    ['excluded by name', 'https://registry.example.com/', { ...all, NO_PROXY: 'registry.example.com' }, null],
    ['excluded by its domain', 'https://registry.example.com/', { ...all, NO_PROXY: 'example.com' }, null],
    ['excluded by a suffix', 'https://registry.example.com/', { ...all, NO_PROXY: '.example.com' }, null],
    ['a suffix is not the domain itself', 'https://example.com/', { ...all, NO_PROXY: '.example.com' }, 'http://secure.example.net:3128'],
    ['part of a label is no suffix', 'https://myexample.com/', { ...all, NO_PROXY: 'example.com' }, 'http://secure.example.net:3128'],
    ['a star and a suffix', 'https://a.example.com/', { ...all, NO_PROXY: '*.example.com' }, null],
    ['everything excluded', 'https://registry.example.com/', { ...all, NO_PROXY: '*' }, null],
    ['a list with blanks', 'https://registry.example.com/', { ...all, NO_PROXY: 'a.example.net, registry.example.com ,b' }, null],
    [
      'another port',
      'https://registry.example.com:5000/',
      { ...all, NO_PROXY: 'registry.example.com:443' },
      'http://secure.example.net:3128',
    ],
    ['this port', 'https://registry.example.com:5000/', { ...all, NO_PROXY: 'registry.example.com:5000' }, null],
    ['the default port', 'https://registry.example.com/', { ...all, NO_PROXY: 'registry.example.com:443' }, null],
    ['an address', 'https://192.0.2.7/', { ...all, NO_PROXY: '192.0.2.7' }, null],
    ['a network', 'https://192.0.2.7/', { ...all, NO_PROXY: '192.0.2.0/24' }, null],
    ['another network', 'https://198.51.100.7/', { ...all, NO_PROXY: '192.0.2.0/24' }, 'http://secure.example.net:3128'],
    ['a network of IPv6', 'https://[2001:db8::7]/', { ...all, NO_PROXY: '2001:db8::/32' }, null],
    ['a name is in no network', 'https://registry.example.com/', { ...all, NO_PROXY: '0.0.0.0/0' }, 'http://secure.example.net:3128'],
    ['upper case', 'https://Registry.Example.com/', { ...all, NO_PROXY: 'REGISTRY.example.COM' }, null],
    ['a port that does not fit', 'https://registry.example.com/', { ...all, NO_PROXY: 'registry.example.com:80' }, all.HTTPS_PROXY],
    ['an address with another port', 'https://192.0.2.7/', { ...all, NO_PROXY: '192.0.2.7:80' }, all.HTTPS_PROXY],
    ['IPv6', 'https://[2001:db8::7]/', { ...all, NO_PROXY: '2001:db8::7' }, null],
    ['IPv6 with its port', 'https://[2001:db8::7]/', { ...all, NO_PROXY: '[2001:db8::7]:443' }, null],
    ['IPv6 with another port', 'https://[2001:db8::7]/', { ...all, NO_PROXY: '[2001:db8::7]:5000' }, all.HTTPS_PROXY],
    ['IPv6 in brackets without a port is none', 'https://[2001:db8::7]/', { ...all, NO_PROXY: '[2001:db8::7]' }, all.HTTPS_PROXY],
    ['an address that is mapped into IPv6', 'https://[::ffff:192.0.2.7]/', { ...all, NO_PROXY: '192.0.2.0/24' }, null],
    ['a suffix with a port', 'https://a.example.com:5000/', { ...all, NO_PROXY: '.example.com:5000' }, null],
    ['a star alone in a word', 'https://a.example.com/', { ...all, NO_PROXY: '*example.com' }, all.HTTPS_PROXY],
    ['a star with a port is no star', 'https://a.example.com/', { ...all, NO_PROXY: '*:443' }, all.HTTPS_PROXY],
    ['a port alone', 'https://a.example.com/', { ...all, NO_PROXY: ':443' }, all.HTTPS_PROXY],
    ['a name is no network', 'https://example.com/', { ...all, NO_PROXY: 'example.com/8' }, all.HTTPS_PROXY],
    ['a domain excludes no address', 'https://192.0.2.7/', { ...all, NO_PROXY: '2.7' }, all.HTTPS_PROXY],
    ['a network that is none', 'https://192.0.2.7/', { ...all, NO_PROXY: '192.0.2.0/33' }, all.HTTPS_PROXY],
    ['a name in other letters', 'https://café.example/', { ...all, NO_PROXY: 'café.example' }, null],
    ['a host and port like a scheme', 'https://registry.example.com/', { HTTPS_PROXY: 'localhost:3128' }, 'http://localhost:3128'],
    ['no URL is no proxy', 'https://registry.example.com/', { HTTPS_PROXY: 'http://[bad' }, null],
    ['loopback that is mapped never', 'https://[::ffff:127.0.0.1]/', all, null],
    ['small no_proxy', 'https://registry.example.com/', { ...all, no_proxy: 'registry.example.com' }, null],
  ];
  for (const [name, url, environment, expected] of rows) t.equal(proxyFor(new URL(url), environment), expected, name);
  for (const [host, expected] of [
    ['localhost', true],
    ['127.8.9.10', true],
    ['[::1]', true],
    ['LOCALHOST', true],
    ['127.0.0.1.example.com', false],
    ['192.0.2.1', false],
  ] as const)
    t.equal(isLoopback(host), expected, `${host} is ${expected ? '' : 'not '}loopback`);
});
