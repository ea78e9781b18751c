/** The way to the registry: connections, certificates, hosts of layers, and what answers where no registry is. */
import { createServer as createTlsServer } from 'node:tls';
import { APP, html, isBlob, isManifest, json } from '../../helpers/lab.ts';
import { makeCertificate } from '../../helpers/registry.ts';
import { answering, BASIC, bearer, ca, cred, mirror, type Scenario, sha256, tls, to, trusting, WRONG, withHead } from './scenario.ts';

const PORTAL = html(200, 'Welcome to the guest network');

export const ways: Scenario[] = [
  [
    'a port where nothing listens',
    { cause: 'RegistryUnreachable', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const host = await lab.nowhere();
      return { image: `${host}/team/app:1.4.2`, message: node => node.dial(`dial tcp ${host}: connect: connection refused`) };
    },
  ],
  [
    'a name that nobody knows',
    { cause: 'RegistryNameNotResolved', certainty: 'certain', bareCertainty: 'likely' },
    async () => ({
      image: 'registry.acme.invalid/team/app:1.4.2',
      message: node => node.dial('dial tcp: lookup registry.acme.invalid on 10.0.0.2:53: no such host'),
    }),
  ],
  [
    'a server that hangs up at once',
    { cause: ['RegistryUnreachable', 'RegistryFailing'] },
    async lab => {
      const { host } = await lab.tcp(socket => socket.end());
      return { image: `${host}/team/app:1.4.2`, message: node => node.dial('EOF') };
    },
  ],
  [
    'a server that resets the connection',
    { cause: 'RegistryUnreachable' },
    async lab => {
      const { host } = await lab.tcp(socket => socket.resetAndDestroy());
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.dial(`read tcp 127.0.0.1:40000->${host}: read: connection reset by peer`),
      };
    },
  ],
  [
    'plain HTTP where HTTPS is asked',
    { cause: 'PlainHTTPRegistry', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', `https://${host}`),
        message: node => node.dial('http: server gave HTTP response to HTTPS client'),
      };
    },
  ],
  [
    'plain HTTP by the report of the node, and it works from here',
    { cause: 'PlainHTTPRegistry', certainty: 'certain', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP] });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', host),
        message: node => node.dial('http: server gave HTTP response to HTTPS client'),
      };
    },
  ],
  [
    'HTTPS on loopback, which the node asks over plain HTTP: 400',
    { cause: 'PlainHTTPRegistry', bare: null },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `${host}/team/app:1.4.2`, flags: trusting(lab), message: node => node.status(400) };
    },
  ],
  [
    'a certificate of an authority that nobody trusts',
    { cause: 'CertificateNotTrusted', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `${host}/team/app:1.4.2`, scheme: 'https', message: node => node.dial(node.untrusted) };
    },
  ],
  [
    'a self-signed certificate',
    { cause: 'CertificateNotTrusted', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.self });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: [...mirror('registry.acme.example', host), ...trusting(lab)],
        message: node => node.dial(node.untrusted),
      };
    },
  ],
  [
    'an expired certificate',
    { cause: 'CertificateInvalid', bareCertainty: 'likely', text: /expired/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.expired });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        message: node =>
          node.dial(
            'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T13:19:17Z is after 2025-03-01T00:00:00Z',
          ),
      };
    },
  ],
  [
    'an expired certificate of a named host',
    { cause: 'CertificateInvalid', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.expired });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: [...mirror('registry.acme.example', host), ...trusting(lab)],
        message: node =>
          node.dial(
            'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T13:19:17Z is after 2025-03-01T00:00:00Z',
          ),
      };
    },
  ],
  [
    'a certificate that is not valid yet',
    { cause: 'CertificateInvalid' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.early });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        message: node =>
          node.dial(
            'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-11-22T13:19:19Z is before 2030-01-01T00:00:00Z',
          ),
      };
    },
  ],
  [
    'a certificate of another name',
    { cause: 'CertificateInvalid', text: /registry\.other\.example/ },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.otherName });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        message: node =>
          node.dial(
            "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
          ),
      };
    },
  ],
  ...(['TLSv1.2', 'TLSv1.3'] as const).map(
    (version): Scenario => [
      `a registry that wants a certificate of the client, ${version}`,
      { cause: 'TLSFailed' },
      async lab => {
        const asking = { ...tls.good, requestCert: true, ca: [ca.cert], rejectUnauthorized: true, maxVersion: version };
        const server = createTlsServer(asking, socket => socket.on('error', () => {}));
        server.on('tlsClientError', () => {});
        const { host } = await lab.tcp(socket => server.emit('connection', socket));
        return {
          image: `${host}/team/app:1.4.2`,
          flags: trusting(lab),
          scheme: 'https',
          message: node => node.dial('remote error: tls: certificate required'),
        };
      },
    ],
  ),
  [
    'a registry of TLS 1.1',
    { cause: 'TLSFailed' },
    async lab => {
      const server = createTlsServer({ ...tls.good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, socket =>
        socket.on('error', () => {}),
      );
      server.on('tlsClientError', () => {});
      const { host } = await lab.tcp(socket => server.emit('connection', socket));
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        message: node => node.dial('remote error: tls: protocol version not supported'),
      };
    },
  ],
  [
    'a private authority that is given: the fault is another',
    { cause: 'TagNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `${host}/team/app:2`, flags: trusting(lab), scheme: 'https', message: node => node.notFound() };
    },
  ],
  [
    'a self-signed certificate that is given as its own authority: the fault is another',
    { cause: 'CredentialsRejected', certainty: 'certain', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({ ...bearer(), tls: tls.self });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host, WRONG)],
        flags: ['--registry-ca', lab.file(tls.self.cert)],
        scheme: 'https',
        message: node => node.token(401, true),
      };
    },
  ],
  [
    'a registry that is named insecure: the fault is another',
    { cause: 'RepositoryNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.expired });
      return { image: `${host}/team/apq:1`, flags: ['--insecure-registry', host], scheme: 'https', message: node => node.notFound() };
    },
  ],
  [
    'layers at a host where nothing listens',
    { cause: 'BlobHostFailed', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const nowhere = await lab.nowhere();
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) ? to(`http://${nowhere}/blobs/x?X-Amz-Signature=c4nary-signature`) : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.copy(
            `failed to do request: Get "http://${nowhere}/blobs/x?X-Amz-Signature=c4nary-signature": dial tcp ${nowhere}: connect: connection refused`,
          ),
        after: (t, run) => t.notMatch(run.stdout, /c4nary-signature/, 'the signature of the address is not shown'),
      };
    },
  ],
  [
    'layers at a name that nobody knows',
    { cause: 'BlobHostFailed', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isBlob(request) ? to('https://layers.acme.invalid/blobs/x') : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.copy(
            'failed to do request: Get "https://layers.acme.invalid/blobs/x": dial tcp: lookup layers.acme.invalid on 10.0.0.2:53: no such host',
          ),
      };
    },
  ],
  [
    'layers at a host that refuses with 403',
    { cause: 'BlobHostFailed' },
    async lab => {
      const blobs = await lab.registry({
        answer: () => ({ status: 403, headers: { 'Content-Type': 'application/xml' }, body: '<Error><Code>AccessDenied</Code></Error>' }),
      });
      const { host } = await lab.registry({ ...bearer(), answer: request => (isBlob(request) ? to(`${blobs.url}/blobs/x`) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host)],
        message: node =>
          node.copy(
            node.runtime === '2.1'
              ? `unexpected status from GET request to ${blobs.url}/blobs/x: 403 Forbidden`
              : `unexpected status code ${blobs.url}/blobs/x: 403 Forbidden`,
          ),
        after: t =>
          t.notOk(
            blobs.requests.some(request => request.headers.authorization),
            'no Authorization goes to the host of the layers',
          ),
      };
    },
  ],
  [
    'layers at a host whose authority nobody trusts',
    { cause: 'BlobHostFailed', bareCertainty: 'likely' },
    async lab => {
      const blobs = await lab.registry({ tls: tls.self, answer: () => ({ body: 'x' }) });
      const { host } = await lab.registry({ images: [APP], answer: request => (isBlob(request) ? to(`${blobs.url}/blobs/x`) : undefined) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.copy(`failed to do request: Get "${blobs.url}/blobs/x": ${node.untrusted}`),
      };
    },
  ],
  ...([403, 404, 500] as const).map(
    (code): Scenario => [
      `HEAD is answered ${code} and GET works`,
      { cause: 'HeadRequestBlocked', bareCertainty: 'likely' },
      async lab => {
        const { host } = await lab.registry({ images: [APP], answer: withHead({ status: code }) });
        return { image: `${host}/team/app:1.4.2`, message: node => (code === 404 ? node.notFound() : node.status(code)) };
      },
    ],
  ),
  [
    'an answer with more headers than usual',
    { cause: 'FixedWaitingForRetry' },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (request.path === '/v2/' ? { headers: { 'X-Trace': 'x'.repeat(20_000) }, body: '{}' } : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'a tag that has expired and is still listed',
    { cause: 'TagNotFound' },
    async lab => {
      const body = JSON.stringify({ errors: [{ code: 'TAG_EXPIRED', message: 'Tag 1.4.2 was deleted or has expired' }] });
      const { host } = await lab.registry({
        images: [APP],
        answer: answering({ status: 404, headers: { 'Content-Type': 'application/json' }, body }),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.notFound() };
    },
  ],
  [
    'the address of the token server holds a key',
    { cause: 'TokenServiceFailed' },
    async lab => {
      const server = await lab.registry({ answer: () => ({ status: 500, body: 'x' }) });
      const { host } = await lab.registry(bearer({ realm: `${server.url}/token?api_key=c4nary-realm-key-1` }));
      return {
        image: `${host}/team/app:1.4.2`,
        after: (t, run) => t.notMatch(JSON.stringify(run.items), /c4nary-realm/, 'the key is told by nothing'),
      };
    },
  ],
  [
    'HEAD is blocked before a login by Basic',
    { cause: 'HeadRequestBlocked', results: ['accepted'] },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, answer: withHead({ status: 403 }) });
      return { image: `${host}/team/app:1.4.2`, secrets: [cred(host)], message: node => node.status(403) };
    },
  ],
  [
    'HEAD is answered 405: a runtime then asks by GET',
    { cause: 'FixedWaitingForRetry' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: withHead({ status: 405 }) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'a captive portal: 200 and a page for everything',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: () => PORTAL });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.runtime === '2.1'
            ? `get image config descriptor: unexpected media type text/html for ${sha256('p')}: not found`
            : node.plain(`failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${sha256('p')}: not found`),
      };
    },
  ],
  [
    'a login page on the same host',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: request => (request.path === '/login' ? html(200, 'Sign in') : to('/login', 302)) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.plain(`failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${sha256('p')}: not found`),
      };
    },
  ],
  [
    'a login page on another host',
    { cause: 'NotARegistry' },
    async lab => {
      const login = await lab.registry({ answer: () => html(200, 'Sign in') });
      const { host } = await lab.registry({ answer: () => to(`${login.url}/login`, 302) });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.plain(`failed to unpack image on snapshotter overlayfs: unexpected media type text/html for ${sha256('p')}: not found`),
      };
    },
  ],
  [
    'a server that speaks SSH',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.tcp(socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.dial('net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-OpenSSH_9.6"'),
      };
    },
  ],
  [
    'a web server that knows no registry: a page for 404',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: () => html(404, '404 Not Found') });
      return { image: `${host}/team/app:1.4.2`, message: node => node.notFound() };
    },
  ],
  [
    'a web server that knows no registry: plain text for 404',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({
        answer: () => ({ status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found\n' }),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.notFound() };
    },
  ],
  [
    'some other API: JSON for 404',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.registry({ answer: () => json(404, { message: 'no Route matched with those values' }) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.notFound() };
    },
  ],

  [
    'HEAD is answered 401 and GET works for everybody',
    { cause: 'HeadRequestBlocked' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], answer: withHead({ status: 401 }) });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(401) };
    },
  ],
  [
    'localhost by name, with a certificate of a known authority',
    { cause: 'TagNotFound' },
    async lab => {
      const { port } = await lab.registry({ images: [APP], tls: tls.good });
      return { image: `localhost:${port}/team/app:9`, flags: trusting(lab), scheme: 'https', message: node => node.notFound() };
    },
  ],
  [
    'a login at a registry that is named insecure',
    { cause: 'CredentialsRejected', results: ['rejected'] },
    async lab => {
      const { host } = await lab.registry({ ...BASIC, tls: tls.self });
      return {
        image: `${host}/team/app:1.4.2`,
        secrets: [cred(host, WRONG)],
        flags: ['--insecure-registry', host],
        scheme: 'https',
        message: node => node.status(401),
      };
    },
  ],
  [
    'a certificate that has no alternative name',
    { cause: 'CertificateInvalid' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: makeCertificate({ ca, names: [], commonName: '127.0.0.1' }) });
      return {
        image: `${host}/team/app:1.4.2`,
        flags: trusting(lab),
        scheme: 'https',
        message: node =>
          node.dial(
            "tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs",
          ),
      };
    },
  ],
  [
    'a named registry whose address takes no connection',
    { cause: 'RegistryUnreachable', certainty: 'certain', bareCertainty: 'likely' },
    async lab => {
      const host = await lab.nowhere();
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', host),
        message: node => node.dial('dial tcp 10.0.0.9:443: connect: connection refused'),
      };
    },
  ],
  [
    'a named registry whose port speaks SSH',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.tcp(socket => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', `https://${host}`),
        message: node => node.dial('tls: first record does not look like a TLS handshake'),
      };
    },
  ],
  [
    'a port that speaks the protocol of a database',
    { cause: 'NotARegistry' },
    async lab => {
      const { host } = await lab.tcp(socket => socket.on('data', () => socket.end("-ERR unknown command 'GET'\r\n")));
      return {
        image: `${host}/team/app:1.4.2`,
        message: node => node.dial(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "-ERR unknown command 'GET'"`),
      };
    },
  ],
  [
    'a manifest that is led to another host, without trouble',
    { cause: 'FixedWaitingForRetry', certainty: 'likely' },
    async lab => {
      const other = await lab.registry({ images: [APP] });
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) ? to(`${other.url}${request.url}`) : undefined),
      });
      return { image: `${host}/team/app:1.4.2`, message: node => node.status(503) };
    },
  ],
  [
    'a manifest that is led to a name that nobody knows',
    { cause: ['BlobHostFailed', 'RegistryNameNotResolved'] },
    async lab => {
      const { host } = await lab.registry({
        images: [APP],
        answer: request => (isManifest(request) ? to('https://eu-mirror.acme.invalid/v2/x') : undefined),
      });
      return {
        image: `${host}/team/app:1.4.2`,
        message: node =>
          node.resolve(
            'failed to do request: Head "https://eu-mirror.acme.invalid/v2/x": dial tcp: lookup eu-mirror.acme.invalid on 10.0.0.2:53: no such host',
          ),
      };
    },
  ],
  [
    'a certificate for the address alone, of a known authority',
    { cause: 'TagNotFound', certainty: 'certain' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: makeCertificate({ ca, ips: ['127.0.0.1'] }) });
      return { image: `${host}/team/app:9`, flags: trusting(lab), scheme: 'https', message: node => node.notFound() };
    },
  ],
  [
    'HTTPS where plain HTTP is asked',
    { cause: 'PlainHTTPRegistry', bareCertainty: 'likely' },
    async lab => {
      const { host } = await lab.registry({ images: [APP], tls: tls.self });
      return {
        image: 'registry.acme.example/team/app:1.4.2',
        flags: mirror('registry.acme.example', `http://${host}`),
        scheme: 'http',
        message: node => node.dial('read tcp 10.0.0.8:40000->10.0.0.9:443: read: Client sent an HTTP request to an HTTPS server'),
      };
    },
  ],
];
