/** Cases over servers that stand in front of an application. */
import type { Case } from '../case.ts';
import { apacheAccess } from './apache-access.ts';
import { apacheOpenid } from './apache-openid.ts';
import { haproxy } from './haproxy.ts';
import { nginxDelivery } from './nginx-delivery.ts';
import { nginxRefusals } from './nginx-refusals.ts';
import { proxies } from './proxies.ts';

export const cases: readonly Case[] = [
  ...nginxDelivery,
  ...nginxRefusals,
  ...apacheAccess,
  ...apacheOpenid,
  ...haproxy,
  ...proxies,
];
