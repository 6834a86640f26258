/** Every client that is at hand goes through every chain; what the servers received is what its profile predicts. */
import { expect } from 'chai';
import type { Context } from 'mocha';
import { findClient } from '../../src/http/clients.ts';
import { findProgram } from '../support/require.ts';
import { type Client, compare } from './agreement.ts';
import { chains } from './chains.ts';
import { otherClients, usualClients } from './real-clients.ts';
import { createWorld, type World } from './world.ts';

/** Those that npm and the packages of CI bring. */
const expected = [
  'fetch',
  'undici',
  'undici-redirect',
  'axios',
  'axios-auth',
  'axios-1.12',
  'axios-1.12-auth',
  'axios-0',
  'got',
  'got-14',
  'got-11',
  'node-fetch',
  'postman',
  'curl',
  'curl-location-trusted',
  'python-requests',
  'urllib3',
  'httpx',
  'aiohttp',
];
/** With WHY401_CLIENTS=all, where they are installed. */
const others = [
  'go',
  'go-1.19',
  'java-17',
  'java-17-always',
  'java-urlconnection',
  'apache-httpclient-4',
  'apache-httpclient-5.1',
  'okhttp',
  'okhttp-3',
  'guzzle',
  'perl-lwp',
  'faraday',
  'rest-client',
  'httparty',
  'wget',
];

const all = process.env['WHY401_CLIENTS'] === 'all';

describe('real clients', function () {
  this.timeout(60_000);
  let world: World;
  let clients: readonly Client[];

  before(async () => {
    world = await createWorld(chains);
    clients = [...(await usualClients(world)), ...(all ? await otherClients(world) : [])];
  });
  after(() => world.close());

  for (const name of [...expected, ...(all ? others : [])]) {
    it(`${name} does what its profile says`, async function () {
      const client = clients.find(({ profile }) => profile === name);
      if (!client) return missing(this, name);
      const profile = findClient(name);
      if (!profile) throw new Error(`no profile ${name}`);
      const own = chains.filter((chain) => !client.without?.includes(chain.name));
      world.take();
      const got = await client.run(own);
      const { cells, differences } = compare(profile, client, own, world.take(), got);
      expect(differences, client.title).to.deep.equal([]);
      expect(cells, client.title).to.be.greaterThan(400);
    });
  }
});

/** got 15 needs a newer Node than the oldest that we run on. */
function missing(test: Context, name: string): void {
  const optional = others.includes(name) || name === 'got' || findProgram('apt-get') === null;
  if (process.env['CI'] && !optional)
    throw new Error(`${name} is not here: in CI that is a failure, not a skip.`);
  test.skip();
}
