/** Products, faults and texts that were in no other module, by somebody who has not seen the rules. */
import type { Case } from '../case.ts';
import { define } from '../servers/fault.ts';
import { apiCases } from './apis.ts';
import { frontFaults } from './fronts.ts';
import { issuedCases } from './issued.ts';
import { pythonFaults } from './python.ts';
import { rubyPerlFaults } from './ruby-perl.ts';
import { toolkitFaults } from './toolkit.ts';

const faults = [...toolkitFaults, ...pythonFaults, ...rubyPerlFaults, ...frontFaults];
export const cases: readonly Case[] = [...faults.map(define), ...issuedCases, ...apiCases];
