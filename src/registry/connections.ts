/**
 * The connections to one origin: which request goes over which of them. One is enough for what one image asks, since requests that may be sent twice share it without waiting for each
 * other's answers; more are opened for many requests, and where the server answers slowly or keeps no connection.
 *
 * A request that may count as a failed login (a POST, a Basic password that the server has not taken yet) is alone on its connection, and is never sent again, whatever becomes of it.
 * Others are sent once more where their connection told nothing of them: it ended before their turn, or was kept from an earlier answer and ended without an answer.
 */
import type { Socket } from 'node:net';
import { HttpError } from './answer-reader.ts';
import { Channel, type Outcome, type Question, type Turn } from './channel.ts';

/** A request for one of the connections. */
export interface Request extends Question {
  /** It may be sent twice, so it may share a connection: it changes nothing, and is no login that may fail. */
  isRepeatable: boolean;
}

/** What became of a request: its answer, or the error of its connection; `ms`: how long a connection that failed was waited for, from its beginning on. */
export type Result = Outcome | { ok: false; error: unknown; answered: false; ms?: number };

/** Connections to one origin. */
const MOST = 4;
/** Requests that are under way over one connection. */
const DEPTH = 8;
/** Requests that wait for each connection that is busy. */
const WAITING = 2;
/** Milliseconds beyond those of the connection itself after which an answer is called slow: then each request has a connection of its own, as far as there are some. */
const SLOW = 750;
/** Milliseconds that a request waits behind one that is not answered before it goes over another connection. */
const PATIENCE = 2000;

interface Waiting {
  request: Request;
  settle: (result: Result) => void;
  /** Where it is written, null while it waits for a connection. */
  at: { channel: Channel; turn: Turn } | null;
  /** It was sent once more already: it goes alone, over a new connection. */
  isAgain: boolean;
  isOverdue: boolean;
  timer: NodeJS.Timeout | undefined;
}

export class Connections {
  readonly #channels = new Set<Channel>();
  #queue: Waiting[] = [];
  #opening = 0;
  /** Whether the server keeps connections, null before its first answer. */
  #keeps: boolean | null = null;
  /** Requests behind another one were lost here: each waits for the answer before it. */
  #losesFollowers = false;
  #isSlow = false;
  /** A further connection was refused: those that are open must do. */
  #isFull = false;
  #openMs = 0;
  /** How the connection that was opened ahead failed: the first request is told. */
  #failedAhead: { result: Result; at: number } | null = null;
  #isEnded = false;
  #check: Promise<void> | null = null;

  /** In: how a connection is opened (it throws what is told of the failure), and milliseconds for each step. */
  constructor(
    private readonly open: () => Promise<Socket>,
    private readonly stepTimeout: number,
  ) {}

  /** Opens the connection that the first request will use. Nothing is thrown, and nothing waits for it. */
  prepare(): void {
    if (this.#isEnded || this.#opening > 0 || this.#channels.size > 0) return;
    void this.#open();
  }

  /** Sends a request and waits for its answer. In: what to send, and a signal that ends the wait. Out: what became of it, never an error. */
  async ask(request: Request, signal: AbortSignal): Promise<Result> {
    await this.#lookAtIdle();
    const ahead = this.#failedAhead;
    this.#failedAhead = null;
    if (ahead !== null && performance.now() - ahead.at < this.stepTimeout) return ahead.result;
    if (this.#isEnded || signal.aborted) return CLOSED;
    return new Promise(resolve => {
      const waiting: Waiting = { request, settle: resolve, at: null, isAgain: false, isOverdue: false, timer: undefined };
      const giveUp = (): void => this.#giveUp(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.timer = setTimeout(() => this.#hurry(waiting), PATIENCE);
      waiting.settle = result => {
        clearTimeout(waiting.timer);
        signal.removeEventListener('abort', giveUp);
        resolve(result);
      };
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  /** Ends all connections, and all that waits. */
  destroy(): void {
    this.#isEnded = true;
    for (const channel of this.#channels) channel.close();
    for (const waiting of this.#queue.splice(0)) waiting.settle(CLOSED);
  }

  /** A server may have closed a connection while it was idle: what it sent is read before the next request is written. */
  async #lookAtIdle(): Promise<void> {
    for (const channel of this.#channels) channel.expire();
    if (![...this.#channels].some(({ isIdle }) => isIdle)) return;
    this.#check ??= new Promise(resolve => {
      setImmediate(() => {
        this.#check = null;
        resolve();
      });
    });
    await this.#check;
  }

  /** Whether requests share connections here. */
  get #isShared(): boolean {
    return this.#keeps === true && !this.#losesFollowers && !this.#isSlow;
  }

  /** Gives connections to those that wait, and opens more where these are too few. */
  #pump(): void {
    if (this.#isEnded) return;
    const left: Waiting[] = [];
    for (const waiting of this.#queue) {
      const channel = this.#channelFor(waiting);
      if (channel === undefined) left.push(waiting);
      else this.#send(waiting, channel);
    }
    this.#queue = left;
    for (let wanted = this.#wanted(); wanted > 0; wanted--) void this.#open();
  }

  #channelFor({ request, isAgain }: Waiting): Channel | undefined {
    const all = [...this.#channels].filter(({ isClosed }) => !isClosed);
    const idle = all.find(channel => channel.isIdle && !(isAgain && channel.answers > 0 && all.length < MOST));
    if (idle !== undefined || !request.isRepeatable || isAgain || !this.#isShared) return idle;
    return all.find(({ turns }) => turns.length < DEPTH && turns.every(({ question }) => (question as Request).isRepeatable));
  }

  /** How many connections are to be opened for those that wait. */
  #wanted(): number {
    if (this.#queue.length === 0) return 0;
    const isAlone = this.#keeps === false || this.#losesFollowers || this.#isSlow;
    const perConnection = isAlone ? 1 : DEPTH;
    // before the first answer nobody knows whether more connections are needed
    const perBusy = isAlone ? 0 : this.#keeps === null ? DEPTH : WAITING;
    const patient = this.#queue.filter(({ isOverdue, isAgain }) => !isOverdue && !isAgain).length;
    const covered = Math.min(patient, this.#channels.size * perBusy) + this.#opening * perConnection;
    const wanted = Math.ceil((this.#queue.length - covered) / perConnection);
    const room = this.#isFull && this.#channels.size > 0 ? 0 : MOST - this.#channels.size - this.#opening;
    return Math.max(0, Math.min(wanted, room));
  }

  async #open(): Promise<void> {
    this.#opening++;
    const started = performance.now();
    const isFirst = this.#channels.size === 0;
    try {
      const socket = await this.open();
      this.#openMs = performance.now() - started;
      this.#opening--;
      if (this.#isEnded) return void socket.on('error', () => {}).destroy();
      this.#channels.add(this.#channelOf(socket));
    } catch (error) {
      this.#opening--;
      if (!isFirst) this.#isFull = true;
      // as long as others are open or opening, those that wait get their turn there
      if (this.#channels.size === 0 && this.#opening === 0) {
        const queue = this.#queue.splice(0);
        const result: Result = { ok: false, error, answered: false, ms: Math.round(performance.now() - started) };
        if (queue.length === 0) this.#failedAhead = { result, at: performance.now() };
        for (const waiting of queue) waiting.settle(result);
      }
    }
    this.#pump();
  }

  #channelOf(socket: Socket): Channel {
    const channel: Channel = new Channel(socket, this.stepTimeout, {
      answered: (keepsOpen, ms) => {
        this.#keeps = keepsOpen;
        this.#isSlow = ms > SLOW + this.#openMs;
      },
      ended: lost => {
        if (lost > 0) this.#losesFollowers = true;
      },
      changed: () => {
        if (channel.isClosed) this.#channels.delete(channel);
        this.#pump();
      },
    });
    return channel;
  }

  #send(waiting: Waiting, channel: Channel): void {
    const { request } = waiting;
    const turn = channel.send(request, result => {
      waiting.at = null;
      const isToRepeat = !result.ok && result.isAboutChannel && request.isRepeatable && !waiting.isAgain && !this.#isEnded;
      if (!isToRepeat) return waiting.settle(result);
      this.#again(waiting);
    });
    waiting.at = { channel, turn };
  }

  /** Sends a request once more, alone: what it gets then is what it would have got alone. */
  #again(waiting: Waiting): void {
    waiting.isAgain = true;
    waiting.at = null;
    this.#queue.unshift(waiting);
  }

  /** A request has waited for long: it no longer does so behind another one. */
  #hurry(waiting: Waiting): void {
    waiting.isOverdue = true;
    const { at } = waiting;
    if (at === null) return this.#pump();
    const isBehind = at.channel.turns[0] !== at.turn && !at.channel.isAnswering;
    if (!isBehind || this.#channels.size + this.#opening >= MOST) return;
    this.#isSlow = true;
    at.channel.abandon(at.turn);
    this.#again(waiting);
    this.#pump();
  }

  #giveUp(waiting: Waiting): void {
    const { at } = waiting;
    if (at === null) this.#queue = this.#queue.filter(other => other !== waiting);
    else at.channel.abandon(at.turn);
    waiting.settle(CLOSED);
  }
}

const CLOSED: Result = { ok: false, error: new HttpError('UND_ERR_SOCKET', 'closed'), answered: false };
