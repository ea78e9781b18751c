/**
 * How PowerShell reads a command line of native programs: the part of its grammar that a printed command may use. What it reads otherwise than a POSIX shell, or not at all, is an
 * error here. Source: the language specification of PowerShell, chapters 2.3 (tokens) and 8.2 (pipelines), and about_Parsing.
 */

/** Characters that begin a token of their own. */
const SEPARATORS = '(){},;&| \t\r\n';
const isSingleQuote = (sign: string): boolean => sign !== '' && "'\u2018\u2019\u201a\u201b".includes(sign);
const isDoubleQuote = (sign: string): boolean => sign !== '' && '"\u201c\u201d\u201e'.includes(sign);

class PowerShellError extends Error {}

/** In: commands. Out: the arguments of each program that they call, its name first. Throws for what PowerShell would not read as it is meant. */
export function powerShellCalls(text: string): string[][] {
  const calls: string[][] = [[]];
  let at = 0;
  const fail = (why: string): never => {
    throw new PowerShellError(`${why} at ${at}: ${text}`);
  };
  /** The text of a string in quotes, which a doubled quote does not end. */
  const quoted = (isQuote: (sign: string) => boolean): string => {
    const from = ++at;
    for (; at < text.length; at++) {
      const sign = text[at] as string;
      if (isDoubleQuote(text[from - 1] as string) && (sign === '$' || sign === '`')) fail('an expansion');
      if (!isQuote(sign)) continue;
      if (isQuote(text[at + 1] ?? '')) at++;
      else break;
    }
    if (at >= text.length) fail('a string without an end');
    return text.slice(from, at++).replace(/([''\u2018\u2019\u201a\u201b])\1/g, '$1');
  };
  const argument = (): string => {
    const first = text[at] as string;
    if (isSingleQuote(first) || isDoubleQuote(first)) {
      const word = quoted(isSingleQuote(first) ? isSingleQuote : isDoubleQuote);
      // what stands right behind it is another argument
      if (at < text.length && !SEPARATORS.includes(text[at] as string)) fail('something right behind a string');
      return word;
    }
    if ('@$#<'.includes(first)) fail(`a word that begins with ${first}`);
    let word = '';
    while (at < text.length && !SEPARATORS.includes(text[at] as string)) {
      const sign = text[at] as string;
      if (isSingleQuote(sign)) word += quoted(isSingleQuote);
      else if (isDoubleQuote(sign)) word += quoted(isDoubleQuote);
      else {
        if ('$`<'.includes(sign)) fail(`the sign ${sign}`);
        if (sign === '>') fail('a redirection within a word');
        word += sign;
        at++;
      }
    }
    // a parameter in the short form ends at a point or a colon
    if (/^-[A-Za-z][^-]*[.:]/.test(word)) fail('a parameter with a point or a colon');
    return word;
  };
  while (at < text.length) {
    const sign = text[at] as string;
    const call = calls.at(-1) as string[];
    if (sign === ' ' || sign === '\t') at++;
    else if (sign === '\n' || sign === ';' || (sign === '|' && text[at + 1] !== '|') || text.startsWith('&&', at)) {
      at += text.startsWith('&&', at) ? 2 : 1;
      calls.push([]);
    } else if (/^>>? /.test(text.slice(at, at + 3))) {
      at = text.indexOf(' ', at) + 1;
      argument();
    } else if (SEPARATORS.includes(sign) || sign === '>') fail(`the sign ${sign}`);
    else if (call.length === 0 && (isSingleQuote(sign) || isDoubleQuote(sign))) fail('a string in the place of a program');
    else call.push(argument());
  }
  // echo is a command of each shell itself
  return calls.filter(([program]) => program !== undefined && program !== 'echo');
}
