import { expect } from 'chai';
import { isUrl } from '../../src/http/url.ts';

describe('isUrl', () => {
  it('never says yes to what new URL throws at', () => {
    const pieces = ['a', '-', '.', '0', ';', '#', '\u00ad', '\u00e3\u0080\u0082', 'xn--', '%', '['];
    const bases = [undefined, 'https://a.test/b'];
    let yes = 0;
    for (const one of pieces) {
      for (const two of pieces) {
        for (const three of pieces) {
          for (const base of bases) {
            const text = `https://${one}${two}${three}`;
            if (!isUrl(text, base)) continue;
            expect(new URL(text, base).protocol, text).to.equal('https:');
            yes += 1;
          }
        }
      }
    }
    expect(yes).to.be.greaterThan(100);
    expect([isUrl('/b'), isUrl('/b', 'https://a.test/'), isUrl('')]).to.deep.equal([false, true, false]);
  });
});
