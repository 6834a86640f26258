import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withRules } from '../../src/http/redirect-uri-page.ts';
import { redirectUriRules } from '../../src/http/redirect-uri-rules.ts';

const page = readFileSync(new URL('../../../docs/redirect-uris.md', import.meta.url), 'utf8');
const source = new URL('../../../src/http/', import.meta.url);

describe('docs/redirect-uris.md', () => {
  it('has the rules that the build makes of the files', () => {
    expect(withRules(page, redirectUriRules())).to.equal(page);
    expect(() => withRules('# Nothing', redirectUriRules())).to.throw('no place for the rules');
  });

  it('says of each server what becomes of a slip', () => {
    const row = (id: string): string | undefined =>
      page
        .split('\n')
        .find((line) => line.startsWith(`| ${id} |`))
        ?.replace(/^(?:\|[^|]*){2}\| /, '');
    expect(row('standard')).to.equal('no | no | no | no | no | yes | no | no | no |');
    expect(row('keycloak')).to.equal('no | no | no | no | no | yes | yes | yes | ? |');
    expect(row('okta')).to.equal('no | no | no | no | no | native | native | no | wildcards |');
    expect(row('zitadel')).to.equal('no | no | no | no | no | native | native | wildcards | wildcards |');
  });

  it('names everything that is said of a redirect URI', () => {
    const files = readdirSync(source).filter((file) => /^redirect-uri-(?:advice|form|place)\.ts$/.test(file));
    const told = files.flatMap((file) =>
      [...readFileSync(new URL(file, source), 'utf8').matchAll(/id: '(redirect-uri-[a-z-]+)'/g)].map(
        ([, id]) => id,
      ),
    );
    const listed = [...page.matchAll(/^\| `(redirect-uri-[a-z-]+)` \|/gm)].map(([, id]) => id);
    expect(listed.toSorted()).to.deep.equal([...told, 'redirect-uri-mismatch'].sort());
  });
});
