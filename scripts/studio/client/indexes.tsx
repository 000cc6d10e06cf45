import type { Catalog, Index } from '../catalog.ts'
import type { PlannedStatement } from '../plans.ts'
import { Fetched } from './fetched.tsx'
import { Search } from './search.tsx'

/** The page of indexes with their use. */
export function IndexesPage() {
  return (
    <Fetched<Catalog> path="/api/catalog">
      {({ indexes }) => (
        <Fetched<PlannedStatement[]> path="/api/statements">
          {(statements) => <Indexes indexes={indexes} statements={statements} />}
        </Fetched>
      )}
    </Fetched>
  )
}

function Indexes({
  indexes,
  statements,
}: {
  indexes: readonly Index[]
  statements: readonly PlannedStatement[]
}) {
  return (
    <Search items={indexes} what="indexes" text={(each) => JSON.stringify(each)}>
      {(found) => (
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
              <tr key={`${index.table}.${index.name}`}>
                <td>
                  <a href={`/dictionary#${index.table}`}>{index.table}</a>
                </td>
                <td>
                  <code>{index.name}</code> {index.isUnique && <span className="label">unique</span>}{' '}
                  {!index.isValid && <strong className="warning">invalid: drop and recreate it</strong>}
                  <br />
                  <code className="quiet">{index.definition}</code>
                </td>
                <td className="number">{index.size}</td>
                <td className="number">{index.scans}</td>
                <td>{index.lastUsed?.slice(0, 16).replace('T', ' ')}</td>
                <td>
                  {statements
                    .filter((statement) => statement.indexes.includes(index.name))
                    .map(({ name }) => (
                      <a key={name} href={`/statements#${name}`}>
                        {name}{' '}
                      </a>
                    ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Search>
  )
}
