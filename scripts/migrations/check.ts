import type { ScratchDatabase, ScratchServer } from '../scratch/index.ts'
import { headerValue, type MigrationFile } from './migration-text.ts'
import { conflictingOrders } from './orders.ts'
import { ProofError, prove } from './proof.ts'
import { statementsOf } from './sql.ts'
import { kindOf } from './statement.ts'

const NEXT = 'Write the missing migration, or fix the last one: npm run db:generate -- --name …'

/**
 * Proves that all migrations together lead to schema/, from nothing and with rows in the tables, and in the orders in which files of
 * several branches may be applied. Returns warnings.
 *
 * @throws {ProofError}
 */
export async function checkMigrations(
  server: ScratchServer,
  { known, fresh, isSeeded }: { known: readonly MigrationFile[]; fresh: ScratchDatabase; isSeeded: boolean },
): Promise<string[]> {
  for (const file of known) checkStatements(file)
  // All but the first, which creates the tables, meet rows in them.
  const [first, ...others] = known
  const isSplit = others.length > 0 && first !== undefined
  const statesLoss = others.some(({ sql }) => (headerValue(sql, 'data loss') ?? 'none') !== 'none')
  const unfilled = await prove(
    server,
    {
      known: isSplit ? [first] : [],
      added: isSplit ? others : known,
      tolerance: statesLoss ? 'everything' : 'nothing',
      isSeeded,
    },
    fresh,
  ).catch((error: unknown) => {
    throw error instanceof ProofError ? new ProofError(`${error.message}\n${NEXT}`) : error
  })
  const { conflicts, warnings } = await conflictingOrders(server, known)
  if (conflicts.length > 0) throw new ProofError(conflicts.join('\n'))
  return [
    ...unfilled.map(({ table, reason }) => `No rows could be made for ${table}: ${reason}`),
    ...warnings,
  ]
}

/** @throws {ProofError} PostgreSQL does not parse a file, or it ends the transaction that migrate runs it in. */
function checkStatements({ name, sql }: MigrationFile): void {
  const text = sql.replace(/^\uFEFF/, '')
  const isTransactional = !headerValue(text, 'transaction')?.startsWith('none')
  let statements: ReturnType<typeof statementsOf>
  try {
    statements = statementsOf(text)
  } catch (error) {
    throw new ProofError(`${name}: ${(error as Error).message}`)
  }
  for (const { sql: statement } of statements) {
    if (kindOf(statement) !== 'TransactionStmt') continue
    throw new ProofError(
      `${name} contains the transaction command \`${statement}\`. ${
        isTransactional
          ? 'Each file runs in a transaction that migrate begins and ends: remove it. Statements that cannot run in a transaction belong in a file with `-- transaction: none`.'
          : 'Each statement of this file runs by itself: remove it.'
      }`,
    )
  }
}
