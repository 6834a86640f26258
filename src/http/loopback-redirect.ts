/** Redirect URIs of native apps: plain http on this machine, at any port (RFC 8252 section 7.3). */

import { isLoopback } from './origin.ts';
import { isUrl } from './url.ts';

export interface LoopbackRedirect {
  /** As registered. */
  readonly written: string;
  /** Where to listen: an address, never a name. */
  readonly address: string;
  /** `host` of the request target: `127.0.0.1`, `[::1]`, `localhost`. */
  readonly host: string;
  /** null: the system may choose. */
  readonly port: number | null;
  readonly path: string;
}

/** The first of `uris` that leads back to this machine; null where none does. */
export function loopbackRedirect(uris: readonly string[]): LoopbackRedirect | null {
  for (const written of uris) {
    const url = isUrl(written) ? new URL(written) : null;
    if (url?.protocol !== 'http:' || !isLoopback(url.hostname) || url.hash !== '') continue;
    const address = url.hostname === '[::1]' ? '::1' : '127.0.0.1';
    const port = url.port === '' ? null : Number(url.port);
    return { written, address, host: url.hostname, port, path: url.pathname };
  }
  return null;
}

/** The registered URI with the port at which there is somebody; nothing else of it changes. */
export function withPort(written: string, port: number): string {
  return written.replace(/^(https?:\/\/(?:\[[^\]]*\]|[^/:?#]*))(?::\d*)?/i, `$1:${port}`);
}
