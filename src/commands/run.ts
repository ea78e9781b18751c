/** What the commands share: the cluster's API, progress, the prober's life, and printing. */
import { readFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { type Api, createApi } from '../cluster/api.ts';
import { type ConnectionFlags, connect } from '../cluster/kubeconfig.ts';
import { UserError } from '../errors.ts';
import { printable } from '../output/style.ts';
import { redact } from '../redact.ts';
import { createProber, type Memory, newMemory, type Prober } from '../registry/probe.ts';
import { createTransport } from '../registry/transport.ts';
import { USER_AGENT } from '../version.ts';
import type { CommonFlags, Context } from './context.ts';

type ApiFlags = ConnectionFlags & Pick<CommonFlags, 'requestTimeout'>;

/** Logs in to the cluster of the flags. Out: the API, to be closed by whoever asked, and the namespace of the context. */
export async function openApi(flags: ApiFlags, context: Context): Promise<{ api: Api; namespace: string }> {
  const connection = await connect(flags, context);
  const api = createApi(connection, flags.requestTimeout, context.environment, USER_AGENT, context.signal);
  return { api, namespace: connection.namespace };
}

/** Gives work the cluster's API and the namespace of the context, and closes the API whatever happens. */
export async function withApi<T>(flags: ApiFlags, context: Context, work: (api: Api, namespace: string) => Promise<T>): Promise<T> {
  const { api, namespace } = await openApi(flags, context);
  try {
    return await work(api, namespace);
  } finally {
    await api.close();
  }
}

/** Longest time for one step of a probe, in milliseconds. */
const STEP_TIMEOUT = 10_000;

/** Gives work a prober and closes it whatever happens. With --no-probe it is null. The memory of refused credentials may be longer than one prober's. */
export async function withProber<T>(
  flags: CommonFlags,
  context: Context,
  work: (prober: Prober | null) => Promise<T>,
  memory: Memory = newMemory(),
): Promise<T> {
  if (!flags.probe) return work(null);
  const ca = await authorities(flags, context);
  const transport = createTransport({
    stepTimeout: Math.min(STEP_TIMEOUT, flags.timeout),
    signal: context.signal,
    insecure: flags.insecureRegistries,
    ca,
    environment: context.environment,
    userAgent: USER_AGENT,
  });
  try {
    const { mirrors, insecureRegistries: insecure, timeout } = flags;
    return await work(createProber(transport, { mirrors, insecure, timeout, memory }));
  } finally {
    await transport.close();
  }
}

/** The PEM of --registry-ca, together with Node's own extra authorities, which an explicit list would replace. */
async function authorities(flags: CommonFlags, context: Context): Promise<string | null> {
  if (flags.registryCa === undefined) return null;
  let pem: string;
  try {
    pem = await context.readFile(flags.registryCa);
  } catch (error) {
    throw new UserError(`the file of --registry-ca cannot be read: ${(error as Error).message}`, 'name a PEM file');
  }
  if (!/-----BEGIN CERTIFICATE-----/.test(pem))
    throw new UserError(
      `"${flags.registryCa}" (--registry-ca) holds no PEM certificate`,
      'a PEM file begins with -----BEGIN CERTIFICATE-----',
    );
  const extra = context.environment.NODE_EXTRA_CA_CERTS;
  return extra === undefined ? pem : `${pem}\n${await readFile(extra, 'utf8').catch(() => '')}`;
}

/** Shows what is going on when it takes longer than a second, on a terminal only; cleared when the answer comes. */
export function progress(context: Context): { say(what: string): void; done(): void } {
  if (context.stderr.isTTY !== true) return { say() {}, done() {} };
  let shown = false;
  let what = '';
  const show = (): void => {
    shown = true;
    context.stderr.write(`\r\u001b[K${what} …`);
  };
  const timer = setTimeout(show, 1000);
  return {
    say(text) {
      what = text;
      if (shown) show();
    },
    done() {
      clearTimeout(timer);
      if (shown) context.stderr.write('\r\u001b[K');
      shown = false;
    },
  };
}

export const print = (context: Context, text: string): void => context.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
/** JSON, in which no control character stands as it is (`JSON.stringify` leaves some that terminals obey). */
export const printJson = (context: Context, value: object): void =>
  print(
    context,
    JSON.stringify(value, null, 2).replace(/[\u007f-\u009f]/g, character => `\\u00${character.charCodeAt(0).toString(16)}`),
  );
export const printYaml = (context: Context, value: object): void =>
  print(context, dump(JSON.parse(JSON.stringify(value)), { lineWidth: -1, noRefs: true }));
export const warn = (context: Context, warnings: string[]): void => {
  for (const warning of warnings) context.stderr.write(`warning: ${printable(redact(warning), false)}\n`);
};

/** Columns to fold text at: those of the terminal, within what can be read. */
export const widthOf = (context: Context): number => Math.min(120, Math.max(60, context.stdout.isTTY ? context.stdout.columns : 100));

/** The text of `-f FILE` (`-` is standard input), and its name for messages. */
export async function readInput(file: string, context: Context): Promise<{ text: string; name: string }> {
  const name = file === '-' ? 'standard input' : `"${file}"`;
  try {
    return { text: file === '-' ? await context.readStdin() : await context.readFile(file), name };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT') throw new UserError(`the file ${name} does not exist`, 'check -f');
    throw new UserError(
      code === 'EISDIR' ? `${name} is a folder` : `${name} cannot be read: ${(error as Error).message}`,
      'name a file, or - for standard input',
    );
  }
}
