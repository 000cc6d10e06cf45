import { type KeyboardEvent, useRef, useState } from 'preact/compat'
import type { QueryResult } from '../queries.ts'
import { useAddress } from './address.ts'
import { fetchJson } from './fetched.tsx'

const LIMITS = [100, 500, 1_000]

/** The page of queries: one statement, read-only, with a visible limit of rows. */
export function SqlPage() {
  const [address, change] = useAddress()
  const [sql, setSql] = useState(address.get('sql') ?? 'select * from users')
  const [limit, setLimit] = useState(100)
  const [outcome, setOutcome] = useState<QueryResult | string>()
  const [running, setRunning] = useState<AbortController>()
  const last = useRef<AbortController>(undefined)

  async function run() {
    last.current?.abort()
    const controller = new AbortController()
    last.current = controller
    setRunning(controller)
    setOutcome(undefined)
    change({ sql })
    const result = await fetchJson<QueryResult>('/api/sql', { sql, limit }, controller.signal).catch(
      (error: Error) => (error.name === 'AbortError' ? 'Canceled.' : error.message),
    )
    if (last.current !== controller) return
    setRunning(undefined)
    setOutcome(result)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run()
  }
  return (
    <div className="content">
      <h1>SQL</h1>
      <p className="quiet">
        One statement that reads. Changes are refused by PostgreSQL, also in a writable studio.
      </p>
      <textarea
        className="sql"
        aria-label="SQL"
        rows={8}
        spellcheck={false}
        value={sql}
        onChange={(event) => setSql(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p>
        <button type="button" onClick={run}>
          Run (Ctrl+Enter)
        </button>{' '}
        <label>
          Rows at most{' '}
          <select value={limit} onChange={(event) => setLimit(Number(event.currentTarget.value))}>
            {LIMITS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>{' '}
        {running && (
          <button type="button" onClick={() => running.abort()}>
            Cancel
          </button>
        )}
      </p>
      {running && <p className="quiet">Running …</p>}
      {typeof outcome === 'string' && (
        <p className="warning" role="alert">
          {outcome}
        </p>
      )}
      {typeof outcome === 'object' && <Result result={outcome} />}
    </div>
  )
}

function outcomeOf({ columns, rows, hasMore }: QueryResult): string {
  if (columns.length === 0 && rows.length === 0)
    return 'The statement returned nothing, and changed nothing: this page only reads.'
  if (hasMore) return `The first ${rows.length === 1 ? 'row' : `${rows.length} rows`}; there are more.`
  return rows.length === 1 ? '1 row.' : `${rows.length} rows.`
}

function Result({ result }: { result: QueryResult }) {
  const { columns, rows, time } = result
  return (
    <>
      <p role="status">
        {outcomeOf(result)} {time} ms.
        {columns.some(({ isHidden }) => isHidden) &&
          ' Columns that hold secrets, or may be made from them, are hidden.'}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className="scroll" tabIndex={0} aria-label="Result">
        <table className="grid">
          <thead>
            <tr>
              {columns.map(({ name }, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: names repeat, and a result never changes
                <th key={place}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows repeat, and a result never changes
              <tr key={number}>
                {row.map((value, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: values repeat, and a result never changes
                  <td key={place} className={value === null ? 'short quiet' : 'short'}>
                    {value ?? 'null'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
