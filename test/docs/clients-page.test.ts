import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientPage } from '../../src/http/client-page.ts';
import { clients } from '../../src/http/clients.ts';

const page = new URL('../../../docs/clients.md', import.meta.url);

describe('docs/clients.md', () => {
  it('is what the build makes of the profiles', () => {
    expect(readFileSync(page, 'utf8')).to.equal(clientPage(clients));
  });

  it('says of each client how it treats Authorization', () => {
    const rows = clientPage(clients)
      .split('\n')
      .filter((line) => /^\| \[/.test(line));
    expect(rows).to.have.length(clients.length);
    expect(rows.find((row) => row.includes('(#go)'))).to.equal(
      '| [`go`](#go) | Go net/http, 1.24 and later | its source | to the same host or a subdomain as the first request |',
    );
  });
});
