/** Names and tokens as one encrypted text: AES-256-GCM, a new nonce each time. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export type Entries = ReadonlyMap<string, string>;

const algorithm = 'aes-256-gcm';
/** Bound to what is encrypted, so that a file of another kind or version is not taken for one. */
const context = Buffer.from('why401 vault 1');
/** Bytes. */
const nonceLength = 12;
const tagLength = 16;

export function seal(entries: Entries, key: Buffer): string {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength }).setAAD(context);
  const plain = JSON.stringify(Object.fromEntries(entries));
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const text = (bytes: Buffer): string => bytes.toString('base64');
  const box = { version: 1, nonce: text(nonce), tag: text(cipher.getAuthTag()), data: text(data) };
  return `${JSON.stringify(box, null, 2)}\n`;
}

export function open(
  text: string,
  key: Buffer,
): { readonly entries: Entries } | { readonly problem: 'no-vault' | 'wrong-key' } {
  const box = boxOf(text);
  if (!box) return { problem: 'no-vault' };
  try {
    const decipher = createDecipheriv(algorithm, key, box.nonce, { authTagLength: tagLength })
      .setAAD(context)
      .setAuthTag(box.tag);
    const plain = Buffer.concat([decipher.update(box.data), decipher.final()]).toString('utf8');
    return { entries: new Map(Object.entries(JSON.parse(plain) as Record<string, string>)) };
  } catch {
    return { problem: 'wrong-key' };
  }
}

interface Box {
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly data: Buffer;
}

function boxOf(text: string): Box | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null) return null;
  const members: Readonly<Record<string, unknown>> = { ...parsed };
  const bytes = (name: string): Buffer | null =>
    typeof members[name] === 'string' ? Buffer.from(members[name], 'base64') : null;
  const [nonce, tag, data] = [bytes('nonce'), bytes('tag'), bytes('data')];
  if (members['version'] !== 1 || !data) return null;
  if (nonce?.length !== nonceLength || tag?.length !== tagLength) return null;
  return { nonce, tag, data };
}
