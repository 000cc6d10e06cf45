import type { Adapter } from '@prisma/studio-core/data'
import { createStudioBFFClient } from '@prisma/studio-core/data/bff'
import { createPostgresAdapter } from '@prisma/studio-core/data/postgres-core'
import { Studio } from '@prisma/studio-core/ui'
import '@prisma/studio-core/ui/index.css'
import { useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { Catalog } from '../catalog.ts'
import './bar.css'
import { fetchJson } from './fetched.tsx'

/** The table browser, which reads and changes rows through `/api/query`. */
const { execute, executeTransaction } = createStudioBFFClient({ url: '/api/query' })
const adapter = createPostgresAdapter({ executor: { execute, executeTransaction } })

/**
 * Corrects the foreign keys of several columns. The table browser links each of their columns to the last referenced
 * column, so a link from parts.chat_id would look for a message of that ID.
 */
async function introspect(options: Parameters<Adapter['introspect']>[0]): ReturnType<Adapter['introspect']> {
  const [[error, result], { constraints }] = await Promise.all([
    adapter.introspect(options),
    fetchJson<Catalog>('/api/catalog'),
  ])
  if (error) return [error]
  for (const { table, columns, referencedColumns } of constraints) {
    const [schema, name] = table.includes('.') ? table.split('.', 2) : ['public', table]
    const known = result.schemas[schema ?? '']?.tables[name ?? '']?.columns
    for (const [place, column] of columns.entries()) {
      const referenced = referencedColumns[place]
      if (known?.[column] && referenced !== undefined) known[column].fkColumn = referenced
    }
  }
  return [null, result]
}

const exactAdapter = { ...adapter, introspect }

function RowsPage() {
  // The table browser shows that an operation failed, but not why.
  const [failure, setFailure] = useState<string>()
  return (
    <>
      {failure && (
        <p className="failure" role="alert">
          {failure}{' '}
          <button type="button" onClick={() => setFailure(undefined)}>
            Close
          </button>
        </p>
      )}
      <Studio
        adapter={exactAdapter}
        onEvent={({ name, payload }) => {
          if (name === 'studio_operation_error') setFailure(payload.error.message)
        }}
      />
    </>
  )
}

createRoot(document.querySelector('#page') as HTMLElement).render(<RowsPage />)
