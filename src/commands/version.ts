/** `version`: prints the version. */
import type { OutputFormat } from '../flags.ts';
import { UserError } from '../util/user-error.ts';
import { VERSION } from '../util/version.ts';
import type { Context } from './context.ts';
import { print } from './terminal.ts';

/** In: the format. Prints the version. Out: the exit status. Throws UserError for a format that the version does not have. */
export function version(output: OutputFormat, context: Context): number {
  switch (output) {
    case 'json':
      print(context, JSON.stringify({ version: VERSION }, null, 2));
      return 0;
    case 'yaml':
      print(context, `version: ${VERSION}`);
      return 0;
    case 'text':
    case 'wide':
      print(context, `kubectl-imagepull ${VERSION}`);
      return 0;
    default:
      throw new UserError(`-o ${output} is not available for version`, 'use text, json or yaml');
  }
}
