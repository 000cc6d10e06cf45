import type { Catalog, Index } from '../catalog.ts'
import type { PlannedStatement } from '../plans.ts'
import { linkToRows, useAddress } from './address.ts'
import { Fetched } from './fetched.tsx'
import { Search } from './search.tsx'

/** The page of indexes with their use. */
export function IndexesPage() {
  return (
    <Fetched<Catalog> path="/api/catalog">
      {({ indexes, statisticsSince }) => (
        <Fetched<PlannedStatement[]> path="/api/statements">
          {(statements) => <Indexes indexes={indexes} statements={statements} since={statisticsSince} />}
        </Fetched>
      )}
    </Fetched>
  )
}

/** Not read since the statistics were reset, and nothing depends on it. */
const isUnused = ({ scans, isUnique, isConstraint }: Index) => scans === 0 && !isUnique && !isConstraint

const KINDS: Readonly<Record<string, { title: string; has: (index: Index) => boolean }>> = {
  unused: { title: 'never used', has: isUnused },
  redundant: { title: 'redundant', has: ({ redundantWith }) => redundantWith !== null },
}

function Indexes({
  indexes,
  statements,
  since,
}: {
  indexes: readonly Index[]
  statements: readonly PlannedStatement[]
  since: string | null
}) {
  const [address, change] = useAddress()
  const kind = address.get('only') ?? ''
  const has = KINDS[kind]?.has ?? (() => true)
  return (
    <Search
      items={indexes.filter(has)}
      what="indexes"
      text={(each) => JSON.stringify(each)}
      tools={
        <select
          aria-label="Show"
          value={kind}
          onChange={(event) => change({ only: event.currentTarget.value }, 'replace')}
        >
          <option value="">all indexes</option>
          {Object.entries(KINDS).map(([name, { title, has: matches }]) => (
            <option key={name} value={name}>
              {title} ({indexes.filter(matches).length})
            </option>
          ))}
        </select>
      }
    >
      {(found) => (
        <>
          <p className="quiet">
            Scans are counted since{' '}
            {since ? since.slice(0, 16).replace('T', ' ') : 'the database was created'}. An index that is
            never used in that time may still be needed by a monthly job, or on a replica.
          </p>
          <table>
            <thead>
              <tr>
                <th>Table</th>
                <th>Name and definition</th>
                <th>Size</th>
                <th>Scans</th>
                <th>Last scan</th>
                <th>Statements whose plans on this database read it</th>
              </tr>
            </thead>
            <tbody>
              {found.map((index) => (
                <IndexRow key={`${index.table}.${index.name}`} index={index} statements={statements} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Search>
  )
}

function IndexRow({ index, statements }: { index: Index; statements: readonly PlannedStatement[] }) {
  const { table, name, definition, isUnique, isValid, size, scans, lastUsed, redundantWith } = index
  const readers = statements.filter(({ indexes }) => indexes.includes(name))
  return (
    <tr>
      <td>
        <a href={linkToRows(table, {})}>{table}</a>
      </td>
      <td>
        <code>{name}</code> {isUnique && <span className="label">unique</span>}{' '}
        {isUnused(index) && <span className="label warning">never used</span>}{' '}
        {redundantWith && (
          <span className="label warning">
            {redundantWith.isSame ? 'the same as' : 'covered by'} {redundantWith.index}
          </span>
        )}{' '}
        {!isValid && <strong className="warning">invalid: drop and recreate it</strong>}
        <br />
        <code className="quiet">{definition}</code>
      </td>
      <td className="number">{size}</td>
      <td className="number">{scans.toLocaleString('en')}</td>
      <td>{lastUsed?.slice(0, 16).replace('T', ' ')}</td>
      <td>
        {readers.length > 0 && (
          <a href={`/statements?${new URLSearchParams({ index: name })}`}>{readers.length} in the list</a>
        )}{' '}
        {readers.slice(0, 3).map((statement) => (
          <a key={statement.name} href={`/statements#${statement.name}`}>
            {statement.name}{' '}
          </a>
        ))}
      </td>
    </tr>
  )
}
