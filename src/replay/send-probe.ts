/** A second look at a port that closed without an answer. No request is sent. */
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Address } from './send-address.ts';

const patience = 2000;

/** Whether a TLS handshake with `address` gets as far as a certificate. `name` is asked for. */
export function speaksTls(address: Address, name: string): Promise<boolean> {
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
