/** Time limits of a process that is busy: an answer that waits to be read was in time. */
import { expect } from 'chai';
import { createSend } from '../../src/replay/send.ts';
import { createRedactor } from '../../src/secret.ts';
import { requestTo, startOrigins, systemClock } from '../support/origins.ts';

const url = 'http://api.example.test/';

describe('a time limit', () => {
  /** Keeps this process from listening while a request is on its way. */
  async function asked(busy: number | null) {
    const origins = await startOrigins();
    await origins.accept(url, (socket) =>
      socket
        .on('error', () => {})
        .once('data', () => {
          if (busy === null) return;
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          const end = performance.now() + busy;
          while (performance.now() < end);
        }),
    );
    let worked = 0;
    const clock = { ...systemClock, busy: () => (worked += 10_000) };
    const sender = createSend({ clock, redactor: createRedactor() });
    const limit = { connect: 100, head: 100, body: 100, total: 100 };
    const sent = await sender.send(requestTo(url, origins.transport, { timeouts: limit }));
    await sender.close();
    await origins.close();
    return sent;
  }

  it('does not ring before what had come in time is read', async () => {
    const { response, failure } = await asked(300);
    expect([response?.status, failure]).to.deep.equal([200, null]);
  });

  it('says how long this process did not listen, where that is most of the time', async () => {
    const { failure, timings } = await asked(null);
    expect([failure?.code, failure?.busy]).to.deep.equal(['TOTAL_TIMEOUT', timings.total]);
  });
});
