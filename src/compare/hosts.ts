/** An environment's own hosts and names taken out of a text, so that what is left can be held beside another's. */
import { isUrl } from '../http/url.ts';
import type { Environment } from '../model.ts';

/** `https://api.example.com/orders` as `${origin.api}/orders`; the longest of several that fit. */
export function abstracted(text: string, environment: Environment): string {
  let result = text;
  for (const [own, name] of namesOf(environment)) result = result.replaceAll(own, name);
  return result;
}

/** Origins and issuers before bare hosts; longer ones first. */
function namesOf({ origins, issuers }: Environment): (readonly [string, string])[] {
  const urls = [
    ...[...issuers.values()].map(({ name, issuer }) => [issuer, `\${issuer.${name}}`] as const),
    ...[...origins].map(([name, origin]) => [origin, `\${origin.${name}}`] as const),
  ];
  const hosts = urls
    .filter(([url]) => isUrl(url))
    .map(([url, name]) => [new URL(url).host, name.replace('}', '.host}')] as const);
  const longest = (list: readonly (readonly [string, string])[]): (readonly [string, string])[] =>
    list.toSorted((a, b) => b[0].length - a[0].length);
  return [...longest(urls), ...longest(hosts)];
}
