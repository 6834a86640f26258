import { expect } from 'chai';
import fc from 'fast-check';
import { metaRefresh, parseRefresh } from '../../src/http/refresh.ts';

describe('parseRefresh', () => {
  const rows: readonly [value: string, delay: number | null, reference?: string | null][] = [
    ['0; url=/next', 0, '/next'],
    ['5;URL=/next', 5, '/next'],
    ['5,url=/next', 5, '/next'],
    ['5 url=/next', 5, '/next'],
    ['  5.9;url=/next', 5, '/next'],
    ['.5;url=/next', 0, '/next'],
    ['0; url = "/a b"x', 0, '/a b'],
    ["0; url='/a\"b' y", 0, '/a"b'],
    ['0; url="/open', 0, '/open'],
    ['0; /next', 0, '/next'],
    ["0; '/next'", 0, '/next'],
    ['0; ursula', 0, 'ursula'],
    ['0; url', 0, 'url'],
    ['0; url/x', 0, 'url/x'],
    ['0; u', 0, 'u'],
    ['3', 3, null],
    ['3;', 3, null],
    ['3; ', 3, null],
    ['0; url=', 0, ''],
    ['', null],
    ['url=/next', null],
    ['-1; url=/next', null],
    ['5x; url=/next', null],
  ];
  for (const [value, delay, reference] of rows) {
    it(`reads "${value}"`, () => {
      expect(parseRefresh(value)).to.deep.equal(delay === null ? null : { delay, reference });
    });
  }

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => void [parseRefresh(text), metaRefresh(text)]),
    );
  });
});

describe('metaRefresh', () => {
  const next = { delay: 0, reference: '/n?a&b' };
  const rows: readonly [what: string, page: string, found: unknown][] = [
    ['an element', '<html><META HTTP-EQUIV=Refresh content="0;url=/n?a&amp;b">', next],
    ['the other order', `<meta content='0;url=/n?a&b' http-equiv="refresh"/>`, next],
    [
      'the first that counts',
      '<meta http-equiv=refresh content=x><meta http-equiv=refresh content="0;/n?a&b">',
      next,
    ],
    ['none in a comment', '<!-- <meta http-equiv=refresh content=0;/x> -->', null],
    ['none in a script', '<script>"<meta http-equiv=refresh content=0;/x>"</script>', null],
    ['none for those without scripts', '<noscript><meta http-equiv=refresh content=0;/x></noscript>', null],
    ['none of another kind', '<meta name=refresh content=0;/x><metadata http-equiv=refresh content=0>', null],
    ['none in an open comment', '<!-- <meta http-equiv=refresh content=0;/x>', null],
  ];
  for (const [what, page, found] of rows) {
    it(`finds ${what}`, () => {
      expect(metaRefresh(page)).to.deep.equal(found);
    });
  }

  it('is done at once with a hostile page', function () {
    this.timeout(5_000);
    for (const part of [
      '<',
      '<meta ',
      '<meta a',
      '<meta =',
      '<!--',
      '<script>',
      '<meta http-equiv=refresh content="',
    ])
      expect(metaRefresh(part.repeat(200_000))).to.equal(null);
  });
});
