/** The words of an answer, wherever they stand, in one normal form: rules about words need no body shape. */

import { parseChallenges } from '../http/challenge.ts';
import { isUrl } from '../http/url.ts';
import type { Response } from '../model.ts';
import {
  bodyPieces,
  bodyValue,
  codeOf,
  descriptionOf,
  isCode,
  membersOf,
  type Piece,
} from './answer-body.ts';
import { normalWords } from './normal-words.ts';
import { wantedRights } from './wanted.ts';

export interface Answer {
  readonly pieces: readonly Piece[];
  /** The pieces in normal form, a line each. */
  readonly words: string;
  /** Codes that stand where OAuth puts `error`: challenge, body, redirect. */
  readonly codes: readonly string[];
  readonly description: string | null;
  /** Members of a JSON or form body at any depth, by name in lower case. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Scopes, permissions and roles that a JSON body says are wanted. */
  readonly wanted: readonly Piece[];
  /** First 4 kB of the body in lower case. */
  readonly page: string;
}

const longestText = 4096;
const known = { answer: new WeakMap<Response, Answer>(), page: new WeakMap<Response, Answer>() };

/** `pages`: a page that came with a 2xx is read too. It is content of a resource; elsewhere it answers what was asked. */
export function answerOf(response: Response, pages = false): Answer {
  const kept = pages ? known.page : known.answer;
  const before = kept.get(response);
  if (before) return before;
  const answer = readAnswer(response, pages);
  kept.set(response, answer);
  return answer;
}

function readAnswer(response: Response, pages: boolean): Answer {
  const text = Buffer.from(response.body.content.subarray(0, longestText)).toString('utf8');
  const body = bodyValue(response, text);
  const challenges = parseChallenges(fieldsOf(response, 'www-authenticate'));
  const location = locationParameters(response);
  const pieces = [
    ...challenges.flatMap(({ parameters }) =>
      [...parameters].flatMap(([name, value]) =>
        speakingParameter.test(name) && !isCode(name, value)
          ? [{ field: `challenge ${name}`, text: value }]
          : [],
      ),
    ),
    ...response.headers.flatMap(([name, value]) =>
      speakingHeader.test(name) ? [{ field: name.toLowerCase(), text: value }] : [],
    ),
    ...(plainReason.test(response.statusText) ? [] : [{ field: 'status', text: response.statusText }]),
    ...[...location].flatMap(([name, value]) =>
      isCode(name, value) ? [] : [{ field: `location ${name}`, text: value }],
    ),
    ...bodyPieces(body, text, response.status, pages),
  ];
  const words = pieces.map((piece) => normalWords(piece.text)).join('\n');
  const codes = [
    ...challenges.map(({ parameters }) => parameters.get('error')),
    codeOf(body),
    location.get('error'),
  ];
  return {
    pieces,
    words: words.slice(0, longestText),
    codes: [
      ...new Set(codes.filter((code) => code !== undefined && code !== null && code !== '')),
    ] as string[],
    description:
      challenges.map(({ parameters }) => parameters.get('error_description')).find((each) => each) ??
      descriptionOf(body) ??
      location.get('error_description') ??
      null,
    members: membersOf(body),
    wanted: wantedRights(body),
    page: text.toLowerCase(),
  };
}

const speakingParameter =
  /^(error|error_description|error_message|error_code|errors?|message|msg|reason|detail)$/;
const speakingHeader =
  /^(?!x-squid)(?:.*-)?(?:error|errortype|error-type|error-code|error-message|error-description|auth-error|grpc-message|auth-reason|auth-failure|auth-status|reject-reason)$|^grpc-message$/i;
/** Reason phrases of RFC 9110: they say no more than the status. */
const plainReason =
  /^$|^(ok|created|accepted|no content|moved permanently|found|see other|not modified|temporary redirect|permanent redirect|bad request|unauthorized|authorization required|payment required|forbidden|not found|method not allowed|not acceptable|proxy authentication required|request timeout|conflict|gone|payload too large|unprocessable (entity|content)|too many requests|internal server error|not implemented|bad gateway|service unavailable|gateway timeout)$/i;

function fieldsOf(response: Response, name: string): string[] {
  return response.headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
}

/** What an authorization response or a login page is told in its URL (RFC 6749 section 4.1.2.1). */
function locationParameters(response: Response): ReadonlyMap<string, string> {
  const [location] = fieldsOf(response, 'location');
  const told = new Map<string, string>();
  if (location === undefined || !isUrl(location, 'http://relative.invalid')) return told;
  const url = new URL(location, 'http://relative.invalid');
  const fragment = new URLSearchParams(url.hash.replace(/^#[/?]*/, ''));
  for (const [name, value] of [...url.searchParams, ...fragment]) {
    if (/^(error(_?(description|message|code|reason|subcode))?|message|msg|reason)$/i.test(name))
      told.set(name, value);
    // Base64 of a message that holds the code.
    const inside = /^authError$/i.test(name) ? Buffer.from(value, 'base64').toString('latin1') : '';
    const code = /[a-z]+(?:_[a-z]+)+/.exec(inside)?.[0];
    if (code !== undefined) told.set('error', code);
  }
  return told;
}
