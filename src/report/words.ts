/** Words that every format of a report shares. Pure. */
import type { CredentialResult } from '../model/probe.ts';

/** A result of a credential, as words. */
export const RESULT: Record<CredentialResult, string> = {
  accepted: 'accepted',
  rejected: 'rejected',
  denied: 'denied',
  notTried: 'not tried',
  notVerifiable: 'not verifiable',
  error: 'error',
};
