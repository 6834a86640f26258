import { expect } from 'chai';
import { nearest } from '../../src/load/nearest.ts';

const candidates = [
  'GET',
  'headers',
  'expect',
  'environments',
  'client_credentials',
  'staging',
  'production',
  'json',
];
const rows: readonly (readonly [word: string, found: string | null])[] = [
  ['get', 'GET'],
  ['header', 'headers'],
  ['haeders', 'headers'],
  ['expct', 'expect'],
  ['enviroments', 'environments'],
  ['clientCredentials', 'client_credentials'],
  ['client-credential', 'client_credentials'],
  ['prod', 'production'],
  ['stag', 'staging'],
  ['jsn', 'json'],
  ['url', null],
  ['x', null],
  ['', null],
  ['__proto__', null],
  ['x'.repeat(1000), null],
];

describe('nearest', () => {
  for (const [word, found] of rows) {
    it(`finds ${found === null ? 'nothing' : `"${found}"`} for "${word.slice(0, 20)}"`, () => {
      expect(nearest(word, candidates)).to.equal(found);
    });
  }
});
