/** What the authorization server says of the token: introspection (RFC 7662) and userinfo. Its view, not the API's. */

import { parseJson } from '../../http/json.ts';
import type { CauseId, Client, CredentialUse, Exchange, Issuer, Json } from '../../model.ts';
import { isMap } from '../../source.ts';
import { evidence } from '../evidence.ts';
import { heldScopes } from '../facts/claims.ts';
import { type Subject, tokenUse } from '../subject.ts';
import { clientsOf, type Experiment, notSent, type Observation, statusOf } from './experiment.ts';
import { freshSource } from './fresh-token.ts';

const active = 'active';
const inactive = 'not active';

/** A token that its own server calls active is none of these. */
const excludedByActive: readonly CauseId[] = [
  'token-revoked',
  'token-unknown',
  'user-disabled',
  'session-expired',
];
/** RFC 7662 section 2.2: `active: false` does not say why. */
const dead: readonly CauseId[] = ['token-revoked', 'token-unknown', 'user-disabled', 'session-expired'];

function isRefusedToken(subject: Subject): boolean {
  const status = subject.response?.status;
  return subject.stage === 'resource' && (status === 401 || status === 403) && tokenUse(subject) !== null;
}

/** The issuer of the token, where it is one of this environment: a token goes to nobody else. */
function issuerOf(subject: Subject): Issuer | null {
  const { environment, credential } = subject;
  const claims = tokenUse(subject)?.token?.claims;
  const issuers = [...environment.issuers.values()];
  if (typeof claims?.['iss'] === 'string')
    return issuers.find(({ issuer }) => issuer === claims['iss']) ?? null;
  // An opaque token from outside may be anybody's.
  return credential?.type === 'oauth2' ? credential.client.issuer : null;
}

/** The client that may ask: the credential's own, or the only confidential one of the token's issuer. */
function askingClient(subject: Subject): Client | null {
  const issuer = issuerOf(subject);
  if (!issuer) return null;
  const { credential } = subject;
  const client = credential?.type === 'oauth2' ? credential.client : null;
  const own = client?.issuer.issuer === issuer.issuer ? client : null;
  const found = clientsOf(subject).filter((each) => each.issuer.issuer === issuer.issuer);
  const asking = own ?? (found.length === 1 ? found[0] : null) ?? null;
  return asking && asking.token_endpoint_auth_method !== 'none' ? asking : null;
}

export const introspection: Experiment = {
  id: 'introspection',
  classOf: () => 'B',
  cost: 1,
  most: 3,
  resends: false,
  asksIssuer: true,
  applies: (subject) => isRefusedToken(subject) && askingClient(subject) !== null,
  predicts: (cause) =>
    dead.includes(cause)
      ? inactive
      : cause === 'audience-mismatch' || cause === 'scope-missing'
        ? active
        : null,
  async run(subject, probe, _earlier, limit) {
    const use = tokenUse(subject);
    const client = askingClient(subject);
    if (!use || !client) return notSent('no client may ask');
    const exchange = await probe.ask({ kind: 'introspection', client, use });
    if (!exchange) return notSent('no introspection endpoint is known, or it is not to be asked');
    const says = activity(exchange);
    if (says === null) return undecided(`${statusOf(exchange) ?? 'no answer'}: it does not say`, [exchange]);
    if (says) return alive('introspection', 'active: true', [exchange]);
    // A server may call a token inactive for a client that it is not meant for: a fresh one is the control.
    const source = limit >= 3 ? freshSource(subject) : null;
    const fresh = source?.own
      ? await probe.fresh({ credential: source.credential, scope: null, resource: [] })
      : null;
    const control =
      fresh && 'use' in fresh ? await probe.ask({ kind: 'introspection', client, use: fresh.use }) : null;
    return inactiveToken(exchange, control);
  },
};

function inactiveToken(exchange: Exchange, control: Exchange | null): Observation {
  const known = control === null ? null : activity(control);
  const exchanges = control ? [exchange, control] : [exchange];
  if (known === false) return undecided('active: false, also for a fresh token: it says nothing', exchanges);
  const seen = `active: false${known === true ? ', and active: true for a fresh token' : ', without a control'}`;
  const found = evidence('experiment/introspection-inactive', {
    kind: 'experiment',
    names: ['token-revoked', 'token-unknown'],
    weight: known === true ? 2 : 1,
    lines: [{ hop: null, field: 'introspection', seen }],
  });
  return { outcome: inactive, seen, exchanges, evidence: [found], proves: null };
}

/** A token with the scope `openid` can ask for the claims of its user. */
export const userinfo: Experiment = {
  id: 'userinfo',
  classOf: () => 'B',
  cost: 1,
  resends: true,
  asksIssuer: true,
  applies: (subject) => isRefusedToken(subject) && issuerOf(subject) !== null && isForUser(tokenUse(subject)),
  predicts: (cause) =>
    dead.includes(cause) || cause === 'token-expired'
      ? inactive
      : cause === 'audience-mismatch'
        ? active
        : null,
  async run(subject, probe) {
    const use = tokenUse(subject);
    const issuer = issuerOf(subject);
    if (!use || !issuer) return notSent('no issuer is known');
    const exchange = await probe.ask({ kind: 'userinfo', issuer, use });
    if (!exchange) return notSent('no userinfo endpoint is known, or it is not to be asked');
    const status = statusOf(exchange);
    if (status === 200) return alive('userinfo', '200', [exchange]);
    if (status !== 401) return undecided(`${status ?? 'no answer'}: it does not say`, [exchange]);
    const seen = '401: the authorization server does not take its own token either';
    const names = ['token-revoked', 'token-unknown', 'token-expired'];
    const lines = [{ hop: null, field: 'userinfo', seen }];
    const found = evidence('experiment/userinfo-refused', { kind: 'experiment', names, weight: 1, lines });
    return { outcome: inactive, seen, exchanges: [exchange], evidence: [found], proves: null };
  },
};

function isForUser(use: CredentialUse | null): boolean {
  const claims = use?.token?.claims;
  const scopes = claims ? heldScopes(claims) : (use?.obtained?.scope ?? '').split(/\s+/);
  return scopes.includes('openid');
}

function activity(exchange: Exchange): boolean | null {
  const response = exchange.hops.at(-1)?.response;
  if (response?.status !== 200) return null;
  const parsed = parseJson(Buffer.from(response.body.content).toString('utf8'));
  const says: Json | undefined =
    'value' in parsed && isMap(parsed.value) ? parsed.value['active'] : undefined;
  return typeof says === 'boolean' ? says : null;
}

function alive(id: string, seen: string, exchanges: readonly Exchange[]): Observation {
  const found = evidence(`experiment/${id}-active`, {
    kind: 'experiment',
    excludes: excludedByActive,
    lines: [{ hop: null, field: id, seen }],
  });
  return {
    outcome: active,
    seen: `${seen}: the authorization server takes the token`,
    exchanges,
    evidence: [found],
    proves: null,
  };
}

function undecided(seen: string, exchanges: readonly Exchange[]): Observation {
  return { outcome: 'undecided', seen, exchanges, evidence: [], proves: null };
}
