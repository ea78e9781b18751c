/** The transport of a test: nothing of this machine counts, unless a test says so. */
import { createTransport, type Transport, type TransportOptions } from '../../src/registry/transport.ts';

/** In: what matters to the test, and how long one step may take, in milliseconds. */
export const testTransport = (options: Partial<TransportOptions> & Pick<TransportOptions, 'stepTimeout'>): Transport =>
  createTransport({ signal: new AbortController().signal, insecure: [], ca: null, environment: {}, userAgent: 'test', ...options });
