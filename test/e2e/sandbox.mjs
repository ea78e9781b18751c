/**
 * The sandbox image of the node, set to images that cannot be pulled: the plugin has to name it once for the node, with the cause of each, and with a repair on the
 * node. The runtime is started anew each time.
 */
import { check, equal, imagepull } from './checks.mjs';
import { getJson, kubectl, must, sandboxSetting, until } from './lab.mjs';

/** A repository that the open registry does not have, one behind a login, and an address where nothing listens. */
const IMAGES = {
  '127.0.0.1:15000/lab/no-pause:9': 'RepositoryNotFound',
  '127.0.0.1:15001/lab/pause:9': 'NoPullSecret',
  '127.0.0.1:15009/lab/pause:9': 'RegistryUnreachable',
};
const NAMESPACE = 'pulls-other';
const PODS = ['sandbox-a', 'sandbox-b'];
const own = (/** @type {string[]} */ ...args) => kubectl('-n', NAMESPACE, ...args);

export async function checkSandbox() {
  const { set, restore } = sandboxSetting();
  try {
    await checkImages(set);
  } finally {
    await restore();
  }
}

/** @param {(image: string) => Promise<void>} set */
async function checkImages(set) {
  for (const [image, cause] of Object.entries(IMAGES)) {
    const [host = ''] = image.split('/');
    await set(image);
    for (const pod of PODS) await must(pod, own('run', pod, '--image=127.0.0.1:15000/library/busybox:1', '--restart=Never'));
    await until(`the sandboxes by ${image}`, 60, async () => {
      /** @type {{ items: import('./lab.mjs').Event[] }} */
      const { items } = await getJson('-n', NAMESPACE, 'events', '--field-selector=reason=FailedCreatePodSandBox');
      return PODS.every(pod => items.some(event => event.involvedObject.name === pod && event.message?.includes(host)));
    });
    const { status, json, stdout } = await imagepull('why', PODS[0] ?? '', '-n', NAMESPACE, '-o', 'json');
    const [item, ...others] = json?.items ?? [];
    equal(
      `sandbox ${image}: why POD`,
      [status, item?.cause, item?.container.kind, item?.container.name, others.length],
      [1, cause, 'sandbox', '', 0],
    );
    check(
      `sandbox ${image}: is named`,
      [item?.image, item?.summary].some(text => text?.includes(host)),
      stdout,
    );
    equal(`sandbox ${image}: no pull secret of the pod`, item?.credentials, []);
    check(
      `sandbox ${image}: the repair is on the node`,
      item?.fixes.some(({ title }) => title.includes('on node "')) === true,
      JSON.stringify(item?.fixes),
    );
    const all = await imagepull('why', '-A', '-o', 'json');
    const groups = (all.json?.groups ?? []).filter(({ examples }) => PODS.some(pod => examples.includes(`${NAMESPACE}/${pod}`)));
    const [group] = groups;
    equal(`sandbox ${image}: why -A`, [groups.length, group?.cause, (group?.pods ?? 0) >= PODS.length, group?.nodes], [1, cause, true, 1]);
    for (const pod of PODS) await own('delete', 'pod', pod, '--force', '--grace-period=0');
  }
}
