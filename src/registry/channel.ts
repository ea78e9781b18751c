/**
 * One connection: requests written in order, and their answers read in the same order (RFC 9112, section 9.3). Belongs here: whose turn it is, each turn's time, and what an end means
 * for those that wait behind it. Which request goes over which connection stands in connections.ts.
 */
import type { Socket } from 'node:net';
import { type Answer, AnswerReader, HttpError, type Reading } from './answer-reader.ts';

/** A request, as it is written. */
export interface Question extends Reading {
  /** Head and body, in latin1. */
  text: string;
}

/** What became of a request on a connection. */
export type Outcome =
  | { ok: true; answer: Answer }
  /** `answered`: the head of an answer had come; `isAboutChannel`: it tells of this connection alone, and the request may be answered over another. */
  | { ok: false; error: unknown; answered: boolean; isAboutChannel: boolean; ms?: undefined };

/** A request on its way. */
export interface Turn {
  question: Question;
  reader: AnswerReader;
  /** Milliseconds from its turn to the head of its answer. */
  ms: number;
  /** Null where nobody waits for the answer any more: it is read and thrown away. */
  done: ((outcome: Outcome) => void) | null;
}

/** Who is told of a connection. */
export interface ChannelObserver {
  /** An answer is whole. In: whether the connection outlives it, and the milliseconds that its head took, from its turn on. */
  answered(keepsOpen: boolean, ms: number): void;
  /** Requests were under way when the connection ended; `lost`: how many of them behind the first. */
  ended(lost: number): void;
  /** There is room for a request, or the connection is gone. */
  changed(): void;
}

/** Bytes of a body that nobody wants which are read, so that the connection can be kept. */
const DRAIN = 16 * 1024;
/** How long a connection that was opened ahead waits for its first request, in milliseconds: servers give a minute for it. */
const UNUSED = 30_000;
/** Milliseconds after which a server may have closed one that it has never been asked over. */
const LONG = 1000;

export class Channel {
  /** Answers that came whole. */
  answers = 0;
  readonly turns: Turn[] = [];
  isClosed = false;
  #idleSince = performance.now();
  #idle = UNUSED;
  #turnSince = 0;
  /** It was open for a while before the request that is first now: its server may have closed it meanwhile. */
  #isKept = false;
  #timer: NodeJS.Timeout | undefined;
  #isCorked = false;

  /** In: an open socket, milliseconds for a head and for a pause in a body, and who is told. */
  constructor(
    private readonly socket: Socket,
    private readonly stepTimeout: number,
    private readonly observer: ChannelObserver,
  ) {
    socket.on('data', chunk => this.#read(chunk));
    socket.on('end', () => this.#ended());
    socket.on('error', error => this.#failed(error));
    socket.on('close', () => this.#ended());
    socket.resume();
    socket.unref();
  }

  /** Nothing is under way, and the server keeps the connection still. */
  get isIdle(): boolean {
    return !this.isClosed && this.turns.length === 0;
  }

  /** Closes a connection that was idle for so long that its server may close it at any moment. */
  expire(): void {
    if (this.isIdle && performance.now() - this.#idleSince > this.#idle) this.close();
  }

  /** Whether the answer to the first request has begun to come. */
  get isAnswering(): boolean {
    return this.turns[0]?.reader.head != null;
  }

  /** Writes a request behind those that are under way; what is written in one tick goes out together. */
  send(question: Question, done: (outcome: Outcome) => void): Turn {
    const turn: Turn = { question, reader: new AnswerReader(question), ms: 0, done };
    this.turns.push(turn);
    if (this.turns.length === 1) {
      this.#isKept = this.answers > 0 || performance.now() - this.#idleSince > LONG;
      this.socket.ref();
      this.#begin();
    }
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.socket.cork();
      setImmediate(() => {
        this.#isCorked = false;
        this.socket.uncork();
      });
    }
    this.socket.write(question.text, 'latin1');
    return turn;
  }

  /** Nobody waits for an answer any more. The connection goes on where others wait. */
  abandon(turn: Turn): void {
    turn.done = null;
    if (this.turns.every(({ done }) => done === null)) this.close();
  }

  /** Ends the connection; whoever waits has an error. */
  close(): void {
    this.#failed(new HttpError('UND_ERR_SOCKET', 'closed'));
  }

  #arm(code: string, message: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#failed(new HttpError(code, message)), this.stepTimeout);
  }

  /** The turn of the first request begins: its time counts from now. */
  #begin(): void {
    this.#turnSince = performance.now();
    this.#arm('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error');
  }

  #read(chunk: Buffer): void {
    let rest: Buffer | null = chunk;
    while (rest !== null && rest.length > 0 && !this.isClosed) {
      const [turn] = this.turns;
      // nobody asked for this: no answer after it can be trusted
      if (turn === undefined) return this.close();
      const hadHead = turn.reader.head !== null;
      try {
        rest = turn.reader.read(rest);
      } catch (error) {
        return this.#failed(error);
      }
      const { reader } = turn;
      if (reader.head !== null) {
        if (!hadHead) turn.ms = Math.round(performance.now() - this.#turnSince);
        this.#arm('UND_ERR_BODY_TIMEOUT', 'Body Timeout Error');
      }
      if (rest !== null) this.#complete(turn);
      else if (reader.truncated) this.#cut(turn);
    }
  }

  /** The part of a body that is wanted is there. A rest that is short is read, for the connection's sake. */
  #cut(turn: Turn): void {
    this.#settle(turn, { ok: true, answer: turn.reader.answer });
    const { dropped, left } = turn.reader;
    if (dropped > DRAIN || (left ?? 0) > DRAIN || !turn.reader.keepsOpen) this.close();
  }

  #complete(turn: Turn): void {
    clearTimeout(this.#timer);
    this.turns.shift();
    this.answers++;
    const { keepsOpen, idle } = turn.reader;
    this.#idleSince = performance.now();
    this.#idle = idle;
    this.observer.answered(keepsOpen, turn.ms);
    if (!keepsOpen) this.close();
    else if (this.turns.length > 0) this.#begin();
    else this.socket.unref();
    this.#settle(turn, { ok: true, answer: turn.reader.answer });
    this.observer.changed();
  }

  #ended(): void {
    const [turn] = this.turns;
    if (this.isClosed) return;
    try {
      if (turn === undefined) return this.close();
      turn.reader.end();
    } catch (error) {
      return this.#failed(error);
    }
    this.#complete(turn);
  }

  #failed(error: unknown): void {
    if (this.isClosed) return;
    const [first] = this.turns;
    // a reset behind a body that only the end of the connection ends: it is whole
    if (first !== undefined && (error as { code?: string }).code === 'ECONNRESET' && first.reader.isWholeByEnd)
      return this.#complete(first);
    this.isClosed = true;
    clearTimeout(this.#timer);
    const turns = this.turns.splice(0);
    this.socket.destroy();
    const isSilent = /TIMEOUT/.test((error as { code?: string }).code ?? '');
    if (turns.length > 0) this.observer.ended(turns.length - 1);
    for (const [index, turn] of turns.entries()) {
      const answered = turn.reader.head !== null;
      const isAboutChannel = index > 0 || (!answered && (this.#isKept || this.answers > 0) && !isSilent);
      this.#settle(turn, { ok: false, error, answered, isAboutChannel });
    }
    this.observer.changed();
  }

  #settle(turn: Turn, outcome: Outcome): void {
    const { done } = turn;
    turn.done = null;
    done?.(outcome);
  }
}
