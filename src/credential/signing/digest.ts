/** HTTP Digest (RFC 7616): nothing before a challenge, then each request with the nonce of its origin. */

import { parseChallenges } from '../../http/challenge.ts';
import { isUrl } from '../../http/url.ts';
import type { DigestCredential, Field, Hop } from '../../model.ts';
import { Secret } from '../../secret.ts';
import { fieldValues } from '../answer.ts';
import type { PairFault } from '../basic.ts';
import type { Rendering } from '../rendering.ts';
import type { Signer, UnsignedRequest } from '../signer.ts';
import type { StoreParts } from '../store.ts';
import {
  type DigestChallenge,
  type DigestSession,
  digestParameters,
  digestResponse,
  readDigestChallenge,
} from './digest-answer.ts';

/** What is known of one origin. */
interface State {
  readonly challenge: DigestChallenge;
  readonly session: DigestSession;
  /** How often the nonce was sent. */
  count: number;
  /** An answer to this password was no 401. */
  accepted: boolean;
  /** It was refused: not tried again. */
  refused: boolean;
}

export async function renderDigest(credential: DigestCredential, parts: StoreParts): Promise<Rendering> {
  const { name } = credential;
  const { ledger } = parts;
  const password = ledger.secret(`${name} password`, credential.password);
  if (credential.username instanceof Secret) ledger.secret(`${name} username`, credential.username);
  const username = credential.username instanceof Secret ? credential.username.reveal() : credential.username;
  const fault = digestFault(username, password.reveal());
  if (fault) return { problem: `The ${fault.what} of credential "${name}" ${fault.problem}.` };
  return {
    headers: [],
    query: [],
    cookies: [],
    signer: createDigestSigner(credential, username, password, parts),
    use: {
      name,
      type: 'digest',
      field: 'authorization',
      scheme: 'Digest',
      // The account: a password may be that of several.
      fingerprint: ledger.fingerprint(`${username}:${password.reveal()}`),
      token: null,
      obtained: null,
    },
  };
}

/** Why the two cannot be sent; null when they can. A password is hashed, and may hold anything but its line end. */
export function digestFault(username: string, password: string): PairFault | null {
  const what = 'user name';
  if (username.includes(':')) {
    const problem = 'holds a colon, which HTTP Digest cannot carry (RFC 7616 section 3.4.2)';
    const fix = 'Write the user name alone; what follows the colon belongs to "password".';
    return { key: 'username', what, problem, fix };
  }
  // A quoted-string has none of them.
  const fix = 'Take it out: often it is a line end behind the value.';
  if (/[\r\n\0]/.test(username)) {
    return { key: 'username', what, problem: 'holds a line end, which no header field can carry', fix };
  }
  if (!/[\r\n]$/.test(password)) return null;
  return { key: 'password', what: 'password', problem: 'ends with a line end, which no password does', fix };
}

function createDigestSigner(
  { name, username: shownName }: DigestCredential,
  username: string,
  password: Secret,
  { random, ledger }: StoreParts,
): Signer {
  const states = new Map<string, State>();
  /** Origin of the last request that could be signed. */
  let latest = '';

  function begin(origin: string, challenge: DigestChallenge, accepted: boolean): true {
    const session = { nonce: challenge.nonce, cnonce: random.token(16) };
    states.set(origin, { challenge, session, count: 0, accepted, refused: false });
    return true;
  }

  return {
    fields: ['authorization'],
    async sign({ method, url, body }: UnsignedRequest): Promise<readonly Field[]> {
      latest = url.origin;
      const state = states.get(url.origin);
      if (!state) return [];
      state.count += 1;
      const { challenge, session, count } = state;
      const uri = `${url.pathname}${url.search}`;
      const { cnonce } = session;
      const request = { username, password: password.reveal(), method, uri, body, count, cnonce, session };
      const response = ledger.secret(`${name} response`, digestResponse(challenge, request));
      // What a server that knows the password sends back (section 3.5): by name where it is right, as it is where it is not.
      if (challenge.qop === 'auth')
        ledger.secret(`${name} rspauth`, digestResponse(challenge, { ...request, method: '' }));
      const { before, after } = digestParameters(challenge, request);
      const shown =
        shownName instanceof Secret && !challenge.userhash
          ? digestParameters(challenge, { ...request, username: shownName.shown }).before
          : before;
      const bytes = Buffer.from(before, 'utf8').toString('latin1');
      const start = bytes === shown ? before : new Secret(bytes, shown);
      return [['Authorization', Secret.join(['Digest ', start, ', response="', response, `"${after}`])]];
    },
    challenged(hop) {
      if (!hop.response || lost(hop)) return false;
      // What is recorded has passed the redactor, for which a part of a host name may be a secret.
      const { url } = hop.request;
      const origin = isUrl(url) ? new URL(url).origin : latest;
      const state = states.get(origin);
      const sent = sentNonce(hop);
      if (hop.response.status !== 401) {
        if (state && sent !== null) noteAccepted(states, origin, state, hop);
        return false;
      }
      const challenge = readDigestChallenge(fieldValues(hop.response, 'www-authenticate'));
      if (!challenge) return false;
      // Another request may have been challenged, and answered, in the meantime.
      if (sent === null) {
        const known = state?.challenge.realm === challenge.realm;
        return known ? !state.refused : begin(origin, challenge, false);
      }
      if (challenge.stale) return begin(origin, challenge, state?.accepted ?? false);
      // Servers that forget a nonce do not always say so: a password that was good gets one more chance.
      if (state?.accepted === true && challenge.nonce !== sent) return begin(origin, challenge, false);
      if (state) state.refused = true;
      return false;
    },
  };
}

/** Authentication-Info may name the nonce of the next request (RFC 7616 section 3.5). */
function noteAccepted(states: Map<string, State>, origin: string, state: State, hop: Hop): void {
  state.accepted = true;
  const values = hop.response ? fieldValues(hop.response, 'authentication-info') : [];
  const next = parseChallenges(values.map((value) => `Digest ${value}`))[0]?.parameters.get('nextnonce');
  if (!next || next === state.challenge.nonce) return;
  states.set(origin, { ...state, challenge: { ...state.challenge, nonce: next }, count: 0 });
}

/** The nonce of the Authorization field that was sent; null: none was. */
function sentNonce({ request }: Hop): string | null {
  const values = request.headers
    .filter(([name]) => name.toLowerCase() === 'authorization')
    .map(([, value]) => value);
  return parseChallenges(values)[0]?.parameters.get('nonce') ?? null;
}

/** At another origin, or on the way back from one, nothing is signed. */
function lost({ dropped }: Hop): boolean {
  return dropped.some(({ header, rule }) => header === 'authorization' && rule !== 'method-changed');
}
