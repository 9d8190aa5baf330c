/**
 * Must a thing that a test needs, such as `postgres`, be there? The environment variable
 * COINBOX_REQUIRE lists what is, with commas. A test whose need is missing is skipped, and says so;
 * where the need is required, the test fails.
 */
export const isRequired = (need: string): boolean =>
  (process.env.COINBOX_REQUIRE ?? '').split(',').includes(need);
