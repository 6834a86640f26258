/** What became of a scripted login: the form again, a missing token, a cookie that could not be kept. */

import { pointsTo } from '../../http/authorization-response.ts';
import { isUrl } from '../../http/url.ts';
import type { CauseId } from '../../model.ts';
import { type Evidence, evidence } from '../evidence.ts';
import { headerValue, type Subject } from '../subject.ts';
import { isHtml, isSafeMethod, textOf, urlOf } from './wire.ts';

export function loginFormFacts(subject: Subject): Evidence[] {
  if (subject.stage !== 'login') return [];
  const cookies = refusedCookies(subject);
  return [...cookies, ...refusal(subject, cookies.length > 0), ...secondFactor(subject)];
}

/** Without its session no login form is accepted. */
function refusedCookies({ failing, past }: Subject): Evidence[] {
  const logins = past.filter(({ sameJob, exchange }) => sameJob && exchange.role === 'login');
  const hops = [...new Set([...logins.map(({ exchange }) => exchange), failing])].flatMap(
    (each) => each.hops,
  );
  const [found] = hops.flatMap((hop) => hop.cookies.refused.map((cookie) => ({ hop, cookie })));
  if (!found) return [];
  const { hop, cookie } = found;
  return [
    evidence('login/cookie-refused', {
      names: ['cookie-rejected'],
      weight: 3,
      lines: [{ hop: hop.index, field: 'set-cookie', seen: `${cookie.name}: ${cookie.reason}` }],
    }),
  ];
}

function refusal(subject: Subject, cookieRefused: boolean): Evidence[] {
  const { failing, response, hop } = subject;
  const submitted = failing.hops.find(({ request }) => !isSafeMethod(request.method));
  if (!response || !submitted) return [];
  const text = textOf(response);
  const { status } = response;
  const where = urlOf(hop.request.url)?.pathname ?? '';
  // What the page says of forged requests is for the signatures.
  if (status === 419) {
    return [
      evidence('login/forged', {
        names: ['csrf-failed'],
        weight: 3,
        lines: [
          {
            hop: hop.index,
            field: 'status',
            seen: '419, which some frameworks use for forged requests alone',
          },
        ],
      }),
    ];
  }
  const asks = isHtml(text) && passwordInput.test(text);
  if (!asks && status !== 401) return [];
  return [
    evidence('login/refused', {
      names: ['password-wrong'],
      weight: cookieRefused ? 1 : 2,
      lines: [
        { hop: submitted.index, field: 'request', seen: `${submitted.request.method} of the login form` },
        {
          hop: hop.index,
          field: 'status',
          seen: `${status} from ${where}${asks ? ', with the form again' : ''}`,
        },
      ],
    }),
  ];
}

const passwordInput = /<input\b[^>]{0,300}\btype\s*=\s*["']?password\b/i;
const oneTime =
  /<input\b[^>]{0,300}\b(?:autocomplete\s*=\s*["']?one-time-code|name\s*=\s*["']?(?:otp|totp|mfa|one_?time)[\w-]*)/i;

function secondFactor({ response, hop }: Subject): Evidence[] {
  const text = response ? textOf(response) : '';
  if (!isHtml(text) || !oneTime.test(text) || passwordInput.test(text)) return [];
  const seen = 'a page that asks for a one-time code';
  return [
    evidence('login/second-factor', {
      names: ['mfa-required'],
      weight: 3,
      lines: [{ hop: hop.index, field: 'body', seen }],
    }),
  ];
}

/** The answer must bring back the state of the request (RFC 6749 section 10.12), and its issuer (RFC 9207), to the redirect_uri. */
export function authorizationAnswerFacts(subject: Subject): Evidence[] {
  const { stage, step, hop, response, client } = subject;
  if (stage !== 'authorization' || step.kind === 'authorize' || !response) return [];
  const asked = urlOf(subject.failing.hops[0]?.request.url ?? '')?.searchParams;
  const location = headerValue(response, 'location');
  const target =
    location !== null && isUrl(location, hop.request.url) ? new URL(location, hop.request.url) : null;
  const sent = asked?.get('state') ?? null;
  if (sent === null || !target || !/(?:^|[?&#])(?:code|error)=/.test(target.search + target.hash)) return [];
  const fragment = new URLSearchParams(target.hash.slice(1));
  const returned = (name: string): string | null => target.searchParams.get(name) ?? fragment.get(name);
  const wrong = (cause: CauseId, field: string, seen: string): Evidence[] => [
    evidence(`authorization/${field}`, {
      names: [cause],
      weight: 3,
      lines: [{ hop: hop.index, field: field === 'state' ? 'location' : `location ${field}`, seen }],
    }),
  ];
  const state = returned('state');
  if (state !== sent) {
    const seen = state === null ? 'no state in the answer' : 'another state than that of the request';
    return wrong('state-mismatch', 'state', seen);
  }
  const iss = returned('iss');
  const issuer = client?.issuer.issuer;
  if (iss !== null && issuer !== undefined && iss !== issuer)
    return wrong('state-mismatch', 'iss', `${iss}, not ${issuer}`);
  const uri = asked?.get('redirect_uri') ?? null;
  if (uri === null || pointsTo(target, uri)) return [];
  const seen = `${target.origin}${target.pathname}, not ${uri}`;
  return wrong('redirect-uri-mismatch', 'redirect_uri', seen);
}
