/** `node build/test/clients/measure.js [NAME...]`: what every client that is here does, beside its profile. */
import { findClient } from '../../src/http/clients.ts';
import { type Client, compare } from './agreement.ts';
import { chains } from './chains.ts';
import { otherClients, usualClients } from './real-clients.ts';
import { createWorld } from './world.ts';

const asked = process.argv.slice(2);
const world = await createWorld(chains);
for (const client of [...(await usualClients(world)), ...(await otherClients(world))]) {
  if (asked.length > 0 && !asked.includes(client.profile)) continue;
  await measure(client);
}
await world.close();

async function measure(client: Client): Promise<void> {
  const profile = findClient(client.profile);
  if (!profile) return console.log(`${client.title}: no profile ${client.profile}`);
  const own = chains.filter(({ name }) => !client.without?.includes(name));
  const started = Date.now();
  const got = await client.run(own);
  const { cells, differences } = compare(profile, client, own, world.take(), got);
  const agreed = cells - differences.length;
  console.log(`${client.profile} (${client.title}): ${agreed} of ${cells}, ${Date.now() - started} ms`);
  for (const difference of differences) console.log(`  ${difference}`);
}
