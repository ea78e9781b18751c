/** The ladder of a pull, as it is shown. */

export type CheckName = 'dns' | 'connect' | 'tls' | 'ping' | 'token' | 'manifest' | 'platform' | 'config' | 'layers';
export const CHECK_ORDER: CheckName[] = ['dns', 'connect', 'tls', 'ping', 'token', 'manifest', 'platform', 'config', 'layers'];

export interface Check {
  name: CheckName;
  status: 'ok' | 'failed' | 'skipped' | 'warning';
  /** Registry code, HTTP status or system error code. */
  code: string | null;
  detail: string;
  /** Milliseconds that the step took, null when nothing was done. */
  ms: number | null;
}
