/** Which code of a runtime asks a registry: what is asked, and in which order, depends on it. Belongs here: the type, and how a node tells it. Pure. */

/**
 * containerd asks for the manifest at once, and answers the challenge of that answer. containers/image (CRI-O) and Docker ask `/v2/` first, and answer its
 * challenge alone.
 */
export type Client = 'containerd' | 'containersImage' | 'docker';

/** The client of a node's runtime (`cri-o://1.34.0`); containerd where it is not known. */
export const clientOf = (runtime: string | null): Client =>
  /^cri-o:/.test(runtime ?? '') ? 'containersImage' : /^docker:/.test(runtime ?? '') ? 'docker' : 'containerd';
