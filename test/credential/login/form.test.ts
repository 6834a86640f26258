import { expect } from 'chai';
import { controlsOf, entriesOf, fillIn, formsOf, pressed } from '../../../src/credential/login/form.ts';
import { encodeForm } from '../../../src/credential/login/form-encoding.ts';
import { attribute, parsePage, refreshOf, select } from '../../../src/credential/login/html-page.ts';
import { parseHtmlSelector } from '../../../src/http/html-selector.ts';
import { Secret, type Value } from '../../../src/secret.ts';

const text = (value: Value): string => (value instanceof Secret ? value.reveal() : value);
const address = new URL('https://app.example.test/a/login?x=1');

/** What the first form of a page sends, or what is wrong. */
async function entries(
  html: string,
  fields: Record<string, Value> = {},
  button: string | null = null,
): Promise<string> {
  const page = await parsePage(html, address);
  const [form] = formsOf(page);
  if (!form) return 'no form';
  const all = controlsOf(page, form);
  const submitter = pressed(all, button);
  if (submitter && 'problem' in submitter) return submitter.problem;
  const filled = fillIn(all, fields, text);
  if ('problem' in filled) return filled.problem;
  const { body } = encodeForm('', entriesOf(all, filled, submitter), '');
  return text(body);
}

const sent: readonly (readonly [string, string, Record<string, string>, string | null, string])[] = [
  [
    'hidden inputs and defaults',
    '<form><input type=hidden name=csrf value="a&amp;b"><input name=u value=x><textarea name=t>\nhi</textarea></form>',
    {},
    null,
    'csrf=a%26b&u=x&t=hi',
  ],
  [
    'values by name',
    '<form><input name=u value=x><input name=p type=password></form>',
    { u: 'ann', p: 'a b' },
    null,
    'u=ann&p=a+b',
  ],
  ['a line break as CR LF', '<form><textarea name=t></textarea></form>', { t: 'a\nb' }, null, 't=a%0D%0Ab'],
  [
    'checked boxes only',
    '<form><input type=checkbox name=a checked><input type=checkbox name=b value=2></form>',
    {},
    null,
    'a=on',
  ],
  [
    'a box that is turned on and one that is turned off',
    '<form><input type=checkbox name=a checked><input type=checkbox name=b value=2></form>',
    { a: 'false', b: 'true' },
    null,
    'b=2',
  ],
  [
    'one box of several',
    '<form><input type=checkbox name=a value=1><input type=checkbox name=a value=2></form>',
    { a: '2' },
    null,
    'a=2',
  ],
  [
    'the last checked radio button',
    '<form><input type=radio name=r value=1 checked><input type=radio name=r value=2 checked></form>',
    {},
    null,
    'r=2',
  ],
  [
    'a chosen radio button',
    '<form><input type=radio name=r value=1 checked><input type=radio name=r value=2></form>',
    { r: '2' },
    null,
    'r=2',
  ],
  [
    'the first option that can be',
    '<form><select name=s><option disabled>x<option>b</select></form>',
    {},
    null,
    's=b',
  ],
  [
    'the last selected option',
    '<form><select name=s><option selected>a<option selected value=2>b</select></form>',
    {},
    null,
    's=2',
  ],
  [
    'all selected options of a multiple select',
    '<form><select multiple name=s><option selected>a<optgroup disabled><option selected>x</optgroup><option selected>c</select></form>',
    {},
    null,
    's=a&s=c',
  ],
  [
    'nothing of a list without a choice',
    '<form><select size=3 name=s><option>a</select></form>',
    {},
    null,
    '',
  ],
  [
    'an option by value or text',
    '<form><select name=s><option value=1>one<option value=2>two</select><select name=q><option>x<option>y</select></form>',
    { s: 'two', q: 'y' },
    null,
    's=2&q=y',
  ],
  [
    'no disabled control',
    '<form><input name=a disabled value=1><fieldset disabled><legend><input name=b value=2></legend><input name=c value=3></fieldset><datalist><input name=d></datalist></form>',
    {},
    null,
    'b=2',
  ],
  [
    'the first button',
    '<form><button type=button name=z>no</button><button name=go value=1>Go</button><button name=stop value=1>Stop</button></form>',
    {},
    null,
    'go=1',
  ],
  [
    'the pressed button by its text',
    '<form><button name=go value=1>Go</button><button name=stop value=1> Stop  it </button></form>',
    {},
    'Stop it',
    'stop=1',
  ],
  ['an image button', '<form><input type=image name=i></form>', {}, null, 'i.x=0&i.y=0'],
  ['the charset', '<form><input type=hidden name=_charset_ value=x></form>', {}, null, '_charset_=UTF-8'],
  [
    'controls of the form attribute, no others',
    '<form id=f><input name=a><input name=b form=g></form><form id=g></form><input name=c form=f>',
    {},
    null,
    'a=&c=',
  ],
  [
    'controls of a form that a table closed',
    '<table><form><tr><td><input name=a value=1></td></tr></form></table>',
    {},
    null,
    'a=1',
  ],
  ['no template', '<form><template><input name=x></template><input name=a></form>', {}, null, 'a='],
  [
    'what is missing',
    '<form><input name=u><input type=hidden name=h><button name=b></form>',
    { user: 'ann' },
    null,
    'it has no "user"; it has "u", "h"',
  ],
  ['what is disabled', '<form><input name=u disabled></form>', { u: 'ann' }, null, 'its "u" is disabled'],
  [
    'a wrong choice',
    '<form><select name=s><option value=1>a<option>b</select></form>',
    { s: 'c' },
    null,
    'its "s" has no choice of that value; it has "1", "b"',
  ],
  [
    'a missing button',
    '<form><button name=go>Go</button></form>',
    {},
    'Stop',
    'it has no button "Stop"; it has "go"',
  ],
  [
    'a file',
    '<form><input type=file name=f></form>',
    { f: 'x' },
    null,
    'its "f" takes a file, which no login step can give',
  ],
];

describe('a form', () => {
  for (const [name, html, fields, button, expected] of sent) {
    it(`sends ${name}`, async () => {
      expect(await entries(html, fields, button)).to.equal(expected);
    });
  }

  it('is encoded as multipart and as text, its secrets shown by name', async () => {
    const list = [
      { name: 'a"b', value: 'x\ny' },
      { name: 'p', value: Secret.named('PASSWORD', 'a&b') },
      { name: 'f', value: '', file: true },
    ];
    const multipart = encodeForm('multipart/form-data', list, 'B');
    expect([multipart.type, text(multipart.body)]).to.deep.equal([
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="a%22b"\r\n\r\nx\r\ny\r\n' +
        '--B\r\nContent-Disposition: form-data; name="p"\r\n\r\na&b\r\n' +
        '--B\r\nContent-Disposition: form-data; name="f"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n' +
        '--B--\r\n',
    ]);
    expect(text(encodeForm('text/plain', list, 'B').body)).to.equal('a"b=x\r\ny\r\np=a&b\r\nf=\r\n');
    const form = encodeForm('', list, 'B');
    expect([String(form.body), text(form.body)]).to.deep.equal([
      'a%22b=x%0D%0Ay&p=[secret:PASSWORD]&f=',
      'a%22b=x%0D%0Ay&p=a%26b&f=',
    ]);
  });
});

describe('a page', () => {
  it('resolves addresses against its base', async () => {
    const page = await parsePage(
      '<base href="/b/"><meta http-equiv=Refresh content="0; URL=\'next?a=1\'">',
      address,
    );
    expect([page.base.href, refreshOf(page)?.href]).to.deep.equal([
      'https://app.example.test/b/',
      'https://app.example.test/b/next?a=1',
    ]);
  });

  for (const content of ['5; url=/next', '0', 'url=/next']) {
    it(`does not leave at once with refresh "${content}"`, async () => {
      expect(refreshOf(await parsePage(`<meta http-equiv=refresh content="${content}">`, address))).to.equal(
        null,
      );
    });
  }

  it('finds elements by selectors', async () => {
    const page = await parsePage(
      '<div class="a b"><p><form id=one></form></div><form name=two class=b></form>',
      address,
    );
    const found = (wanted: string) => {
      const selector = parseHtmlSelector(wanted);
      if ('error' in selector) return selector.error;
      return select(page, selector).map(
        (each) => attribute(each, 'id') ?? attribute(each, 'name') ?? each.tagName,
      );
    };
    expect(['#one', '.b form', 'form.b', '[name=two]', 'p form', '*'].map(found).slice(0, 5)).to.deep.equal([
      ['one'],
      ['one'],
      ['two'],
      ['two'],
      [],
    ]);
  });
});
