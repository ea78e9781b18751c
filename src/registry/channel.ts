/**
 * One connection: requests written in order, and their answers read in the same order (RFC 9112, section 9.3), by an undici client that has this connection and gets no other. Belongs here:
 * whose turn it is, how much of an answer is kept, and what an end means for those that wait behind it. Which request goes over which connection stands in connections.ts.
 */
import type { Socket } from 'node:net';
import { type buildConnector, Client } from 'undici';

/** A request, and how much of its answer is wanted. */
export interface Question {
  method: 'GET' | 'HEAD' | 'POST';
  /** A path, or the whole URL for a proxy. */
  path: string;
  headers: Record<string, string>;
  body: string | null;
  /** Bytes of the body that are kept. */
  limit: number;
}

/** The head of an answer. */
interface Head {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
}

/** An answer as much of it as was asked for. */
interface Answer extends Head {
  body: Buffer;
  /** The body was longer. */
  truncated: boolean;
}

/** What became of a request on a connection. */
export type Outcome =
  | { ok: true; answer: Answer }
  /**
   * `answered`: the head of an answer had come; `isAboutChannel`: it tells of this connection alone, and the request may be answered over another; `isUnsent`: nothing of it was written.
   */
  | { ok: false; error: unknown; answered: boolean; isAboutChannel: boolean; isUnsent: boolean; ms?: undefined };

/** A request on its way. */
export interface Turn {
  question: Question;
  isSent: boolean;
  head: Head | null;
  chunks: Buffer[];
  /** Bytes of the body that came, kept or not. */
  size: number;
  /** Milliseconds from its turn to the head of its answer. */
  ms: number;
  /** Null where nobody waits for the answer any more: it is read and thrown away. */
  done: ((outcome: Outcome) => void) | null;
}

/** Who is told of a connection; never while a request is given to it. */
export interface ChannelObserver {
  /** An answer is whole. In: the request's turn, and whether the connection outlives it. */
  answered(turn: Turn, keepsOpen: boolean): void;
  /** The connection ended, and requests were on their way behind the first. */
  lost(): void;
  /** There is room for a request, or the connection is gone. */
  changed(): void;
}

/** Requests that are under way over one connection. */
export const DEPTH = 8;
/** Servers of the Go kind send headers of up to a megabyte. */
const MAX_HEADERS = 64 * 1024;
/** Bytes of a body that nobody wants which are read, so that the connection can be kept. */
const DRAIN = 16 * 1024;
/** How long a connection that was opened ahead waits for its first request, in milliseconds: servers give a minute for it. */
const UNUSED = 30_000;
/** How long it may be idle after an answer, unless the server names a shorter time. */
const IDLE = 4000;
/** Milliseconds before the end of the time that a server names: the request must be there before it is over. */
const MARGIN = 1000;
/** Milliseconds after which a server may have closed one that it has never been asked over. */
const LONG = 1000;

/** The error of a connection that ended without another one. Its code is one of those that wire.ts knows. */
export const closed = (): Error => Object.assign(new Error('closed'), { code: 'UND_ERR_SOCKET' });
/** What undici is told instead of a second connection: it would send again over that one what was lost with the first. */
const GONE = Object.assign(new Error('the connection is gone'), { code: 'ERR_GONE' });

export class Channel {
  /** Answers that came whole. */
  answers = 0;
  readonly turns: Turn[] = [];
  readonly #client: Client;
  readonly #opened = performance.now();
  readonly #unused: NodeJS.Timeout;
  #isGiven = false;
  /** It was open for a while before its first request: its server may have closed it meanwhile. */
  #isOld = false;
  /** How the connection ended. */
  #end: unknown = closed();
  #turnSince = 0;
  #isCorked = false;

  /** In: the origin and an open socket to it, milliseconds for a head and for a pause in a body, and who is told. */
  constructor(
    origin: string,
    private readonly socket: Socket,
    stepTimeout: number,
    private readonly observer: ChannelObserver,
  ) {
    socket.on('error', () => {});
    socket.on('close', () => this.#closed());
    socket.unref();
    this.#unused = setTimeout(() => this.close(), UNUSED).unref();
    this.#client = new Client(origin, {
      connect: (_, callback) => this.#give(callback),
      pipelining: DEPTH,
      headersTimeout: stepTimeout,
      bodyTimeout: stepTimeout,
      maxHeaderSize: MAX_HEADERS,
      keepAliveTimeout: IDLE,
      keepAliveMaxTimeout: IDLE,
      keepAliveTimeoutThreshold: MARGIN,
    });
    this.#client.on('disconnect', (_origin, _clients, error) => {
      // undici's own reasons to close one are no errors
      if (error.code !== 'UND_ERR_INFO') this.#end = error;
    });
  }

  get isClosed(): boolean {
    return this.socket.destroyed;
  }

  /** Nothing is under way, and the server keeps the connection still. */
  get isIdle(): boolean {
    return !this.isClosed && this.turns.length === 0;
  }

  /** Whether the answer to the first request has begun to come. */
  get isAnswering(): boolean {
    return this.turns[0]?.head != null;
  }

  /** Writes a request behind those that are under way; what is written in one tick goes out together. */
  send(question: Question, done: (outcome: Outcome) => void): Turn {
    const turn: Turn = { question, isSent: false, head: null, chunks: [], size: 0, ms: 0, done };
    this.turns.push(turn);
    const { limit: _, ...request } = question;
    // undici would close the connection after HEAD, and send nothing behind a request before its answer begins
    this.#client.dispatch(
      { ...request, reset: false, blocking: false },
      {
        onRequestStart: () => this.#begin(turn),
        onResponseStart: (_controller, status, headers) => this.#answer(turn, { status, headers }),
        onResponseData: (_controller, chunk) => this.#read(turn, chunk),
        onResponseEnd: () => this.#complete(turn),
        onResponseError: (_controller, error) => this.#fail(turn, error),
      },
    );
    return turn;
  }

  /** Nobody waits for an answer any more. The connection goes on where others wait. */
  abandon(turn: Turn): void {
    turn.done = null;
    if (this.turns.every(({ done }) => done === null)) this.close();
  }

  /** Ends the connection; whoever waits has an error. */
  close(): void {
    this.socket.destroy();
  }

  /** Gives undici the connection, once, and after what the server has sent so far: its end, too. */
  #give(callback: buildConnector.Callback): void {
    if (this.#isGiven) return callback(GONE, null);
    this.#isGiven = true;
    this.#isOld = performance.now() - this.#opened > LONG;
    clearTimeout(this.#unused);
    this.socket.ref();
    setImmediate(() => callback(null, this.socket));
  }

  #begin(turn: Turn): void {
    turn.isSent = true;
    if (this.turns[0] === turn) this.#turnSince = performance.now();
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.socket.cork();
    setImmediate(() => {
      this.#isCorked = false;
      this.socket.uncork();
    });
  }

  #answer(turn: Turn, head: Head): void {
    // an answer before the answer (RFC 9110, section 15.2)
    if (head.status < 200) return;
    turn.head = head;
    turn.ms = Math.round(performance.now() - this.#turnSince);
  }

  #read(turn: Turn, chunk: Buffer): void {
    const { limit } = turn.question;
    if (turn.size < limit) turn.chunks.push(chunk.subarray(0, limit - turn.size));
    turn.size += chunk.length;
    if (turn.size <= limit) return;
    // the part that is wanted is there; a rest that is short is read, for the connection's sake
    this.#settle(turn, { ok: true, answer: answerOf(turn) });
    if (turn.size > limit + DRAIN) this.close();
  }

  #complete(turn: Turn): void {
    this.#remove(turn);
    this.answers++;
    this.#turnSince = performance.now();
    // undici decides after this whether the connection is kept
    queueMicrotask(() => {
      this.observer.answered(turn, !this.isClosed);
      this.#settle(turn, { ok: true, answer: answerOf(turn) });
      this.observer.changed();
    });
  }

  #fail(turn: Turn, error: unknown): void {
    this.#remove(turn);
    const answered = turn.head !== null;
    const isSilent = /TIMEOUT/.test((error as { code?: string }).code ?? '');
    const isAboutChannel = error === GONE || (!answered && (this.#isOld || this.answers > 0) && !isSilent);
    const isUnsent = !turn.isSent && this.isClosed;
    queueMicrotask(() => {
      this.#settle(turn, { ok: false, error: error === GONE ? this.#end : error, answered, isAboutChannel, isUnsent });
      this.observer.changed();
    });
  }

  /** The socket ended; undici is told after this. */
  #closed(): void {
    clearTimeout(this.#unused);
    if (this.turns.some(({ isSent }, index) => isSent && index > 0)) this.observer.lost();
    this.observer.changed();
  }

  #remove(turn: Turn): void {
    this.turns.splice(this.turns.indexOf(turn), 1);
  }

  #settle(turn: Turn, outcome: Outcome): void {
    const { done } = turn;
    turn.done = null;
    done?.(outcome);
  }
}

const answerOf = ({ head, chunks, size, question }: Turn): Answer => ({
  ...(head as Head),
  body: Buffer.concat(chunks),
  truncated: size > question.limit,
});
