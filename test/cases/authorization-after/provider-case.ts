/** An API of a public provider that tells one credential from another, played. */
import type { Answer, Asked } from '../../support/provider-front.ts';
import type { Case } from '../case.ts';
import { bearerOf, clientOf, played } from '../providers/played.ts';

export interface ApiFault
  extends Pick<Case, 'id' | 'causes' | 'decisive'>,
    Partial<Pick<Case, 'beside' | 'twin'>> {
  readonly origin: string;
  readonly path: string;
  /** Answer without a credential. */
  readonly none: Answer;
  /** Answer to the credential that is sent at first. */
  readonly refused: Answer;
  /** Answer to any other one; that of `refused` unless given. */
  readonly garbage?: Answer;
  readonly sent?: string;
  readonly good?: string;
  /** Header of an API key; a Bearer token unless given. */
  readonly keyHeader?: string;
  /** A step before it, which passes with either credential. */
  readonly sibling?: string;
  /** Name of Basic; the credential is its password. */
  readonly username?: string;
  readonly method?: 'GET' | 'POST';
  /** Body of the request, as a value. */
  readonly body?: object;
  /** Answer at any other path to one whose credential is known; as at this one unless given. */
  readonly elsewhere?: Answer;
  readonly isProtected?: boolean;
  /** Fields of every good answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The sent credential is in order; the provider is what is healed. */
  readonly healsAtProvider?: boolean;
}

export function apiFault(given: ApiFault): Case {
  const { origin, path, none, refused, sibling, keyHeader } = given;
  const sent = given.sent ?? 'a-token-that-was-sent-0123456789abcdef';
  const good = given.good ?? 'a-token-of-production-0123456789abcdef';
  const okay: Answer = { status: 200, headers: given.headers ?? {}, body: { items: [{ id: 7 }] } };
  const credentialOf = (asked: Asked): string =>
    given.username
      ? clientOf(asked).secret
      : keyHeader
        ? (asked.header(keyHeader.toLowerCase()) ?? '')
        : bearerOf(asked);
  const play =
    (healed: boolean) =>
    (asked: Asked): Answer => {
      const credential = credentialOf(asked);
      if (credential === '') return none;
      const isKnown = credential === good || credential === sent;
      if (given.elsewhere && isKnown && asked.path !== path && asked.path !== sibling) return given.elsewhere;
      if (credential === good || (healed && credential === sent)) return okay;
      if (credential !== sent) return given.garbage ?? refused;
      return asked.path === sibling ? okay : refused;
    };
  const { id, causes, decisive, beside, twin } = given;
  const case_ = played({
    id,
    causes,
    decisive,
    ...(beside ? { beside } : {}),
    ...(twin ? { twin } : {}),
    origins: { api: origin },
    credentials: {
      partner: given.username
        ? { type: 'basic', username: given.username, password: '${secret.TOKEN}' }
        : keyHeader
          ? { type: 'api_key', in: 'header', name: keyHeader, value: '${secret.TOKEN}' }
          : { type: 'bearer', token: '${secret.TOKEN}' },
    },
    scenario: `\ncredential: partner\nsteps:\n${sibling ? `  - GET: ${sibling}\n` : ''}  - ${given.method ?? 'GET'}: ${path}\n${given.method === 'POST' ? '    writes: true\n' : ''}${given.body ? `    body: {json: ${JSON.stringify(given.body)}}\n` : ''}`,
    env: { TOKEN: sent },
    play: play(false),
    healed: given.healsAtProvider ? { play: play(true) } : { env: { TOKEN: good } },
    ...(given.isProtected === false ? { isProtected: false } : {}),
    ...(keyHeader ? { fields: [keyHeader.toLowerCase()] } : {}),
  });
  return { ...case_, written: 'after the rules' };
}

/** Compact JSON with fields. */
export function says(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers, body };
}
