/** The annotation by which OpenShift sets the image of a container from an ImageStreamTag. */
import t from 'tap';
import { triggerOf } from '../../src/parse/trigger.ts';

const at = (container: string, quote = '"'): string => `spec.template.spec.containers[?(@.name==${quote}${container}${quote})].image`;
const from = (name: string, more: object = {}): object => ({ from: { kind: 'ImageStreamTag', name, ...more }, fieldPath: at('api') });

t.test('the trigger of a container', async t => {
  const rows: [string, unknown, unknown][] = [
    ['of the own project', [from('api:prod')], { tag: 'api:prod', namespace: null, paused: false }],
    ['of another project', [from('api:prod', { namespace: 'tools' })], { tag: 'api:prod', namespace: 'tools', paused: false }],
    ['without a tag', [from('api')], { tag: 'api:latest', namespace: null, paused: false }],
    ['paused', [{ ...from('api:1'), paused: true }], { tag: 'api:1', namespace: null, paused: true }],
    ['paused, as some templates write it', [{ ...from('api:1'), pause: 'true' }], { tag: 'api:1', namespace: null, paused: true }],
    ['not paused', [{ ...from('api:1'), pause: 'false' }], { tag: 'api:1', namespace: null, paused: false }],
    ['the second of two', [{ ...from('web:1'), fieldPath: at('web') }, from('api:2')], { tag: 'api:2', namespace: null, paused: false }],
    ['in single quotes', [{ ...from('api:1'), fieldPath: at('api', "'") }], { tag: 'api:1', namespace: null, paused: false }],
    [
      'an init container',
      [{ ...from('api:1'), fieldPath: at('api').replace('containers', 'initContainers') }],
      { tag: 'api:1', namespace: null, paused: false },
    ],
    ['of another container', [{ ...from('web:1'), fieldPath: at('web') }], null],
    ['of a kind that sets no image', [{ from: { kind: 'ConfigMap', name: 'api' }, fieldPath: at('api') }], null],
    ['a name that is none', [from('$(canary):1')], null],
    ['a tag that is none', [from('api:-x')], null],
    ['a namespace that is none', [from('api:1', { namespace: 'a;b' })], { tag: 'api:1', namespace: null, paused: false }],
    ['no list', from('api:1'), null],
    ['a list of anything', [null, 3, [], { from: 'x', fieldPath: at('api') }, { from: {}, fieldPath: 4 }], null],
  ];
  for (const [name, triggers, wanted] of rows) {
    const annotations = { 'image.openshift.io/triggers': JSON.stringify(triggers) };
    t.strictSame(triggerOf({ name: 'api', annotations }, 'api'), wanted, name);
  }
  t.equal(triggerOf({ name: 'api', annotations: { 'image.openshift.io/triggers': '[{' } }, 'api'), null, 'no JSON');
  t.equal(triggerOf({ name: 'api' }, 'api'), null, 'no annotation');
  t.equal(triggerOf(null, 'api'), null, 'a workload that was not seen');
});
