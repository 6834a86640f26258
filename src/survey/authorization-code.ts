/** A code that comes back although nobody has logged in: a probe has no session. */
import { isUrl } from '../http/url.ts';
import type { Exchange, Finding } from '../model.ts';
import type { Target } from './authorization-asker.ts';

export function givenCode(exchange: Exchange): string | null {
  const response = exchange.hops.at(-1)?.response;
  const location = response?.headers.find(([name]) => name.toLowerCase() === 'location')?.[1] ?? '';
  const url = isUrl(location, exchange.hops[0]?.request.url)
    ? new URL(location, exchange.hops[0]?.request.url)
    : null;
  const inFragment = new URLSearchParams(url?.hash.replace(/^#/, '') ?? '').get('code');
  return url?.searchParams.get('code') ?? inFragment;
}

export function unaskedCode({ client }: Target, redirect_uri: string, environment: string): Finding {
  return {
    cause: null,
    check: 'client.code',
    environment,
    severity: 'warning',
    expected: false,
    certainty: 'certain',
    summary: `The authorization server ${client.issuer.issuer} gave a code for ${redirect_uri} to a request without any login or cookie.`,
    hop: 1,
    evidence: [
      { hop: null, field: 'client_id', seen: client.client_id },
      { hop: null, field: 'redirect_uri', seen: redirect_uri },
    ],
    experiments: [],
    fix: 'Find out whom the server takes the request for; the code was neither redeemed nor sent anywhere.',
    fixSource: null,
    references: ['RFC 6749 section 4.1.2', 'OpenID Connect Core 1.0 section 3.1.2.3'],
    alternatives: [],
  };
}
