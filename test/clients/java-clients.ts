/** HTTP clients for Java: those of the JDK, and libraries where they are installed. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { body, type Client, type Got, headersOf } from './agreement.ts';
import type { Chain } from './chains.ts';
import { output, script } from './program-clients.ts';
import type { World } from './world.ts';

/** HttpClient and HttpURLConnection of Java 17, by way of the proxy of the world: Proxy-Authorization is for that. */
async function jdkClients(java: string, world: World): Promise<readonly Client[]> {
  const version = /version "(\d+)/.exec(await output('sh', ['-c', `'${java}' -version 2>&1`]))?.[1] ?? '';
  if (version !== '17') return [];
  const profiles = { NORMAL: 'java-17', ALWAYS: 'java-17-always', URLConnection: 'java-urlconnection' };
  return Object.entries(profiles).map(([way, profile]) => ({
    profile,
    title: `Java ${version} ${way}`,
    blind: ['proxy-authorization'],
    // With ALWAYS it asks the proxy for any scheme; at a 305 the other one looks for a proxy of that name.
    without: { ALWAYS: ['unknown-scheme'], URLConnection: ['get-305'] }[way] ?? [],
    run: (chains) => send(java, [script('Chains.java'), world.caFile, String(world.proxy), way], chains),
  }));
}

interface Library {
  readonly profile: string;
  readonly title: string;
  readonly program: string;
  readonly jars: readonly string[];
  readonly without?: readonly string[];
}

const debian = '/usr/share/java';
const maven = `${homedir()}/.m2/repository`;

/** Of Debian (libhttpclient-java, libokhttp-java), and what a Maven repository on this machine holds. */
const libraries: readonly Library[] = [
  {
    profile: 'apache-httpclient-4',
    title: 'Apache HttpClient 4.5.14',
    program: 'Apache4',
    jars: ['httpclient-4.5.14', 'httpcore', 'commons-logging', 'commons-codec'].map(
      (name) => `${debian}/${name}.jar`,
    ),
  },
  {
    profile: 'apache-httpclient-5.1',
    title: 'Apache HttpClient 5.1.3',
    program: 'Apache5',
    // Leads to `/`, which is no path of a chain.
    without: ['empty-location'],
    jars: [
      `${maven}/org/apache/httpcomponents/client5/httpclient5/5.1.3/httpclient5-5.1.3.jar`,
      `${maven}/org/apache/httpcomponents/core5/httpcore5/5.1.3/httpcore5-5.1.3.jar`,
      `${maven}/org/slf4j/slf4j-api/1.7.33/slf4j-api-1.7.33.jar`,
      `${debian}/commons-codec.jar`,
    ],
  },
  {
    profile: 'okhttp-3',
    title: 'OkHttp 3.13.1',
    program: 'OkHttp',
    jars: [`${debian}/okhttp-3.13.1.jar`, `${debian}/okio.jar`],
  },
  {
    profile: 'okhttp',
    title: 'OkHttp 4.12.0',
    program: 'OkHttp',
    jars: [
      `${maven}/com/squareup/okhttp3/okhttp/4.12.0/okhttp-4.12.0.jar`,
      `${maven}/com/squareup/okio/okio-jvm/3.6.0/okio-jvm-3.6.0.jar`,
      `${maven}/org/jetbrains/kotlin/kotlin-stdlib/1.9.10/kotlin-stdlib-1.9.10.jar`,
    ],
  },
];

/** Compiled once each, into the folder of the world. */
export async function javaClients(java: string, world: World): Promise<readonly Client[]> {
  const ports = Object.entries(world.ports).map(([port, to]) => `${port}=${to}`);
  const found = libraries
    .filter(({ jars }) => jars.every(existsSync))
    .map(({ program, jars, ...told }): Client => {
      const classes = `${world.folder}/${told.profile}`;
      const path = [...jars, classes].join(':');
      return {
        ...told,
        async run(chains) {
          const sources = [script('Chains.java'), script(`${program}.java`)];
          const compile = ['-nowarn', '-cp', path, '-d', classes, ...sources];
          await output('sh', ['-c', `${java}c "$@" && ls "${classes}"`, 'sh', ...compile]);
          return send(java, ['-cp', path, program, world.caFile, ports.join(',')], chains);
        },
      };
    });
  return [...(await jdkClients(java, world)), ...found];
}

async function send(
  java: string,
  args: readonly string[],
  chains: readonly Chain[],
): Promise<ReadonlyMap<string, Got>> {
  const lines = chains.map((chain) => {
    const parts = [chain.name, chain.method, chain.url, chain.hasBody ? body : '-'];
    return [...parts, ...Object.entries(headersOf(chain)).map(([name, value]) => `${name}=${value}`)].join(
      '\t',
    );
  });
  const said = JSON.parse(await output(java, args, lines.join('\n'))) as Record<string, Got>;
  return new Map(Object.entries(said));
}
