/** Cases over requests that are signed, and over proofs. */
import type { Case } from '../case.ts';
import { digestCases } from './digest.ts';
import { proofCases } from './dpop.ts';
import { hmacCases } from './hmac.ts';
import { messageCases } from './message-signatures.ts';
import { tokenCases } from './self-signed-jwt.ts';
import { sigv4Cases } from './sigv4.ts';

export const cases: readonly Case[] = [
  ...digestCases,
  ...messageCases,
  ...sigv4Cases,
  ...hmacCases,
  ...tokenCases,
  ...proofCases,
];
