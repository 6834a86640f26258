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
