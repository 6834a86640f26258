/** The real clients that are at hand. */
import { existsSync } from 'node:fs';
import { findProgram } from '../support/require.ts';
import type { Client } from './agreement.ts';
import { nodeClients } from './node-clients.ts';
import { curlClients, output, script, scriptClient } from './program-clients.ts';
import type { World } from './world.ts';

export async function realClients(world: World): Promise<readonly Client[]> {
  const curl = findProgram('curl');
  return [
    ...(await nodeClients(world)),
    ...(curl === null ? [] : await curlClients(curl, world)),
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
      const told = { profile: pythonProfile(program, name, version), title: `${name} ${version}` };
      found.push(scriptClient(told, [program, file, name], world));
    }
  }
  return found;
}

function pythonProfile(program: string, name: string, version: string): string {
  if (name === 'requests') return 'python-requests';
  // Debian's 1.26.12 and 3.8.4 have the fixes of later releases.
  if (name === 'urllib3' && version.startsWith('1.') && program !== system) return 'urllib3-1.26';
  if (name === 'aiohttp' && version.startsWith('3.11.')) return 'aiohttp-3.11';
  return name;
}
