/** Client ids that nobody registered, of the form of one that somebody may have: servers check the form first. */
import type { Random } from '../doors.ts';

export interface RandomClient {
  /** Word for the form; one control of each is enough. */
  readonly form: string;
  readonly client_id: string;
}

export function randomLike(client_id: string, random: Random): RandomClient {
  const bytes = (count: number): Buffer => Buffer.from(random.token(count), 'base64url');
  if (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(client_id))
    return { form: 'uuid', client_id: random.uuid() };
  if (/^\d{6,}$/.test(client_id)) {
    const digits = [...bytes(client_id.length)].map((byte) => byte % 10).join('');
    return { form: `${client_id.length} digits`, client_id: digits };
  }
  if (/^[\da-f]{16,}$/i.test(client_id) && client_id.length % 2 === 0)
    return { form: `${client_id.length} hex`, client_id: bytes(client_id.length / 2).toString('hex') };
  const name = `why401-${random.token(9).replace(/[-_]/g, 'x')}`;
  if (/^https:\/\//i.test(client_id))
    return { form: 'url', client_id: `https://${name.toLowerCase()}.invalid/client` };
  return { form: 'name', client_id: name };
}
