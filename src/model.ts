/**
 * The types that the stages hand to each other, under one name. Nothing in `model/` imports anything but the Secret type.
 *
 * Names are those of the RFCs; wire names keep their spelling. Times are milliseconds: instants since the
 * Unix epoch, durations from a monotonic clock. Header names keep the case in which they were sent or received.
 */
export type * from './model/client.ts';
export type * from './model/comparison.ts';
export type * from './model/credential.ts';
export type * from './model/environment.ts';
export type * from './model/event.ts';
export type * from './model/failure.ts';
export type * from './model/job.ts';
export type * from './model/result.ts';
export type * from './model/signing-credential.ts';
export type * from './model/trace.ts';
export type * from './model/value.ts';
