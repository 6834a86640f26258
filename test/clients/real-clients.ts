/** The real clients that are at hand. */
import { existsSync } from 'node:fs';
import { findProgram } from '../support/require.ts';
import type { Client } from './agreement.ts';
import { javaClients } from './java-clients.ts';
import { nodeClients } from './node-clients.ts';
import { curlClients, goClient, output, script, scriptClient, wgetClient } from './program-clients.ts';
import type { World } from './world.ts';

/** Those that npm and the packages of CI bring. */
export async function usualClients(world: World): Promise<readonly Client[]> {
  const curl = findProgram('curl');
  return [
    ...(await nodeClients(world)),
    ...(curl ? await curlClients(curl, world) : []),
    ...(await pythonClients(world)),
  ];
}

/** What else is installed. */
export async function otherClients(world: World): Promise<readonly Client[]> {
  const [wget, go, java] = ['wget', 'go', 'java'].map(findProgram);
  return [
    ...(wget ? [await wgetClient(wget, world)] : []),
    ...(go ? [await goClient(go, world)] : []),
    ...(java ? await javaClients(java, world) : []),
    ...(await scriptClients(world)),
    ...(await npmClients(world)),
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

/** A reference that the client takes for another one than it is, and one that leads to `/`, which is no path of a chain. */
const rubyWithout: Readonly<Record<string, readonly string[]>> = {
  faraday: ['scheme-relative', 'no-location', 'empty-location'],
  httparty: ['empty-location'],
};

/** Ruby's gems, Perl's LWP and PHP's Guzzle, as Debian has them. */
async function scriptClients(world: World): Promise<readonly Client[]> {
  const nothing = JSON.stringify({ ports: {}, ca: '', chains: [] });
  const [ruby, perl, php] = ['ruby', 'perl', 'php'].map(findProgram);
  const found: Client[] = [];
  const said = async (program: string, ...args: readonly string[]): Promise<string> =>
    output(program, args, nothing).catch(() => '');
  if (ruby) {
    const file = script('clients.rb');
    const versions = JSON.parse((await said(ruby, file, 'versions')) || '{}') as Record<string, string>;
    for (const [name, version] of Object.entries(versions))
      found.push(
        scriptClient(
          { profile: name, title: `${name} ${version}`, without: rubyWithout[name] ?? [] },
          [ruby, file, name],
          world,
        ),
      );
  }
  for (const [program, profile, name] of [
    [perl, 'perl-lwp', 'clients.pl'],
    [php, 'guzzle', 'clients.php'],
  ] as const) {
    const version = program ? await said(program, script(name), 'version') : '';
    if (program && version !== '')
      found.push(scriptClient({ profile, title: `${profile} ${version}` }, [program, script(name)], world));
  }
  return found;
}

const npmProfiles: Readonly<Record<string, string>> = {
  '@usebruno/cli': 'bruno',
  '@hapi/wreck': 'hapi-wreck',
  'node-fetch': 'node-fetch-2',
};

/** Of folders that WHY401_NPM names, colons between, into which npm has installed them. */
async function npmClients(world: World): Promise<readonly Client[]> {
  const file = script('npm-clients.mjs');
  const found: Client[] = [];
  for (const folder of (process.env['WHY401_NPM'] ?? '').split(':').filter((name) => name !== '')) {
    const said = await output(process.execPath, [file, 'versions', folder], '{}');
    for (const [name, version] of Object.entries(JSON.parse(said) as Record<string, string>)) {
      const told = { profile: npmProfiles[name] ?? name, title: `${name} ${version}` };
      const env = { NODE_EXTRA_CA_CERTS: world.caFile };
      found.push(scriptClient(told, [process.execPath, file, name, folder], world, env));
    }
  }
  return found;
}
