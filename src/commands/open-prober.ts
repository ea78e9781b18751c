/** The prober that the flags describe: its certificate authorities read, its connections closed whatever happens. */
import { readFile } from 'node:fs/promises';
import { type Memory, newMemory } from '../registry/once-per-credential.ts';
import { createProber, type Prober } from '../registry/prober.ts';
import { createTransport } from '../registry/transport.ts';
import { UserError } from '../util/user-error.ts';
import { USER_AGENT } from '../util/version.ts';
import type { CommonFlags, Context } from './context.ts';

/** Longest time for one step of a probe, in milliseconds. */
const STEP_TIMEOUT = 10_000;

/**
 * Gives work a prober, null with --no-probe, and closes it whatever happens. In: the flags, and the memory of rejected credentials where it outlives one prober. Out: what
 * work returns. Throws UserError when the file of --registry-ca is not usable.
 */
export async function withProber<T>(
  flags: Omit<CommonFlags, 'output'>,
  context: Context,
  work: (prober: Prober | null) => Promise<T>,
  memory: Memory = newMemory(),
): Promise<T> {
  if (context.prober !== undefined) return work(context.prober);
  if (!flags.probe) return work(null);
  const ca = await authorities(flags, context);
  const transport = createTransport({
    stepTimeout: Math.min(STEP_TIMEOUT, flags.timeout),
    signal: context.signal,
    insecure: flags.insecureRegistries,
    named: [...flags.mirrors.values()],
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
async function authorities(flags: Pick<CommonFlags, 'registryCa'>, context: Context): Promise<string | null> {
  if (flags.registryCa === undefined) return null;
  let pem: string;
  try {
    pem = await context.readFile(flags.registryCa);
  } catch (error) {
    throw new UserError(`the file of --registry-ca cannot be read: ${(error as Error).message}`, 'name a PEM file');
  }
  if (!/-----BEGIN CERTIFICATE-----/.test(pem))
    throw new UserError(
      `invalid --registry-ca "${flags.registryCa}": the file contains no PEM certificate`,
      'a PEM certificate begins with -----BEGIN CERTIFICATE-----',
    );
  const extra = context.environment.NODE_EXTRA_CA_CERTS;
  return extra === undefined ? pem : `${pem}\n${await readFile(extra, 'utf8').catch(() => '')}`;
}
