export { kysely } from './load.ts'
export { sql } from './sql.ts'
