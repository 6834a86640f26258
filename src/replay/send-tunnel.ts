/** A tunnel through an HTTP proxy (CONNECT, RFC 9110 section 9.3.6). */

import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { Address } from '../http/address.ts';
import { isUrl } from '../http/url.ts';
import { Secret } from '../secret.ts';
import { WireError } from './failure.ts';

export interface ForwardProxy {
  readonly secure: boolean;
  readonly address: Address;
  /** Value of Proxy-Authorization. */
  readonly authorization: Secret | null;
  /** PEM text of additional trusted certificates. */
  readonly ca: readonly string[] | null;
}

/** Reads `http://user:password@host:port`; null for anything but http and https. */
export function parseProxy(text: string, ca: readonly string[] | null): ForwardProxy | null {
  if (!isUrl(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const address = { host: url.hostname.replace(/^\[|\]$/g, ''), port };
  return { secure, address, authorization: basic(url), ca };
}

function basic(url: URL): Secret | null {
  if (url.username === '' && url.password === '') return null;
  const user = `${decode(url.username)}:${decode(url.password)}`;
  return new Secret(`Basic ${Buffer.from(user, 'utf8').toString('base64')}`, 'Basic [secret:proxy]');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function openTunnel(
  proxy: ForwardProxy,
  target: Address,
  opening: { stop: ((error: Error) => void) | null },
): Promise<Socket> {
  const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
  const options = {
    ...proxy.address,
    method: 'CONNECT',
    path: authority,
    agent: false,
    // Else Node would take the Host field for the name of the proxy.
    servername: isIP(proxy.address.host) === 0 ? proxy.address.host : '',
    headers: {
      host: authority,
      ...(proxy.authorization === null ? {} : { 'proxy-authorization': proxy.authorization.reveal() }),
    },
    ...(proxy.ca === null ? {} : { ca: [...proxy.ca] }),
  };
  const request = proxy.secure ? httpsRequest(options) : httpRequest(options);
  return answered(request, opening);
}

function answered(
  request: ClientRequest,
  opening: { stop: ((error: Error) => void) | null },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      opening.stop = null;
      reject(error);
    };
    opening.stop = (error) => request.destroy(error);
    request.once('error', fail);
    request.once('connect', (response, socket, head) => {
      opening.stop = null;
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket as Socket);
        return;
      }
      socket.destroy();
      if (status === 407) reject(new WireError('PROXY_AUTH_REQUIRED'));
      else {
        const code = status >= 500 ? 'PROXY_BAD_GATEWAY' : 'PROXY_REFUSED';
        reject(new WireError(code, `it answered ${status}`));
      }
    });
    request.end();
  });
}
