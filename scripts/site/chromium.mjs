/** A headless Chromium, driven by its DevTools protocol: opens pages, records what they ask for and what goes wrong in them, and takes pictures. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'undici';

/** What Chromium may be called. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program, null where there is none. CHROMIUM names another one. */
export const chromium = () =>
  [process.env.CHROMIUM ?? '', ...NAMES].find(name => name !== '' && spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0) ??
  null;

/** How a page is looked at. @typedef {{ width: number, height: number, scheme: 'light' | 'dark' }} View */

/**
 * Starts the program. `requests` are the addresses that the pages asked for, `faults` what went wrong in them: both grow.
 * @param {string} program
 */
export async function startChromium(program) {
  const home = mkdtempSync(join(tmpdir(), 'site-chromium-'));
  // no sandbox: it runs as root in a container, and shows nothing but this site
  const quiet = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    '--hide-scrollbars',
  ];
  const child = spawn(program, ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${home}`, ...quiet, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', data => {
      said += data;
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', status => reject(new Error(`${program} ended with ${status}:\n${said}`)));
  });
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`${address} does not answer`));
  });
  /** @type {string[]} */
  const requests = [];
  /** @type {string[]} */
  const faults = [];
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(String(data));
    if (id !== undefined) {
      if (error) waiting.get(id)?.reject(new Error(error.message));
      else waiting.get(id)?.resolve(result);
      waiting.delete(id);
    }
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
    if (method === 'Network.loadingFailed' && !params.canceled) faults.push(`not loaded: ${params.errorText}`);
    if (method === 'Network.responseReceived' && params.response.status >= 400)
      faults.push(`${params.response.status}: ${params.response.url}`);
    if (method === 'Runtime.exceptionThrown') faults.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === 'Log.entryAdded' && params.entry.level === 'error') faults.push(`${params.entry.text} ${params.entry.url ?? ''}`);
  };
  /** @param {string} method @param {object} params @param {string} [sessionId] @returns {Promise<any>} */
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      socket.send(JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) }));
    });
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const ask = (/** @type {string} */ method, params = {}) => send(method, params, sessionId);
  for (const domain of ['Network', 'Runtime', 'Log', 'Page']) await ask(`${domain}.enable`);

  /** The value of an expression in the page, whose promise is awaited. @param {string} expression */
  async function evaluate(expression) {
    const { result, exceptionDetails } = await ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  /** Waits until an expression is true, at most ten seconds. @param {string} expression */
  async function until(expression) {
    for (const end = Date.now() + 10_000; Date.now() < end; await new Promise(resolve => setTimeout(resolve, 50)))
      if (await evaluate(expression)) return;
    throw new Error(`not within 10 s: ${expression}`);
  }
  return {
    requests,
    faults,
    evaluate,
    until,
    /** Opens a page and waits until it is drawn. @param {string} url @param {View} view */
    async open(url, { width, height, scheme }) {
      await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      await ask('Page.navigate', { url });
      await until(
        `location.href === ${JSON.stringify(url)} && document.readyState === 'complete' && !!document.querySelector('.VPContent')`,
      );
      await evaluate('new Promise(done => setTimeout(done, 300))');
    },
    /** @param {string} text */
    type: text => ask('Input.insertText', { text }),
    /** @param {string} file */
    async picture(file) {
      const { data } = await ask('Page.captureScreenshot', { format: 'png' });
      writeFileSync(file, Buffer.from(data, 'base64'));
    },
    async close() {
      const ended = new Promise(resolve => child.once('exit', resolve));
      await send('Browser.close').catch(() => child.kill());
      await ended;
      socket.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
