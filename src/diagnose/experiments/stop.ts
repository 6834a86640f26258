/** Stop signs: more requests would make it worse. */
import { isUrl } from '../../http/url.ts';
import type { Exchange, Response } from '../../model.ts';

/** Words of a lockout, at whatever status. */
const locked =
  /\b(?:account|user|client|application|credentials?)\b[^.<]{0,60}\b(?:locked|suspended)\b|\block(?:ed)?[ -]?out\b|\btemporarily (?:locked|blocked)\b|\btoo many\b[^.<]{0,40}\b(?:attempts|failures|log-?ins|sign-?ins)\b/i;

/** Pages that ask whether a human is there. */
const challenge =
  /\/cdn-cgi\/challenge-platform\/|_cf_chl_opt|AwsWafIntegration|awsWafCookieDomainList|captcha-delivery\.com|px-captcha|_Incapsula_Resource|\bg-recaptcha\b|\bh-captcha\b|\/_sec\/cp_challenge/i;

const challengeHeaders: readonly (readonly [name: string, value: RegExp])[] = [
  ['cf-mitigated', /./],
  ['x-amzn-waf-action', /./],
  ['x-datadome', /protected|captcha/i],
];

/** Bytes of a body that are looked at. */
const looked = 16_384;

/** Why no more may be sent to the server that answered so; null where it may. */
export function stopSign(response: Response): string | null {
  const { status, headers } = response;
  if (status === 429) return '429';
  const named = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  if (named('retry-after') !== undefined) return 'Retry-After';
  for (const [name, value] of challengeHeaders) {
    if (value.test(named(name) ?? '')) return `the header ${name}`;
  }
  // A login page may hold a captcha, and a report the word "locked".
  if (status < 300 && status !== 202) return null;
  if (challenge.test(textOf(response))) return 'a challenge for browsers';
  return speaksOfLock(response) ? 'words about a locked account' : null;
}

export function speaksOfLock(response: Response): boolean {
  return response.status >= 400 && locked.test(textOf(response));
}

function textOf({ body }: Response): string {
  return Buffer.from(body.content.subarray(0, looked)).toString('utf8');
}

/** The origins of this exchange at which a stop sign stands, with the sign. */
export function stopsOf(exchange: Exchange): { readonly origin: string; readonly sign: string }[] {
  return exchange.hops.flatMap(({ request, response }) => {
    const sign = response ? stopSign(response) : null;
    return sign !== null && isUrl(request.url) ? [{ origin: new URL(request.url).origin, sign }] : [];
  });
}
