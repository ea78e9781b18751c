/** One fault against the table of candidates, and against the login table where authentication could change it. Pure. */

import type { CauseCode } from '../model/cause-codes.ts';
import type { Certainty } from '../model/diagnosis.ts';
import type { Fault } from '../model/fault.ts';
import { CANDIDATES, type Candidate } from './candidates.ts';
import type { Context } from './context.ts';
import { type Decision, MOST_ALTERNATIVES, settle } from './decision.ts';
import { loginFromNode } from './login-rules.ts';
import { hasShape } from './shape.ts';

/** The row that a fault has. The last row of the table takes every shape. */
const candidateOf = (context: Context, fault: Fault): Candidate =>
  CANDIDATES.find(({ when }) => hasShape(when, fault, context)) as Candidate;

/** Whether a refusal is answered by the login tables: its own words name no other cause. */
export const isLoginMatter = (context: Context, fault: Fault): boolean => candidateOf(context, fault).login === 'first';

/** The causes of one fault. In: the fault, and `atMost` where we know less than its row supposes. Out: the decision of its row, or of its login row. */
export function rankCauses(context: Context, fault: Fault, atMost: Certainty = 'certain'): Decision {
  const row = candidateOf(context, fault);
  const by = { rule: row.id, reason: row.reason };
  // a fault keeps its own cause where a mirror met it; that the mirror fails stays an alternative
  const mirror: CauseCode[] = fault.role === 'mirror' ? ['MirrorFailed'] : [];
  if (row.login === 'first') {
    const login = loginFromNode(context, fault, atMost);
    const others = unique([...login.also, ...row.causes], login.cause).slice(0, MOST_ALTERNATIVES - mirror.length);
    return {
      ...login,
      reached: [row.id, ...login.reached],
      also: login.certainty === 'certain' ? [] : [...others, ...mirror],
    };
  }
  const others = row.login === 'second' ? codesOf(loginFromNode(context, fault, atMost)) : [];
  const [first, ...rest] = row.causes;
  const causes = [first, ...unique([...rest, ...others], first).slice(0, MOST_ALTERNATIVES - mirror.length), ...mirror] as const;
  const certainty = row.certainty === 'certain' ? 'likely' : row.certainty;
  return settle(context, by, { causes, certainty, fault }, row.proof?.(context, fault) ?? [], atMost);
}

const codesOf = (decision: Decision): CauseCode[] => [decision.cause, ...decision.also];
const unique = (codes: CauseCode[], but: CauseCode): CauseCode[] => [...new Set(codes)].filter(code => code !== but);
