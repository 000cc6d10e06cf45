import type { CallOptions, Connection } from '../connection/index.ts'
import { InvalidInputError, StaleVersionError } from '../errors/index.ts'
import { listOf, uuid } from '../input/index.ts'
import {
  byColumn,
  orThrowNotFound,
  queryOne,
  readUpdateOptions,
  type Statement,
  UPDATE_OPTIONS,
  type UpdateOptions,
} from '../query/index.ts'

/** Options of a merge. */
export interface MergeOptions<Change> extends UpdateOptions {
  /** Values for the winner, for example those of a loser that are better. Fields that are empty in the winner are filled from the losers. */
  fields?: Change | undefined
}

/** The row of a statement that merges: the outcome, and the row that it is about. */
export interface MergeOutcome {
  outcome: string
  rowId: string
  rowVersion: number | null
}

/** The parameters of a statement that merges. `values` is JSON, by the names of columns. */
export interface MergeInput {
  winnerId: string
  loserIds: string[]
  values: string
  ifVersion: number | null
}

interface MergeOf<Change> {
  /** The method, for messages. */
  readonly method: string
  readonly statement: Statement<MergeInput, MergeOutcome>
  readonly table: string
  /** The column of the key. */
  readonly key: string
  /** The field of each column that a change may have. */
  readonly columns: Readonly<Record<string, string>>
  readonly readChange: (value: unknown, field: string) => Change
}

const MERGE_OPTIONS: ReadonlySet<string> = new Set([...UPDATE_OPTIONS, 'fields'])
const MOST_LOSERS = 100
const readIds = listOf(uuid)

/**
 * Merges rows, and returns the id of the winner with the options of the call.
 *
 * @throws {NotFoundError} one of the rows does not exist.
 * @throws {StaleVersionError} the winner has another version than `ifVersion`.
 */
export async function mergeRows<Change extends object>(
  connection: Connection,
  { method, statement, table, key, columns, readChange }: MergeOf<Change>,
  winnerId: string,
  loserIds: string | readonly string[],
  options: MergeOptions<Change> | undefined,
): Promise<{ id: string; call: CallOptions | undefined }> {
  const { ifVersion, call: read } = readUpdateOptions(options, method, MERGE_OPTIONS)
  const { fields, ...call } = (read ?? {}) as MergeOptions<Change>
  const winner = uuid(winnerId, 'winnerId')
  const losers = readIds(typeof loserIds === 'string' ? [loserIds] : loserIds, 'loserIds')
  if (losers.length === 0 || losers.length > MOST_LOSERS)
    throw new InvalidInputError('loserIds', `must have from 1 to ${MOST_LOSERS} ids`)
  if (losers.some((id) => id.toLowerCase() === winner.toLowerCase()))
    throw new InvalidInputError('loserIds', 'must not contain the winner')
  const change = fields === undefined ? {} : readChange(fields, 'fields')
  const values = JSON.stringify(byColumn(columns, change))
  const input = { winnerId: winner, loserIds: losers, values, ifVersion }
  const { outcome, rowId, rowVersion } = await queryOne(connection, statement, input, call)
  if (outcome === 'stale') throw new StaleVersionError(rowVersion as number)
  return { id: orThrowNotFound(outcome === 'merged' ? rowId : undefined, table, { [key]: rowId }), call }
}
