/** What a row of the message tables is, and how one is applied. Belongs here: the shape of a row, the meaning of its named groups, compiling. */
import type { Fault, FaultDetails, FaultKind, HostRole, Speaker, Step } from '../../model/fault.ts';
import { beginningOf, needleOf } from './needle.ts';

/** Behind which kind of layer the rest of a message stands: a request line, a connection of the network, a file of the node. */
type On = 'request' | 'connection' | 'file';

/** What is known of a fault while its message is read from the outside in. */
export interface Draft extends Omit<Fault, 'seenBy' | 'statements' | 'message'> {
  on: On | null;
  /** What follows is the registry's own text. */
  quotesRegistry: boolean;
  /** Only kubelet has spoken so far: no runtime stands around what is left. */
  fromKubelet: boolean;
  /** The layers whose error everything inside is, outermost first. */
  owners: { kind: FaultKind; except: readonly FaultKind[] }[];
  /** The kind of an error inside that no row reads. */
  otherwise: FaultKind | null;
  /** A path error with the file that it names, for the texts. */
  pathError: string | null;
}

/** What every row has. */
interface Row {
  /** `speaker.what-it-says`, unique. It stands in `fault.rows`. */
  id: string;
  /**
   * One alternative, without anchors: a wrapper is looked for at the beginning of what is left, an error has to be all that is left. Named groups
   * are keys of `GROUPS`. Repetitions (`+`, `*`) are bounded when the row is compiled, except at the very end.
   */
  match: RegExp;
  /** A real message, or its end from this row on. */
  example: string;
  /** Project and file (or function) where the text is made. */
  source: string;
  /** The version that began to say it, where known. */
  since?: string;
  step?: Step;
  role?: HostRole;
  login?: 'sent' | 'none';
  /** Who wrote the message, when no row further out told. */
  speaker?: Speaker;
  details?: FaultDetails;
}

/** An outer layer of a message. */
export interface Wrapper extends Row {
  /** The kind of everything inside, whatever it says itself: this layer names whose error it is. */
  kind?: FaultKind;
  /** Kinds that stay themselves inside `kind`. */
  except?: readonly FaultKind[];
  /** The kind of an error inside that no row reads. Such a message is not understood. */
  otherwise?: FaultKind;
  on?: On;
  /** What follows is the registry's own text: only the rows of registry-errors.ts read it. */
  quotesRegistry?: true;
  /** What stands inside is of an image: in the report of a container or a sandbox that cannot be created, that is not the pull's trouble alone. */
  isOfImage?: true;
  /** Kubelet's own layer: what stands in it need not be a runtime's. */
  fromKubelet?: true;
  /** What follows is a quoted string: its quotes are taken off. */
  isQuoted?: true;
  /** Too short to be looked for behind a layer that no row knows. */
  isOutermost?: true;
}

/** What stands around an error for its row to hold. All parts have to. */
type Place = Partial<Pick<Draft, 'step' | 'role' | 'method' | 'speaker' | 'on' | 'quotesRegistry' | 'fromKubelet'>>;

/** An error itself: what is left when all layers are off. */
export interface ErrorRow extends Row {
  kind: FaultKind;
  at?: Place;
  status?: number;
  code?: string;
  /** Too short or too general to be looked for inside a text that says more. */
  isWhole?: true;
  /** Read in the body of an answer. A HEAD has none: behind Docker's `Head "URL": ` stands what the token server said. */
  isBody?: true;
  /** A document that does not parse: where a ping or a token was asked for, it is the token server's. */
  isDocument?: true;
}

const certificate = (details: FaultDetails): NonNullable<FaultDetails['certificate']> => (details.certificate ??= { problem: 'other' });

/** Media types of the layers and configurations of images. */
const IMAGE_BLOB = /^application\/vnd\.(?:docker\.image\.rootfs|oci\.image\.layer|docker\.container\.image|oci\.image\.config)/;

/** The named groups of rows, and what they fill. URLs, hosts, bodies and looked-up names are placed by the reader. */
export const GROUPS: Record<string, (details: FaultDetails, value: string) => void> = {
  limit: (details, value) => void (certificate(details).limit = value),
  clock: (details, value) => void (certificate(details).clock = value),
  names: (details, value) => void (certificate(details).names = value),
  wanted: (details, value) => void (certificate(details).wanted = value),
  nameServer: (details, value) => void (details.nameServer = value),
  mediaType: (details, value) => void (details.mediaType = value),
  descriptor: (details, value) => void (details.part = IMAGE_BLOB.test(value) ? 'layer' : 'other'),
  received: (details, value) => void (details.received = Number(value)),
  socket: (details, value) => void (details.socket = value),
  secrets: (details, value) => void (details.secrets = value.split(/,\s*/).filter(Boolean)),
  phrase: (details, value) => void (details.phrase = value),
  reason: (details, value) => void (details.reason = value),
  subPath: (details, value) => void (details.subPath = value),
};

/** Groups that the reader itself places: whose they are depends on the layers around. */
export const PLACED_GROUPS = [
  'url',
  'host',
  'method',
  'status',
  'explanation',
  'body',
  // a host name that was looked up, and an address that was dialled
  'lookup',
  'address',
  // all that is left, of a layer that stands on both sides of it
  'inner',
] as const;

const MOST_REPEATS = 600;

/**
 * Bounds the repetitions of a pattern, so that no message makes it run long. In: the source of a regular expression. Out: the same with `+` as
 * `{1,600}` and `*` as `{0,600}`, except for one at the very end, which nothing can make go back.
 */
export function bounded(source: string): string {
  let last = source.length - 1;
  while (source[last] === ')') last--;
  let result = '';
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string;
    if (char === '\\') {
      result += char + (source[++at] ?? '');
      continue;
    }
    if (char === '[') inClass = true;
    if (char === ']') inClass = false;
    const isRepetition = !inClass && at < last && (char === '+' || char === '*');
    result += isRepetition ? `{${char === '+' ? 1 : 0},${MOST_REPEATS}}` : char;
  }
  return result;
}

/**
 * A row with its patterns. A process reads few messages, and hundreds of rows are asked for each: a pattern is compiled when a text holds what no
 * match can do without.
 */
export class Compiled<R extends Row> {
  readonly row: R;
  readonly #end: string;
  #beginning: string | undefined;
  #needle: string | undefined;
  #pattern: RegExp | undefined;
  #part: RegExp | undefined;

  /** In: the row, and what its pattern ends with. */
  constructor(row: R, end: string) {
    this.row = row;
    this.#end = end;
  }

  /** For a wrapper: the beginning of a text. For an error: a whole text. */
  get pattern(): RegExp {
    const { source, flags } = this.row.match;
    this.#pattern ??= new RegExp(`^(?:${bounded(source)})${this.#end}`, flags);
    return this.#pattern;
  }

  /** For an error: the same anywhere in a text. */
  get part(): RegExp {
    const { source, flags } = this.row.match;
    this.#part ??= new RegExp(searchable(bounded(source)), flags);
    return this.#part;
  }

  /** The match of `pattern`, null where there is none. */
  exec(text: string): RegExpExecArray | null {
    this.#beginning ??= beginningOf(this.row.match);
    const mayMatch = this.#beginning === '' ? this.#mayStandIn(text) : text.startsWith(this.#beginning);
    return mayMatch ? this.pattern.exec(text) : null;
  }

  /** Whether `part` stands in a text. */
  standsIn(text: string): boolean {
    return this.#mayStandIn(text) && this.part.test(text);
  }

  #mayStandIn(text: string): boolean {
    this.#needle ??= needleOf(this.row.match);
    return text.includes(this.#needle);
  }
}

/**
 * A pattern for a search anywhere in a text: what may begin with anything begins with the last character of that, so that the search does not try
 * as many beginnings as there are characters. In: a bounded source.
 */
const searchable = (source: string): string =>
  source.replace(/^(\\S|\.|\[[^\]]*\])\{([01]),\d+\}/, (_, atom: string, least: string) => (least === '0' ? '' : atom));

/** A wrapper is a beginning; one that stands on both sides of the rest (`inner`) is the whole. */
export const compileWrapper = (row: Wrapper): Compiled<Wrapper> => new Compiled(row, row.match.source.includes('(?<inner>') ? '$' : '');
/** In: a row of an error. Out: the row, compiled for whole texts. */
export const compileError = (row: ErrorRow): Compiled<ErrorRow> => new Compiled(row, '$');
