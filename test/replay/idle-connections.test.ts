/** Connections that end, or are spoken over, between two requests: RFC 9112 sections 9.2 and 9.3.1. */
import type { Socket } from 'node:net';
import { expect } from 'chai';
import type { Signer } from '../../src/credential/signer.ts';
import type { Hop } from '../../src/model.ts';
import { follow } from '../../src/replay/follow.ts';
import { createSend, type Sender } from '../../src/replay/send.ts';
import { createRedactor } from '../../src/secret.ts';
import { type Origins, requestTo, startOrigins, systemClock } from '../support/origins.ts';

const url = 'http://api.example.test/';

/** What the server does once it has request `at` (0-based) of connection `connection`. */
type Acts = (at: number, connection: number, socket: Socket) => void;

describe('a connection that was used before', () => {
  let origins: Origins;
  let sender: Sender;
  /** `connection: method path signature` of each request that the server has read. */
  let log: string[];

  beforeEach(async () => {
    origins = await startOrigins();
    sender = createSend({ clock: systemClock, redactor: createRedactor() });
    log = [];
  });
  afterEach(async () => {
    await sender.close();
    await origins.close();
  });

  async function serve(acts: Acts): Promise<void> {
    let connections = 0;
    await origins.accept(url, (socket) => {
      const connection = connections;
      connections += 1;
      let at = 0;
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        // Whoever ends a new connection without a byte is asked whether he speaks TLS.
        if (chunk[0] === 0x16) return void socket.destroy();
        const [line = ''] = chunk.toString('latin1').split('\r\n');
        const [, proof = ''] = /\r\nproof: (.*)\r\n/.exec(chunk.toString('latin1')) ?? [];
        log.push(`${connection}: ${line.replace(' HTTP/1.1', '')} ${proof}`.trim());
        acts(at, connection, socket);
        at += 1;
      });
    });
  }

  let proofs = 0;
  const signer: Signer = {
    fields: ['proof'],
    sign: async () => {
      proofs += 1;
      return [['proof', String(proofs)]];
    },
  } as unknown as Signer;

  async function ask(path: string, method = 'GET'): Promise<Hop> {
    const request = requestTo(`${url}${path}`, origins.transport, { method });
    proofs = 0;
    const { hops } = await follow(
      {
        ...request,
        sensitive: new Set(),
        redirect: { follow: false, max: 0 },
        bound: () => true,
        jar: null,
        signers: [signer],
      },
      { send: sender.send },
    );
    return hops[0] as Hop;
  }

  const told = ({ response, failure, lost, timings }: Hop): unknown => ({
    got: response === null ? null : Buffer.from(response.body.content).toString(),
    failure: failure && { phase: failure.phase, cause: failure.cause, idle: failure.idle ?? false },
    lost: lost?.length ?? 0,
    reused: timings.connect === null,
  });
  const ok = (body: string): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const plain = (got: string, reused: boolean): unknown => ({ got, failure: null, lost: 0, reused });

  for (const [how, end] of [
    ['closes', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ] as const) {
    it(`that ${how} without an answer: GET, PUT and DELETE are made again, signed anew, and that is told`, async () => {
      await serve((at, _, socket) => (at === 0 ? socket.write(ok('abc')) : end(socket)));
      await ask('first');
      for (const method of ['GET', 'PUT', 'DELETE'])
        expect(told(await ask('next', method))).to.deep.equal({
          got: 'abc',
          failure: null,
          lost: 1,
          reused: false,
        });
      expect(log).to.deep.equal([
        '0: GET /first 1',
        '0: GET /next 1',
        '1: GET /next 2',
        '1: PUT /next 1',
        '2: PUT /next 2',
        '2: DELETE /next 1',
        '3: DELETE /next 2',
      ]);
    });
  }

  it('is not taken for a POST or PATCH, which come on a new one once', async () => {
    await serve((at, _, socket) => (at === 0 ? socket.write(ok('abc')) : socket.end()));
    await ask('first');
    for (const method of ['POST', 'PATCH'])
      expect(told(await ask('next', method))).to.deep.equal(plain('abc', false));
    expect(log).to.deep.equal(['0: GET /first 1', '1: POST /next 1', '2: PATCH /next 1']);
  });

  it('and that ends within an answer, or is new: nothing is made again', async () => {
    await serve((at, _, socket) => {
      if (at === 0) socket.write(ok('abc'));
      else socket.end('HTTP/1.1 1');
    });
    await ask('first');
    const failure = { phase: 'head', cause: 'connection-closed', idle: false };
    expect(told(await ask('next'))).to.deep.equal({ got: null, failure, lost: 0, reused: true });
    expect(log).to.deep.equal(['0: GET /first 1', '0: GET /next 1']);
  });

  it('and a new one that ends as well: the second is told, after one more try', async () => {
    await serve((at, connection, socket) => {
      if (at === 0 && connection === 0) socket.write(ok('abc'));
      else socket.end();
    });
    await ask('first');
    const failure = { phase: 'head', cause: 'connection-closed', idle: false };
    expect(told(await ask('next'))).to.deep.equal({ got: null, failure, lost: 1, reused: false });
    expect(log).to.deep.equal(['0: GET /first 1', '0: GET /next 1', '1: GET /next 2']);
  });

  const surplus: Readonly<Record<string, string>> = {
    'a whole answer': ok('stolen'),
    'half an answer': 'HTTP/1.1 200 OK\r\nContent-',
    'the beginning of a 100': 'HTTP/1.1 1',
    'a 100': 'HTTP/1.1 100 Continue\r\n\r\n',
    garbage: '\0\0\0\0',
    'one letter': 'H',
  };
  for (const [what, bytes] of Object.entries(surplus)) {
    for (const when of ['in the same packet', 'in the next', 'late'] as const) {
      it(`over which ${what} comes ${when} is not used again`, async () => {
        const later: (() => void)[] = [];
        await serve((_, connection, socket) => {
          if (connection > 0) socket.write(ok('own'));
          else if (when === 'in the same packet') socket.write(ok('abc') + bytes);
          else {
            socket.write(ok('abc'));
            if (when === 'in the next') socket.write(bytes);
            else later.push(() => socket.write(bytes));
          }
        });
        expect(told(await ask('first'))).to.deep.equal(plain('abc', false));
        for (const act of later) act();
        // The server's bytes are in the socket of this process after one turn of its loop.
        if (when !== 'in the same packet') await new Promise((resolve) => setImmediate(resolve));
        expect(told(await ask('next'))).to.deep.equal(plain('own', false));
        expect(log).to.deep.equal(['0: GET /first 1', '1: GET /next 1']);
      });
    }
  }
});
