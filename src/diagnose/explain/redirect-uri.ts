/** A redirect_uri that is refused: in what it differs from others, as far as the server's way of comparing makes it a difference. */
import { compareRedirectUri } from '../../http/redirect-uri.ts';
import { findRedirectUriRules, type RedirectUriRules } from '../../http/redirect-uri-rules.ts';
import { nearness, transplanted } from '../../http/redirect-uri-variants.ts';
import type { Client } from '../../model.ts';
import { headerValue, type Subject } from '../subject.ts';
import { answered, clientId, clientKey, clientSource, type Explain } from './explanation.ts';

export function redirectUri(subject: Subject): ReturnType<Explain> {
  const uri = subject.redirect_uri;
  const location = subject.response ? headerValue(subject.response, 'location') : null;
  if (uri !== null && location !== null && /[?&#]code=/.test(location)) {
    const target = location.replace(/[?#].*$/s, '');
    return {
      summary: `${answered(subject)}: it sends the code to ${target}, not to the redirect_uri ${uri} of the request; nothing was sent there.`,
      fix: `Find out why the authorization server, or a proxy before it, changes the address; compare it with ${clientKey(subject, 'redirect_uris')}.`,
      fixSource: clientSource(subject, 'redirect_uris'),
      references: ['RFC 6749 section 4.1.2', 'RFC 9700 section 4.1'],
    };
  }
  if (uri === null)
    return {
      summary: `${answered(subject)}: the redirect_uri of the request is not the one of the flow, or not registered for ${clientId(subject)}.`,
      fix: `Send the same redirect_uri in both requests, one of those that are registered; compare ${clientKey(subject, 'redirect_uris')}.`,
      fixSource: clientSource(subject, 'redirect_uris'),
    };
  const rules = rulesOf(subject.client);
  const twin = near(subject, uri, rules);
  const how = rules ? `. ${rules.title}: ${rules.says}` : ': every character counts, a trailing slash too.';
  return {
    summary: `${answered(subject)}: it has no redirect_uri ${uri} for ${clientId(subject)}${twin === null ? '' : `; ${twin}`}.`,
    fix: `Register exactly ${uri}, or correct ${clientKey(subject, 'redirect_uris')}${how}`,
    fixSource: clientSource(subject, 'redirect_uris'),
  };
}

/** How the server compares; null: the project file does not say. */
function rulesOf(client: Client | null): RedirectUriRules | null {
  const written = client?.issuer.redirect_uri_rules;
  return written === undefined ? null : findRedirectUriRules(written);
}

/**
 * In what it differs from what the file has for the client here; where it is one of those, from what the client has
 * elsewhere, the host left aside. What the server would take for the same is no reason.
 */
function near(
  { client, environment, known }: Subject,
  uri: string,
  rules: RedirectUriRules | null,
): string | null {
  if (client === null) return null;
  const facts = { public: client.token_endpoint_auth_method === 'none' };
  const isReason = (registered: string): boolean =>
    rules === null || compareRedirectUri(registered, uri, rules, facts).accepted !== true;
  if (!client.redirect_uris.includes(uri)) {
    const { nearest, differences } = compareRedirectUri(client.redirect_uris.filter(isReason), uri);
    const told = differences.map(({ words }) => words).join(' and ');
    return nearest === null || differences.length > 2
      ? null
      : `why401.yml has ${nearest}, they differ in ${told}`;
  }
  for (const { name, clients } of known) {
    if (name === environment.name) continue;
    const theirs = clients.get(client.name)?.redirect_uris ?? [];
    const here = theirs.map((each) => transplanted(each, uri));
    if (here.includes(uri)) continue;
    for (const [index, each] of theirs.entries()) {
      const how = nearness(here[index] ?? '', uri);
      if (how !== null && isReason(here[index] ?? '')) return `${name} has ${each}, they differ in ${how}`;
    }
  }
  return null;
}
