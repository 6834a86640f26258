/** What the last answer of a step shows: access, challenge, media type (RFC 9110 section 11.6.1, RFC 6750 section 3). */
import { type Challenge, parseChallenges } from '../../http/challenge.ts';
import { isUrl } from '../../http/url.ts';
import type { Environment, Exchange, Observation, Response } from '../../model.ts';
import { fieldValues, mediaType, type Note, placeOf, plain, sorted } from './observing.ts';

/** `exchange` was answered. `presented`: schemes of the credentials of the step, in lower case; empty: not known. */
export function observeAnswer(
  exchange: Exchange,
  environment: Environment,
  note: Note,
  presented: ReadonlySet<string> = new Set(),
): Observation[] {
  const response = exchange.hops.at(-1)?.response;
  if (!response) return [];
  const { status } = response;
  const good = status >= 200 && status < 300;
  // A redirect that is not followed is told as such.
  const access = status >= 300 && status < 400 ? [] : [accessOf(status)];
  return [
    ...access.map((each) => note('answer.access', each, `${each} (${status})`)),
    note('answer.status', status),
    ...(access.length > 0
      ? [note(good ? 'answer.content_type' : 'answer.refusal_type', mediaType(response))]
      : []),
    ...(status === 401 ? challenges(response, environment, note, presented) : []),
  ];
}

/** By classes: which of two refusals it is, or which of two successes, breaks nobody. */
function accessOf(status: number): string {
  if (status >= 500) return 'out of order';
  if (status === 404 || status === 410) return 'not there';
  if (status === 401 || status === 403 || status === 407) return 'refused';
  return status >= 400 ? 'a bad request' : 'answered';
}

function challenges(
  response: Response,
  environment: Environment,
  note: Note,
  presented: ReadonlySet<string>,
): Observation[] {
  const list = parseChallenges(fieldValues(response, 'www-authenticate')).slice(0, 20);
  const values = (name: string): string[] => sorted(list.flatMap((each) => own(each, name, environment)));
  const metadata = sorted(list.flatMap((each) => originOf(each, environment)));
  const scopes = values('scope').flatMap((each) => each.split(' '));
  const schemes = sorted(list.map(({ scheme }) => scheme.toLowerCase()));
  // Where what is presented is wanted, it is no matter what else would be taken.
  const wanted = schemes.filter((scheme) => presented.has(scheme));
  return [
    note('challenge.schemes', wanted.length > 0 ? wanted : schemes, schemes.join(', ') || 'none'),
    note('challenge.realm', values('realm')),
    note('challenge.error', values('error')),
    note('challenge.scope', sorted(scopes)),
    // RFC 9728 leaves it out as it likes.
    ...(metadata.length > 0 ? [note('challenge.resource_metadata', metadata)] : []),
  ];
}

/** Where its metadata is; the path follows from that of the resource. */
function originOf({ parameters }: Challenge, environment: Environment): string[] {
  const value = parameters.get('resource_metadata');
  if (value === undefined) return [];
  // Where the authorization server is at the same origin, it is the resource that is meant.
  return [placeOf(value, environment) ?? plain(isUrl(value) ? new URL(value).origin : value, environment)];
}

function own({ parameters }: Challenge, name: string, environment: Environment): string[] {
  const value = parameters.get(name);
  return value === undefined ? [] : [plain(value, environment)];
}
