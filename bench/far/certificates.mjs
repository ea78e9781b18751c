/** An authority of the bench's own and a certificate of it for addresses, made by the program openssl. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/**
 * Makes them in a folder. Out: the file of the authority (ca.pem), and the certificate with its key in PEM.
 * @param {string} folder
 * @param {readonly string[]} addresses
 * @returns {{ ca: string, cert: string, key: string }}
 */
export function makeCertificates(folder, addresses) {
  const openssl = (/** @type {string[]} */ ...args) => {
    const { error, status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (error || status !== 0) throw new Error(`openssl ${args[0]} failed: ${error?.message ?? stderr}`);
  };
  writeFileSync(join(folder, 'names'), `subjectAltName = ${[...new Set(addresses)].map(address => `IP:${address}`).join(', ')}\n`);
  openssl('req', '-x509', ...KEY, '-subj', '/CN=Bench CA', '-days', '2', '-keyout', 'ca.key', '-out', 'ca.pem');
  openssl('req', ...KEY, '-subj', '/CN=bench', '-keyout', 'key.pem', '-out', 'request.pem');
  const issued = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'request.pem', ...issued, '-out', 'cert.pem');
  const read = (/** @type {string} */ name) => readFileSync(join(folder, name), 'utf8');
  return { ca: join(folder, 'ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
