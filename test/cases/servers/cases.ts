/** Cases over servers that stand in front of an application. */
import type { Case } from '../case.ts';
import { nginxDelivery } from './nginx-delivery.ts';

export const cases: readonly Case[] = [...nginxDelivery];
