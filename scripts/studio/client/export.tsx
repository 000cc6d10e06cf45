import { useState } from 'preact/compat'
import type { RowsRequest } from '../rows.ts'
import { fetchJson } from './server.ts'

const FORMATS = { csv: 'CSV', json: 'JSON', sql: 'SQL' } as const

/** Saves all rows that the search and the filters find, not only those of the page, as a download of the browser. */
export function Export({ request }: { request: RowsRequest }) {
  const [problem, setProblem] = useState<string>()
  async function save(format: string) {
    setProblem(undefined)
    try {
      const { path } = await fetchJson<{ path: string }>('/api/export', { ...request, format })
      const link = document.createElement('a')
      link.href = path
      link.download = ''
      link.click()
    } catch (error) {
      setProblem((error as Error).message)
    }
  }
  return (
    <details className="menu">
      <summary>Export</summary>
      <div>
        All rows that are found:{' '}
        {Object.entries(FORMATS).map(([format, title]) => (
          <button key={format} type="button" onClick={() => save(format)}>
            {title}
          </button>
        ))}
        {problem && <p className="warning">{problem}</p>}
      </div>
    </details>
  )
}
