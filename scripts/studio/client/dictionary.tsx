import type { Catalog, Enum, Table } from '../catalog.ts'
import { Fetched } from './fetched.tsx'
import { Search } from './search.tsx'

/** The page of tables and enums with their comments. */
export function DictionaryPage() {
  return (
    <Fetched<Catalog> path="/api/catalog">
      {({ tables, enums }) => (
        <Search items={tables} what="tables" text={(table) => JSON.stringify(table)}>
          {(found) => (
            <>
              {found.map((table) => (
                <TableEntry key={table.name} table={table} />
              ))}
              {enums.length > 0 && <Enums enums={enums} />}
            </>
          )}
        </Search>
      )}
    </Fetched>
  )
}

function TableEntry({ table: { name, kind, comment, rows, size, columns } }: { table: Table }) {
  return (
    <section id={name}>
      <h2>
        {name}{' '}
        <small>
          {kind === 'table' ? `${rows < 0 ? 'row count unknown' : `about ${rows} rows`}, ${size}` : kind}
        </small>
      </h2>
      {comment && <p>{comment}</p>}
      <table>
        <thead>
          <tr>
            <th>Column</th>
            <th>Type</th>
            <th>Default</th>
            <th>Description</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.name}>
              <td>
                <code>{column.name}</code> {column.isKey && <span className="label">key</span>}{' '}
                {column.references && <a href={`#${column.references}`}>→ {column.references}</a>}
              </td>
              <td>
                <code>{column.type}</code>{' '}
                {!column.isRequired && kind === 'table' && <span className="quiet">or null</span>}
              </td>
              <td>
                <code>{column.default}</code>
              </td>
              <td>{column.comment}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Enums({ enums }: { enums: readonly Enum[] }) {
  return (
    <section>
      <h2>Enums</h2>
      <table>
        <tbody>
          {enums.map(({ name, values, comment }) => (
            <tr key={name} id={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>
                {values.map((value) => (
                  <span key={value} className="label">
                    {value}
                  </span>
                ))}
              </td>
              <td>{comment}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
