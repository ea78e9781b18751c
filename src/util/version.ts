/** Which build this is. Belongs here: the version, put in by the build from package.json. */
declare const __VERSION__: string;
/** As `1.4.2`; `0.0.0-dev` outside a build. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
/** As registries see it. */
export const USER_AGENT = `kubectl-imagepull/${VERSION}`;
