/** Whether this is `npm run test:full`: everything, and as long as it takes. */
export const isFull = process.env.CNPG_RGW_TEST_FULL === "1";

/** For a test whose core another one shows in less time. */
export const onlyInFull = isFull ? {} : { skip: "only in npm run test:full" };
