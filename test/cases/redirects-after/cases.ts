/** Redirects, cookies and headers at servers and frameworks that are not ours. */
import type { Case } from '../case.ts';
import { define } from '../servers/fault.ts';
import { frameworkFaults } from './frameworks.ts';
import { furtherFaults } from './further.ts';
import { nodeFaults } from './node.ts';
import { proxyFaults } from './proxies.ts';

export const cases: readonly Case[] = [
  ...frameworkFaults,
  ...nodeFaults,
  ...proxyFaults,
  ...furtherFaults,
].map(define);
