/** From facts to one verdict, with its texts. Pure. What decides stands in `rules.ts` and the tables that it names. */

import { ofAdmission } from '../causes/admission.ts';
import { CAUSE_TEXTS } from '../causes/index.ts';
import { keptByManager } from '../causes/manager.ts';
import { comparison, isOfMirror, ofMirror } from '../causes/mirror.ts';
import { overNote } from '../causes/NoPullProblem.ts';
import { onOpenShift } from '../causes/openshift.ts';
import { appliesToSandbox, ofSandbox } from '../causes/sandbox.ts';
import { causeOf } from '../model/cause-codes.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { type Facts, isOfSandbox } from '../model/facts.ts';
import { contextOf } from './context.ts';
import { evidenceOf } from './evidence.ts';
import { decide } from './rules.ts';

/** In: the facts of one image. Out: its diagnosis. */
export function diagnose(facts: Facts): Diagnosis {
  const { cause: code, certainty, also, next, decidedBy, proof, fault } = decide(contextOf(facts));
  const cause = causeOf(code);
  const isSandbox = isOfSandbox(facts);
  const own = isOfMirror(facts, fault) ? ofMirror(code, CAUSE_TEXTS[code]) : onOpenShift(facts, code, CAUSE_TEXTS[code], fault);
  const text = isSandbox ? ofSandbox(code, own) : facts.refusal !== undefined ? ofAdmission(facts.refusal, own) : own;
  return {
    cause: code,
    certainty,
    decidedBy,
    also: isSandbox ? also.filter(appliesToSandbox) : also,
    next,
    title: text.title ?? cause.title,
    summary: `${text.summary(facts, fault)}${comparison(facts)}${overNote(facts)}`.replace(/ {2,}/g, ' ').trim(),
    // a name server that gives no answer may give one at the next try
    transient: cause.transient || (fault?.details.dns === 'noAnswer' && certainty !== 'possible'),
    evidence: evidenceOf(facts, fault, proof),
    fixes: keptByManager(facts, text.fixes(facts, fault)),
  };
}
