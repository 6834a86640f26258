/** Texts with secrets that are made when the test runs, so that none is written in a file. */
import { createHash } from 'node:crypto';

const alphabets: Readonly<Record<string, string>> = {
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  letter: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  digit: '0123456789',
  hex: '0123456789abcdef',
};

/** So many characters, the same for the same seed. */
function characters(alphabet: string, count: number, seed: string): string {
  let text = '';
  for (let round = 0; text.length < count; round += 1) {
    const digest = createHash('sha256').update(`${seed} ${alphabet} ${round}`).digest();
    text += [...digest].map((byte) => alphabet[byte % alphabet.length]).join('');
  }
  return text.slice(0, count);
}

/** A JWT with these claims and a signature that is none. */
export function jwt(claims: object, header: object = { alg: 'ES256', typ: 'JWT' }): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${characters(alphabets['alnum'] ?? '', 86, 'signature')}`;
}

/**
 * `<alnum:36>` as so many characters, `<basic:USER>` as a pair in base64, `<jwt>` as a token; what stands between `[[`
 * and `]]` is a secret that is to be found.
 */
export function made(template: string, seed: string = template): { text: string; secrets: string[] } {
  let count = 0;
  const filled = template
    .replace(/<(alnum|letter|upper|base32|digit|hex):(\d+)>/g, (_all, name: string, size: string) => {
      count += 1;
      return characters(alphabets[name] ?? '', Number(size), `${seed} ${count}`);
    })
    .replace(/<basic:(\w+)>/g, (_all, user: string) =>
      Buffer.from(`${user}:${characters(alphabets['alnum'] ?? '', 14, seed)}`).toString('base64'),
    )
    .replaceAll('<jwt>', jwt({ iss: 'https://login.example.test', exp: 4_000_000_000 }));
  const secrets = [...filled.matchAll(/\[\[([\s\S]*?)\]\]/g)].map(([, secret = '']) => secret);
  return { text: filled.replace(/\[\[([\s\S]*?)\]\]/g, '$1'), secrets };
}
