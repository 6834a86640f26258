import { expect } from 'chai';
import { alter } from '../../../src/credential/fault/presentation.ts';
import { createLedger } from '../../../src/credential/ledger.ts';
import type { Presentation } from '../../../src/credential/presentation.ts';
import type { Signer } from '../../../src/credential/signer.ts';
import type { CredentialUse, FaultKind, Field, Hop } from '../../../src/model.ts';
import { createRedactor, Secret } from '../../../src/secret.ts';
import { systemRandom } from '../../support/replay.ts';

/** Signs the method, the URL and a number that is new each time. */
function countingSigner(): Signer {
  let count = 0;
  return {
    fields: ['dpop'],
    async sign({ method, url }) {
      count += 1;
      return [['DPoP', `${method} ${url.href} ${count}`]];
    },
    challenged: () => true,
  };
}

const request = (url = 'https://api.example.test/orders') => ({
  method: 'GET',
  url: new URL(url),
  headers: [],
  body: null,
});

describe('signers made wrong', () => {
  const redactor = createRedactor();
  const ledger = createLedger(redactor, systemRandom);
  const token = ledger.secret('bound', 'a-bound-token-of-the-test');
  const use: CredentialUse = {
    name: 'bound',
    type: 'oauth2',
    field: 'authorization',
    scheme: 'DPoP',
    fingerprint: ledger.remember(token),
    token: { format: 'opaque', header: null, claims: null, malformed: null, length: token.length },
    obtained: null,
  };
  const sound = (): Presentation => ({
    headers: [['Authorization', Secret.join(['DPoP ', token])]],
    query: [],
    cookies: [],
    signer: countingSigner(),
    use,
    exchanges: [],
    failure: null,
  });
  const made = (kind: FaultKind, from = sound()): Presentation => {
    const altered = alter(from, kind, ledger);
    if ('problem' in altered) throw new Error(altered.problem);
    return altered;
  };
  const shown = (fields: readonly Field[] | undefined): string[] =>
    (fields ?? []).map(([name, value]) => `${name}: ${value instanceof Secret ? value.reveal() : value}`);

  it('leave a bound token without a proof', () => {
    const { signer, headers, use: told } = made('unbound');
    expect(signer).to.equal(undefined);
    expect(shown(headers)).to.deep.equal(['Authorization: Bearer a-bound-token-of-the-test']);
    expect(headers.map(([, value]) => String(value))).to.deep.equal(['Bearer [secret:bound]']);
    expect([told?.scheme, told?.fault]).to.deep.equal(['Bearer', 'unbound']);
  });

  it('prove another URL of the same origin', async () => {
    const { signer, use: told } = made('wrong_htu');
    expect(shown(await signer?.sign(request()))).to.deep.equal([
      'DPoP: GET https://api.example.test/why401-another-address 1',
    ]);
    expect(told?.fault).to.equal('wrong_htu');
  });

  it('say again what they said, once they are told to', async () => {
    const { signer, replay } = made('replayed_proof');
    const first = 'DPoP: GET https://api.example.test/orders';
    const hop = {} as Hop;
    expect(shown(await signer?.sign(request()))).to.deep.equal([`${first} 1`]);
    expect(signer?.challenged(hop)).to.equal(true);
    expect(shown(await signer?.sign(request()))).to.deep.equal([`${first} 2`]);
    replay?.();
    expect(shown(await signer?.sign(request()))).to.deep.equal([`${first} 2`]);
    expect(signer?.challenged(hop)).to.equal(false);
  });

  it('sign twice, or not at all', async () => {
    const twice = made('duplicate');
    expect(shown(await twice.signer?.sign(request())).length).to.equal(2);
    expect(twice.headers.length).to.equal(2);
    const empty = made('malformed_header');
    expect(shown(await empty.signer?.sign(request()))).to.deep.equal(['DPoP: ']);
    expect(shown(empty.headers)).to.deep.equal(['Authorization: DPoP']);
  });

  it('cannot be made where nothing signs', () => {
    const { signer: _, ...plain } = sound();
    const problem = { problem: 'sends no proof' };
    expect(alter(plain, 'wrong_htu', ledger)).to.deep.equal(problem);
    expect(alter(plain, 'replayed_proof', ledger)).to.deep.equal(problem);
    expect(alter(plain, 'tampered_signature', ledger)).to.deep.equal({
      problem: 'sends a token that is no signed JWT',
    });
  });
});
