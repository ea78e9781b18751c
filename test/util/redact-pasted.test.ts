/** What a person pastes beside a message: commands with passwords, headers, settings. No word of them stays, and a message stays as it was. */
import t from 'tap';
import { redactPasted } from '../../src/util/redact-pasted.ts';

const PASSWORD = 'Canary-7!x';
const AUTH = Buffer.from(`ci:${PASSWORD}`).toString('base64');

t.test('no password stays', async t => {
  const rows = [
    `kubectl create secret docker-registry x --docker-password ${PASSWORD} --docker-username ci`,
    `kubectl create secret docker-registry x --docker-password='${PASSWORD}'`,
    `helm registry login r.example.com -u ci -p ${PASSWORD}`,
    `docker login -u ci -p${PASSWORD} r.example.com`,
    `tool --token "${PASSWORD}" go`,
    `curl -su ci:${PASSWORD} https://r.example.com/v2/; curl -u ci:${PASSWORD} https://r.example.com`,
    `curl --user 'ci:${PASSWORD}' https://r.example.com`,
    `Cookie: session=${PASSWORD}; path=/`,
    `> Authorization: Custom ${PASSWORD}`,
    `-H "X-Registry-Auth: ${AUTH}"`,
    `password: ${PASSWORD};`,
    `auth: ${AUTH}; x`,
    `auth ${AUTH}`,
    `{"auths":{"r":{"auth":"${AUTH}"}}}`,
  ];
  for (const row of rows) {
    const clean = redactPasted(row);
    t.notOk(clean.includes('Canary') || clean.includes(AUTH), `${row} becomes ${clean}`);
  }
});

t.test('a message stays as it was', async t => {
  const rows = [
    'Failed to pull image "r.example.com/team/api:1": unauthorized: invalid username or password',
    'failed to fetch oauth token: unexpected status from GET request to https://auth.example.com/token?scope=x: 401',
    'docker login --password-stdin r.example.com',
    'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'auth: invalid',
    'sha256:7698266fbb306bfea64efcc9e60ee7c792a06cf429ab820d077be7e7f03552d2: not found',
  ];
  for (const row of rows) t.equal(redactPasted(row), row);
});
