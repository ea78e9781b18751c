/** What nodes answered that were asked to pull now (`--from-node`), as sentences for the summary of any cause: where it fails, where it works, who gave no answer. Pure. */
import type { CauseCode } from '../model/cause-codes.ts';
import { type Facts, type NodeAnswer, ownAnswer } from '../model/facts.ts';
import { quoted } from './phrases.ts';

const nodesOf = (answers: readonly NodeAnswer[]): string =>
  `${answers.length === 1 ? 'node' : 'nodes'} ${quoted(answers.map(({ node }) => node))}`;

/** In: the facts, and the cause, whose summary may tell the answer of the pod's node itself. Out: sentences, each with a blank before it; empty where no node was asked. */
export function askedNote(facts: Facts, code: CauseCode): string {
  const { fromNode: answers = [], pod } = facts;
  const own = ownAnswer(facts);
  const isTold = own?.outcome === 'pulled' ? code === 'FixedWaitingForRetry' : own?.outcome === 'pulling' && code === 'StillPulling';
  const pulled = answers.filter(({ outcome }) => outcome === 'pulled');
  const failed = answers.filter(({ outcome }) => outcome === 'failed');
  const open = answers.filter(({ outcome }) => outcome !== 'pulled' && outcome !== 'failed');
  const sentences: string[] = [];
  if (answers.length > 1 && open.length === 0 && failed.length === 0)
    sentences.push(`All ${answers.length} nodes that were asked pull it.`);
  else if (answers.length > 1 && open.length === 0 && pulled.length === 0)
    sentences.push(`All ${answers.length} nodes that were asked to pull it now fail.`);
  else if (own?.outcome === 'failed' && failed.length === 1 && pulled.length > 0)
    sentences.push(`Only node "${own.node}" fails: ${nodesOf(pulled)} can pull it now.`);
  else {
    const others = (list: NodeAnswer[]): NodeAnswer[] => list.filter(answer => answer !== own);
    if (own?.outcome === 'pulled' && !isTold) sentences.push(`Asked to pull it now, node "${own.node}" succeeds.`);
    if (own?.outcome === 'failed') sentences.push(`Asked to pull it now, node "${own.node}" fails again.`);
    const [works, fails] = [others(pulled), others(failed)];
    if (works.length > 0) sentences.push(`Asked to pull it now, ${nodesOf(works)} ${works.length === 1 ? 'succeeds' : 'succeed'}.`);
    if (fails.length > 0) sentences.push(`Asked to pull it now, ${nodesOf(fails)} ${fails.length === 1 ? 'fails' : 'fail'}.`);
  }
  const [first] = open;
  if (open.length > 1) sentences.push(`There is no answer of ${nodesOf(open)} (see the evidence).`);
  else if (first?.outcome === 'pulling' && !isTold)
    sentences.push(`Asked to pull it now, node "${first.node}" had not finished after ${first.seconds} s.`);
  else if (first !== undefined && !isTold) sentences.push(`Node "${first.node}" gave no answer: ${first.message ?? 'it has not pulled'}.`);
  if (own?.outcome === 'failed' && facts.onNode === true && facts.pullPolicy !== 'Always' && pod !== null)
    sentences.push(
      `Node "${own.node}" lists the image: a container with imagePullPolicy ${facts.pullPolicy ?? 'IfNotPresent'} can start from that copy, and a pull that is forced, as this one, cannot.`,
    );
  return sentences.map(sentence => ` ${sentence}`).join('');
}
