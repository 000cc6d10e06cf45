// Every statement: most of the package's code, for one page.

export { type Statement, statements } from '../../src/query/index.ts'
/** They define their statements when they are imported. As an export they are in the build too. */
export * as repositories from '../../src/repositories/index.ts'
