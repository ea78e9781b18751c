/**
 * Node systems: recognized from a node object, and what the fixes of a cause on the node then are. Golden texts in fixtures/node-systems hold every fix of a system.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { CAUSE_TEXTS } from '../../../src/causes/index.ts';
import { NODE_SYSTEMS, nodeSteps, nodeSystemOf } from '../../../src/causes/runtimes/index.ts';
import type { NodeSteps, Step } from '../../../src/causes/runtimes/node-system.ts';
import { nodeFacts } from '../../../src/diagnosis/collect-facts.ts';
import type { CauseCode } from '../../../src/model/cause-codes.ts';
import type { Facts } from '../../../src/model/facts.ts';
import type { Fault } from '../../../src/model/fault.ts';
import type { Node } from '../../../src/model/kubernetes.ts';
import { filled } from '../../helpers/blanks.ts';
import { factsOf } from '../../helpers/facts.ts';
import { golden } from '../../helpers/golden.ts';

type Info = NonNullable<NonNullable<Node['status']>['nodeInfo']>;
const node = (name: string, info: Info, more: { labels?: Record<string, string>; providerID?: string } = {}): Node => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...more.labels } },
  spec: more.providerID === undefined ? {} : { providerID: more.providerID },
  status: { nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', kubeletVersion: 'v1.36.3', ...info } },
});
const DEBIAN = 'Debian GNU/Linux 13 (trixie)';
const CONTROL_PLANE = { 'node-role.kubernetes.io/control-plane': '' };

/** One node of each system or more, and what its fixes have to name. */
const NODES: { system: string; node: Node; names: RegExp[] }[] = [
  {
    system: 'containerd',
    node: node('node-3', { osImage: DEBIAN, containerRuntimeVersion: 'containerd://1.7.28' }),
    names: [/\/etc\/containerd\/certs\.d\/registry\.example\.com\/hosts\.toml/, /journalctl -u containerd/, /ctr -n k8s\.io images import/],
  },
  {
    system: 'crio',
    node: node('node-3', { osImage: 'Fedora Linux 44', containerRuntimeVersion: 'cri-o://1.36.0' }),
    names: [
      /\/etc\/containers\/registries\.conf\.d/,
      /\/etc\/containers\/certs\.d/,
      /journalctl -u crio/,
      /\/var\/lib\/containers\/storage/,
      /\[aliases\]/,
    ],
  },
  {
    system: 'docker',
    node: node('node-3', { osImage: DEBIAN, containerRuntimeVersion: 'docker://28.5.2' }),
    names: [/\/etc\/docker\/daemon\.json/, /\/etc\/docker\/certs\.d/, /docker load -i image\.tar/, /\/var\/lib\/docker/, /-u cri-docker/],
  },
  {
    system: 'k3s',
    node: node(
      'node-3',
      { kubeletVersion: 'v1.35.2+k3s1', containerRuntimeVersion: 'containerd://2.1.5-k3s1' },
      { providerID: 'k3s://node-3', labels: CONTROL_PLANE },
    ),
    names: [
      /\/etc\/rancher\/k3s\/registries\.yaml/,
      /systemctl restart k3s$/m,
      /k3s ctr images import/,
      /k3s crictl/,
      /\/etc\/systemd\/system\/k3s\.service\.env/,
    ],
  },
  {
    system: 'k3s',
    node: node(
      'agent-1',
      { containerRuntimeVersion: 'containerd://2.1.5-k3s1' },
      { labels: { 'node.kubernetes.io/instance-type': 'k3s' } },
    ),
    names: [/systemctl restart k3s-agent$/m, /k3s-agent\.service\.env/],
  },
  {
    system: 'rke2',
    node: node(
      'node-3',
      { kubeletVersion: 'v1.35.2+rke2r1', containerRuntimeVersion: 'containerd://2.1.5-k3s1' },
      { providerID: 'rke2://node-3' },
    ),
    names: [
      /\/etc\/rancher\/rke2\/registries\.yaml/,
      /systemctl restart rke2-agent$/m,
      /\/var\/lib\/rancher\/rke2\/bin\/crictl/,
      /\/etc\/default\/rke2-agent/,
    ],
  },
  {
    system: 'k3d',
    node: node('k3d-demo-server-0', {
      osImage: 'K3s v1.35.2+k3s1',
      kubeletVersion: 'v1.35.2+k3s1',
      containerRuntimeVersion: 'containerd://2.1.5-k3s1',
    }),
    names: [
      /docker exec k3d-demo-server-0/,
      /k3d image import registry\.example\.com\/team\/api:1\.4\.2 -c demo/,
      /docker restart k3d-demo-server-0/,
    ],
  },
  {
    system: 'talos',
    node: node('node-3', { osImage: 'Talos (v1.12.0)', containerRuntimeVersion: 'containerd://2.1.5' }),
    names: [
      /talosctl -n node-3 edit machineconfig/,
      /RegistryMirrorConfig/,
      /TrustedRootsConfig/,
      /talosctl -n node-3 logs cri/,
      /machine\.env/,
    ],
  },
  {
    system: 'bottlerocket',
    node: node(
      'ip-10-0-0-7.eu-west-1.compute.internal',
      {
        osImage: 'Bottlerocket OS 1.50.0 (aws-k8s-1.34)',
        kubeletVersion: 'v1.34.2-eks-113cf36',
        containerRuntimeVersion: 'containerd://2.1.5+bottlerocket',
      },
      { labels: { 'eks.amazonaws.com/nodegroup': 'workers' }, providerID: 'aws:///eu-west-1a/i-0abc' },
    ),
    names: [/apiclient get settings\.container-registry\.mirrors/, /apiclient set pki\./, /network\.https-proxy/, /sheltie/],
  },
  {
    system: 'openshift',
    node: node(
      'worker-1',
      { osImage: 'Red Hat Enterprise Linux CoreOS 9.6 (Plow)', containerRuntimeVersion: 'cri-o://1.33.5' },
      { labels: { 'node.openshift.io/os_id': 'rhel' } },
    ),
    names: [
      /oc get 'imagedigestmirrorset/,
      /additionalTrustedCA/,
      /insecureRegistries/,
      /oc edit proxy\/cluster/,
      /oc debug node\/worker-1 -- chroot \/host/,
      /clusterimagepolicy/,
    ],
  },
  {
    system: 'kind',
    node: node(
      'demo-worker2',
      { osImage: DEBIAN, containerRuntimeVersion: 'containerd://2.2.0' },
      { providerID: 'kind://docker/demo/demo-worker2' },
    ),
    names: [
      /docker exec demo-worker2/,
      /kind load docker-image registry\.example\.com\/team\/api:1\.4\.2 --name demo/,
      /docker cp ca\.crt demo-worker2:/,
    ],
  },
  {
    system: 'minikube',
    node: node('minikube', { osImage: DEBIAN, containerRuntimeVersion: 'docker://28.4.0' }, { labels: { 'minikube.k8s.io/name': 'lab' } }),
    names: [
      /minikube -p lab image load registry\.example\.com\/team\/api:1\.4\.2/,
      /minikube -p lab ssh -n minikube --/,
      /--insecure-registry=/,
      /--embed-certs/,
    ],
  },
  {
    system: 'windows',
    node: node('win-1', {
      operatingSystem: 'windows',
      osImage: 'Windows Server 2025 Datacenter',
      containerRuntimeVersion: 'containerd://2.1.5',
    }),
    names: [/C:\\Program Files\\containerd/, /Restart-Service containerd/, /Import-Certificate/, /Get-PSDrive/],
  },
  {
    system: 'eks',
    node: node(
      'ip-10-0-0-7.eu-west-1.compute.internal',
      { osImage: 'Amazon Linux 2023', kubeletVersion: 'v1.34.2-eks-113cf36', containerRuntimeVersion: 'containerd://2.1.5' },
      { labels: { 'eks.amazonaws.com/nodegroup': 'workers' }, providerID: 'aws:///eu-west-1a/i-0abc' },
    ),
    names: [/launch template/, /\/etc\/containerd\/certs\.d/],
  },
  {
    system: 'gke',
    node: node(
      'gke-prod-pool-1-abcd',
      {
        osImage: 'Container-Optimized OS from Google',
        kubeletVersion: 'v1.34.1-gke.1829001',
        containerRuntimeVersion: 'containerd://2.1.5',
      },
      { labels: { 'cloud.google.com/gke-nodepool': 'pool-1' }, providerID: 'gce://acme/europe-west1-b/gke-prod-pool-1-abcd' },
    ),
    names: [/gcloud container node-pools update pool-1 /, /GKE then replaces the nodes/],
  },
  {
    system: 'aks',
    node: node(
      'aks-pool1-12345678-vmss000000',
      { osImage: 'Ubuntu 24.04.3 LTS', containerRuntimeVersion: 'containerd://2.1.5-1' },
      {
        labels: { 'kubernetes.azure.com/agentpool': 'pool1', 'kubernetes.azure.com/cluster': 'MC_acme' },
        providerID: 'azure:///subscriptions/x',
      },
    ),
    names: [/--custom-ca-trust-certificates ca\.crt/, /--http-proxy-config/, /AKS replaces nodes/],
  },
  {
    system: 'eks-auto',
    node: node(
      'i-0abc1234def567890',
      {
        osImage: 'Bottlerocket (EKS Auto, Standard) 2026.11.1',
        kubeletVersion: 'v1.36.2-eks-113cf36',
        containerRuntimeVersion: 'containerd://2.1.5+bottlerocket',
      },
      { labels: { 'eks.amazonaws.com/compute-type': 'auto' }, providerID: 'aws:///eu-west-1a/i-0abc' },
    ),
    names: [/spec\.certificateBundles/, /spec\.advancedNetworking\.httpsProxy/, /create-pull-through-cache-rule/],
  },
  {
    system: 'fargate',
    node: node(
      'fargate-ip-10-0-0-9.eu-west-1.compute.internal',
      { osImage: 'Amazon Linux 2', kubeletVersion: 'v1.36.2-eks-113cf36', containerRuntimeVersion: 'containerd://1.7.29' },
      { labels: { 'eks.amazonaws.com/compute-type': 'fargate' }, providerID: 'aws:///eu-west-1a/x/fargate-ip-10-0-0-9' },
    ),
    names: [/Fargate has no setting for this/, /kubectl describe node\/fargate-ip/],
  },
  {
    system: 'gke-autopilot',
    node: node(
      'gk3-prod-pool-1-abcd',
      {
        osImage: 'Container-Optimized OS from Google',
        kubeletVersion: 'v1.36.1-gke.1829001',
        containerRuntimeVersion: 'containerd://2.1.5',
      },
      { providerID: 'gce://acme/europe-west1-b/gk3-prod-pool-1-abcd' },
    ),
    names: [/gcloud container clusters update <CLUSTER> --containerd-config-from-file=containerd\.yaml/, /registryHosts/],
  },
  {
    system: 'microk8s',
    node: node(
      'node-3',
      { osImage: 'Ubuntu 24.04.3 LTS', containerRuntimeVersion: 'containerd://1.7.28' },
      { labels: { 'microk8s.io/cluster': 'true' } },
    ),
    names: [
      /\/var\/snap\/microk8s\/current\/args\/certs\.d\/registry\.example\.com/,
      /snap restart microk8s\.daemon-containerd/,
      /containerd-env/,
    ],
  },
  {
    system: 'docker-desktop',
    node: node('docker-desktop', { osImage: 'Docker Desktop', containerRuntimeVersion: 'docker://28.5.1' }),
    names: [/settings of Docker Desktop, under Docker Engine/, /docker desktop restart/, /Resources > Proxies/],
  },
];

/** The causes whose fix depends on the node system, and what decides them. */
const CASES: [CauseCode, Partial<Fault>][] = [
  ['MirrorFailed', { role: 'mirror', host: 'mirror.example.net' }],
  ['CertificateNotTrusted', { kind: 'untrusted', host: 'registry.example.com' }],
  ['PlainHTTPRegistry', { kind: 'plainHttp', host: 'registry.example.com' }],
  ['PlainHTTPRegistry', { kind: 'httpToHttps', role: 'mirror', host: 'mirror.example.net' }],
  ['ProxyFailed', { kind: 'proxy' }],
  ['RuntimeFailed', { kind: 'runtime', message: 'runtime is down' }],
  ['NodeDiskFull', { kind: 'diskFull' }],
  ['NodeStorageFailed', { kind: 'storage', details: { storage: 'ioError' } }],
  ['ImageNeverPulled', { kind: 'never' }],
  ['ShortNameUnresolved', { kind: 'shortName', details: { shortName: 'ambiguous' } }],
  ['SignatureRejected', { kind: 'signature', details: { signature: 'missing' } }],
  ['TLSFailed', { kind: 'tls', details: { tls: 'clientCertificate' }, host: 'registry.example.com' }],
  ['CertificateInvalid', { kind: 'badCertificate', details: { certificate: { problem: 'expired' } }, host: 'registry.example.com' }],
  ['RegistryNameNotResolved', { kind: 'dns', host: 'registry.example.com' }],
  ['RegistryUnreachable', { kind: 'refused', host: 'registry.example.com' }],
  ['CredentialsRejected', { kind: 'status', status: 401 }],
  ['Unknown', { kind: 'unknown', message: 'something' }],
];
const FAULT: Fault = {
  seenBy: 'node',
  speaker: null,
  kind: 'unknown',
  step: 'resolve',
  host: null,
  role: 'registry',
  method: null,
  status: null,
  code: null,
  explanation: null,
  statements: [],
  login: null,
  details: {},
  understood: true,
  rows: [],
  message: '',
};

const base = (): Facts => factsOf({ about: '', expect: { cause: 'Unknown', certainty: 'possible', rule: '', names: [] } });
const factsOn = (object: Node | null): Facts => ({
  ...base(),
  node: nodeFacts(
    { metadata: { name: 'api' }, spec: { nodeName: object?.metadata.name ?? 'node-3' } },
    object === null ? { found: false, missing: false, why: 'not seen' } : { found: true, object },
  ),
});
const fixesOf = (facts: Facts): { cause: CauseCode; title: string; command: string | null }[] =>
  CASES.flatMap(([cause, fault]) => CAUSE_TEXTS[cause].fixes(facts, { ...FAULT, ...fault }).map(fix => ({ cause, ...fix })));

t.test('each node system is recognized from a node object, and its fixes name its own files and commands', async t => {
  t.strictSame([...new Set(NODES.map(({ system }) => system))].sort(), NODE_SYSTEMS.map(({ id }) => id).sort(), 'each system has a node');
  for (const { system, node: object, names } of NODES) {
    const facts = factsOn(object);
    t.equal(nodeSystemOf(facts.node)?.id, system, `${object.metadata.name} is ${system}`);
    const fixes = fixesOf(facts);
    const text = fixes.map(({ cause, title, command }) => `${cause}: ${title}\n${command === null ? '' : `${command}\n`}`).join('');
    for (const name of names) t.match(text, name, `${system} names ${name}`);
    golden(t, `test/fixtures/node-systems/${system}${object.metadata.name === 'agent-1' ? '-agent' : ''}.txt`, text);
    for (const { command, title } of fixes) {
      t.notMatch(`${title} ${command ?? ''}`, /undefined|\[object|NaN/, `${system}: complete: ${title}`);
      t.notMatch(title, /\.$|\n/, `${system}: one line without a full stop: ${title}`);
      if (command === null) continue;
      t.notMatch(command, /(?:^|\s)#/, `${system}: no comment: ${command}`);
      // commands of Windows are for PowerShell
      if (system === 'windows' && !/^(?:kubectl|openssl|cosign) /.test(command)) continue;
      const { status, stderr } = spawnSync('bash', ['-n', '-c', filled(command)], { encoding: 'utf8' });
      t.equal(status, 0, `${system}: a shell can read it: ${command} ${stderr}`);
    }
    const containerd = ['containerd', 'kind', 'eks', 'gke', 'aks'].includes(system);
    if (!containerd) t.notMatch(text, /(?<![\w/])\/etc\/containerd/, `${system} does not read /etc/containerd`);
  }
});

/** What has to be changed on a node, and where each system has it. In a fix of another system no such place may stand. */
const PLACES: Record<string, RegExp> = {
  containerd: /\/etc\/containerd\//,
  eks: /\/etc\/containerd\//,
  aks: /\/etc\/containerd\//,
  kind: /\/etc\/containerd\/|kind (?:create|load)/,
  gke: /containerd\.yaml|GKE sets no proxy|gcloud/,
  'gke-autopilot': /containerd\.yaml|GKE sets no proxy|GKE Autopilot/,
  'eks-auto': /NodeClass|EKS Auto Mode|nodeclasses/,
  fargate: /Fargate/,
  microk8s: /\/var\/snap\/microk8s\//,
  k3s: /\/etc\/rancher\/k3s\/|--pause-image|k3s\.service|k3s-agent\.service/,
  k3d: /\/etc\/rancher\/k3s\/|--pause-image|k3d cluster/,
  rke2: /\/etc\/rancher\/rke2\/|--pause-image|\/etc\/default\/rke2/,
  talos: /machine config/,
  bottlerocket: /apiclient|Bottlerocket has no setting/,
  openshift: /oc (?:edit|create|get|replace|debug)|MachineConfig/,
  crio: /\/etc\/containers\/|\/etc\/crio\/|GLOBAL_AUTH_FILE|systemctl edit crio/,
  docker: /\/etc\/docker\/|Docker sends no login|systemctl edit docker|cri-dockerd/,
  minikube: /minikube -p lab (?:start|ssh|cp)|Docker sends no login/,
  'docker-desktop': /Docker Desktop|Docker sends no login|cri-dockerd|\.docker\/certs\.d/,
  windows: /C:\\Program Files\\containerd|hosts\.toml|Machine'|Cert:/,
};

t.test('whatever has to be changed on a node is changed where its system has it', async t => {
  t.strictSame(Object.keys(PLACES).sort(), NODE_SYSTEMS.map(({ id }) => id).sort());
  const [registry, mirror] = ['docker.io', 'mirror.example.net'];
  const file = join(t.testdir({}), 'command');
  const SETTINGS: Record<string, (steps: NodeSteps) => Step> = {
    mirror: steps => steps.editMirrors(registry),
    'scheme of a mirror': steps => steps.correctMirrorScheme(registry, mirror, 'https'),
    authority: steps => steps.trustAuthority(registry, mirror),
    'client certificate': steps => steps.clientCertificate(mirror),
    'plain HTTP': steps => steps.useScheme('registry.example.com:5000', 'http'),
    login: steps => steps.setLogin(registry, mirror),
    proxy: steps => steps.setProxy(registry),
    'sandbox image': steps => steps.sandboxImage(),
  };
  for (const { system, node: object } of NODES)
    for (const [setting, stepOf] of Object.entries(SETTINGS)) {
      const { what, command } = stepOf(nodeSteps(factsOn(object)));
      const text = `${what} ${command ?? ''}`;
      // what is no setting of a file has a command of its own
      const anywhere = setting === 'sandbox image' || (setting === 'proxy' && /systemctl edit|az aks/.test(text)) || /az aks/.test(text);
      if (!anywhere) t.match(text, PLACES[system] as RegExp, `${system}, ${setting}`);
      if (!/containerd|eks$|aks|kind|gke$/.test(system)) t.notMatch(text, /(?<![\w/])\/etc\/containerd\//, `${system}, ${setting}`);
      if (command === null || system === 'windows') continue;
      writeFileSync(file, `${filled(command)}\n`);
      for (const shell of ['bash', 'zsh', 'fish'])
        if (spawnSync(shell, ['-c', 'true']).status === 0)
          t.equal(spawnSync(shell, ['-n', file]).status, 0, `${system}, ${setting}: ${shell} can read it: ${command}`);
    }
});

t.test('a word for PowerShell ends at no typographic quote', async t => {
  const windows = NODE_SYSTEMS.find(({ id }) => id === 'windows');
  const object = NODES.find(({ system }) => system === 'windows')?.node as Node;
  const { command } = windows?.steps(factsOn(object).node).pull('a\u2019; canary \u2018b\u201ac\u201bd\'e"f') ?? {};
  t.equal(command, "crictl pull 'a\u2019\u2019; canary \u2018\u2018b\u201a\u201ac\u201b\u201bd''ef'");
});

t.test('each golden text of a node system has its node', async t => {
  const wanted = [
    ...NODES.map(({ system, node: object }) => `${system}${object.metadata.name === 'agent-1' ? '-agent' : ''}.txt`),
    'unknown.txt',
  ];
  t.strictSame(readdirSync('test/fixtures/node-systems').sort(), wanted.sort());
});

t.test('an unknown node system is said to be unknown, and the two usual places are named', async t => {
  for (const object of [null, node('node-3', { containerRuntimeVersion: 'frakti://1.0' })]) {
    const facts = factsOn(object);
    t.equal(nodeSystemOf(facts.node), null);
    const fixes = fixesOf(facts);
    const text = fixes.map(({ cause, title, command }) => `${cause}: ${title}\n${command === null ? '' : `${command}\n`}`).join('');
    if (object === null) golden(t, 'test/fixtures/node-systems/unknown.txt', text);
    for (const cause of [
      'MirrorFailed',
      'CertificateNotTrusted',
      'PlainHTTPRegistry',
      'ShortNameUnresolved',
      'TLSFailed',
      'SignatureRejected',
    ]) {
      const own = fixes.filter(fix => fix.cause === cause).map(({ title, command }) => `${title} ${command ?? ''}`);
      t.ok(
        own.some(
          one =>
            /node system is not known/.test(one) &&
            /contain.*\/etc\/containers|\/etc\/containers.*image-verifier|\/etc\/containerd.*\/etc\/containers/.test(one),
        ),
        `${cause}: ${own.join('; ')}`,
      );
    }
  }
});

t.test('a containerd that ignores a list of directories is told so', async t => {
  const rows: [string, boolean][] = [
    ['containerd://1.7.28', false],
    ['containerd://2.0.11', false],
    ['containerd://2.1.0', true],
    ['containerd://2.3.4', true],
    ['containerd://3.0.0', true],
  ];
  for (const [runtime, checked] of rows) {
    const step = nodeSteps(factsOn(node('node-3', { containerRuntimeVersion: runtime }))).checkSettings(true);
    t.equal(step?.what.includes('list of directories'), checked, runtime);
  }
});

t.test('names of a node, a registry and an image stay words of a shell', async t => {
  // only what the shell itself does can happen: no program is found, and each counts as done
  const shell = (command: string): string[] => {
    const folder = t.testdir({});
    const script = `command_not_found_handle() { :; }\n${command}`;
    spawnSync('/bin/bash', ['-c', script], { cwd: folder, encoding: 'utf8', env: { PATH: '/nonexistent' }, input: '', timeout: 10_000 });
    return readdirSync(folder);
  };
  t.ok(shell('printf x; $(: > pwned)').includes('pwned'), 'a word that is run would be seen');
  const evil = `n';: > pwned;'$(: > pwned)`;
  for (const { system, node: object } of NODES.filter(({ system }) => system !== 'windows')) {
    const facts = factsOn({ ...object, metadata: { ...object.metadata, name: evil } });
    facts.image = `registry.example.com/team/api:${evil}`;
    facts.reference = { registry: evil, repository: evil, tag: evil, digest: null };
    facts.pod = { namespace: evil, name: evil, node: evil, owner: { kind: 'deployment', name: evil }, manager: null };
    for (const [cause, fault] of CASES)
      for (const { command } of CAUSE_TEXTS[cause].fixes(facts, { ...FAULT, ...fault, host: evil }))
        if (command !== null) t.notOk(shell(command).includes('pwned'), `${system}, ${cause}: ${command}`);
  }
});

t.test('a name that begins with a dash is taken for no flag', async t => {
  const facts = base();
  facts.pod = { namespace: 'shop', name: '--all', node: null, owner: { kind: 'deployment', name: '--all' }, manager: null };
  facts.container.name = '--all';
  facts.serviceAccount = { name: '--all', identity: null, secrets: [], matching: ['--all'] };
  facts.secrets = ['--all', '-x'].map(name => ({
    name,
    type: 'kubernetes.io/dockerconfigjson',
    lookup: 'missing',
    why: null,
    problems: [{ code: 'SecretMalformed', breaksKeyring: false, detail: 'bad' }],
    intendedFormat: null,
    keys: [],
    otherNamespaces: ['build'],
  }));
  facts.keyring.credentials = [
    { secret: '--all', key: 'registry.example.com', username: '--user', empty: false, expiry: null, defect: null },
  ];
  facts.keyring.nearMisses = [{ secret: '--all', key: '--key', why: 'why', near: true }];
  const owners = ['deployment', 'statefulset', 'cronjob', 'job', 'pod'].map(kind => ({ kind, name: '--all' }));
  const texts = Object.values(CAUSE_TEXTS);
  for (const owner of owners)
    for (const text of texts) {
      facts.pod.owner = owner;
      for (const { command } of text.fixes(facts, FAULT))
        for (const line of (command ?? '').split(/\n| \| /).filter(part => /^kubectl /.test(part))) {
          const words = line.replace(/'(?:[^']|'\\'')*'/g, "''").split(/ -- /)[0] as string;
          t.notMatch(words, /(?<!-n|-f|-p) --all\b|\s-x\b/, `${owner.kind}: ${line}`);
        }
    }
});
