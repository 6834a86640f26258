import { expect } from 'chai';
import { explains } from '../../../src/compare/step/explains.ts';
import { traitKinds } from '../../../src/compare/step/trait.ts';
import { causes as allCauses } from '../../../src/diagnose/vocabulary.ts';

describe('what a cause shows in', () => {
  it('names causes and kinds that there are', () => {
    const causes = new Set(allCauses().map(({ id }) => id));
    expect(Object.keys(explains).filter((id) => !causes.has(id))).to.deep.equal([]);
    const kinds = Object.values(explains)
      .flat()
      .map((spec) => spec.replace(/\[.*$/, ''));
    expect(kinds.filter((kind) => !Object.hasOwn(traitKinds, kind))).to.deep.equal([]);
  });

  it('says nothing of what cannot be seen from here, and of nothing else', () => {
    const silent = allCauses().flatMap(({ id }) => (explains[id] ? [] : [id]));
    expect(silent.join(' ')).to.equal(
      [
        'rate-limited api-key-invalid api-key-expired password-wrong signature-invalid',
        'key-unknown subject-mismatch token-revoked token-unknown token-invalid-unspecified',
        'dpop-proof-invalid client-assertion-replayed par-request-uri-invalid',
        'request-object-invalid code-invalid code-expired code-reused refresh-token-expired',
        'refresh-token-revoked refresh-token-reused refresh-token-unknown consent-denied',
        'authorization-pending user-unknown user-disabled account-locked password-expired',
        'loop-detected unknown fault-accepted body-truncated body-empty',
      ].join(' '),
    );
  });
});
