import type { CallOptions, Connection } from '../../../connection/index.ts'
import { execute, queryOne } from '../../../query/index.ts'
import { BatchWriter } from './batch-writer.ts'
import { inBatches, type Rows, requireIterable } from './batches.ts'
import { type CustomerImportOptions, type ImportCounts, readImportOptions, readImportRow } from './input.ts'
import { mayCopy, setHistory } from './statements.ts'

/** Imports customers in one transaction, in batches. */
export async function importCustomers(
  connection: Connection,
  rows: Rows,
  options: CustomerImportOptions,
): Promise<ImportCounts> {
  const { onConflict, onProgress, ...callOptions } = readImportOptions(options, 'options')
  requireIterable(rows)
  return connection.atomically(async (transaction) => {
    const { canCopy } = await queryOne(transaction, mayCopy, {})
    const writer = new BatchWriter(transaction, { onConflict, canCopy })
    await execute(transaction, setHistory, { mode: 'import', importId: '' })
    await writeBatches(rows, writer, onProgress, callOptions)
    // The transaction may be the caller's, and continue.
    await execute(transaction, setHistory, { mode: '', importId: '' })
    return writer.counts
  }, callOptions)
}

/** The error must name the first bad row: the server may refuse an earlier one, so that those before are written first. */
async function writeBatches(
  rows: Rows,
  writer: BatchWriter,
  onProgress: CustomerImportOptions['onProgress'],
  { signal }: CallOptions,
): Promise<void> {
  let rowCount = 0
  await inBatches(rows, signal, {
    read: (given) => {
      const row = readImportRow(given, rowCount + 1)
      rowCount += 1
      return row
    },
    rowOf: (row) => row,
    refuse: async (error, _, flush) => {
      await flush()
      throw error
    },
    begin: (batch) => {
      const rows = rowCount
      const plan = writer.planAhead(batch)
      return () => writer.write(batch, plan).then(() => onProgress?.({ rows, ...writer.counts }))
    },
  })
}
