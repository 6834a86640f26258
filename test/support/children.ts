/** Programs that tests start write no coverage: V8 measures this process, and writing theirs would cost more than it tells. */
export const mochaHooks = {
  beforeAll(): void {
    delete process.env['NODE_V8_COVERAGE'];
  },
};
