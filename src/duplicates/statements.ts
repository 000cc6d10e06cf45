import type { RawBuilder } from 'kysely'
import type { TableName } from '../../generated/catalog.ts'
import { sql } from '../kysely/index.ts'
import { raw, type Statement, statement } from '../query/index.ts'
import type { MergeInput, MergeOutcome } from './merge.ts'
import { type Candidates, MOST_LISTED } from './search.ts'

/** A table whose rows are compared and merged. */
export interface DuplicateTable {
  /** The name of the repository. */
  readonly repository: string
  readonly table: TableName
  /** The column of the key. */
  readonly key: string
  /** The keys by which a row of the table is found: an array of text. */
  readonly keysOfRow: () => RawBuilder<unknown>
  /** The function that finds rows by such keys. */
  readonly findByKeys: string
  /** The function that merges rows. */
  readonly merge: string
}

/** The statements on duplicates that are the same for each table. */
export interface DuplicateStatements {
  readonly listCandidates: Statement<{ behindAt: Date | string; behindId: string; fetch: number }, Candidates>
  readonly merge: Statement<MergeInput, MergeOutcome>
}

/** Defines how the rows of a table are compared and merged. */
export function duplicateStatements(of: DuplicateTable): DuplicateStatements {
  const [table, key] = [() => sql.table(of.table), () => sql.ref(of.key)]
  return {
    listCandidates: statement(
      `${of.repository}.listDuplicates`,
      (_, $) =>
        raw<Candidates>(sql`
          select ${key()} as id, created_at as "createdAt", array(
            select candidate.${key()} from ${table()} as candidate
            where candidate.${key()} in (select ${sql.id(of.findByKeys)}(${of.keysOfRow()}, ${sql.lit(MOST_LISTED)}))
              and (candidate.created_at, candidate.${key()}) < (${table()}.created_at, ${table()}.${key()})
          ) as "candidateIds"
          from ${table()}
          where archived_at is null and (created_at, ${key()}) < (${$.behindAt}::timestamptz, ${$.behindId}::uuid)
          order by created_at desc, ${key()} desc limit ${$.fetch}::integer`),
      { isLong: true },
    ),
    merge: statement(
      `${of.repository}.merge`,
      (_, $) =>
        raw<MergeOutcome>(sql`
          select outcome, row_id as "rowId", row_version as "rowVersion"
          from ${sql.id(of.merge)}(${$.winnerId}, ${$.loserIds}, ${$.values}, ${$.ifVersion})`),
      { writes: true },
    ),
  }
}
