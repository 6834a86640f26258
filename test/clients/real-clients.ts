/** The real clients that are at hand. */
import { existsSync } from 'node:fs';
import { findProgram } from '../support/require.ts';
import type { Client } from './agreement.ts';
import { nodeClients } from './node-clients.ts';
import { curlClients, goClient, javaClients, output, script, scriptClient } from './program-clients.ts';
import type { World } from './world.ts';

export async function realClients(world: World): Promise<readonly Client[]> {
  const [curl, go, java] = ['curl', 'go', 'java'].map(findProgram);
  return [
    ...(await nodeClients(world)),
    ...(curl ? await curlClients(curl, world) : []),
    ...(go ? [await goClient(go, world)] : []),
    ...(java ? await javaClients(java, world) : []),
    ...(await pythonClients(world)),
  ];
}

const system = '/usr/bin/python3';

/** Of the system, and of an interpreter that WHY401_PYTHON names. */
async function pythonClients(world: World): Promise<readonly Client[]> {
  const found: Client[] = [];
  for (const program of [system, process.env['WHY401_PYTHON'] ?? '']) {
    if (!existsSync(program)) continue;
    const file = script('clients.py');
    const said = await output(program, [file, 'versions'], JSON.stringify({ ports: {}, ca: '', body: '' }));
    for (const [name, version] of Object.entries(JSON.parse(said) as Record<string, string>)) {
      const told = { profile: pythonProfile(name), title: `${name} ${version}` };
      found.push(scriptClient(told, [program, file, name], world));
    }
  }
  return found;
}

/** Debian's urllib3 1.26.12 and aiohttp 3.8.4 have the fixes of later releases. */
function pythonProfile(name: string): string {
  return name === 'requests' ? 'python-requests' : name;
}
