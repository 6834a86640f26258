/** What can be said of one redirect URI that is configured, without asking anybody (RFC 6749, RFC 8252, RFC 9700). */
import { compareRedirectUri } from './redirect-uri.ts';
import type { UriAdvice, UriRule, UriSurroundings } from './redirect-uri-advice-rule.ts';
import { type UriComponent, uriDifferences } from './redirect-uri-difference.ts';
import {
  absolute,
  fragment,
  openRedirector,
  privateScheme,
  script,
  spelling,
  userinfo,
  whiteSpace,
  wildcard,
} from './redirect-uri-form.ts';
import { uriParts, withoutPassword } from './redirect-uri-parts.ts';
import { https, innerHost, localhost } from './redirect-uri-place.ts';

/** In the order of the URI; one that is no URI is told to be so, and nothing else. Pure; never throws. */
export function redirectUriAdvice(around: UriSurroundings): readonly UriAdvice[] {
  const uri = around.redirect_uris[around.index] ?? '';
  const parts = uriParts(uri);
  const all = rules.flatMap((rule) => rule(uri, parts, around) ?? []);
  const early = first.flatMap((rule) => rule(uri, parts, around) ?? []).slice(0, 1);
  return (early.length > 0 ? early : all).map((advice) => ({
    ...advice,
    summary: withoutPassword(advice.summary, parts),
    fix: withoutPassword(advice.fix, parts),
  }));
}

/** What keeps everything else from being said. */
const first: readonly UriRule[] = [whiteSpace, absolute];

const twice: UriRule = (uri, _parts, { redirect_uris, index }) => {
  if (redirect_uris.indexOf(uri) < index)
    return {
      id: 'redirect-uri-duplicate',
      severity: 'warning',
      summary: `The redirect_uri ${uri} stands twice in the list of the client.`,
      fix: 'Take one of them out, or write the one that was meant.',
      references: [],
    };
  const near = redirect_uris.slice(0, index).find((each) => isNearly(each, uri));
  if (near === undefined) return null;
  const how = uriDifferences(near, uri).map(({ words }) => words);
  return {
    id: 'redirect-uri-near-duplicate',
    severity: 'info',
    summary: `The redirect URIs ${near} and ${uri} of the client differ in ${how.join(' and ')} only.`,
    fix: 'Keep the one that the application sends.',
    references: ['RFC 9700 section 4.1.3'],
  };
};

const slips: ReadonlySet<UriComponent> = new Set([
  'trailing-slash',
  'host-case',
  'path-case',
  'scheme-case',
  'default-port',
  'percent-encoding',
  'percent-encoding-case',
  'query-order',
  'slashes',
]);

function isNearly(one: string, other: string): boolean {
  const { differences } = compareRedirectUri([one], other);
  return differences.length > 0 && differences.every(({ component }) => slips.has(component));
}

const rules: readonly UriRule[] = [
  script,
  privateScheme,
  https,
  userinfo,
  localhost,
  innerHost,
  wildcard,
  openRedirector,
  fragment,
  spelling,
  twice,
];
