/** Which platform of an image runs on which node. */
import t from 'tap';
import { type Platform, runsOn, showPlatform } from '../../src/model/platform.ts';

t.test('which image runs on which node', async t => {
  const platform = (text: string): Platform => {
    const [os = '', architecture = '', variant = null] = text.split('/');
    return { os, architecture, variant };
  };
  const rows: [string, string, boolean][] = [
    ['linux/amd64', 'linux/amd64', true],
    ['linux/arm64', 'linux/amd64', false],
    ['linux/arm64/v8', 'linux/arm64', true],
    ['windows/amd64', 'linux/amd64', false],
    ['linux/386', 'linux/amd64', true],
    ['linux/amd64', 'linux/386', false],
    ['linux/arm/v6', 'linux/arm/v7', true],
    ['linux/arm/v7', 'linux/arm/v6', false],
    ['linux/arm/v7', 'linux/arm64', true],
    ['linux/arm', 'linux/arm/v6', true],
  ];
  for (const [image, node, expected] of rows) t.equal(runsOn(platform(image), platform(node)), expected, `${image} on ${node}`);
  t.equal(showPlatform(platform('linux/arm/v7')), 'linux/arm/v7');
  t.equal(showPlatform(platform('linux/amd64')), 'linux/amd64');
});
