/** A sound presentation made wrong on purpose, without asking anybody. */
import { valueFaults } from '../../http/credential-shape.ts';
import type { CredentialUse, FaultKind, Field } from '../../model.ts';
import { Secret, type Value } from '../../secret.ts';
import type { Ledger } from '../ledger.ts';
import type { Presentation } from '../presentation.ts';
import { shapeOf } from '../rendering.ts';
import { decodeToken } from '../token.ts';
import { changing, elsewhere, replaying, tamperedFields, withoutValue } from './signer.ts';
import { type Changed, malformed, tamperedToken, withoutAlgorithm } from './token.ts';

/** The presentation, or why it cannot be made: the end of a sentence about the credential. */
export type Altered = Presentation | { readonly problem: string };

export const nothing = { headers: [], query: [], cookies: [] } as const;

export function alter(sound: Presentation, kind: FaultKind, ledger: Ledger): Altered {
  const { use } = sound;
  const learn = (text: string): void => void ledger.secret(`${use?.name} ${kind}`, text);
  if (!use) return { problem: 'adds nothing to a request that could be made wrong' };
  switch (kind) {
    case 'malformed_header':
      return {
        ...signedWith(sound, withoutValue),
        headers: withoutValue(sound.headers),
        use: marked(use, kind),
      };
    case 'duplicate':
      return {
        ...signedWith(sound, (fields) => [...fields, ...fields]),
        headers: [...sound.headers, ...sound.headers],
        use: marked(use, kind),
      };
    case 'malformed_token':
      return retoken(sound, use, kind, malformed, ledger);
    case 'alg_none':
      return retoken(sound, use, kind, withoutAlgorithm, ledger);
    case 'tampered_signature':
      if (!sound.signer || use.token) return retoken(sound, use, kind, tamperedToken, ledger);
      return {
        ...signedWith(sound, (fields) => tamperedFields(use.type, fields, learn)),
        use: marked(use, kind),
      };
    case 'wrong_scheme':
      return rescheme(sound, use, kind, use.scheme?.toLowerCase() === 'basic' ? 'Bearer' : 'Basic');
    case 'unbound':
      return withoutSigner(rescheme(sound, use, kind, 'Bearer'));
    case 'wrong_htu':
      if (!sound.signer) return { problem: 'sends no proof' };
      return { ...sound, signer: elsewhere(sound.signer), use: marked(use, kind) };
    case 'replayed_proof': {
      if (!sound.signer) return { problem: 'sends no proof' };
      const { signer, freeze } = replaying(sound.signer);
      return { ...sound, signer, replay: freeze, use: marked(use, kind) };
    }
    default:
      throw new Error(`${kind} is not made of a presentation`);
  }
}

export function marked(use: CredentialUse, fault: FaultKind): CredentialUse {
  return { ...use, fault };
}

function signedWith(
  sound: Presentation,
  change: (fields: readonly Field[]) => readonly Field[],
): Presentation {
  return sound.signer ? { ...sound, signer: changing(sound.signer, change) } : sound;
}

function withoutSigner({ signer: _, ...rest }: Presentation): Presentation {
  return rest;
}

/** Another token under the scheme of the sound one; it is a secret as well. */
function retoken(
  sound: Presentation,
  use: CredentialUse,
  fault: FaultKind,
  change: (token: string) => Changed,
  ledger: Ledger,
): Altered {
  const field = sound.headers.find(([name]) => name.toLowerCase() === 'authorization');
  const token = field && ledger.find(use.fingerprint);
  if (!field || !token || !use.token) return { problem: 'sends no token' };
  const changed = change(token.reveal());
  if ('problem' in changed) return { problem: `sends a token that ${changed.problem}` };
  const secret = ledger.secret(`${use.name} ${fault}`, changed.text);
  const value = Secret.join([`${schemeOf(field[1])} `, secret]);
  return {
    ...sound,
    headers: sound.headers.map((each) => (each === field ? [each[0], value] : each)),
    use: {
      ...marked(use, fault),
      fingerprint: ledger.remember(secret),
      token: decodeToken(changed.text),
      ...shapeOf(valueFaults(changed.text)),
    },
  };
}

function rescheme(sound: Presentation, use: CredentialUse, fault: FaultKind, scheme: string): Presentation {
  const headers = sound.headers.map(([name, value]): Field => {
    if (name.toLowerCase() !== 'authorization') return [name, value];
    const change = (text: string): string => text.replace(/^\S+/, scheme);
    return [
      name,
      value instanceof Secret ? new Secret(change(value.reveal()), change(value.shown)) : change(value),
    ];
  });
  return { ...sound, headers, use: { ...marked(use, fault), scheme } };
}

function schemeOf(value: Value): string {
  return String(value).split(' ', 1)[0] ?? '';
}
