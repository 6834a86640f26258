/** JWT middlewares of different make, each with what goes wrong with tokens. */
import type { Case } from '../case.ts';
import { deliveryCases } from './delivery-cases.ts';
import { identityCases } from './identity-cases.ts';
import { keyCases } from './key-cases.ts';
import { opaqueCases } from './opaque-cases.ts';
import { permissionCases } from './permission-cases.ts';
import { timeCases } from './time-cases.ts';

export const cases: readonly Case[] = [
  ...timeCases,
  ...identityCases,
  ...keyCases,
  ...deliveryCases,
  ...permissionCases,
  ...opaqueCases,
];
