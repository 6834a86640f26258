/** HTTP clients that are programs of their own. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { body, type Client, type Got, headersOf } from './agreement.ts';
import type { Chain } from './chains.ts';
import type { World } from './world.ts';

/** curl finds the servers with `--connect-to`; one process goes through all chains, from a config file on stdin. */
export async function curlClients(program: string, world: World): Promise<readonly Client[]> {
  const version = /^curl (\S+)/.exec(await output(program, ['--version']))?.[1] ?? '';
  const places = Object.entries(world.ports).map(([port, to]) => `connect-to = ":${port}:127.0.0.1:${to}"`);
  const make = (profile: string, follow: string): Client => ({
    profile,
    title: `curl ${version} --${follow}`,
    async run(chains) {
      const blocks = chains.map((chain) => {
        const method = { GET: [], POST: [], HEAD: ['head'] }[chain.method] ?? [`request = ${chain.method}`];
        const fields = Object.entries(headersOf(chain)).map(
          ([name, value]) => `header = "${name}: ${value}"`,
        );
        const data = chain.hasBody ? [`data = ${JSON.stringify(body)}`] : [];
        const usual = [follow, 'silent', 'output = /dev/null', `cacert = ${world.caFile}`];
        const said = `write-out = "${chain.name} %{exitcode} %{http_code}\\n"`;
        return [...usual, said, ...places, ...method, ...fields, ...data, `url = "${chain.url}"`].join('\n');
      });
      const said = await output(program, ['-q', '-K', '-'], blocks.join('\nnext\n'));
      const lines = said
        .trim()
        .split('\n')
        .map((line) => line.split(' '));
      return new Map(
        lines.map(([name = '', code, status]): [string, Got] => [
          name,
          code === '0' ? { status: Number(status) } : { error: `exit ${code}` },
        ]),
      );
    },
  });
  return [make('curl', 'location'), make('curl-location-trusted', 'location-trusted')];
}

/** A program that reads all chains and writes what it got, as JSON. */
export function scriptClient(
  told: Omit<Client, 'run'>,
  command: readonly [program: string, ...args: string[]],
  world: World,
  env: Readonly<Record<string, string>> = {},
): Client {
  return {
    ...told,
    async run(chains) {
      const [program, ...args] = command;
      const input = JSON.stringify({
        ports: world.ports,
        ca: world.caFile,
        body,
        chains: chains.map(asInput),
      });
      const said = JSON.parse(await output(program, args, input, env)) as Record<string, Got>;
      return new Map(Object.entries(said));
    },
  };
}

function asInput(chain: Chain): object {
  const { name, method, url, hasBody } = chain;
  return { name, method, url, hasBody, headers: headersOf(chain) };
}

export function script(name: string): string {
  return fileURLToPath(new URL(`../../../test/clients/programs/${name}`, import.meta.url));
}

/** What a program writes. What it says on stderr is shown when it fails without a word. */
export function output(
  program: string,
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    let [said, wrong] = ['', ''];
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (wrong += chunk));
    child.on('error', reject);
    child.on('close', () =>
      said === '' ? reject(new Error(wrong || `${program} said nothing`)) : resolve(said),
    );
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** net/http of the installed Go; compiled once, into the folder of the world. */
export async function goClient(program: string, world: World): Promise<Client> {
  const version = /go(\d+\.\d+)/.exec(await output(program, ['version']))?.[1] ?? '';
  const binary = `${world.folder}/go-client`;
  await output(program, ['build', '-o', binary, script('client.go')], '', {}).catch(() => '');
  const profile = Number(version.split('.')[1]) < 22 ? 'go-1.19' : 'go';
  return scriptClient({ profile, title: `Go ${version}` }, [binary, world.caFile], world);
}

/** wget, by way of the proxy of the world. */
export async function wgetClient(program: string, world: World): Promise<Client> {
  const version = /^GNU Wget (\S+)/.exec(await output(program, ['--version']))?.[1] ?? '';
  const proxy = `http://127.0.0.1:${world.proxy}/`;
  const env = { http_proxy: proxy, https_proxy: proxy, no_proxy: '' };
  const usual = [
    '--no-config',
    '-O',
    '/dev/null',
    '-S',
    '--tries=1',
    '-e',
    'robots=off',
    '--ca-certificate',
    world.caFile,
  ];
  return {
    profile: 'wget',
    title: `wget ${version}`,
    async run(chains) {
      const got = new Map<string, Got>();
      for (const chain of chains) {
        const fields = Object.entries(headersOf(chain)).map(([name, value]) => `--header=${name}: ${value}`);
        const data = chain.hasBody ? [`--body-data=${body}`] : [];
        const args = [...usual, `--method=${chain.method}`, ...fields, ...data, chain.url];
        const said = await output('sh', ['-c', '"$@" 2>&1; echo "exit $?"', 'sh', program, ...args], '', env);
        const status = [...said.matchAll(/^\s+HTTP\/1\.\d (\d+)/gm)].at(-1)?.[1];
        // 8: the server said that it was an error, which is an answer.
        const answered =
          status !== undefined && /exit [08]$/.test(said.trim()) && !said.includes('redirections exceeded');
        got.set(chain.name, answered ? { status: Number(status) } : { error: said.slice(-300) });
      }
      return got;
    },
  };
}
