/** One message in every form in which it is handed on, copied and pasted, and without the secrets that stand in it. */
import t from 'tap';
import { readFaults } from '../../../src/parse/messages/reader.ts';
import { HEAD, hostsOf, IMAGE, PULLED, read } from '../../helpers/messages.ts';

t.test('one error in every form in which kubelet hands it on', async t => {
  const inner = `${PULLED}${HEAD}401 Unauthorized`;
  const host = 'registry.example.com';
  const same = [{ kind: 'status', step: 'resolve', role: 'registry', host, method: 'HEAD', status: 401 }];
  const forms = {
    'event, 1.28 and later': `Failed to pull image "${IMAGE}": ${inner}`,
    'event, up to 1.27': `Failed to pull image "${IMAGE}": rpc error: code = Unknown desc = ${inner}`,
    'status ErrImagePull': inner,
    'status ErrImagePull, up to 1.27': `rpc error: code = Unknown desc = ${inner}`,
    'status ImagePullBackOff, 1.32 and later': `Back-off pulling image "${IMAGE}": ErrImagePull: ${inner}`,
    'the same with a code': `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = ${inner}`,
    'a log line of kubelet': `Error syncing pod, skipping: failed to "StartContainer" for "api" with ErrImagePull: "${inner}`,
    'the sandbox image': `CreatePodSandbox for pod "shop/api-7c9f" failed: failed to get sandbox image "${IMAGE}": ${inner}`,
    'RegistryUnavailable, 1.28 and later': `RegistryUnavailable: image pull failed for ${IMAGE} because the registry is unavailable: ${inner}`,
    'an unknown layer in front': `the new puller of 2030 says: ${inner}`,
  };
  for (const [name, message] of Object.entries(forms)) t.strictSame(read(message), same, name);
});

t.test('no secret stands in the words', async t => {
  const secret = 'canary-3f9a77';
  for (const [name, message] of Object.entries({
    'a signed address': `failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://bucket.example.net/blobs/sha256:9b2c?X-Amz-Credential=${secret}&X-Amz-Signature=${secret}": dial tcp: i/o timeout`,
    'a token in a query': `${PULLED}failed to authorize: failed to fetch oauth token: Get "https://sso.example.net/token?token=${secret}&service=x": EOF`,
    'user info in an address': `${PULLED}failed to do request: Head "https://ci:${secret}@registry.example.com/v2/": EOF`,
    'an echoed header': `${PULLED}${HEAD}401 Unauthorized\nunauthorized: bad header Authorization: Basic ${Buffer.from(`ci:${secret}`).toString('base64')}`,
    'a body of JSON': `${PULLED}${HEAD}403 Forbidden\n{"username":"ci","password":"${secret}"}`,
    'inside an aggregate': `[${PULLED}Get "https://x.example.net/?sig=${secret}": EOF, ${PULLED}Get "https://y.example.net/?sig=${secret}": EOF]`,
  })) {
    const shown = JSON.stringify(readFaults(`Failed to pull image "${IMAGE}": ${message}`, hostsOf(IMAGE)));
    t.notOk(shown.includes(secret) || shown.includes(Buffer.from(`ci:${secret}`).toString('base64')), name);
    t.match(shown, /REDACTED/, `${name}: something is told to be left out`);
  }
  t.match(
    read(`${PULLED}Get "https://m.example.net/v2/team/api/manifests/1.4.2?ns=registry.example.com": EOF`),
    [{ role: 'mirror' }],
    'ns= is read all the same',
  );
});
