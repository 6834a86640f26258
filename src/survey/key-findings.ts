/** What is wrong with a JWK Set by itself. */
import type { Finding, Issuer, Json } from '../model.ts';
import type { SurveyContext } from './context.ts';
import type { Document } from './document.ts';
import { describeKey, fits, mostKeys, type PublishedKey } from './key-set.ts';
import { evidence, listed, oneLine, publishedFinding, type Told } from './published.ts';

export interface KeySetAtHand {
  readonly context: SurveyContext;
  readonly issuer: Issuer;
  readonly document: Document;
  readonly keys: readonly PublishedKey[];
  /** Entries of the set, also those that were not looked at. */
  readonly total: number;
  /** Of `id_token_signing_alg_values_supported`. */
  readonly algs: readonly string[];
  /** Media type of the answer. */
  readonly type: string;
}

/** No key set where there should be one; null where it can be read, and where no answer came. */
export function keySetProblem(
  context: SurveyContext,
  issuer: Issuer,
  { state, problem, exchanges }: Document,
  entries: readonly Json[] | null,
): Finding | null {
  if (state === 'unanswered' || (entries && entries.length > 0)) return null;
  const subject = `The key set of issuer "${issuer.name}"`;
  const empty = entries ? `${subject} is empty.` : `${subject} has no list of keys.`;
  const status = exchanges.at(-1)?.hops.at(-1)?.response?.status;
  return publishedFinding(context, {
    cause: 'jwks-unavailable',
    severity: 'error',
    // An edge may turn us away and nobody else.
    certainty: state === 'unreadable' ? 'likely' : 'certain',
    summary: `${state === 'read' ? empty : problem} No signature of a token can be verified.`,
    evidence: [evidence('status', String(status ?? 'none'))],
    fix: 'Let jwks_uri answer 200 with a JSON object `keys`, and keep edges from blocking it.',
    fixSource: issuer.source,
    references: ['RFC 7517 section 5'],
  });
}

type Rule = (set: KeySetAtHand) => Omit<Told, 'fixSource'> | null;

const rules: readonly Rule[] = [
  ({ keys, issuer }) => {
    const shown = keys.filter(({ hidden }) => hidden.length > 0);
    if (shown.length === 0) return null;
    return {
      check: 'jwks-private',
      severity: 'error',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" publishes ${shown.some(({ kty }) => kty === 'oct') ? 'a shared secret' : 'a private key'}: ${named(shown)}; whoever reads it can sign tokens.`,
      evidence: shown
        .slice(0, 5)
        .map((key) => evidence(`key ${key.name}`, `${key.kty} with ${key.hidden.join(', ')}`)),
      fix: 'Publish public keys only, and replace each key that was shown.',
      references: ['RFC 7517 section 9.2'],
    };
  },
  ({ keys, issuer }) => {
    const ids = keys.map(({ kid, kty }) => (kid === null ? null : `${kid} ${kty}`));
    const twice = keys.filter((_, index) => ids[index] !== null && ids.indexOf(ids[index] ?? null) < index);
    if (twice.length === 0) return null;
    return {
      check: 'jwks-kid-unique',
      severity: 'warning',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" has several keys with the kid ${named(twice)}.`,
      evidence: twice.slice(0, 5).map((key) => evidence(`key ${key.name}`, describeKey(key))),
      fix: 'Give each key a kid of its own.',
      references: ['RFC 7517 section 4.5'],
    };
  },
  ({ keys, issuer }) => {
    const without = keys.filter(({ kid, verifies }) => kid === null && verifies);
    if (without.length === 0 || keys.filter(({ verifies }) => verifies).length < 2) return null;
    return {
      check: 'issuer.kids',
      severity: 'warning',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" has several keys, and ${named(without)} without a kid: a token cannot name it.`,
      evidence: without.slice(0, 5).map((key) => evidence(`key ${key.name}`, describeKey(key))),
      fix: 'Give each key a kid.',
      references: ['RFC 7517 section 4.5', 'OpenID Connect Core 1.0 section 10.1'],
    };
  },
  ({ keys, issuer }) => {
    if (keys.some(({ verifies }) => verifies)) return null;
    return {
      check: 'jwks-use',
      severity: 'warning',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" has no key for signatures.`,
      evidence: keys.slice(0, 5).map((key) => evidence(`key ${key.name}`, describeKey(key))),
      fix: 'Publish the key that signs, with use sig.',
      references: ['RFC 7517 section 4.2'],
    };
  },
  ({ keys, issuer }) => {
    const short = keys.filter(({ bits }) => bits !== null && bits < 2048);
    if (short.length === 0) return null;
    return {
      check: 'jwks-rsa-size',
      severity: 'warning',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" has an RSA key of ${short[0]?.bits} bits: ${named(short)}; verifiers refuse less than 2048.`,
      evidence: short.slice(0, 5).map((key) => evidence(`key ${key.name}`, describeKey(key))),
      fix: 'Use a longer key.',
      references: ['RFC 7518 section 3.3'],
    };
  },
  ({ keys, issuer }) => {
    const broken = keys.filter(({ thumbprint, kty }) => thumbprint === null && kty !== 'oct');
    if (broken.length === 0) return null;
    return {
      check: 'issuer.keys',
      severity: 'warning',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" has keys that cannot be read: ${named(broken)}.`,
      evidence: broken.slice(0, 5).map((key) => evidence(`key ${key.name}`, describeKey(key))),
      fix: 'Publish each key with the members of its type, in base64url.',
      references: ['RFC 7518 section 6', 'RFC 8037 section 2'],
    };
  },
  ({ keys, issuer, algs }) => {
    const asymmetric = algs.filter((alg) => !/^HS|^none$/.test(alg));
    const verifying = keys.filter(({ verifies, thumbprint }) => verifies && thumbprint !== null);
    if (asymmetric.length === 0 || verifying.length === 0) return null;
    if (asymmetric.some((alg) => verifying.some((key) => fits(key, alg)))) return null;
    return {
      cause: 'key-unknown',
      severity: 'warning',
      summary: `The metadata of issuer "${issuer.name}" says that ID tokens are signed with ${listed(asymmetric)}, and its key set has no key for that.`,
      evidence: [
        evidence('id_token_signing_alg_values_supported', listed(asymmetric)),
        ...verifying.slice(0, 5).map((key) => evidence(`key ${key.name}`, describeKey(key))),
      ],
      fix: 'Publish the key that signs; see whether jwks_uri is that of another server.',
      references: ['OpenID Connect Discovery 1.0 section 3', 'RFC 7517 section 4.4'],
    };
  },
  ({ keys, issuer, context }) => {
    const now = context.doors.clock.now();
    const over = keys.filter(({ ends }) => ends !== null && ends < now);
    if (over.length === 0) return null;
    return {
      check: 'issuer.keys',
      severity: 'warning',
      certainty: 'certain',
      summary: `The certificate of ${named(over)} in the key set of issuer "${issuer.name}" has expired; verifiers that look at x5c refuse the key.`,
      evidence: over
        .slice(0, 5)
        .map((key) => evidence(`x5c of key ${key.name}`, `until ${new Date(key.ends ?? 0).toISOString()}`)),
      fix: 'Renew the certificate, or leave x5c out.',
      references: ['RFC 7517 section 4.7'],
    };
  },
  ({ issuer, type }) =>
    /[/+]json$/.test(type)
      ? null
      : {
          check: 'issuer.keys',
          severity: 'warning',
          certainty: 'certain',
          summary: `The key set of issuer "${issuer.name}" is sent as ${type === '' ? 'content of no type' : oneLine(type)}; some clients read JSON types only.`,
          evidence: [evidence('content-type', type === '' ? 'none' : type)],
          fix: 'Send application/jwk-set+json or application/json.',
          references: ['RFC 7517 section 8.5'],
        },
  ({ issuer, total }) =>
    total <= mostKeys
      ? null
      : {
          check: 'issuer.keys',
          severity: 'warning',
          certainty: 'certain',
          summary: `The key set of issuer "${issuer.name}" has ${total} keys; the first ${mostKeys} were looked at.`,
          evidence: [evidence('keys', String(total))],
          fix: 'Publish the keys that are in use, and those whose tokens still live.',
          references: ['RFC 7517 section 5'],
        },
];

export function judgeKeys(set: KeySetAtHand): Finding[] {
  const { context, issuer, document } = set;
  const remarked = document.remarks.map((remark) =>
    publishedFinding(context, {
      check: 'issuer.keys',
      severity: 'warning',
      certainty: 'certain',
      summary: `The key set of issuer "${issuer.name}" ${remark}.`,
      fix: 'Publish plain JSON in UTF-8, each member once.',
      fixSource: issuer.source,
      references: ['RFC 8259 section 4', 'RFC 8259 section 8.1'],
    }),
  );
  const found = rules.map((rule) => rule(set)).filter((each) => each !== null);
  return [
    ...found.map((each) => publishedFinding(context, { ...each, fixSource: issuer.source })),
    ...remarked,
  ];
}

function named(keys: readonly PublishedKey[]): string {
  return listed(keys.map(({ name }) => name));
}
