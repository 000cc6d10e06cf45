import type { Connection } from '../../../connection/index.ts'
import { ImportChangedError, NotFoundError } from '../../../errors/index.ts'
import { uuid } from '../../../input/index.ts'
import { queryOne } from '../../../query/index.ts'
import { readUndoOptions, type UndoImportOptions } from './report.ts'
import { type UndoneRows, undoImport } from './statements.ts'

/** The result of the undo of an import. */
export interface UndoneImport {
  /** Rows that were changed after the import and kept. */
  kept: number
  customers: UndoneRows
  people: UndoneRows
  contacts: UndoneRows
}

/** Undoes an import in one statement. */
export async function undoOf(
  connection: Connection,
  importId: string,
  options: UndoImportOptions,
): Promise<UndoneImport> {
  const { keepChanged = false, ...call } = readUndoOptions(options, 'options')
  const input = { importId: uuid(importId, 'importId'), keepsChanged: keepChanged }
  const { undone } = await queryOne(connection, undoImport, input, call)
  if (undone.outcome === 'changed') throw new ImportChangedError(undone.count, undone.rows)
  if (undone.outcome !== 'done') throw new NotFoundError('audit_log', { import_id: importId })
  const { outcome, ...counts } = undone
  return counts
}
