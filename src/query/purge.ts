import type { TableName } from '../../generated/catalog.ts'
import type { CallOptions, Connection } from '../connection/index.ts'
import { InvalidInputError } from '../errors/index.ts'
import { callable, fields, optional, type Reader, time, trueOrFalse } from '../input/index.ts'
import { sql } from '../kysely/index.ts'
import { type Params, raw } from './compile.ts'
import { execute, queryOne } from './execute.ts'
import { type Statement, statement } from './statement.ts'

/** Which archived rows to delete for good. */
export interface PurgeRequest {
  /** Deletes the rows that were archived before this time, which must not be in the future. */
  olderThan: Date
  /** Whether to count the rows and delete none; default false. */
  dryRun?: boolean | undefined
  /** Called after each batch. */
  onProgress?: ((progress: { deleted: number }) => void) | undefined
}

const readFields = fields<PurgeRequest>({
  olderThan: time,
  dryRun: optional(trueOrFalse),
  onProgress: optional(callable<NonNullable<PurgeRequest['onProgress']>>),
})

export const readPurgeRequest: Reader<PurgeRequest> = (value, field) => {
  const request = readFields(value, field)
  if (request.olderThan.getTime() <= Date.now()) return request
  throw new InvalidInputError('olderThan', 'must not be in the future')
}

/** The number of rows that one statement deletes: few, so that locks are held only briefly. */
const BATCH = 500

/** The statements that purge a table with the column `archived_at`. */
export interface PurgeStatements {
  /** Counts the rows. */
  readonly count: Statement<{ olderThan: Date }, { count: number }>
  /** Deletes a batch, except rows that are being changed. */
  readonly remove: Statement<{ olderThan: Date }, never>
}

/** Defines how a table is purged. */
export function purgeStatements(repository: string, table: TableName, key: string): PurgeStatements {
  const from = () => sql.table(table)
  const id = () => sql.ref(key)
  return {
    count: statement(
      `${repository}.purge, count`,
      (_, $: Params<{ olderThan: Date }>) =>
        raw<{ count: number }>(
          sql`select count(*)::integer as count from ${from()} where archived_at < ${$.olderThan} and merged_into is null`,
        ),
      { isLong: true },
    ),
    remove: statement(`${repository}.purge`, (_, $: Params<{ olderThan: Date }>) =>
      raw<never>(sql`
        delete from ${from()} where ${id()} = any(array(
          select ${id()} from ${from()} where archived_at < ${$.olderThan} and merged_into is null
          order by archived_at limit ${sql.lit(BATCH)} for update skip locked))`),
    ),
  }
}

/** Deletes archived rows in batches, each a transaction of its own, and returns their number. */
export async function purgeArchived(
  connection: Connection,
  statements: PurgeStatements,
  { olderThan, dryRun, onProgress }: PurgeRequest,
  options: CallOptions | undefined,
): Promise<number> {
  const input = { olderThan }
  if (dryRun) return (await queryOne(connection, statements.count, input, options)).count
  let deleted = 0
  for (let batch = -1; batch !== 0; ) {
    batch = await execute(connection, statements.remove, input, options)
    deleted += batch
    if (batch > 0) onProgress?.({ deleted })
  }
  return deleted
}
