import { useEffect, useRef, useState } from 'preact/compat'
import type { Consequence } from '../changes.ts'
import type { FoundRow, Row } from '../rows.ts'
import type { TableInfo } from '../table.ts'
import { Fetched, fetchJson } from './fetched.tsx'

const CONSEQUENCES = '/api/consequences'

/** The rows that a delete would take along, for each table. */
function ConsequenceList({ found }: { found: readonly Consequence[] }) {
  if (found.length === 0) return <p>No other row refers to it.</p>
  return (
    <ul>
      {found.map(({ path, rows, effect, table }) => (
        <li key={`${table} ${effect}`} title={path}>
          {rows > 10_000 ? 'More than 10,000' : rows} {rows === 1 ? 'row' : 'rows'} of{' '}
          <strong>{table}</strong>: {effect}
        </li>
      ))}
    </ul>
  )
}

/** The same on demand, without deleting anything. */
export function Consequences({ table, rowKey }: { table: string; rowKey: Row }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>What would a delete take along?</summary>
      {isOpen && (
        <Fetched<Consequence[]> path={CONSEQUENCES} body={{ table, key: rowKey }}>
          {(found) => <ConsequenceList found={found} />}
        </Fetched>
      )}
    </details>
  )
}

/** The number includes the row itself; one that is more than 10,000 is not known. */
function deleteText(found: readonly Consequence[]): string {
  const deleted = found.filter(({ effect }) => effect === 'deleted').map(({ rows }) => rows)
  const count = deleted.reduce((sum, rows) => sum + rows, 1)
  if (deleted.some((rows) => rows > 10_000)) return 'Delete more than 10,000 rows'
  return count === 1 ? 'Delete this row' : `Delete ${count} rows`
}

/** Asks before a row is deleted, and counts what its foreign keys take along. "Keep" has the focus. */
export function DeleteDialog({
  table,
  found: { row, version },
  onKeep,
  onDeleted,
}: {
  table: TableInfo
  found: FoundRow
  onKeep: () => void
  onDeleted: () => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const keep = useRef<HTMLButtonElement>(null)
  const [problem, setProblem] = useState<string>()
  const key = Object.fromEntries(table.key.map((column) => [column, row[column] ?? null]))
  useEffect(() => {
    dialog.current?.showModal()
    keep.current?.focus()
  }, [])
  async function remove() {
    await fetchJson('/api/delete', { table: table.name, key, version }).then(onDeleted, (error: Error) =>
      setProblem(error.message),
    )
  }
  return (
    <dialog ref={dialog} onClose={onKeep} aria-labelledby="delete-title">
      <h2 id="delete-title">Delete this row of {table.name}?</h2>
      <Fetched<Consequence[]> path={CONSEQUENCES} body={{ table: table.name, key }}>
        {(found) => (
          <>
            <ConsequenceList found={found} />
            <button type="button" className="danger" onClick={remove}>
              {deleteText(found)}
            </button>
          </>
        )}
      </Fetched>
      {problem && <p className="warning">{problem}</p>}
      <button type="button" ref={keep} onClick={() => dialog.current?.close()}>
        Keep
      </button>
    </dialog>
  )
}
