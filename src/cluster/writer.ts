/**
 * What this program writes to a cluster: pods of its own, which it creates and deletes, and nothing else. Apart from api.ts, so that no command that only reads can
 * reach it: `why --from-node` and `cleanup` alone open a writer (test/repository.test.ts). Its requests outlive Ctrl-C: what was created has to be removed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../parse/shape.ts';
import type { Environment } from '../util/proxy.ts';
import { inUrl } from '../util/text.ts';
import { UserError } from '../util/user-error.ts';
import { type ApiConnection, openApiConnection, readText, statusMessage } from './api.ts';
import type { Connection } from './kubeconfig.ts';
import { isOurs, type PullPod, runOf } from './pull-pod.ts';

/** An answer of the API server: the object, or its refusal; `status` 0 where none came in time. */
type Written = { ok: true; value: unknown } | { ok: false; status: number; message: string };

/**
 * What became of a pod that was to be deleted: `gone`; `replaced`: another pod has its name now; `unmarked`: it does not bear the marks of this program; `there`: it
 * could not be deleted. `why` says so, and is empty where it is gone.
 */
export interface Removal {
  is: 'gone' | 'replaced' | 'unmarked' | 'there';
  why: string;
}

/** Creates and deletes pods of our own. */
export interface Writer {
  /** Creates a pod. A lost answer is looked for: the name is random, and the pod bears the mark of its run. */
  create(pod: PullPod): Promise<Written>;
  /**
   * Deletes a pod of our own, at once, if it is still the one with this uid. `run` is the run that made it, where that is this one: its mark is enough then, as
   * admission may have taken the others.
   */
  remove(pod: { namespace: string; name: string; uid: string | null; run?: string | null }): Promise<Removal>;
  /** Whether the user may do something with pods of a namespace; null where the API server does not tell. */
  mayI(verb: 'create' | 'delete', namespace: string): Promise<boolean | null>;
  close(): Promise<void>;
}

/** Milliseconds for one request. */
const ONE_REQUEST = 10_000;
/** Milliseconds in which a request that gets no answer is tried again: an API server restarts in that time. */
const PERSISTS = 60_000;
/** Milliseconds before the first new try; it doubles up to the longest. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4000;
/** The longest answer that is read, in bytes: one pod. */
const MAX_ANSWER = 16 * 1024 * 1024;
const JSON_TYPE = 'application/json';

const pathOf = (namespace: string, name?: string): string =>
  `/api/v1/namespaces/${inUrl(namespace)}/pods${name === undefined ? '' : `/${inUrl(name)}`}`;

/** Whether another try may be answered otherwise. */
const mayPass = (status: number): boolean => status === 0 || status === 429 || status >= 500;

/** In: the connection, the environment (its proxies), the name of this program, and the milliseconds in which a silent API server is asked again. */
export function createWriter(connection: Connection, environment: Environment, userAgent: string, persists = PERSISTS): Writer {
  const server: ApiConnection = openApiConnection(connection, ONE_REQUEST, environment, userAgent, new AbortController().signal);

  async function once(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Written> {
    try {
      const request = { method, path, accept: JSON_TYPE, until: AbortSignal.timeout(ONE_REQUEST) };
      const answer = await server.send(body === undefined ? request : { ...request, body: JSON.stringify(body) });
      const text = await readText(answer.body, MAX_ANSWER);
      if (answer.statusCode < 300) return { ok: true, value: parsed(text) };
      return { ok: false, status: answer.statusCode, message: statusMessage(text) ?? `HTTP ${answer.statusCode}` };
    } catch (error) {
      return { ok: false, status: 0, message: server.unreachable(error).message };
    }
  }

  /** Tries until there is an answer that stays the same, or the time is over. Out: the last answer. */
  async function persistently(attempt: () => Promise<Written>): Promise<Written> {
    const end = Date.now() + persists;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      const answer = await attempt();
      if (answer.ok || !mayPass(answer.status) || Date.now() + pause > end) return answer;
      await sleep(pause);
    }
  }

  return {
    async create(pod) {
      const { namespace, name } = pod.metadata;
      let isFirst = true;
      return persistently(async () => {
        if (!isFirst) {
          const there = await once('GET', pathOf(namespace, name));
          if (there.ok && runOf(there.value) === runOf(pod)) return there;
        }
        isFirst = false;
        return once('POST', pathOf(namespace), pod);
      });
    },

    async remove({ namespace, name, uid, run = null }) {
      const bearsMarks = (pod: unknown): boolean => (run === null ? isOurs(pod) : runOf(pod) === run);
      let left: Removal | null = null;
      const answer = await persistently(async () => {
        const there = await once('GET', pathOf(namespace, name));
        if (!there.ok) return there;
        const now = uidOf(there.value);
        if (uid !== null && now !== uid) left = REPLACED;
        else if (!bearsMarks(there.value)) left = UNMARKED;
        // of the same name, and another: it is not for us to delete
        if (left !== null) return GONE;
        const options = { gracePeriodSeconds: 0, propagationPolicy: 'Background', preconditions: { uid: now } };
        const deleted = await once('DELETE', pathOf(namespace, name), { apiVersion: 'v1', kind: 'DeleteOptions', ...options });
        // the next look tells whether it is gone
        return deleted.ok
          ? { ok: false, status: 0, message: 'the API server has accepted the deletion, and the pod is still there' }
          : deleted;
      });
      if (left !== null) return left;
      if (!answer.ok && answer.status === 409) return REPLACED;
      return answer.ok || answer.status === 404 ? { is: 'gone', why: '' } : { is: 'there', why: answer.message };
    },

    async mayI(verb, namespace) {
      const answer = await once('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace, verb, resource: 'pods' } },
      });
      const status = answer.ok && isObject(answer.value) ? answer.value['status'] : null;
      return isObject(status) && typeof status['allowed'] === 'boolean' ? status['allowed'] : null;
    },

    close: server.close,
  };
}

const GONE: Written = { ok: false, status: 404, message: 'not found' };
const REPLACED: Removal = { is: 'replaced', why: 'another pod has its name now' };
const UNMARKED: Removal = { is: 'unmarked', why: 'it does not bear the marks of this program' };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError('the API server returned a response that is not JSON');
  }
}

/** The uid of an object, null where it has none. */
export function uidOf(value: unknown): string | null {
  const metadata = isObject(value) && isObject(value['metadata']) ? value['metadata'] : {};
  return typeof metadata['uid'] === 'string' ? metadata['uid'] : null;
}
