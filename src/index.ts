/**
 * The public API: the stages of a run, to be joined by the caller. What they hand to each other are the types of
 * model.ts; clock, randomness and network are the doors of doors.ts.
 *
 * - `loadProject`: files to values that know their places;
 * - `plan`: values and options to jobs;
 * - `run`: jobs to results, told as events.
 */
export type { Clock, Random, Send, SendRequest, Sent, Sink, Timeouts } from './doors.ts';
export { type Loaded, type LoadedFile, loadProject } from './load/load.ts';
export { createSecrets } from './load/secrets.ts';
export type * from './model.ts';
export { type Plan, type PlanOptions, plan, type ScenarioSource } from './plan/plan.ts';
export type { Lookups } from './plan/scope.ts';
export { Problem, ProblemError } from './problem.ts';
export { createSend } from './replay/send.ts';
export type { RunDoors, RunOptions } from './run/options.ts';
export { run } from './run/run.ts';
export { createRedactor, type Redactor, Secret, type Value } from './secret.ts';
