/** What every command is given: the parsed flags, where to write, and how to stop. Types only. */
import type { ConnectionFlags, GateFormat, OutputFormat } from '../flags.ts';
import type { Prober } from '../registry/prober.ts';
import type { Environment } from '../util/proxy.ts';

/** Standard error. */
interface ErrorOutput {
  write(chunk: string | Uint8Array): unknown;
  /** It is a terminal. */
  isTTY?: boolean;
}

/** The process, as far as commands may touch it. */
export interface Context {
  environment: Environment;
  stdout: { write(text: string): void; isTTY: boolean; columns: number };
  stderr: ErrorOutput;
  /** Standard input is a terminal. */
  isInteractive: boolean;
  /** Reads one line of standard input, without its end; empty where input ends. */
  readLine(): Promise<string>;
  /**
   * Keeps the process after a first Ctrl-C until what it gives back is called: something has to be undone. In: what is said when a second Ctrl-C ends the process at
   * once.
   */
  hold(farewell: () => string): () => void;
  /** Reads standard input to its end. */
  readStdin(): Promise<string>;
  readFile(path: string): Promise<string>;
  /** Whether a file could be written; rejects as `writeFile` would. */
  checkFile(path: string): Promise<void>;
  /** Writes a file anew, whole or not at all. */
  writeFile(path: string, text: string): Promise<void>;
  /** Asks the registries for several runs; its owner closes it. Null with --no-probe, undefined where each run has its own. */
  prober?: Prober | null;
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
  /** Only pods with these fields. */
  fieldSelector?: string | undefined;
  /** Only pods on this node. */
  node?: string | undefined;
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
  /** The file of an earlier answer. */
  since?: string | undefined;
  /** The context that this run is one of several of. */
  contextOfSeveral?: string | undefined;
  /** Which nodes are asked to pull now, null for none. */
  fromNode?: FromNodeFlags | null;
}

/** The flags of `--from-node`. */
export interface FromNodeFlags {
  /** Null for the node of each pod, or all kinds of nodes. */
  node: string | null;
  allNodes: boolean;
  /** Milliseconds for the answer of one node. */
  timeout: number;
  yes: boolean;
}

/** The flags of `explain`. */
export interface ExplainFlags extends Pick<CommonFlags, 'output' | 'color'> {
  /** Causes, groups, or the words of a text. */
  words: string[];
  file: string | undefined;
}

/** The flags of `cleanup`. */
export interface CleanupFlags extends ConnectionFlags {
  namespace?: string | undefined;
  allNamespaces: boolean;
  requestTimeout: number;
  yes: boolean;
}

/** The flags of `repair-secret`. */
export interface RepairSecretFlags extends Pick<CommonFlags, keyof ConnectionFlags | 'namespace' | 'requestTimeout' | 'output'> {
  name: string | undefined;
  file: string | undefined;
  image: string | undefined;
  /** FROM=TO. */
  rekey: string[];
  remove: string[];
  /** The registry of a login to write. */
  set: string | undefined;
  /** In place of REGISTRY_USER. */
  dockerUsername: string | undefined;
  passwordStdin: boolean;
  toNamespace: string | undefined;
}

/** The flags of `test-secret`. */
export interface TestSecretFlags extends CommonFlags {
  names: string[];
  image?: string | undefined;
  file?: string | undefined;
}

/** The flags of `check`. */
export interface CheckFlags extends Omit<CommonFlags, 'output'> {
  output: OutputFormat | GateFormat;
  /** Reports to write besides, each as FORMAT=FILE. */
  reports: string[];
  images: string[];
  /** Files and folders of manifests; `-` is standard input. */
  files: string[];
  /** Of the images that are named. */
  serviceAccount?: string | undefined;
  /** Pull secrets of the images that are named. */
  secrets: string[];
  /** JSONPath of images in objects of other kinds. */
  imagePaths: string[];
  /** `os/architecture[/variant]`; empty: those of the nodes. */
  platforms: string[];
  /** Ask no cluster. */
  local: boolean;
  secretFiles: string[];
  /** The file of an earlier answer. */
  since?: string | undefined;
  /** Print digests alone. */
  pin: boolean;
  facts: boolean;
  failOn: string[];
  ignore: string[];
}

/** The flags of `collect`. */
export interface CollectFlags extends CommonFlags {
  names: string[];
  file?: string | undefined;
  selector?: string | undefined;
  fieldSelector?: string | undefined;
  node?: string | undefined;
  /** Ask the registries, and record what they answer. */
  withProbe: boolean;
}
