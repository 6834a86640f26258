/** How an environment is reached: `tls`, `connect_to`, `proxy`, `http2`. */
import { resolve } from 'node:path';
import { isRefusal, readUtf8 } from '../files.ts';
import type { ClientCertificate, JsonMap, Transport } from '../model.ts';
import type { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';
import { certificateDefect } from './client-certificate.ts';
import type { ProjectContext } from './environment.ts';
import { mapAt } from './maps.ts';
import type { Reader } from './reader.ts';

/** Bytes: every CA that a system trusts has room in it. */
const largestPem = 2_000_000;
/** Stands for one of which a problem is told: nothing is sent, and nobody is to say that there is none. */
const unusable: ClientCertificate = { cert: '', key: '' };

export function readTransport(
  name: string,
  raw: JsonMap,
  context: ProjectContext,
  read: Reader,
  problems: Problems,
): Transport {
  const tls = mapAt(raw, 'tls');
  const file = (map: JsonMap, key: string): string | null => {
    const path = read.plain(map, key);
    if (path === null || context.offline) return null;
    const text = readUtf8(resolve(context.root, path), { limit: largestPem });
    if (!isRefusal(text)) return text;
    problems.add('FILE_UNREADABLE', `The file "${path}" cannot be read: ${text.why}.`, {
      source: sourceOf(map, key),
      fix: 'Paths are relative to why401.yml.',
    });
    return null;
  };
  const certificate = (map: JsonMap, owner: string): ClientCertificate | null => {
    for (const [has, lacks] of [
      ['cert', 'key'],
      ['key', 'cert'],
    ] as const) {
      if (map[has] === undefined || map[lacks] !== undefined) continue;
      const message = `The client certificate of "${owner}" has no ${lacks}.`;
      const fix = `Add ${lacks}: with a PEM file next to ${has}:.`;
      problems.add('CERTIFICATE_INCOMPLETE', message, { source: sourceOf(map, has), fix });
    }
    const [cert, key] = [file(map, 'cert'), file(map, 'key')];
    const written = map['cert'] !== undefined || map['key'] !== undefined;
    if (cert === null || key === null) return written && !context.offline ? unusable : null;
    const defect = certificateDefect(cert, key);
    if (defect === null) return { cert, key: read.secretText(`${owner} tls key`, key) };
    const { code, message, fix } = defect;
    problems.add(code, message, { source: sourceOf(map, defect.key), fix });
    return unusable;
  };
  const hosts = Object.keys(mapAt(tls, 'hosts')).flatMap((host): [string, ClientCertificate][] => {
    const own = certificate(mapAt(mapAt(tls, 'hosts'), host), host);
    return own ? [[host.toLowerCase(), own]] : [];
  });
  return {
    environment: name,
    connectTo: readConnectTo(raw, read),
    ca: file(tls, 'ca'),
    clientCertificate: certificate(tls, name),
    ...(hosts.length > 0 ? { clientCertificates: new Map(hosts) } : {}),
    insecure: tls['insecure'] === true,
    proxy: read.text(raw, 'proxy'),
    http2: raw['http2'] === true,
  };
}

function readConnectTo(raw: JsonMap, read: Reader): Map<string, string> {
  const map = mapAt(raw, 'connect_to');
  const pairs = new Map<string, string>();
  for (const from of Object.keys(map)) {
    const to = read.plain(map, from);
    if (to !== null) pairs.set(from, to);
  }
  return pairs;
}
