import type { Change, HistoryEntry } from '../history.ts'

/** Entries of the audit log as a timeline, newest first: when, who, what, and each change from the old value to the new one. */
export function Timeline({ entries }: { entries: readonly HistoryEntry[] }) {
  if (entries.length === 0) return <p role="status">The audit log has no entry about this.</p>
  return (
    <ol className="timeline" aria-label="Timeline">
      {entries.map((entry) => (
        <Entry key={entry.id} entry={entry} />
      ))}
    </ol>
  )
}

function Entry({
  entry: { at, userId, user, system, entity, entityId, name, action, changes, ipAddress, requestId },
}: {
  entry: HistoryEntry
}) {
  const origin = [ipAddress && `from ${ipAddress}`, requestId && `request ${requestId}`]
    .filter(Boolean)
    .join(', ')
  return (
    <li>
      <time dateTime={at}>{at.slice(0, 19)}</time>{' '}
      {userId ? (
        <a href={linkToHistory({ user: userId })}>{user ?? userId}</a>
      ) : (
        <span>{system ? `job ${system}` : 'the service'}</span>
      )}{' '}
      <span className="label">{action}</span>{' '}
      <a href={linkToHistory({ entity, id: entityId })} title={entityId}>
        {entity}
        {name !== null && ` ${name}`}
      </a>{' '}
      {origin && <small className="quiet">{origin}</small>}
      {changes.length > 0 && (
        <ul className="changes">
          {changes.map((change) => (
            <li key={change.column}>
              <Difference change={change} />
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}

function Difference({ change: { column, old, new: next, value } }: { change: Change }) {
  if (value !== undefined)
    return (
      <>
        <code>{column}</code> {value}
      </>
    )
  return (
    <>
      <code>{column}</code>{' '}
      {old !== null && (
        <>
          <del>{old === '' ? '(empty text)' : old}</del> →{' '}
        </>
      )}
      {next === null ? <span className="quiet">null</span> : <ins>{next === '' ? '(empty text)' : next}</ins>}
    </>
  )
}

/** A link to the entries of a record, of a user, or of an action. */
export function linkToHistory(request: Readonly<Record<string, string>>): string {
  return `/history?${new URLSearchParams(request)}`
}
