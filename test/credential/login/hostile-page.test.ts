import { expect } from 'chai';
import { controlsOf, formsOf } from '../../../src/credential/login/form.ts';
import { parsePage, titleOf } from '../../../src/credential/login/html-page.ts';
import { describePage } from '../../../src/credential/login/login-page.ts';

const url = new URL('https://login.example.test/');

describe('a page without bounds', () => {
  it('may have thousands of forms', async () => {
    const forms = Array.from({ length: 20_000 }, (_, index) => `<form id=f${index}><input name=a></form>`);
    const page = await parsePage(`${forms.join('')}<input form=f7 name=b>`, url);
    const counts = formsOf(page).map((form) => controlsOf(page, form).length);
    expect([counts.length, counts.filter((count) => count === 1).length, counts[7]]).to.deep.equal([
      20_000, 19_999, 2,
    ]);
  });

  it('may nest as deep as it likes', async () => {
    const page = await parsePage(`<title>Deep</title><form>${'<b><i>'.repeat(20_000)}<input name=a>`, url);
    const [form] = formsOf(page);
    expect([titleOf(page), form && controlsOf(page, form).length]).to.deep.equal(['Deep', 1]);
  });

  it('is read up to two million characters', async () => {
    const page = await parsePage(`${'x'.repeat(50_000_000)}<form></form>`, url);
    expect([formsOf(page).length, page.unread]).to.deep.equal([0, 'It is longer than is read.']);
  });

  it('is named by some of its forms, and by why it was not read', async () => {
    const exchange = {
      role: 'login',
      attempt: 1,
      environment: 'a',
      hops: [],
      credentials: [],
      stopped: null,
    } as const;
    const shown = async (html: string, unread: string | null): Promise<string> =>
      describePage({ exchange, url, end: null, problem: null, page: await parsePage(html, url, unread) });
    const forms = Array.from({ length: 30 }, (_, index) => `<form id=f${index}><input name=a></form>`);
    const first = Array.from({ length: 20 }, (_, index) => `"#f${index}" (a)`).join(', ');
    const place = 'It stands at https://login.example.test/ (nothing):';
    expect([
      await shown(forms.join(''), null),
      await shown('<p>', null),
      await shown('zstd', 'The content coding "zstd" is not known.'),
    ]).to.deep.equal([
      `${place} it offers ${first} and 10 more.`,
      `${place} it has no forms.`,
      `${place} no form was found in it. The content coding "zstd" is not known.`,
    ]);
  });
});
