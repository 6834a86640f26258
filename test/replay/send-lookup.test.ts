/** Which addresses are asked for a target that an answer named; names are looked up in a table. */
import type { LookupFunction } from 'node:net';
import { expect } from 'chai';
import type { Zone } from '../../src/http/origin.ts';
import type { Transport } from '../../src/model.ts';
import { WireError } from '../../src/replay/failure.ts';
import { admit } from '../../src/replay/send-lookup.ts';
import { environmentOf } from '../credential/support.ts';

const { transport } = environmentOf('staging');
const names: Readonly<Record<string, string>> = {
  'public.example.test': '203.0.113.7',
  'inner.example.test': '10.0.0.7',
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

  it('are names that nobody here looks up where a proxy does', async () => {
    const proxied = { ...transport, proxy: 'http://proxy.example.test:3128' };
    expect([await outcome('https://inner.example.test/', [], proxied), asked]).to.deep.equal([
      'admitted',
      [],
    ]);
  });
});
