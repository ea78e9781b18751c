/** Whether a text gets colors. Belongs here: what the flag, the environment and the terminal say, and which of them wins. Pure. */
import type { Environment } from './proxy.ts';

/** The values of --color. */
export type ColorWhen = 'auto' | 'always' | 'never';

/** A variable that is there and not empty. */
const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
/** One that asks for something: `0` and `false` ask for the contrary. */
const isOn = (value: string | undefined): boolean => isSet(value) && !isOff(value);
const isOff = (value: string | undefined): boolean => value === '0' || value === 'false';

/**
 * In: --color, the environment, and whether the text goes to a terminal. Out: whether it gets colors. The first that says something wins: the flag; NO_COLOR; FORCE_COLOR and
 * CLICOLOR_FORCE; CLICOLOR=0 and TERM=dumb; the terminal. Source: no-color.org, force-color.org, bixense.com/clicolors.
 */
export function wantsColor(when: ColorWhen, environment: Environment, isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM } = environment;
  if (when !== 'auto') return when === 'always';
  if (isSet(NO_COLOR) || isOff(FORCE_COLOR)) return false;
  if (isOn(FORCE_COLOR) || isOn(CLICOLOR_FORCE)) return true;
  return isTerminal && !isOff(CLICOLOR) && TERM !== 'dumb';
}
