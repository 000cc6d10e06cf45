import type { Section } from '../server-state.ts'
import { Fetched } from './fetched.tsx'

/** The page of partitions. */
export const PartitionsPage = () => <Sections path="/api/partitions" title="Partitions" />
/** The page of replication. */
export const ReplicationPage = () => <Sections path="/api/replication" title="Replication" />

function Sections({ path, title }: { path: string; title: string }) {
  return (
    <Fetched<Section[]> path={path}>
      {(sections) => (
        <div className="content">
          <h1>{title}</h1>
          {sections.map((section) => (
            <SectionView key={section.title} section={section} isOnly={sections.length === 1} />
          ))}
        </div>
      )}
    </Fetched>
  )
}

function SectionView({
  section: { title, empty, columns, rows },
  isOnly,
}: {
  section: Section
  isOnly: boolean
}) {
  return (
    <section aria-label={title}>
      {!isOnly && <h2>{title}</h2>}
      {rows.length === 0 ? (
        <p role="status">{empty}</p>
      ) : (
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.join('\n')}>
                {row.map((cell, place) => (
                  <td key={columns[place]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
