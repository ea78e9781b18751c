/** The tag list of a repository: it proves whether the repository exists, and gives names near the wanted one. Belongs here: one page of it, read. */
import type { Tags } from '../model/probe.ts';
import type { AuthHeaders } from './authentication.ts';
import { header, isHtml, spokenError } from './response.ts';
import { addressOf, follow, type Session } from './session.ts';

/** Bytes that are read of a tag list. */
const MAX_LIST = 1024 * 1024;
/** Source: the OCI distribution spec, and distribution/reference. */
const TAG = /^\w[\w.-]{0,127}$/;
/** Tags that are kept, of a registry that gives more than it was asked for. */
const MOST_TAGS = 10_000;
/** Tags that are asked for. */
const PAGE = 1000;

/**
 * Asks for the first page of the tags. In: the session, the repository, and what the request for the manifest sent along. Out: the tags, that the repository
 * does not exist, or why neither is known.
 */
export async function listTags(session: Session, repository: string, auth: AuthHeaders): Promise<Tags> {
  const { outcome } = await follow(session, 'GET', addressOf(session, `/v2/${repository}/tags/list?n=${PAGE}`), auth.headers, MAX_LIST);
  const unknown = (why: string): Tags => ({ known: false, repositoryMissing: false, why });
  if (!outcome.ok) return unknown(outcome.fault.detail);
  const { reply } = outcome;
  if (reply.ledInside) return unknown('the registry redirects the request for the tag list into a private network');
  if (reply.status === 200 && !reply.truncated) {
    const names = readTags(reply.body);
    if (names === null) return unknown('the tag list is not JSON');
    return { known: true, names: names.slice(0, MOST_TAGS), complete: header(reply, 'link') === null && names.length <= MOST_TAGS };
  }
  const { code, message } = spokenError(reply);
  // Harbor: who misses an artifact has the repository
  const missesArtifact = code === 'NOT_FOUND' && /\bartifact\b/i.test(message ?? '');
  if (reply.status === 404 && (code === 'NAME_UNKNOWN' || code === 'NOT_FOUND') && !missesArtifact)
    return { known: false, repositoryMissing: true };
  if (reply.status === 404 && !isHtml(reply) && code === null) return { known: false, repositoryMissing: true, ambiguous: true };
  return unknown(`the registry answers the request for the tag list with ${reply.status}${code === null ? '' : ` ${code}`}`);
}

function readTags(body: string): string[] | null {
  try {
    const { tags } = JSON.parse(body) as { tags?: unknown };
    if (tags === null) return [];
    // what is no tag cannot be pulled, and would stand in a command
    return Array.isArray(tags) ? tags.filter(tag => typeof tag === 'string' && TAG.test(tag)) : null;
  } catch {
    return null;
  }
}
