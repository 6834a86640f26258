/** The same value, taken elsewhere in this run. */

import { expect } from 'chai';
import { passesFacts } from '../../../src/diagnose/facts/passes.ts';
import { use } from '../subjects.ts';
import { type FullSubject, past, short, subject } from './support.ts';

const key = (field: string, fingerprint = 'same'): ReturnType<typeof use> =>
  use(null, { name: 'gateway', type: 'api_key', field, scheme: null, token: null, fingerprint });
const sent = (name: string): { readonly sent: [string, string][] } => ({
  sent: [[name, '[secret:gateway]']],
});
const refused: FullSubject = { uses: [key('x-depot-key')], hops: [sent('X-Depot-Key')] };
const taken = (name: string, where: object = {}, fingerprint = 'same'): ReturnType<typeof past> =>
  past([{ status: 200, ...sent(name), ...where }], { credentials: [key(name.toLowerCase(), fingerprint)] });

describe('passesFacts', () => {
  const rows: readonly (readonly [string, ReturnType<typeof past>, readonly unknown[]])[] = [
    [
      'in another field of this route',
      taken('X-Api-Key'),
      [
        [
          'delivery/passes-in-other-field',
          2,
          'header-dropped-by-proxy credentials-missing',
          'x',
          '1 x-depot-key: refused in this field; the same value passes here in X-Api-Key (step "earlier")',
        ],
      ],
    ],
    [
      'at another route',
      taken('X-Depot-Key', { url: 'https://api.example.test/items' }),
      [
        [
          'delivery/passes-elsewhere',
          1,
          'header-dropped-by-proxy credentials-replaced-by-proxy',
          '1 x-depot-key: the same value in the same field passes at /items (step "earlier")',
        ],
      ],
    ],
    ['not with another value', taken('X-Api-Key', {}, 'other'), []],
    ['not where it was refused too', taken('X-Api-Key', { status: 401 }), []],
  ];
  for (const [what, earlier, expected] of rows)
    it(what, () => {
      const found = short(passesFacts(subject({ ...refused, over: { past: [earlier] } }))) as unknown[][];
      const plain = found.map((item) => item.map((part) => (/^not \d+$/.test(String(part)) ? 'x' : part)));
      expect(plain).to.deep.equal(expected);
    });
});
