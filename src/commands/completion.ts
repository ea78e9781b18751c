/** `completion`: the script that enables tab completion in a shell. The candidates themselves come from complete.ts. */
import { program } from '../util/called-as.ts';
import type { Context } from './context.ts';
import { print } from './terminal.ts';

/** In: the shell, undefined for the program itself. Prints the script. Out: the exit status. */
export function completion(shell: string | undefined, context: Context): number {
  print(context, completionScript(shell));
  return 0;
}

const helper = (): string => `#!/bin/sh\nexec ${program()} __complete "$@"\n`;

/**
 * kubectl finds the completion of a plugin as a program `kubectl_complete-imagepull` in PATH, which krew cannot put there: the script writes that two-line program to the
 * cache directory of the user and adds the directory to PATH. Without a shell it is the program itself.
 */
function completionScript(shell: string | undefined): string {
  // kubectl looks for the name of the plugin with _ for each dash
  const plugin = program().replace(/^kubectl /, '');
  const file = `kubectl_complete-${plugin.replaceAll('-', '_')}`;
  switch (shell) {
    case 'bash':
    case 'zsh':
      return `# ${shell}: source <(${program()} completion ${shell})   (after kubectl's own completion)
__imagepull_dir="\${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-imagepull"
mkdir -p "$__imagepull_dir"
printf '%s\\n' '#!/bin/sh' 'exec ${program()} __complete "$@"' > "$__imagepull_dir/${file}"
chmod +x "$__imagepull_dir/${file}"
case ":$PATH:" in *":$__imagepull_dir:"*) ;; *) export PATH="$PATH:$__imagepull_dir" ;; esac
unset __imagepull_dir
`;
    case 'fish':
      return `# fish: ${program()} completion fish | source   (after kubectl's own completion)
set -l dir (test -n "$XDG_CACHE_HOME"; and echo $XDG_CACHE_HOME; or echo $HOME/.cache)/kubectl-imagepull
mkdir -p $dir
printf '%s\\n' '#!/bin/sh' 'exec ${program()} __complete "$@"' > $dir/${file}
chmod +x $dir/${file}
contains $dir $PATH; or set -gx PATH $PATH $dir
`;
    case 'powershell':
      return `# PowerShell: ${program()} completion powershell | Out-String | Invoke-Expression   (after kubectl's own completion)
$dir = Join-Path $env:LOCALAPPDATA 'kubectl-imagepull'
New-Item -ItemType Directory -Force -Path $dir | Out-Null
Set-Content -Path (Join-Path $dir '${file}.cmd') -Value '@${program()} __complete %*'
if (($env:PATH -split ';') -notcontains $dir) { $env:PATH = "$env:PATH;$dir" }
`;
    default:
      return helper();
  }
}
