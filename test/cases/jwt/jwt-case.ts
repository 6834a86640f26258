/** A case over a JWT middleware: what is wrong with the token, the server or the project, said as a change of the scene. */
import type { Case } from '../case.ts';
import type { Middleware } from './middleware.ts';
import { openScene, type Scene } from './scene.ts';

export interface Plan
  extends Pick<Case, 'causes' | 'beside'>,
    Partial<Pick<Case, 'decisive' | 'hop' | 'twin' | 'written'>> {
  /** The fault; the id is `product/fault`. */
  readonly fault: string;
  readonly middleware: Middleware;
  /** The same step passes in staging. */
  readonly sibling?: boolean;
  /** Default: true. */
  readonly protected?: boolean;
  fail(scene: Scene): void | Promise<void>;
  /** Unless given: a good token. */
  heal?(scene: Scene): void | Promise<void>;
}

export function jwtCase(plan: Plan): Case {
  const product = plan.middleware.name.replace(/ .*$/, '');
  return {
    id: `${product}/${plan.fault}`,
    servers: [plan.middleware.name],
    causes: plan.causes,
    ...(plan.beside ? { beside: plan.beside } : {}),
    decisive: plan.decisive ?? [],
    hop: plan.hop === undefined ? 1 : plan.hop,
    twin: plan.twin ?? null,
    written: plan.written ?? 'with the rules',
    needs: plan.middleware.needs,
    start: () => start(plan),
  };
}

async function start(plan: Plan): ReturnType<Case['start']> {
  const { middleware, sibling = false } = plan;
  const stage = await openScene({ middleware, sibling, protected: plan.protected ?? true });
  const { scene } = stage;
  try {
    await scene.production.serve();
    if (sibling) await scene.staging.serve();
    for (const site of [scene.production, scene.staging]) site.token = await site.issue();
    await plan.fail(scene);
  } catch (error) {
    await stage.close();
    throw error;
  }
  return {
    ...stage.project(),
    async heal() {
      if (plan.heal) await plan.heal(scene);
      else scene.production.token = await scene.production.issue();
      stage.forget();
      return stage.project();
    },
    received: stage.received,
    close: stage.close,
  };
}
