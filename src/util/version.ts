/** The version, put in by the build from package.json. */
declare const __VERSION__: string;
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
export const USER_AGENT = `kubectl-imagepull/${VERSION}`;
