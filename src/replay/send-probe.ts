/** A second look at a port that closed without an answer. No request is sent. */
import { connect as connectTcp, isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Address } from '../http/address.ts';

const patience = 2000;

/** Looks once at each address: where many connections are reset, one for each would be a load of its own. */
export interface PortProbe {
  /** Whether a TLS handshake with `address` gets as far as a certificate. `name` is asked for. */
  speaksTls(address: Address, name: string): Promise<boolean>;
  /** What `address` says to the first bytes of a TLS handshake, one byte a character; empty where it says nothing. */
  beginning(address: Address): Promise<string>;
}

export function createPortProbe(): PortProbe {
  const once = <Answer>(look: (address: Address, name: string) => Promise<Answer>): typeof look => {
    const known = new Map<string, Promise<Answer>>();
    return (address, name) => {
      const key = JSON.stringify([address.host, address.port, name]);
      const answer = known.get(key) ?? look(address, name);
      known.set(key, answer);
      return answer;
    };
  };
  const looked = once(beginning);
  return { speaksTls: once(speaksTls), beginning: (address) => looked(address, '') };
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

/** Characters of an answer that tell whose it is. */
const enough = 64;

/** Whoever speaks no TLS has seen such bytes just before. */
function beginning(address: Address): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTcp({ ...address });
    const settle = (answer: string): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(patience, () => settle(''));
    socket.once('connect', () => socket.write(Buffer.from('\x16\x03\x01\0\x04\r\n\r\n', 'latin1')));
    socket.once('data', (chunk: Buffer) => settle(chunk.toString('latin1', 0, enough)));
    socket.on('error', () => settle(''));
    socket.once('close', () => settle(''));
  });
}
