/** `echo` of an environment: where a server shows the header fields that it received. */
import { isUrl } from '../http/url.ts';
import type { Echo, JsonMap } from '../model.ts';
import type { Problems } from '../problem.ts';
import { sourceOf } from '../source.ts';
import { unplaced } from './maps.ts';
import type { Reader } from './reader.ts';

const fix =
  'Write a path (/debug/headers), an origin and a path (api:/debug/headers), or a URL at an origin of the environment.';

/** Null where there is none, and where it is wrong: then `problems` says so. */
export function readEchoEndpoint(
  raw: JsonMap,
  origins: ReadonlyMap<string, string>,
  read: Reader,
  problems: Problems,
): Echo | null {
  const text = read.plain(raw, 'echo');
  if (text === null) return null;
  const source = sourceOf(raw, 'echo') ?? unplaced;
  const url = urlOf(text, origins);
  if (!url) {
    problems.add('ECHO_INVALID', `"${text}" is not the address of an echo endpoint.`, { source, fix });
    return null;
  }
  if (![...origins.values()].includes(url.origin)) {
    problems.add(
      'ECHO_UNBOUND',
      `${url.origin} is not an origin of this environment: no credential goes there.`,
      {
        source,
        fix: 'Add it under origins:, or use an echo endpoint at one of them.',
      },
    );
    return null;
  }
  return { url: url.href, source };
}

function urlOf(text: string, origins: ReadonlyMap<string, string>): URL | null {
  const named = /^([A-Za-z][\w-]*):(\/(?!\/).*)$/s.exec(text);
  const origin = named?.[1] === undefined ? [...origins.values()][0] : origins.get(named[1]);
  const path = named?.[2] ?? text;
  const whole = path.startsWith('/') ? (origin === undefined ? '' : origin + path) : path;
  const url = isUrl(whole) ? new URL(whole) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.hash) return null;
  return path.startsWith('/') && url.origin !== origin ? null : url;
}
