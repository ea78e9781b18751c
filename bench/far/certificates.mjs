/** An authority of the bench's own and a certificate of it for addresses, made by the program openssl. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIG = `[req]
distinguished_name = subject
[subject]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[host]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = ADDRESSES
`;

/**
 * Makes them in a folder. Out: the file of the authority, and the certificate with its key in PEM.
 * @param {string} folder
 * @param {readonly string[]} addresses
 * @returns {{ ca: string, cert: string, key: string }}
 */
export function makeCertificates(folder, addresses) {
  const openssl = (/** @type {string} */ line, /** @type {string[]} */ ...more) => {
    const { error, status, stderr } = spawnSync('openssl', [...line.split(' '), ...more], { cwd: folder, encoding: 'utf8' });
    if (error || status !== 0) throw new Error(`openssl ${line} failed: ${error?.message ?? stderr}`);
  };
  const names = [...new Set(addresses)].map(address => `IP:${address}`).join(', ');
  writeFileSync(join(folder, 'bench.cnf'), CONFIG.replace('ADDRESSES', names));
  for (const name of ['ca.key', 'key.pem']) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(folder, name), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  openssl('req -config bench.cnf -x509 -extensions authority -days 2 -key ca.key -out ca.pem -subj', '/CN=Bench CA');
  openssl('req -config bench.cnf -new -key key.pem -out request.pem -subj', '/CN=bench');
  openssl('x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial 2 -days 1 -extfile bench.cnf -extensions host -out cert.pem');
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
  return { ca: join(folder, 'ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
