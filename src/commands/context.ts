/** What every command is given: the parsed flags, where to write, and how to stop. Types only. */
import type { ConnectionFlags, OutputFormat } from '../flags.ts';
import type { Environment } from '../util/proxy.ts';

/** The process, as far as commands may touch it. */
export interface Context {
  environment: Environment;
  stdout: { write(text: string): void; isTTY: boolean; columns: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  /** Standard input is a terminal. */
  isInteractive: boolean;
  /** Reads standard input to its end. */
  readStdin(): Promise<string>;
  readFile(path: string): Promise<string>;
  /** RFC 3339. */
  now(): string;
  /** Fires on Ctrl-C. */
  signal: AbortSignal;
}

/** The flags of `why` and `test-secret`. */
export interface CommonFlags extends ConnectionFlags {
  namespace?: string | undefined;
  allNamespaces: boolean;
  /** Milliseconds for one request to the cluster; 0 is no limit. */
  requestTimeout: number;
  output: OutputFormat;
  color: boolean;
  probe: boolean;
  /** Milliseconds for the whole probe of one image. */
  timeout: number;
  /** Hosts with port, without a scheme. */
  insecureRegistries: string[];
  registryCa?: string | undefined;
  /** Ask kubelet for the free space of its file systems. */
  nodeStats?: boolean;
  /** From the registry of an image to the host to ask in its place. */
  mirrors: Map<string, string>;
}

/** The flags of `why`. */
export interface WhyFlags extends CommonFlags {
  names: string[];
  file?: string | undefined;
  selector?: string | undefined;
  container?: string | undefined;
  /** Keep running, and report what changes. */
  watch: boolean;
  /** Keep running until all images are pulled, or one cannot be. */
  untilPulled?: boolean;
  /** `timeout` is what the user gave, not the default: it limits a watch. */
  timeoutGiven?: boolean;
  /** The items of JSON and YAML hold the facts. */
  facts: boolean;
  /** Lists `CAUSE,…` that alone count for exit status 1; empty: all. */
  failOn: string[];
  /** Lists `CAUSE,…` that do not count. */
  ignore: string[];
}

/** The flags of `test-secret`. */
export interface TestSecretFlags extends CommonFlags {
  names: string[];
  image?: string | undefined;
  file?: string | undefined;
}
