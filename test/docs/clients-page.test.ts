import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { clientPage } from '../../src/http/client-page.ts';
import { otherNames } from '../../src/http/client-source.ts';
import { clientProfiles } from '../../src/http/clients.ts';
import { clientSources } from '../http/client-source.ts';

const page = new URL('../../../docs/clients.md', import.meta.url);

const also = otherNames(clientSources());

const clients = clientProfiles();

describe('docs/clients.md', () => {
  it('is what the build makes of the profiles', () => {
    expect(readFileSync(page, 'utf8')).to.equal(clientPage(clients, also));
  });

  it('says of each client what becomes of Authorization and of a POST', () => {
    const rows = clientPage(clients, also)
      .split('\n')
      .filter((line) => /^\| \[/.test(line));
    expect(rows).to.have.length(clients.length);
    const row = (id: string): string | undefined =>
      rows.find((text) => text.includes(`(#${id})`))?.replace(/^\| \[.*?\) \| .*? \| /, '');
    expect(row('go')).to.equal('kept | kept | kept | kept | kept | no | GET |');
    expect(row('dotnet')).to.equal('no | no | stops | no | no | no | GET |');
    expect(row('got')).to.equal('kept | no | no | no | no | no | POST |');
    expect(row('request')).to.equal('kept | kept | kept | kept | no | no | stops |');
    expect(row('httparty')).to.equal('kept | kept | kept | kept | kept | kept | GET with body |');
  });
});
