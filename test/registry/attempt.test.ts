/** What a token server's refusal proves, by its status and by what its text states. */
import t from 'tap';
import type { Fault } from '../../src/model/fault.ts';
import { withStatements } from '../../src/parse/messages/registry-errors.ts';
import { tokenVerdict } from '../../src/registry/attempt.ts';
import { faultOfReply } from '../../src/registry/response.ts';

const refusal = (status: number, message: string | null): Fault => {
  const body = message === null ? '' : JSON.stringify({ errors: [{ code: 'DENIED', message }] });
  const url = 'https://sso.example.net/token';
  const reply = { status, headers: {}, body, truncated: false, ledInside: false, ms: 1 };
  return withStatements(faultOfReply(reply, { step: 'token', role: 'token', url, method: 'GET', login: 'sent' }, []), null, ['ci']);
};

t.test('what a refusal of a token server proves', async t => {
  const rows: [string, number, string | null, string][] = [
    ['registry.example.com', 401, 'authentication required', 'rejected'],
    ['registry.example.com', 401, null, 'rejected'],
    ['registry.example.com', 403, null, 'denied'],
    ['registry.example.com', 403, 'access forbidden', 'denied'],
    ['registry.gitlab.com', 403, 'The provided password or token is incorrect or your account has 2FA enabled', 'rejected'],
    ['registry.example.com', 403, 'invalid username or password', 'rejected'],
    ['registry.example.com', 403, 'incorrect password', 'rejected'],
    ['registry.example.com', 403, 'the token has been revoked', 'rejected'],
    ['registry.example.com', 403, 'Your authorization token has expired', 'rejected'],
    ['registry.example.com', 403, 'expired token', 'rejected'],
    ['europe-docker.pkg.dev', 403, 'Permission "artifactregistry.repositories.downloadArtifacts" denied (or it may not exist)', 'denied'],
    ['ghcr.io', 403, 'denied', 'rejected'],
    ['ghcr.io', 403, 'permission_denied: The token provided does not match expected scopes.', 'denied'],
    ['registry.example.com', 429, 'too many requests', 'error'],
    ['registry.example.com', 500, null, 'error'],
  ];
  for (const [registry, status, message, result] of rows)
    t.equal(tokenVerdict(refusal(status, message), registry).result, result, `${registry}: ${status} ${message ?? 'without a word'}`);
});
