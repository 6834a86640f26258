import { expect } from 'chai';
import { createRedactor } from '../src/secret.ts';

describe('createRedactor', () => {
  it('takes out a secret of any length, in all its forms', () => {
    const redactor = createRedactor();
    const token = `eyJ${'abcdefghij-_'.repeat(4000)}`;
    redactor.learn('token', token);
    const hex = Buffer.from(token).toString('hex');
    expect(redactor.redact(`a ${token} b ${hex} c`)).to.equal('a [secret:token] b [secret:token] c');
  });

  it('takes out secrets among the claims of a token, and leaves the claims', () => {
    const inner = ['7Kq2mVb9TzR4', 'wYc1LpD8'].join('');
    const claims = { iss: 'https://login.example.test', jti: 'a-1', idp: { access_token: inner } };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const redactor = createRedactor();
    redactor.learn('reader', `${part({ alg: 'RS256' })}.${part(claims)}.${'aZ09'.repeat(8)}`);
    expect(redactor.redact(JSON.stringify(claims))).to.equal(
      JSON.stringify({ ...claims, idp: { access_token: '[secret:reader]' } }),
    );
  });

  it('takes out what was said before it was known', () => {
    const redactor = createRedactor();
    redactor.learn('one', 'first-value');
    const text = 'first-value and second-value';
    expect(redactor.redact(text)).to.equal('[secret:one] and second-value');
    redactor.learn('two', 'second-value');
    expect(redactor.redact(text)).to.equal('[secret:one] and [secret:two]');
  });

  it('takes out what somebody has read in another character set', () => {
    const redactor = createRedactor();
    redactor.learn('one', 'grün-überall-ß');
    const misread = Buffer.from('grün-überall-ß').toString('latin1');
    expect(redactor.redact(`a ${misread} b`)).to.equal('a [secret:one] b');
  });

  it('takes the longest of those that begin alike, and leaves what only begins so', () => {
    const redactor = createRedactor();
    redactor.learn('short', 'correct-horse');
    redactor.learn('long', 'correct-horse-battery');
    expect(redactor.redact('correct-horse-battery, correct-horse, correct')).to.equal(
      '[secret:long], [secret:short], correct',
    );
  });

  it('finds one that begins within what looked like another', () => {
    const redactor = createRedactor();
    redactor.learn('one', 'aaaab');
    expect(redactor.redact('aaaaaab')).to.equal('aa[secret:one]');
  });

  it('takes out what is left of a secret that somebody cut, and says so by dots', () => {
    const redactor = createRedactor();
    redactor.learn('long', 'correct-horse-battery');
    redactor.learn('short', 'k/+=&<');
    expect(
      redactor.redact('correct-horse-b..., "correct-hor…", correct..., k/+=..., k%2F%2B%3D...'),
    ).to.equal('[secret:long]..., "[secret:long]…", correct..., [secret:short]..., [secret:short]...');
  });

  it('does not look into its own marks', () => {
    const redactor = createRedactor();
    redactor.learn('a', 'first-value');
    redactor.learn('b', 'secret:a');
    expect(redactor.redact('first-value')).to.equal('[secret:a]');
  });

  it('knows the parts of keys by themselves, and half a secret where a text is cut', () => {
    const redactor = createRedactor();
    redactor.learn('key', JSON.stringify({ kty: 'oct', k: 'a-key-of-more-than-16' }));
    redactor.learn('pem', '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n');
    redactor.learn('token', 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJjaSJ9.c2lnbmF0dXJlLW9mLWl0');
    expect(redactor.redact('k=a-key-of-more-than-16 MIGHAgEAMBMGByqGSM49 c2lnbmF0dXJlLW9mLWl0')).to.equal(
      'k=[secret:key] [secret:pem] [secret:token]',
    );
    expect([redactor.redact('is a-key-of', 'end'), redactor.redact('is a-key-of')]).to.deep.equal([
      'is [secret:key]',
      'is a-key-of',
    ]);
  });
});

describe('createRedactor, of what was changed on its way', () => {
  const secret = `k/+=&<>'"%~*(${'correct-horse'.repeat(2)})`;
  const learnt = createRedactor();
  learnt.learn('s', secret);
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const html = (text: string): string =>
    text.replace(/[^\w]/g, (each) => `&#x${each.charCodeAt(0).toString(16)};`);
  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  const nested: Readonly<Record<string, string>> = {
    'a JSON string in a JSON string': json(json(secret)),
    'a JSON string in a quoted-string': json(secret).replace(/["\\]/g, '\\$&'),
    'HTML in a URL': encodeURIComponent(html(secret)),
    'percent three times': encodeURIComponent(encodeURIComponent(encodeURIComponent(secret))),
    'base64 in a URL': encodeURIComponent(base64(`joe:${secret}`).replace(/=+$/, '')),
    'JSON in base64 in base64': base64(base64(json(secret))),
  };
  for (const [name, text] of Object.entries(nested)) {
    it(`is seen in ${name}`, () => {
      expect(learnt.redact(`a ${text} b`)).to.match(/^a [\w%=]{0,12}\[secret:s\][\w%=]{0,12} b$/);
    });
  }

  it('is seen where its beginning or its end was cut off or masked, and not in a few equal letters', () => {
    const redactor = createRedactor();
    redactor.learn('t', 'sk_live_9f8e7d6c5b4a3210zyxw');
    expect(redactor.redact('sk_live_9f8e... ...3210zyxw sk_l****zyxw sk_l**** sk_l... ...zyxw')).to.equal(
      '[secret:t]... ...[secret:t] [secret:t]****[secret:t] sk_l**** sk_l... ...zyxw',
    );
    expect(redactor.redact('5b4a3210zyxw and sk_live_9f', 'both')).to.equal('[secret:t] and [secret:t]');
    expect(redactor.redact('5b4a3210zyxw and sk_live_9f')).to.equal('5b4a3210zyxw and sk_live_9f');
  });

  it('takes out one that overlaps another', () => {
    const redactor = createRedactor();
    redactor.learn('one', 'abcdefgh');
    redactor.learn('two', 'efghijkl');
    expect(redactor.redact('x abcdefghijkl y')).to.equal('x [secret:one] y');
  });

  it('comes in pieces: no piece shows a part, whatever the borders, and what is held back is bounded', () => {
    const text = `${'ä€😀, '.repeat(40)}${secret} ${json(json(secret))} ${'and so on. '.repeat(300)}${secret}`;
    for (const size of [1, 7, 64, 1000]) {
      const [chars, bytes] = [learnt.stream(), learnt.stream()];
      let [shown, same] = ['', ''];
      const whole = Buffer.from(text);
      for (let at = 0; at < text.length; at += size) shown += chars.write(text.slice(at, at + size));
      for (let at = 0; at < whole.length; at += size) same += bytes.write(whole.subarray(at, at + size));
      expect(shown.length).to.be.greaterThan(1500);
      expect([shown + chars.end(), same + bytes.end()]).to.deep.equal([
        learnt.redact(text),
        learnt.redact(text),
      ]);
    }
  });

  it('looks through a long text in parts', () => {
    const text = `${'x, '.repeat(100_000)}${secret}${', y'.repeat(100_000)}`;
    expect(learnt.redact(text)).to.equal(text.replace(secret, '[secret:s]'));
  });
});

describe('createRedactor, of what was spelled in another way', () => {
  const token = 'wfDu8Wd8LxlBvIJx3FgExyJYCnc4QUVXvl4tnaRbR7wPq29Zs1hK6mTfYx0LuOeA5cVd3iGj';
  const redactor = createRedactor();
  redactor.learn('t', token);
  redactor.learn('p', 'pÄss wörd 9.');
  const wrapped = (text: string, width: number, by: string): string =>
    text.replace(new RegExp(`.{${width}}(?=.)`, 'gs'), `$&${by}`);
  const base64 = Buffer.from(`it is: ${token}; ${'and so on, '.repeat(6)}`).toString('base64');
  const rows: Readonly<Record<string, string>> = {
    'in small letters, as names of hosts and cookies are': token.toLowerCase(),
    'in capitals': token.toUpperCase(),
    'as the name of a field': `${token[0]?.toUpperCase()}${token.slice(1).toLowerCase()}`,
    'with soft hyphens': wrapped(token, 5, '\u00ad'),
    'with entities for soft hyphens': wrapped(token, 5, '&shy;'),
    'with places for a break': wrapped(token, 9, '<wbr>'),
    'with characters of no width, escaped': wrapped(token, 3, '\\u200b'),
    'with zeros between, as UTF-16': wrapped(token, 1, '\0'),
    'with colors of a terminal': wrapped(token, 7, '\u001b[1;31m'),
    'in lines': wrapped(token, 20, '\n'),
    'in lines that are indented': wrapped(token, 20, '\r\n    '),
    'in a line of MIME that became a blank': wrapped(token, 64, ' '),
    'by numbers without semicolons': [...token].map((each) => `&#${each.charCodeAt(0)}`).join(''),
    'by hexadecimal numbers without semicolons': [...token]
      .map((each) => `&#x${each.charCodeAt(0).toString(16)}`)
      .join(''),
    'by octal escapes': [...token]
      .map((each) => `\\${each.charCodeAt(0).toString(8).padStart(3, '0')}`)
      .join(''),
  };
  for (const [name, text] of Object.entries(rows))
    it(`is seen ${name}`, () => {
      expect(redactor.redact(`invalid_token: bad "${text}" it is`)).to.equal(
        'invalid_token: bad "[secret:t]" it is',
      );
    });

  it('is seen in base64 of lines that became blanks', () => {
    expect(redactor.redact(`a ${wrapped(base64, 64, ' ')} b`)).to.match(/^a \w+\[secret:t\][\w ]+ b$/);
  });

  it('is seen without its last full stop, and in other letters than those of ASCII', () => {
    expect([redactor.redact('bad pÄss wörd 9: no'), redactor.redact('PÄSS WÖRD 9.')]).to.deep.equal([
      'bad [secret:p]: no',
      '[secret:p]',
    ]);
  });

  it('leaves words that a short secret or one of letters looks like', () => {
    const words = createRedactor();
    words.learn('a', 'Test');
    words.learn('b', 'PASSWORD');
    words.learn('c', 'order-7');
    expect(words.redact('test, password, Order-7, PASSWORD')).to.equal('test, password, Order-7, [secret:b]');
  });

  it('leaves text in which characters are not seen, and its lines', () => {
    const text = 'one\u00adtwo\u200b three-long-word\nand-another-long\n\n  {"a": "b"}\r\n<wbr>&#64 \\101';
    expect(redactor.redact(text)).to.equal(text);
  });
});
