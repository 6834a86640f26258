/** The token's signature and kid against the keys of this environment's authorization servers, and of the others'. */
import { type Evidence, evidence } from '../evidence.ts';
import { type KeySet, type Subject, tokenUse } from '../subject.ts';
import { ownSet } from './algorithm.ts';

export function keyFacts(subject: Subject): Evidence[] {
  const token = tokenUse(subject)?.token;
  return [...(token ? signature(subject) : []), ...unreadable(subject)];
}

function signature(subject: Subject): Evidence[] {
  const header = tokenUse(subject)?.token?.header;
  const kid = header?.['kid'];
  const hop = subject.hop.index;
  const own = subject.keys.filter(({ environment }) => environment === subject.environment.name);
  const field = typeof kid === 'string' ? `token kid ${kid}` : 'token signature';
  const verified = own.find(({ verdict }) => verdict === 'verified');
  if (verified) {
    const lines = [{ hop, field: 'token signature', seen: `verifies with the keys of ${verified.issuer}` }];
    return [evidence('token/verified', { excludes: ['signature-invalid'], weight: 2, lines })];
  }
  const foreign = subject.keys.find(
    ({ environment, verdict }) => verdict === 'verified' && environment !== subject.environment.name,
  );
  if (foreign && own.length > 0) {
    const seen = `verifies with the keys of ${foreign.issuer} (${foreign.environment}), not with those of ${subject.environment.name}`;
    return [
      evidence('token/verified-by-other-environment', {
        names: ['environment-mixup'],
        lines: [{ hop, field, seen }],
      }),
    ];
  }
  // A nonce in the header is hashed before it is signed: only its resource server can verify such a token.
  if (header?.['nonce'] !== undefined) return [];
  const failed = own[0];
  if (!failed) return [];
  const wrong = own.some(({ verdict }) => verdict === 'wrong-signature');
  if (wrong) {
    const seen = `does not verify with that key of ${failed.issuer}`;
    return [
      evidence('token/signature-wrong', {
        names: ['signature-invalid'],
        weight: 1,
        lines: [{ hop, field, seen }],
      }),
    ];
  }
  return unknownKey(subject, kid, failed.issuer);
}

/** That our sets lack a key does not show that the server's do: a hint. */
function unknownKey(subject: Subject, kid: unknown, issuer: string): Evidence[] {
  const hop = subject.hop.index;
  const field = typeof kid === 'string' ? `token kid ${kid}` : 'token signature';
  const has = (set: KeySet): boolean => set.keys.some((key) => key.kid !== null && key.kid === kid);
  const own = ownSet(subject, tokenUse(subject)?.token?.claims?.['iss']);
  const other = subject.keySets.find((set) => set.environment !== subject.environment.name && has(set));
  if (other && own && !has(own)) {
    const seen = `is a key of ${other.issuer} (${other.environment}), not of ${issuer}`;
    return [
      evidence('token/key-of-other-environment', {
        names: ['environment-mixup', 'key-unknown'],
        weight: 2,
        lines: [{ hop, field, seen }],
      }),
    ];
  }
  if (own && has(own)) return [];
  const seen =
    typeof kid !== 'string' && own && own.keys.length > 1
      ? `the token names no kid, and none of the ${own.keys.length} keys of ${issuer} verifies it`
      : `is not among the keys of ${issuer}`;
  return [
    evidence('token/key-unknown', {
      names: typeof kid === 'string' ? ['key-unknown'] : ['signature-invalid', 'key-unknown'],
      weight: 1,
      lines: [{ hop, field, seen }],
    }),
  ];
}

const states: Readonly<Record<Exclude<KeySet['state'], 'read'>, string>> = {
  unreachable: 'could not be read from here',
  'not-json': 'answered, but with no JWK Set',
  'no-address': 'has no address that may be used (jwks_uri)',
};

/** The server asks the same address as we, though from another place. */
function unreadable(subject: Subject): Evidence[] {
  const { status } = subject.response ?? { status: 0 };
  if (status !== 401 && status !== 403 && status < 500) return [];
  return subject.keySets.flatMap(({ environment, issuer, state, status: answered }) => {
    if (environment !== subject.environment.name || state === 'read' || state === 'no-address') return [];
    const seen = `${states[state]}${answered === null ? ': no answer' : ` (${answered})`}`;
    return [
      evidence('keys/unreadable', {
        names: ['jwks-unavailable', 'idp-unreachable'],
        weight: 1,
        lines: [{ hop: null, field: `keys of ${issuer}`, seen }],
      }),
    ];
  });
}
