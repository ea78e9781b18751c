/** Windows nodes, which run containerd. The commands are for PowerShell. Source: containerd docs/getting-started.md, Microsoft's pages about Windows nodes. */
import { change, type NodeSteps, type NodeSystem, nodeShell } from './node-system.ts';

const CONFIG = `'C:\\Program Files\\containerd\\config.toml'`;
/** One word for PowerShell, which reads typographic quotes as quotes: each is doubled as `'` is. A `"` is left out, since no escape of it arrives alike from every version. */
const quote = (word: string): string => `'${word.replaceAll('"', '').replace(/['\u2018-\u201b]/g, '$&$&')}'`;

function windowsSteps(): NodeSteps {
  const shell = nodeShell();
  const look = (what: string, command: string) => ({ what: `${what} (PowerShell)`, command, on: 'node' as const });
  const edit = (what: string, command: string | null) => change(shell, `${what} (PowerShell)`, command);
  const settings = 'hosts.toml, in the directory that config_path names';
  const folder = `Select-String config_path ${CONFIG}`;
  return {
    showMirrors: registry => look(`find the configured mirror: ${registry}/${settings}`, folder),
    editMirrors: registry => edit(`correct or remove the mirror in ${registry}/${settings}`, folder),
    correctMirrorScheme: (registry, mirror, right) =>
      edit(`change the address of the mirror to ${right}://${mirror} in ${registry}/${settings}`, folder),
    useScheme: (host, scheme) => edit(`set server = "${scheme}://${host}" in ${host}/${settings}`, folder),
    trustAuthority: () =>
      edit(
        'make Windows trust the certificate authority in ca.crt',
        'Import-Certificate -FilePath ca.crt -CertStoreLocation Cert:\\LocalMachine\\Root; Restart-Service containerd',
      ),
    clientCertificate: host => edit(`set client = [["client.crt", "client.key"]] in ${host}/${settings}`, folder),
    setLogin: (registry, host) =>
      edit(`set authorization = "Basic BASE64" under [host."https://${host}".header] in ${registry}/${settings}`, folder),
    checkSettings: () =>
      look(
        'check config_path: if it is empty, or a list of directories (containerd 2.1 and later), containerd reads no hosts.toml',
        folder,
      ),
    showProxy: () =>
      look(
        'show the proxy settings',
        `[Environment]::GetEnvironmentVariable('HTTPS_PROXY', 'Machine'); [Environment]::GetEnvironmentVariable('NO_PROXY', 'Machine')`,
      ),
    setProxy: registry =>
      edit(
        `set the correct proxy (its URL in quotation marks in place of <PROXY>), or add ${registry} to NO_PROXY`,
        `[Environment]::SetEnvironmentVariable('HTTPS_PROXY', <PROXY>, 'Machine'); Restart-Service containerd`,
      ),
    showCredentials: () => look('show the credentials of the node', `Get-ChildItem 'C:\\var\\lib\\kubelet'`),
    sandboxImage: () => look('show the sandbox image', `Select-String sandbox ${CONFIG}`),
    status: () => look('show the state of containerd and kubelet', 'Get-Service containerd, kubelet'),
    restart: () => look('when its configuration is correct, restart containerd', 'Restart-Service containerd'),
    diskUsage: () => look('show free space', 'Get-PSDrive C'),
    removeUnusedImages: () => look('remove unused images', 'crictl rmi --prune'),
    showStorage: () => look('show the state of the disks', 'Get-Volume; Get-PhysicalDisk'),
    removeImage: image => look('remove the image, so that the next attempt downloads it again', `crictl rmi ${quote(image)}`),
    importImage: () => look('import the image from the archive image.tar', 'ctr -n k8s.io images import image.tar'),
    pull: image => look('pull the image without kubelet', `crictl pull ${quote(image)}`),
    resolveShortName: () => null,
    resolve: host => look(`resolve "${host}"`, `Resolve-DnsName ${quote(host)}`),
    connect: url => look('try the connection', `curl.exe -sSv -o NUL --max-time 10 ${quote(url)}`),
    clock: () => look('show the clock, in UTC', '(Get-Date).ToUniversalTime()'),
    signaturePolicy: () => look('show the image verifiers of containerd', `Select-String -Context 0,3 image-verifier ${CONFIG}`),
  };
}

/** Windows. */
export const windows: NodeSystem = {
  id: 'windows',
  recognize: ({ platform }) => platform?.os === 'windows',
  steps: windowsSteps,
};
