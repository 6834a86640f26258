/** Public providers, with generic knowledge only. */
import type { Case } from '../case.ts';
import { gatewayCases } from './gateways.ts';
import { googleCases } from './google.ts';
import { microsoftCases } from './microsoft.ts';
import { oktaAuth0Cases } from './okta-auth0.ts';
import { serviceCases } from './services.ts';

export const cases: readonly Case[] = [
  ...microsoftCases,
  ...googleCases,
  ...oktaAuth0Cases,
  ...serviceCases,
  ...gatewayCases,
];
