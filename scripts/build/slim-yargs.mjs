/**
 * yargs without what this program never asks of it: its help (which it renders at every command, seen or not), its tab completion, its translations, and what finds
 * files. The parser, the commands and their errors stay as they are. A cut whose place is no longer there fails the build.
 */
import { readFileSync } from 'node:fs';

/** What yargs asks of the platform. Its own asks Node for its catalogue of translations and for a program that lays out the help. */
const PLATFORM = `
import { format, inspect } from 'node:util';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import Parser from 'yargs-parser';
import { getProcessArgvBin } from '../../build/lib/utils/process-argv.js';
const cut = () => { throw new Error('not bundled'); };
const must = holds => { if (!holds) throw new Error('yargs was called in a way that it does not know'); };
const count = (one, many, number, ...rest) => format(number === 1 ? one : many, ...((number === 1 ? one : many).includes('%d') ? [number] : []), ...rest);
export default {
  assert: { notStrictEqual: (one, other) => must(one !== other), strictEqual: (one, other) => must(one === other) },
  cliui: cut, findUp: cut, getCallerFile: cut, readFileSync: cut, readdirSync: cut, require: cut, stringWidth: cut,
  getEnv: name => process.env[name],
  inspect, getProcessArgvBin, Parser,
  mainFilename: '',
  path: { basename, dirname, extname, join, relative, resolve },
  process: {
    argv: () => process.argv, cwd: () => process.cwd(), emitWarning: cut, execPath: () => process.execPath, exit: cut,
    nextTick: process.nextTick, stdColumns: null,
  },
  y18n: { __: format, __n: count, getLocale: () => 'en', setLocale() {}, updateLocale: cut },
};
`;

/** Files of yargs → what stands in for them. @type {Record<string, string>} */
const FILES = {
  '/lib/platform-shims/esm.mjs': PLATFORM,
  // no word of a command line holds a NUL: completion is never asked for
  '/build/lib/completion.js': 'export const completion = () => ({ completionKey: "\\0", setParsed() {} });',
  // it checks at run time what the compiler checks
  '/build/lib/argsert.js': 'export const argsert = () => {};',
};

/** What the parser asks of the platform: its own asks Node for a loader of configuration files. */
const PARSER = `
import { format } from 'node:util';
import { normalize, resolve } from 'node:path';
import { camelCase, decamelize, looksLikeNumber } from './string-utils.js';
import { YargsParser } from './yargs-parser.js';
const parser = new YargsParser({ cwd: () => process.cwd(), env: () => process.env, format, normalize, resolve, require: () => { throw new Error('not bundled'); } });
const detailed = (words, options) => parser.parse(words.slice(), options);
export default Object.assign((words, options) => detailed(words, options).argv, { detailed, camelCase, decamelize, looksLikeNumber });
`;

const PARSER_FILE = 'parser: /build/lib/index.js';

/** The function that renders the help, in usage.js. */
const HELP = /self\.help = function help\(\) \{[\s\S]*?\n {4}\};\n(?= {4}function maxWidth\()/;

/**
 * The plugin, and a check after the build that each cut was made. In: the folder of yargs.
 * @param {string} folder
 * @returns {{ plugin: import('esbuild').Plugin, check: () => void }}
 */
export function slimYargs(folder) {
  /** @type {Set<string>} */
  const used = new Set();
  const cuts = [...Object.keys(FILES), '/build/lib/usage.js', PARSER_FILE];
  return {
    plugin: {
      name: 'slim-yargs',
      setup(builder) {
        builder.onLoad({ filter: /[/\\]yargs-parser[/\\]build[/\\]lib[/\\]index\.js$/ }, () => {
          used.add(PARSER_FILE);
          return { contents: PARSER, loader: 'js' };
        });
        builder.onLoad({ filter: /[/\\]yargs[/\\](?:build[/\\])?lib[/\\][\w/\\-]+\.m?js$/ }, args => {
          const name = args.path.slice(folder.length).replaceAll('\\', '/');
          if (!args.path.startsWith(folder) || !cuts.includes(name)) return undefined;
          used.add(name);
          if (name !== '/build/lib/usage.js') return { contents: FILES[name] ?? '', loader: 'js' };
          const text = readFileSync(args.path, 'utf8');
          if (text.match(HELP)?.length !== 1) throw new Error('yargs renders its help elsewhere: look at scripts/build/slim-yargs.mjs');
          return { contents: text.replace(HELP, "self.help = () => '';\n"), loader: 'js' };
        });
      },
    },
    check() {
      const missing = cuts.filter(name => !used.has(name));
      if (missing.length > 0) throw new Error(`yargs has no ${missing.join(', ')} any more: look at scripts/build/slim-yargs.mjs`);
    },
  };
}
