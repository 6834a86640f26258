/** Which addresses are asked for a target that an answer named; names are looked up in a table. */
import type { LookupFunction } from 'node:net';
import { expect } from 'chai';
import type { Zone } from '../../src/http/origin.ts';
import type { Transport } from '../../src/model.ts';
import { WireError } from '../../src/replay/failure.ts';
import { createSend } from '../../src/replay/send.ts';
import { admit } from '../../src/replay/send-lookup.ts';
import { createRedactor } from '../../src/secret.ts';
import { environmentOf } from '../credential/support.ts';
import { requestTo, systemClock } from '../support/origins.ts';

const { transport } = environmentOf('staging');
const names: Readonly<Record<string, string>> = {
  'public.example.test': '203.0.113.7',
  'inner.example.test': '10.0.0.7',
  'here.example.test': '127.0.0.1',
  'metadata.example.test': '169.254.169.254',
};

describe('targets that an answer names', () => {
  let asked: string[] = [];
  const lookup = ((host: string, _options: object, callback: (...all: unknown[]) => void) => {
    asked.push(host);
    callback(null, [{ address: names[host] ?? '203.0.113.1', family: 4 }]);
  }) as unknown as LookupFunction;
  const outcome = async (
    url: string,
    homes: readonly Zone[],
    way: Transport = transport,
  ): Promise<string> => {
    asked = [];
    try {
      await admit(new URL(url), way, lookup, async () => new Set(homes));
      return 'admitted';
    } catch (error) {
      return error instanceof WireError ? error.code : String(error);
    }
  };

  it('are asked inside only where the environment is, and at a metadata service not even there', async () => {
    const everywhere: readonly Zone[] = ['link-local', 'loopback', 'private'];
    const rows: readonly (readonly [string, readonly Zone[], string])[] = [
      ['https://public.example.test/', [], 'admitted'],
      ['https://inner.example.test/', [], 'PRIVATE_ADDRESS'],
      ['https://inner.example.test/', ['private'], 'admitted'],
      ['http://127.0.0.1/', ['private'], 'LOOPBACK_ADDRESS'],
      ['https://metadata.example.test/', everywhere, 'METADATA_ADDRESS'],
      ['http://169.254.169.254/', everywhere, 'METADATA_ADDRESS'],
    ];
    const outcomes = await Promise.all(rows.map(([url, homes]) => outcome(url, homes)));
    expect(outcomes).to.deep.equal(rows.map(([, , wanted]) => wanted));
  });

  it('are asked where the environment is, also when its name did not resolve before', async () => {
    asked = [];
    let lost = 1;
    const faltering: LookupFunction = (host, options, callback) => {
      lost -= 1;
      if (lost < 0) lookup(host, options, callback);
      else callback(Object.assign(new Error('not now'), { code: 'EAI_AGAIN' }), []);
    };
    const home = { ...transport, home: new Set(['https://here.example.test']) };
    const sender = createSend({ clock: systemClock, redactor: createRedactor(), lookup: faltering });
    const codes: unknown[] = [];
    for (let times = 0; times < 3; times += 1) {
      // Nobody listens there.
      const { failure } = await sender.send(requestTo('http://127.0.0.1:1/', home, { namedBy: 'answer' }));
      codes.push(failure?.code);
    }
    await sender.close();
    // Once it is known nobody looks again.
    expect([codes, asked]).to.deep.equal([
      ['LOOPBACK_ADDRESS', 'ECONNREFUSED', 'ECONNREFUSED'],
      ['here.example.test'],
    ]);
  });

  it('are names that nobody here looks up where a proxy does', async () => {
    const proxied = { ...transport, proxy: 'http://proxy.example.test:3128' };
    expect([await outcome('https://inner.example.test/', [], proxied), asked]).to.deep.equal([
      'admitted',
      [],
    ]);
  });
});
