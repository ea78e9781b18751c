/**
 * Edits that make hostile inputs of sound ones: of texts, and of values as JSON has them. An edit is data, so that whoever generates it can repeat and shrink it. Used by the
 * tests of properties and by the fuzzer.
 */

/** One edit; each number is taken modulo what it may be at most. */
export interface Edit {
  kind: number;
  /** Where: of a text a character, of a value one of its nodes. */
  at: number;
  /** How much, or another place. */
  size: number;
  /** What is put in. */
  word: string;
}

/** Words at which a reader may stumble: of grammars, of shells and terminals, of numbers, of prototypes, of Unicode. */
export const WORDS: readonly string[] = [
  ...[
    '',
    ' ',
    '\n',
    '\t',
    '\0',
    '\\',
    '"',
    "'",
    '/',
    '//',
    ':',
    '::',
    '@',
    '#',
    '?',
    '&',
    '=',
    ',',
    ';',
    '%',
    '%00',
    '%zz',
    '$(id)',
    '`id`',
    '!x',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '[]',
    '{}',
    '[[[[',
    '{"":',
    '"\\u0000"',
    '\\ud800',
    '- ',
    '? ',
    '&a ',
    '*a',
    '!!js/function x',
    '---\n',
    '<html>',
  ],
  ...[
    'null',
    'true',
    '0',
    '-1',
    '1e999',
    '-0',
    '9007199254740993',
    '999999999999999999999',
    'NaN',
    '0x7f',
    '127.1',
    '[::1]',
    '169.254.169.254',
  ],
  ...['__proto__', 'constructor', 'toString', 'prototype', 'length', 'hasOwnProperty'],
  ...[
    '\u001b[2J',
    '\u001b]0;x\u0007',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u2028',
    '\u2029',
    '\u0085',
    '\ufeff',
    '\ud83d',
    '\udc00',
    'ｘ',
    'é',
    '\u{1f600}',
  ],
  ...[
    'rpc error: code = Unknown desc = ',
    'failed to pull and unpack image ',
    'Back-off pulling image "',
    'not found',
    'unauthorized: ',
    ': ',
    ': EOF',
  ],
  ...[
    'sha256:',
    `sha256:${'a'.repeat(64)}`,
    'https://',
    'http://[',
    'Bearer realm="',
    'Basic ',
    'eyJhbGciOiJub25lIn0.e30.',
    'a'.repeat(300),
    'a:'.repeat(100),
  ],
];

/** Applies edits one after the other. Out: at most `limit` characters. */
export function editText(text: string, edits: readonly Edit[], limit = 65_536): string {
  let now = text;
  for (const { kind, at, size, word } of edits) {
    const from = at % (now.length + 1);
    const to = Math.min(now.length, from + (size % 40));
    const part = now.slice(from, to);
    const [before, after] = [now.slice(0, from), now.slice(to)];
    switch (kind % 7) {
      case 0: // a part goes
        now = before + after;
        break;
      case 1: // a word comes
        now = before + word + now.slice(from);
        break;
      case 2: // a part is replaced
        now = before + word + after;
        break;
      case 3: // a part is repeated
        now = before + part.repeat((size % 5) * (size % 50)) + after;
        break;
      case 4: // cut short
        now = before;
        break;
      case 5: // a part comes again elsewhere
        now = before + text.slice(size % (text.length + 1)).slice(0, 200) + after;
        break;
      default: // one character becomes its neighbor
        now = before + String.fromCharCode((now.charCodeAt(from) || 0) ^ (1 << (size % 8))) + now.slice(from + 1);
    }
    if (now.length > limit) now = now.slice(0, limit);
  }
  return now;
}

/** Applies edits to a value of JSON, one after the other. Out: another value; that one is not changed. */
export function editValue(value: unknown, edits: readonly Edit[]): unknown {
  const root = { value: structuredClone(value) };
  for (const edit of edits) {
    const places: [holder: Record<string, unknown>, key: string][] = [];
    const collect = (holder: Record<string, unknown>): void => {
      for (const key of Object.keys(holder)) {
        places.push([holder, key]);
        const inner = holder[key];
        if (typeof inner === 'object' && inner !== null) collect(inner as Record<string, unknown>);
      }
    };
    collect(root);
    const place = places[edit.at % places.length];
    if (place === undefined) break; // nothing is left
    const [holder, key] = place;
    const old = holder[key];
    const wrap = (levels: number): unknown => {
      let inner = old;
      for (let level = 0; level < levels; level++) inner = level % 2 === 0 ? [inner] : { items: inner };
      return inner;
    };
    const replacements: (() => unknown)[] = [
      () => null,
      () => [],
      () => ({}),
      () => edit.word,
      () => edit.size,
      () => edit.size % 2 === 0,
      () => [old, null, old],
      () => [null],
      () => wrap(1 + (edit.size % 80)),
      () => edit.word.repeat(1 + (edit.size % 2000)),
      () => (typeof old === 'string' ? editText(old, [edit]) : edit.word),
      () => structuredClone((places[edit.size % places.length] as (typeof places)[number])[0]),
      () => ({ [edit.word]: old, __proto__x: old }),
    ];
    const choice = edit.kind % (replacements.length + 3);
    if (choice < replacements.length) holder[key] = (replacements[choice] as () => unknown)();
    else if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  }
  return root.value;
}

/** A text of JSON after edits: of its value, and for odd kinds of the text itself, with keys that stand twice. */
export function editJson(text: string, edits: readonly Edit[], limit = 65_536): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return editText(text, edits, limit);
  }
  const first = edits[0];
  const edited = (JSON.stringify(editValue(value, edits)) ?? '').slice(0, limit);
  if (first === undefined || first.size % 4 !== 0) return edited;
  return first.size % 8 === 0 ? editText(edited, [first], limit) : edited.replace(/"\w+":/, key => `${key}null,${key}`);
}
