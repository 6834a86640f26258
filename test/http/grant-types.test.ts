import { expect } from 'chai';
import { listedGrants } from '../../src/http/grant-types.ts';

describe('grants that metadata list', () => {
  it('are those of grant_types_supported', () => {
    expect(
      listedGrants({ grant_types_supported: ['implicit', 7, 'urn:x'], response_types_supported: ['code'] }),
    ).to.deep.equal(['implicit', 'urn:x']);
  });
  it('are those among the response types as well', () => {
    const metadata = {
      grant_types_supported: ['authorization_code'],
      response_types_supported: ['code', 'client_credentials', 'refresh_token', 'code id_token'],
    };
    expect(listedGrants(metadata)).to.deep.equal([
      'authorization_code',
      'client_credentials',
      'refresh_token',
    ]);
  });
  it('are not said where there is no list', () => {
    expect(listedGrants({ response_types_supported: ['client_credentials'] })).to.equal(null);
    expect(listedGrants({ grant_types_supported: 'client_credentials' })).to.equal(null);
  });
});
