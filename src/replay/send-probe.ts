/** A second look at a port that closed without an answer. No request is sent. */
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Address } from './send-address.ts';

const patience = 2000;

/** Whether a TLS handshake with `address` gets as far as a certificate. `name` is asked for. */
export type TlsProbe = (address: Address, name: string) => Promise<boolean>;

/** One that looks once at each address: where many connections are reset, a handshake for each would be a load of its own. */
export function createTlsProbe(): TlsProbe {
  const known = new Map<string, Promise<boolean>>();
  return (address, name) => {
    const key = JSON.stringify([address.host, address.port, name]);
    const answer = known.get(key) ?? speaksTls(address, name);
    known.set(key, answer);
    return answer;
  };
}

function speaksTls(address: Address, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Nothing is sent over this connection, so whose certificate it is does not matter.
    const socket = connect({
      ...address,
      servername: isIP(name) === 0 ? name : '',
      rejectUnauthorized: false,
    });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patience, () => settle(false));
    socket.once('secureConnect', () => settle(true));
    socket.on('error', () => settle(false));
  });
}
