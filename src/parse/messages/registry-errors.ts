/** What registries, token servers and what stands before them say in their error bodies, by meaning. Belongs here: rows of their texts. */
import type { Fault, Statement } from '../../model/fault.ts';
import type { Reference } from '../../model/reference.ts';

interface StatementRow {
  statement: Statement;
  match: RegExp;
}

const ROWS: StatementRow[] = [
  { statement: 'linkExpired', match: /request has expired|ExpiredToken|<Code>/i },
  { statement: 'tokenExpired', match: /token has expired|token is expired|expired token/i },
  {
    statement: 'expired',
    match: /^(?!.*(?:subscription|trial|licen[cs]e|request has expired|ExpiredToken|<Code>)).*(?:expired|no longer valid)/is,
  },
  {
    statement: 'credentialsWrong',
    match:
      /(?:incorrect|invalid|bad|wrong) (?:user(?: ?name)?|credentials|password)|must log in with|(?:password|token) is (?:incorrect|invalid)|(?:token|key|credentials?) (?:is|are|was|were|has been|have been) revoked/i,
  },
  {
    statement: 'rightMissing',
    match:
      /permission_denied|expected scopes|not authorized to perform|insufficient permissions|insufficient scopes?\b|no permission for manifest|does not have permission|forbidden to access/i,
  },
  {
    statement: 'policy',
    match:
      /vulnerabilit|not signed|signed by|cosign|notation|quarantine|blocked by|has been blocked|by policy|blocking policy|configured policy|policy violation|PROJECTPOLICYVIOLATION|is not allowed access|acr\/firewall|allow-?list|whitelist|ip address|\bgeo(?:graph|-?block|-?fenc|-?restrict|location)|your (?:region|country)|sanction|embargo|\blegal\b|copyright|does not have permission to get URL|Access Denied.*(?:WAF|Cloudflare|Akamai)|Request blocked|\b(?:image|security|virus|malware) scan|\bscan(?:s|ned|ning)?\b/i,
  },
  {
    statement: 'offline',
    match:
      /shut ?down|has moved|was moved|no longer (?:available|supported|served)|deprecated|discontinued|suspended|disabled|payment|unpaid|billing|subscription|trial|licen[cs]e has|exceeded \S+ (?:pull )?(?:traffic |storage )?quota|over quota|quota exceeded|storage limit|read-?only|maintenance|offline|decommission|archived|namespace .* disabled|upstream/i,
  },
  { statement: 'rateLimit', match: /rate limit/i },
  { statement: 'htmlPage', match: /an HTML page/ },
  { statement: 'httpsWanted', match: /HTTP request (?:was sent )?to (?:an )?HTTPS/i },
  { statement: 'statusOnly', match: /^unauthorized: Unauthorized$/ },
];

/**
 * What a registry states of its own: its explanation without what it only quotes of the request (host, repository and its parts, user). A
 * repository "billing/archive" is no unpaid bill.
 */
function ownWords(explanation: string, reference: Reference | null, users: readonly string[]): string {
  const { registry: host = '', repository: path = '' } = reference ?? {};
  const whole = [`${host}/${path}`, path, host, ...users];
  const parts = path.split('/').flatMap(part => [`"${part}"`, `'${part}'`, `project ${part}`, `namespace ${part}`, `repository ${part}`]);
  return [...whole, ...parts].filter(text => text.length > 1).reduce((rest, text) => rest.replaceAll(text, '…'), explanation);
}

/** The fault with what its explanation states. In: the reference and the user names that the explanation may quote. */
export function withStatements(fault: Fault, reference: Reference | null, users: readonly string[] = []): Fault {
  if (fault.explanation === null) return fault;
  const words = ownWords(fault.explanation, reference, users);
  return { ...fault, statements: ROWS.filter(({ match }) => match.test(words)).map(({ statement }) => statement) };
}
