/** What is wrong with a token by itself, read from its claims: whose it is, and when it ends. Nothing is sent for it. */
import { spanText } from '../compare/observe/span.ts';
import type { Credential, CredentialUse, Finding } from '../model.ts';
import type { SurveyContext } from './context.ts';
import { surveyFinding } from './finding.ts';
import { foreignToken } from './foreign.ts';

export function tokenFindings(
  credential: Credential,
  use: CredentialUse,
  { environment, known, doors }: SurveyContext,
): Finding[] {
  return [
    ...foreignToken(credential, use, environment, known),
    ...(credential.type === 'bearer' ? ending(credential, use, environment.name, doors.clock.now()) : []),
  ];
}

const day = 86_400;

/** Nobody renews a token that is stored. One that lives for a day or less was got for this run. */
function ending(
  credential: Extract<Credential, { type: 'bearer' }>,
  { name, token }: CredentialUse,
  environment: string,
  now: number,
): Finding[] {
  const [exp, iat, nbf] = ['exp', 'iat', 'nbf'].map((claim) => seconds(token?.claims?.[claim]));
  if (exp == null) return [];
  const left = exp - Math.floor(now / 1000);
  const begin = iat ?? nbf ?? null;
  const lifetime = begin === null ? null : exp - begin;
  const soon = lifetime === null ? day : lifetime > day ? Math.min(7 * day, lifetime / 10) : 0;
  if (left > 0 && left >= soon) return [];
  const secret = typeof credential.token === 'string' ? '' : ` ${String(credential.token)}`;
  const lives = lifetime !== null && lifetime > 0 ? `, of a lifetime of ${spanText(lifetime)}` : '';
  return [
    surveyFinding(environment, {
      cause: 'token-expired',
      severity: left > 0 ? 'warning' : 'error',
      summary:
        left > 0
          ? `The token of ${name} in ${environment} ends in ${spanText(left)}.`
          : `The token of ${name} in ${environment} ended ${spanText(-left)} ago.`,
      evidence: [
        { hop: null, field: 'token exp', seen: `${new Date(exp * 1000).toISOString()}${lives}` },
        { hop: null, field: 'our clock', seen: new Date(now).toISOString() },
      ],
      fix: `Replace the stored token${secret}, or let why401 get a fresh one: type: oauth2 with grant_type: client_credentials.`,
      fixSource: credential.sources['token'] ?? credential.source,
      references: ['RFC 7519 section 4.1.4'],
    }),
  ];
}

/** Since the epoch; null for what is none, milliseconds by mistake included. */
function seconds(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e11 ? value : null;
}
