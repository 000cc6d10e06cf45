/** They define their statements when they are imported. As an export they are in the build too. */

/** Every statement: most of the package's code, for one page. */
export { type Statement, statements } from '../../src/query/index.ts'
export * as repositories from '../../src/repositories/index.ts'
