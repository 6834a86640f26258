/** Texts made to be slow: each takes its time in proportion to its length, so that none runs into the limit of mocha. */
import { expect } from 'chai';
import { scanText } from '../../src/scan/text.ts';

/** Characters of each text: `WHY401_SCAN=5000000` for a large one. */
const size = Number(process.env['WHY401_SCAN'] ?? 20_000);
const units = [
  'a',
  ' ',
  '\n',
  'token',
  'token ',
  'token=',
  'token:::',
  'token , ',
  'token=?',
  '"token":',
  'token="',
  '"token",',
  '"token","a":"b",',
  'token: string: string',
  '-password-password -password ',
  'a.b.c.token.',
  '${token',
  '<token ',
  'password: x\n',
  'cookie: a=b;',
  '://',
  '://a:',
  'https://a:b@c/ ',
  'eyJ',
  'eyJabcdefgh.',
  '-----BEGIN PRIVATE KEY-----',
  '"kty":"EC",',
  'basic aaaaaaaaaaaa ',
  'Bearer ',
  'curl -u a:b1234567 ',
  'mysql ',
  'docker login a ',
  'auth=("a',
  '[Basic]\n a: b\n',
  '/a/b.c',
  'xoxb-1-1-1-',
  'SK00000000000000000000',
  '123456789:',
  'why401: public token=a1b2c3d4e5f6g7h8i9j0 ',
  'token="a1b2c3d4e5f6g7h8i9j0";',
  'function(e,t){var n=e.token||t.password,r={key:n,secret:"abc"};return r.auth(n)};',
];

describe('a text that is made to be slow', () => {
  for (const unit of units) {
    it(`ends: ${JSON.stringify(unit)} again and again`, () => {
      const text = unit.repeat(Math.ceil(size / unit.length));
      for (const file of ['a.js', 'a.yml', 'Dockerfile']) {
        const { found, placeOf, masked } = scanText(text, file);
        expect(found.length).to.be.at.most(1000);
        for (const { start, value } of found.slice(0, 20)) {
          const { line } = placeOf(start);
          expect(masked(line) ?? '').to.not.include(value);
        }
      }
    });
  }
});
