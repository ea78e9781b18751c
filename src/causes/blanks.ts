/** What a printed command leaves to be filled in, said where it is printed. Pure. */
import type { Fix } from '../model/diagnosis.ts';
import { blanksIn } from './shell.ts';

/** In: a fix. Out: the same, whose title names each part of its command that has to be replaced first. */
export function namingBlanks(fix: Fix): Fix {
  const unnamed = blanksIn(fix.command ?? '').filter(one => !fix.title.includes(one));
  return unnamed.length === 0 ? fix : { ...fix, title: `${fix.title}; replace ${unnamed.join(' and ')} first` };
}
