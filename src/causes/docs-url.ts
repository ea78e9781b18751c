/** Where the page of a cause is published. Belongs here: its address. Pure. */
import type { CauseCode } from '../model/cause-codes.ts';

/** The page of a cause, at the tool's own version. */
export const docsOf = (code: CauseCode, version: string): string =>
  `https://github.com/kubectl-imagepull/kubectl-imagepull/blob/v${version}/docs/causes/${code}.md`;
