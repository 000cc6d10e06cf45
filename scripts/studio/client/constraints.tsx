import type { Catalog } from '../catalog.ts'
import { Fetched } from './fetched.tsx'
import { Search } from './search.tsx'

/** The page of constraints with their messages. */
export function ConstraintsPage() {
  return (
    <Fetched<Catalog> path="/api/catalog">
      {({ constraints }) => (
        <Search items={constraints} what="constraints" text={(each) => JSON.stringify(each)}>
          {(found) => (
            <table>
              <thead>
                <tr>
                  <th>Table</th>
                  <th>Kind</th>
                  <th>Name and rule</th>
                  <th>Message</th>
                </tr>
              </thead>
              <tbody>
                {found.map(({ table, kind, name, definition, comment }) => (
                  <tr key={`${table}.${name}`}>
                    <td>
                      <a href={`/dictionary#${table}`}>{table}</a>
                    </td>
                    <td>
                      <span className="label">{kind}</span>
                    </td>
                    <td>
                      <code>{name}</code>
                      <br />
                      <code className="quiet">{definition}</code>
                    </td>
                    <td>{comment}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Search>
      )}
    </Fetched>
  )
}
