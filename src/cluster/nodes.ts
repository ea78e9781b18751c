/** All nodes of a cluster. Belongs here: how they are listed; which of them matter belongs to the callers. */
import type { Node } from '../model/kubernetes.ts';
import type { Api } from './api.ts';
import { type Folded, list } from './list.ts';
import { readNode } from './shape.ts';

/**
 * Lists the nodes. In: the API, and what is kept of each, where thousands of nodes have to fit. Errors: a UserError that names the missing permission, or that the answer is
 * no list.
 */
export const listAllNodes = (api: Api, kept: (node: Node) => Node = node => node): Promise<Folded<Node[]>> =>
  list(api, { path: '/api/v1/nodes', what: 'the nodes', resource: 'nodes' }, item => {
    const read = readNode(item);
    return 'object' in read ? kept(read.object) : null;
  });
