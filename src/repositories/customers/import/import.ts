import type { CallOptions, Connection } from '../../../connection/index.ts'
import { InvalidInputError } from '../../../errors/index.ts'
import { BatchWriter } from './batch-writer.ts'
import {
  type CustomerImportOptions,
  type ImportCounts,
  type ImportedCustomer,
  type ImportRow,
  readImportOptions,
  readImportRow,
} from './input.ts'
import { Stop, stoppable } from './stoppable.ts'

/**
 * Customers and people of a batch; as many again are read while the server processes them. Batches of twice the size are
 * 3 % faster and take 80 MB more: objects that outlive V8's young generation make it grow.
 */
const BATCH_SIZE = 1_250

type Rows = Iterable<ImportedCustomer> | AsyncIterable<ImportedCustomer>

/** Imports customers in one transaction, in batches. */
export async function importCustomers(
  connection: Connection,
  rows: Rows,
  options: CustomerImportOptions,
): Promise<ImportCounts> {
  const { onConflict, onProgress, ...callOptions } = readImportOptions(options, 'options')
  requireIterable(rows)
  return connection.atomically(async (transaction) => {
    const writer = new BatchWriter(transaction, onConflict)
    await writeBatches(rows, writer, onProgress, callOptions)
    return writer.counts
  }, callOptions)
}

function requireIterable(rows: unknown): void {
  const isIterable =
    typeof rows === 'object' && rows !== null && (Symbol.iterator in rows || Symbol.asyncIterator in rows)
  if (isIterable) return
  throw new InvalidInputError('customers', 'must be an iterable or an async iterable of customers')
}

/** Reads rows while the previous batch is being written. */
async function writeBatches(
  rows: Rows,
  writer: BatchWriter,
  onProgress: CustomerImportOptions['onProgress'],
  { signal }: CallOptions,
): Promise<void> {
  let rowCount = 0
  let batch: ImportRow[] = []
  let size = 0
  let writing = Promise.resolve()
  const stop = new Stop(signal)
  /** Resolves when the previous batch is written; this one is then being written. */
  const startWriting = async () => {
    const rows = rowCount
    const plan = writer.planAhead(batch)
    await writing
    writing = writer.write(batch, plan).then(() => onProgress?.({ rows, ...writer.counts }))
    writing.catch(stop.now)
    batch = []
    size = 0
  }
  try {
    for await (const value of Symbol.asyncIterator in rows ? stoppable(rows, stop) : rows) {
      let row: ImportRow
      try {
        row = readImportRow(value, rowCount + 1)
      } catch (error) {
        // The server may reject an earlier row. The error must name the first bad row, so these are written before.
        await startWriting()
        await writing
        throw error
      }
      batch.push(row)
      rowCount += 1
      size += 1 + row.people.length
      if (size >= BATCH_SIZE) await startWriting()
    }
    await startWriting()
    await writing
  } finally {
    stop.end()
    // The write in progress must end before the transaction is rolled back.
    await writing.catch(() => {})
  }
}
