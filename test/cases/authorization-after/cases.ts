/** Authorization servers and public providers, written after the rules were finished and without a look at them. */
import type { Case } from '../case.ts';
import { gatewayCases } from './gateways.ts';
import { otherCases } from './others.ts';
import { serviceCases } from './services.ts';
import { tokenEndpointCases } from './token-endpoints.ts';
import { tokenProviderCases } from './token-providers.ts';

export const cases: readonly Case[] = [
  ...otherCases,
  ...tokenEndpointCases,
  ...tokenProviderCases,
  ...gatewayCases,
  ...serviceCases,
];
