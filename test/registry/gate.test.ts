/** Which hosts are asked: classes of addresses, the gate's rules, and that what was judged is what is connected. */
import t from 'tap';
import { classOf } from '../../src/registry/addresses.ts';
import { type Asker, Gate, MAX_LED_TO, MAX_NAMED_BY_IMAGES } from '../../src/registry/gate.ts';
import { startRegistry } from '../helpers/registry.ts';
import { testTransport } from '../helpers/transport.ts';

t.test('where an address leads', async t => {
  const rows: Record<string, string[]> = {
    never: [
      ...['169.254.169.254', '169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'fea0::1', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16'],
      ...['0.0.0.0', '0.1.2.3', '::', '224.0.0.1', 'ff02::1', '255.255.255.255', 'no address', ''],
      ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::ffff:0.0.0.0', '::169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1'],
      ...['::ffff:100.100.100.200', '::ffff:0:169.254.169.254'],
    ],
    loopback: [
      '127.0.0.1',
      '127.255.255.254',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
    ],
    private: [
      ...['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', '100.127.255.255', '::ffff:10.0.0.1'],
      ...['fc00::1', 'fd12:3456::1', 'fec0::1', '64:ff9b::a00:1'],
    ],
    public: [
      '8.8.8.8',
      '172.15.0.1',
      '172.32.0.1',
      '100.63.0.1',
      '100.128.0.1',
      '192.167.0.1',
      '2606:4700::1111',
      '::ffff:8.8.8.8',
      '11.0.0.1',
    ],
  };
  for (const [wanted, addresses] of Object.entries(rows))
    for (const address of addresses) t.equal(classOf(address), wanted, `"${address}" is ${wanted}`);
});

const gateOf = (named: string[] = [], insecure: string[] = []): Gate => new Gate({ named, insecure });
/** How a request ends at a gate: the addresses, or the rule that refuses. */
function judged(gate: Gate, url: string, addresses: string[] | null, asker: Asker = { registry: url }): string {
  const admission = gate.admit(new URL(url), addresses, asker);
  return admission.ok ? (admission.addresses ?? ['by name']).join(' ') : (admission.fault.details?.notAsked ?? 'none');
}

t.test('a name that a DNS server leads nowhere is not asked, and that is said', async t => {
  for (const address of ['0.0.0.0', '::']) {
    const admission = gateOf().admit(new URL('https://reg.example/v2/'), [address], { registry: 'https://reg.example' });
    t.match(admission, { ok: false, fault: { kind: 'refused', details: { ownAddress: address } } }, address);
  }
  t.equal(judged(gateOf(), 'https://reg.example/v2/', ['0.0.0.0', '169.254.169.254']), 'address', 'with a metadata service beside it');
});

t.test('link-local, metadata and unspecified addresses are asked for nobody', async t => {
  for (const gate of [gateOf(), gateOf(['169.254.169.254', '0.0.0.0', 'reg.example'], ['169.254.169.254', '0.0.0.0', 'reg.example'])]) {
    t.equal(judged(gate, 'http://169.254.169.254/v2/', ['169.254.169.254']), 'address', 'as an image');
    t.equal(judged(gate, 'https://0.0.0.0/v2/', ['0.0.0.0']), 'address', 'the unspecified one');
    t.equal(judged(gate, 'https://reg.example/v2/', ['fe80::1', '::ffff:a9fe:a9fe']), 'address', 'behind a name');
    t.equal(
      judged(gate, 'https://reg.example/v2/', ['169.254.169.254', '93.184.216.34']),
      '93.184.216.34',
      'the others of a name are asked',
    );
    t.equal(judged(gate, 'http://169.254.169.254/', null), 'address', 'behind a proxy, as it is written');
    t.equal(judged(gate, 'http://[::ffff:169.254.169.254]/', null), 'address', 'in every spelling');
    t.equal(judged(gate, 'http://metadata.google.internal/', null), 'address', 'and by its name');
  }
});

t.test('a registry leads into an inner network only from within', async t => {
  const led = { registry: 'https://reg.example' };
  const from = (own: string[], named: string[] = []): Gate => {
    const gate = gateOf(named);
    judged(gate, 'https://reg.example/v2/', own);
    return gate;
  };
  const rows: [name: string, own: string[], target: string, wanted: string][] = [
    ['from outside to this machine', ['93.184.216.34'], '127.0.0.1', 'innerNetwork'],
    ['from outside to a private network', ['93.184.216.34'], '10.0.0.1', 'innerNetwork'],
    ['from outside to outside', ['93.184.216.34'], '8.8.8.8', '8.8.8.8'],
    ['from a private network into one', ['10.0.0.9'], '192.168.1.1', '192.168.1.1'],
    ['from a private network to this machine', ['10.0.0.9'], '127.0.0.1', 'innerNetwork'],
    ['from this machine to this machine', ['127.0.0.1'], '127.0.0.5', '127.0.0.5'],
    ['from this machine to a private network', ['127.0.0.1'], '10.0.0.1', 'innerNetwork'],
    ['from inside and outside at once', ['93.184.216.34', '127.0.0.1'], '127.0.0.1', 'innerNetwork'],
  ];
  for (const [name, own, target, wanted] of rows) t.equal(judged(from(own), 'https://other.example/token', [target], led), wanted, name);
  t.equal(judged(from(['93.184.216.34']), 'https://other.example/', ['10.0.0.1', '8.8.8.8'], led), '8.8.8.8', 'of a name, what is allowed');
  t.equal(
    judged(from(['93.184.216.34'], ['other.example']), 'https://other.example/', ['10.0.0.1'], led),
    '10.0.0.1',
    'a host that is named',
  );
  t.equal(judged(gateOf(), 'https://10.0.0.1/', null, led), 'innerNetwork', 'behind a proxy, by the address that is written');
  t.equal(judged(gateOf(), 'https://other.example/', null, led), 'by name', 'a name is the proxy’s to look up');
});

t.test('HTTPS leads to no plain HTTP', async t => {
  const registry = 'https://reg.example';
  const outside = ['93.184.216.34'];
  t.equal(judged(gateOf(), 'http://other.example/', outside, { registry }), 'weakerScheme', 'from the registry');
  t.equal(judged(gateOf(), 'http://reg.example/', outside, { registry }), 'weakerScheme', 'also on one host');
  const hop = { registry: 'http://reg.example', from: 'https://b.example/' };
  t.equal(judged(gateOf([], ['reg.example']), 'http://other.example/', outside, hop), 'weakerScheme', 'from a hop in between');
  t.equal(
    judged(gateOf([], ['other.example']), 'http://other.example/', outside, { registry }),
    outside[0],
    'but to a host named insecure',
  );
  t.equal(judged(gateOf(), 'http://other.example/', outside, { registry: 'http://reg.example' }), outside[0], 'plain HTTP leads on');
});

t.test('inner hosts that a run asks are bounded', async t => {
  const gate = gateOf(['10.0.0.1:1']);
  const image = (port: number): string => judged(gate, `https://10.0.0.1:${port}/v2/`, ['10.0.0.1']);
  const answers = Array.from({ length: MAX_NAMED_BY_IMAGES + 5 }, (_, index) => image(2000 + index));
  t.equal(answers.filter(answer => answer === 'manyHosts').length, 5, 'those that images name');
  t.equal(image(2000), '10.0.0.1', 'one that was asked is asked again');
  t.equal(image(1), '10.0.0.1', 'one that the user named is asked');
  t.equal(judged(gate, 'https://reg.example/', ['93.184.216.34']), '93.184.216.34', 'outside nothing is counted');
  const led = (port: number): string => judged(gate, `https://10.0.0.1:${port}/`, ['10.0.0.1'], { registry: 'https://10.0.0.1:2000' });
  const others = Array.from({ length: MAX_LED_TO + 3 }, (_, index) => led(3000 + index));
  t.equal(others.filter(answer => answer === 'manyHosts').length, 3, 'and those to which registries lead');
});

t.test('what was judged is what is connected', async t => {
  const registry = await startRegistry();
  t.teardown(() => registry.close());
  const lookUps: string[] = [];
  const transport = testTransport({
    stepTimeout: 2000,
    insecure: ['two-faced.example'],
    // a name that leads elsewhere with every look-up, and to a link-local address besides
    lookUp: async hostname => {
      lookUps.push(hostname);
      return lookUps.length === 1 ? ['169.254.169.254', '127.0.0.1'] : ['169.254.169.254'];
    },
  });
  t.teardown(() => transport.close());
  const url = `http://two-faced.example:${registry.port}/v2/`;
  const answers = await Promise.all(Array.from({ length: 6 }, () => transport.request('GET', url)));
  t.strictSame(
    answers.map(answer => answer.ok && answer.reply.status),
    [200, 200, 200, 200, 200, 200],
    'every request, on several connections, goes to the address that was judged',
  );
  t.strictSame(lookUps, ['two-faced.example'], 'the name is looked up once');
  const connect = transport.checksOf(url).find(check => check.name === 'connect');
  t.equal(connect?.detail, `connected to 127.0.0.1:${registry.port}`, 'the link-local address is not tried');
});
