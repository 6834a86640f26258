/** An issuer identifier beside the one that was asked for (RFC 8414 section 3.3, OpenID Connect Discovery 1.0 section 4.3). */
import { isUrl } from '../http/url.ts';
import type { Finding, Issuer, Json } from '../model.ts';
import type { SurveyContext } from './context.ts';
import { evidence, oneLine, publishedFinding } from './published.ts';

/** Where two issuers differ, as a clause; they are compared character by character. */
export function issuerDifference(named: string, wanted: string): string {
  const placeholder = /\{[^{}]{1,40}\}/.exec(named)?.[0];
  if (placeholder) return `it has the placeholder ${placeholder}, where your tenant belongs`;
  if (named === `${wanted}/`) return 'it ends with a slash and yours does not';
  if (`${named}/` === wanted) return 'yours ends with a slash and it does not';
  if (named.toLowerCase() === wanted.toLowerCase()) return 'only the case differs';
  if (!isUrl(named) || !isUrl(wanted)) return 'it is no absolute URL';
  const [a, b] = [new URL(named), new URL(wanted)];
  const parts = (['protocol', 'hostname', 'port', 'pathname', 'search', 'hash'] as const).filter(
    (part) => a[part] !== b[part],
  );
  if (parts.length === 0) return 'they are the same URL, written in another way';
  const words = {
    protocol: 'scheme',
    hostname: 'host',
    port: 'port',
    pathname: 'path',
    search: 'query',
    hash: 'fragment',
  };
  return `${parts.map((part) => `the ${words[part]} differs (${shown(a[part])}, not ${shown(b[part])})`).join(', ')}`;
}

function shown(part: string): string {
  return part === '' ? 'none' : oneLine(part.replace(/:$/, ''));
}

/** For a document whose issuer is not the one that was asked for; null where they are equal. */
export function issuerFinding(
  context: SurveyContext,
  issuer: Issuer,
  claimed: Json | undefined,
): Finding | null {
  if (claimed === issuer.issuer) return null;
  const subject = `The metadata of issuer "${issuer.name}"`;
  const named = typeof claimed === 'string' ? claimed : null;
  const how = named === null ? 'there is none' : issuerDifference(named, issuer.issuer);
  return publishedFinding(context, {
    cause: 'issuer-mismatch',
    severity: 'error',
    certainty: 'certain',
    summary:
      named === null
        ? `${subject} names no issuer; it must name "${issuer.issuer}".`
        : `${subject} names the issuer "${oneLine(named)}", not "${issuer.issuer}": ${how}.`,
    evidence: [evidence('issuer', named ?? 'none'), evidence(`issuers.${issuer.name}`, issuer.issuer)],
    fix: `Write the issuer under issuers.${issuer.name} as the server names it, character by character, or correct the public URL of the server.`,
    fixSource: issuer.source,
    references: ['RFC 8414 section 3.3', 'OpenID Connect Discovery 1.0 section 4.3'],
  });
}
