/** From facts to one verdict, with its texts. Pure. What decides stands in `rules.ts` and the tables that it names. */

import { ofAdmission } from '../causes/admission.ts';
import { namingBlanks } from '../causes/blanks.ts';
import { askedNote } from '../causes/from-node.ts';
import { allowOnNode, pullsAgain } from '../causes/ImageNeverPulled.ts';
import { CAUSE_TEXTS } from '../causes/index.ts';
import { keptByManager } from '../causes/manager.ts';
import { comparison, isOfMirror, ofMirror } from '../causes/mirror.ts';
import { overNote } from '../causes/NoPullProblem.ts';
import { onOpenShift } from '../causes/openshift.ts';
import { ofPlanned } from '../causes/planned.ts';
import { appliesToSandbox, ofSandbox } from '../causes/sandbox.ts';
import { ofSearched } from '../causes/search-registries.ts';
import { causeOf } from '../model/cause-codes.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { type Facts, isOfSandbox } from '../model/facts.ts';
import { contextOf } from './context.ts';
import { evidenceOf } from './evidence.ts';
import { decide } from './rules.ts';

/** In: the facts of one image. Out: its diagnosis. */
export function diagnose(facts: Facts): Diagnosis {
  const context = contextOf(facts);
  const { cause: code, certainty, also, next, decidedBy, proof, fault } = decide(context);
  const cause = causeOf(code);
  const isSandbox = isOfSandbox(facts);
  const own = isOfMirror(facts, fault) ? ofMirror(code, CAUSE_TEXTS[code]) : onOpenShift(facts, code, CAUSE_TEXTS[code], fault);
  const { refusal, nodeReport } = facts;
  const { searched } = nodeReport;
  const placed = searched === null ? own : ofSearched(code, own, searched);
  const found = isSandbox ? ofSandbox(code, own) : refusal === undefined ? placed : ofAdmission(refusal, own);
  const text = facts.planned === undefined ? found : ofPlanned(facts, code, found);
  const [after] = code === 'ImageNeverPulled' ? next : [];
  const following = after === undefined ? undefined : { code: after, fixes: CAUSE_TEXTS[after].fixes(facts, context.probeFault) };
  const fixes = text.fixes(facts, fault, following);
  const again = pullsAgain(facts);
  return {
    cause: code,
    certainty,
    decidedBy,
    also: isSandbox ? also.filter(appliesToSandbox) : also,
    next,
    title: text.titleOf?.(facts) ?? text.title ?? cause.title,
    summary: `${text.summary(facts, fault)}${again}${comparison(facts)}${overNote(facts)}${askedNote(facts, code)}`
      .replace(/ {2,}/g, ' ')
      .trim(),
    // a name server that gives no answer may give one at the next try
    transient: cause.transient || (fault?.details.dns === 'noAnswer' && certainty !== 'possible'),
    evidence: evidenceOf(facts, fault, proof),
    fixes: keptByManager(facts, again === '' ? fixes : [...fixes, allowOnNode(facts)]).map(namingBlanks),
  };
}
