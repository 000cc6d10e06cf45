import { type FormEvent, useEffect, useState } from 'preact/compat'
import type { Condition, RowsPage as Page, Row } from '../rows.ts'
import type { TableInfo } from '../table.ts'
import { jsonOf, linkToRows, useAddress } from './address.ts'
import { Conditions } from './conditions.tsx'
import { Export } from './export.tsx'
import { Fetched } from './fetched.tsx'
import type { Info } from './info.ts'
import { RowPanel } from './row-panel.tsx'

/** The page of rows: the tables, and the rows of one of them. */
export function RowsPage({ tables, isWritable, absent }: Info) {
  const [address] = useAddress()
  const table = address.get('table') ?? tables[0]?.name
  return (
    <div className="browser">
      <nav aria-label="Tables" className="tables">
        {tables.map(({ name, rows }) => (
          <a key={name} href={linkToRows(name, {})} aria-current={name === table ? 'true' : undefined}>
            {name} <small className="quiet">{rows > 0 ? `~${rows.toLocaleString('en')}` : ''}</small>
          </a>
        ))}
      </nav>
      {table === undefined ? (
        <p className="content">This database has no tables. The command create makes those of the package.</p>
      ) : (
        <Rows table={table} isWritable={isWritable} absent={absent} />
      )}
    </div>
  )
}

function Rows({ table, isWritable, absent }: { table: string } & Pick<Info, 'isWritable' | 'absent'>) {
  const [address, change] = useAddress()
  const where = jsonOf<Condition[]>(address.get('where')) ?? []
  const request = {
    table,
    where,
    search: address.get('q') ?? '',
    sort: address.get('sort') ?? '',
    page: Number(address.get('page') ?? 1),
    all: address.get('all') === 'yes',
  }
  const isNew = address.get('row') === 'new'
  const row = isNew ? undefined : jsonOf<Row>(address.get('row'))
  return (
    <div className="content">
      <Fetched<Page>
        path="/api/rows"
        body={request}
        otherwise={
          (where.length > 0 || request.search || request.sort) && (
            <button
              type="button"
              onClick={() => change({ where: null, q: null, sort: null, page: null, row: null })}
            >
              Show all rows of {table}
            </button>
          )
        }
      >
        {(found, reload) => (
          <>
            <div className="toolbar">
              <h1>{table}</h1>
              <Search value={request.search} onSearch={(q) => change({ q, page: null })} />
              <Conditions
                table={found.table}
                where={where}
                onChange={(next) =>
                  change({ where: next.length > 0 ? JSON.stringify(next) : null, page: null })
                }
              />
              <Export request={request} />
              {isWritable && found.table.kind === 'table' && (
                <button type="button" onClick={() => change({ row: 'new' })}>
                  Insert row
                </button>
              )}
            </div>
            {found.table.comment && <p className="quiet">{found.table.comment}</p>}
            {found.isPartial && (
              <p className="quiet">
                These are of the first 30,000 rows: no index serves this, and reading all takes longer than a
                page should.{' '}
                <button type="button" onClick={() => change({ all: 'yes' })}>
                  Read all rows
                </button>
              </p>
            )}
            {found.rows.length === 0 ? (
              <p role="status">
                {where.length > 0 || request.search
                  ? 'No row of this table matches the search and the filters.'
                  : request.page > 1
                    ? 'There is no such page any more.'
                    : 'This table has no rows.'}
                {request.search && <Elsewhere search={request.search} absent={absent} />}
              </p>
            ) : (
              <Grid found={found} sort={request.sort} />
            )}
            <Pages found={found} page={request.page} />
            {(isNew || row) && (
              <RowPanel
                table={found.table}
                rowKey={row}
                isWritable={isWritable}
                onClose={() => change({ row: null })}
                onChanged={reload}
              />
            )}
          </>
        )}
      </Fetched>
    </div>
  )
}

const SEARCHES = { '/chats': 'the messages of chats', '/customers': 'customers', '/people': 'people' }

/** A person who does not know the tables begins on the first page, whose search is that of one table. */
function Elsewhere({ search, absent }: { search: string } & Pick<Info, 'absent'>) {
  const pages = Object.entries(SEARCHES).filter(([path]) => !absent.includes(path))
  if (pages.length === 0) return null
  return (
    <>
      {' '}
      Search for it in{' '}
      {pages.map(([path, title], place) => (
        <span key={path}>
          {place > 0 && (place === pages.length - 1 ? ' or ' : ', ')}
          <a href={`${path}?${new URLSearchParams({ q: search })}`}>{title}</a>
        </span>
      ))}
      .
    </>
  )
}

function Search({ value, onSearch }: { value: string; onSearch: (value: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSearch(text)
  }
  return (
    <search>
      <form onSubmit={submit}>
        <input
          type="search"
          aria-label="Search rows"
          placeholder="Search the texts, then Enter"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </form>
    </search>
  )
}

function Grid({ found: { table, rows }, sort }: { found: Page; sort: string }) {
  const [, change] = useAddress()
  const descending = sort.startsWith('-')
  const sorted = descending ? sort.slice(1) : sort
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className="scroll" tabIndex={0} aria-label="Rows">
      <table className="grid">
        <thead>
          <tr>
            {table.key.length > 0 && (
              <th className="open">
                <span className="hidden-text">Row</span>
              </th>
            )}
            {table.columns.map(({ name, type, comment, isSecret }) => (
              <th
                key={name}
                title={comment ?? type}
                aria-sort={sorted === name ? (descending ? 'descending' : 'ascending') : undefined}
              >
                <button
                  type="button"
                  disabled={isSecret}
                  onClick={() =>
                    change({ sort: sorted === name && !descending ? `-${name}` : name, page: null })
                  }
                >
                  {name}
                  {sorted === name && (descending ? ' ↓' : ' ↑')}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={JSON.stringify(table.key.length > 0 ? keyOf(table, row) : place)}>
              {table.key.length > 0 && (
                <td className="open">
                  <button
                    type="button"
                    className="link"
                    onClick={() => change({ row: JSON.stringify(keyOf(table, row)) })}
                  >
                    Open
                  </button>
                </td>
              )}
              {table.columns.map(({ name }) => (
                <Cell key={name} table={table} row={row} column={name} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Cell({ table, row, column }: { table: TableInfo; row: Row; column: string }) {
  const value = row[column]
  const references = table.references.filter(
    ({ columns }) => columns.at(-1) === column && columns.every((each) => row[each] !== null),
  )
  return (
    <td data-column={column} className={value === null ? 'quiet' : undefined}>
      <span className="cell">{value === null ? 'null' : value === '' ? '(empty text)' : value}</span>
      {references.map(({ name, table: other, columns, otherColumns }) => (
        <a
          key={name}
          href={linkToRows(
            other,
            Object.fromEntries(
              otherColumns.map((each, place) => [each, row[columns[place] as string] ?? null]),
            ),
          )}
          aria-label={`Open ${other}`}
          title={`The row of ${other} (${columns.join(', ')})`}
        >
          →
        </a>
      ))}
    </td>
  )
}

function Pages({ found: { count, hasMore, rows }, page }: { found: Page; page: number }) {
  const [, change] = useAddress()
  const first = (page - 1) * 100 + 1
  return (
    <p className="pages">
      <button type="button" disabled={page <= 1} onClick={() => change({ page: String(page - 1) })}>
        Previous page
      </button>{' '}
      {rows.length > 0 && `${first} to ${first + rows.length - 1} of `}
      {count > 10_000 ? 'more than 10,000' : count.toLocaleString('en')} {count === 1 ? 'row' : 'rows'}{' '}
      <button type="button" disabled={!hasMore} onClick={() => change({ page: String(page + 1) })}>
        Next page
      </button>
    </p>
  )
}

const keyOf = ({ key }: TableInfo, row: Row) => Object.fromEntries(key.map((column) => [column, row[column]]))
