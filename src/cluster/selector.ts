/**
 * Label selectors as kubectl takes them, for saved objects, which no API server selects. Pure. Source: apimachinery
 * pkg/labels/selector.go.
 */
import { UserError } from '../util/user-error.ts';

type Labels = Readonly<Record<string, string>>;

const NAME = '[A-Za-z0-9][A-Za-z0-9_./-]*';
const EQUALITY = new RegExp(`^(${NAME})\\s*(==|=|!=)\\s*([A-Za-z0-9_.-]*)$`);
const SET = new RegExp(`^(${NAME})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const PRESENCE = new RegExp(`^(!?)\\s*(${NAME})$`);

/**
 * In: `a=b,c!=d,e,!f,g in (h,i),j notin (k)`; an empty text selects everything. Out: whether labels are selected; an absent label differs
 * from every value. Errors: a UserError when the text is no selector.
 */
export function parseSelector(text: string): (labels: Labels) => boolean {
  const terms = splitTerms(text)
    .map(term => term.trim())
    .filter(Boolean)
    .map(term => parseTerm(term, text));
  return labels => terms.every(holds => holds(labels));
}

/** The terms between commas that stand in no parentheses. */
function splitTerms(text: string): string[] {
  const terms = [''];
  let isInside = false;
  for (const character of text) {
    if (character === '(') isInside = true;
    else if (character === ')') isInside = false;
    if (character === ',' && !isInside) terms.push('');
    else terms[terms.length - 1] += character;
  }
  return terms;
}

function parseTerm(term: string, text: string): (labels: Labels) => boolean {
  const equality = EQUALITY.exec(term);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return labels => (labels[key] === value) === (operator !== '!=');
  }
  const set = SET.exec(term);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map(value => value.trim());
    return labels => (Object.hasOwn(labels, key) && values.includes(labels[key] as string)) === (operator === 'in');
  }
  const presence = PRESENCE.exec(term);
  if (presence) {
    const [, not, key = ''] = presence;
    return labels => Object.hasOwn(labels, key) === (not === '');
  }
  throw new UserError(`invalid --selector "${text}"`, 'expected for example app=web,tier!=test or "app in (web,api)"');
}
