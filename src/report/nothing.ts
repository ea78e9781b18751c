/** What `why` says where it has no finding: how many pods it looked at, or that nothing matched. Pure. */

import { count } from '../causes/phrases.ts';
import { quote } from '../causes/shell.ts';
import type { Looked } from '../cluster/looked.ts';

/** Where pods were looked for, and which. */
export interface Searched {
  /** Null for all namespaces. */
  namespace: string | null;
  /** The file in place of a cluster, as a message names it. */
  file: string | null;
  selector: string | null;
  fieldSelector: string | null;
  node: string | null;
  container: string | null;
}

/** In: what was looked at, and where. Out: one line without a full stop. */
export function nothingText({ pods, troubled }: Looked, searched: Searched): string {
  const { file, container } = searched;
  const wanted = wantedOf(searched);
  const place = placeOf(searched, pods === 0 ? 'any namespace' : 'all namespaces');
  if (pods === 0)
    return wanted === ''
      ? `there is no pod ${place.replace(/^of /, 'in ')}`
      : `no pod ${place} matches ${wanted}, so nothing was diagnosed${file === null ? ` (see them: ${listing(searched)} --show-labels -o wide)` : ''}`;
  const which = `${count(pods, 'pod')} ${place}${wanted === '' ? '' : ` ${pods === 1 ? 'matches' : 'match'} ${wanted}`}`;
  const what = container === null ? 'waits for an image' : `waits for the image of container "${container}"`;
  const none = `${which}: ${pods === 1 ? `it does not ${what.replace('waits', 'wait')}` : `none ${what}`}`;
  if (troubled === 0) return none;
  const others =
    pods === 1 ? 'it does not run for another reason' : `${troubled} of them ${troubled === 1 ? 'does' : 'do'} not run for another reason`;
  return `${none}; ${others}${file === null ? `, see: ${listing(searched)}` : ''}`;
}

/** What a pod has to be like. */
const wantedOf = ({ selector, fieldSelector, node }: Searched): string =>
  [
    ...(selector === null ? [] : [`the selector "${selector}"`]),
    ...(fieldSelector === null ? [] : [`the field selector "${fieldSelector}"`]),
    ...(node === null ? [] : [`the node "${node}"`]),
  ].join(' and ');

const placeOf = ({ namespace, file }: Searched, everywhere: string): string => {
  const within = namespace === null ? (file === null ? `of ${everywhere}` : '') : `of namespace "${namespace}"`;
  return [within, file === null ? '' : `in ${file}`].filter(Boolean).join(' ');
};

const listing = ({ namespace }: Searched): string =>
  `kubectl ${namespace === null ? '' : `-n ${quote(namespace)} `}get pods${namespace === null ? ' -A' : ''}`;
