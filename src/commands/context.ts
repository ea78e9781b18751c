/** What every command is given: the parsed flags, where to write, and how to stop. */
import type { ConnectionFlags } from '../cluster/kubeconfig.ts';
import type { Environment } from '../util/proxy.ts';

export type OutputFormat = 'text' | 'wide' | 'json' | 'yaml' | 'name' | 'prometheus';

export interface Context {
  environment: Environment;
  stdout: { write(text: string): void; isTTY: boolean; columns: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Whether somebody sits at standard input. */
  isInteractive: boolean;
  /** Reads standard input to its end. */
  readStdin(): Promise<string>;
  readFile(path: string): Promise<string>;
  now(): string;
  /** Fires on Ctrl-C. */
  signal: AbortSignal;
}

export interface CommonFlags extends ConnectionFlags {
  namespace?: string | undefined;
  allNamespaces: boolean;
  requestTimeout: number;
  output: OutputFormat;
  color: boolean;
  probe: boolean;
  /** Milliseconds for the whole probe. */
  timeout: number;
  insecureRegistries: string[];
  registryCa?: string | undefined;
  mirrors: Map<string, string>;
}

/** The flags of `why`. */
export interface WhyFlags extends CommonFlags {
  names: string[];
  file?: string | undefined;
  selector?: string | undefined;
  container?: string | undefined;
  /** Stay, and report what changes. */
  watch: boolean;
  /** Lists `CAUSE,…` that alone count for exit status 1; empty: all. */
  failOn: string[];
  /** Lists `CAUSE,…` that do not count. */
  ignore: string[];
}
