import { type FormEvent, useState } from 'preact/compat'
import type { HistoryPage as Page } from '../history.ts'
import { linkToRow, useAddress } from './address.ts'
import { Call, quote } from './call.tsx'
import { Fetched } from './fetched.tsx'
import { Timeline } from './timeline.tsx'

const FIELDS = { entity: 'Kind of record', id: 'Its key', user: 'User (id)', action: 'Action' } as const
type Field = keyof typeof FIELDS

/** The page of the audit log: all of it, or the entries of one record, user or action. */
export function HistoryPage() {
  const [address, change] = useAddress()
  const request = Object.fromEntries(
    [...Object.keys(FIELDS), 'before'].map((name) => [name, address.get(name) ?? '']),
  ) as Record<Field | 'before', string>
  return (
    <div className="content">
      <h1>History</h1>
      <Filters
        key={address.toString()}
        request={request}
        onFilter={(next) => change({ ...next, before: null })}
      />
      <Fetched<Page> path="/api/history" body={request}>
        {({ entries, next, row }) => (
          <>
            <p className="quiet">
              {row && (
                <>
                  <a href={linkToRow(row.table, row.key)}>row of {row.table}</a> ·{' '}
                </>
              )}
              <Call>{callOf(request)}</Call>
            </p>
            <Timeline entries={entries} />
            {next && (
              <button type="button" onClick={() => change({ before: next })}>
                Older entries
              </button>
            )}
          </>
        )}
      </Fetched>
    </div>
  )
}

function callOf({ entity, id, user, action }: Record<Field, string>): string {
  if (entity && id) return `db.auditLog.listByEntity(${quote(entity)}, ${quote(id)})`
  if (user) return `db.auditLog.listByUser(${quote(user)})`
  if (action) return `db.auditLog.listByAction(${quote(action)})`
  return 'db.auditLog.list()'
}

function Filters({
  request,
  onFilter,
}: {
  request: Record<Field, string>
  onFilter: (request: Record<Field, string>) => void
}) {
  const [values, setValues] = useState(request)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { entity, id, user, action } = values
    onFilter({ entity, id, user, action })
  }
  return (
    <form className="values" onSubmit={submit}>
      {Object.entries(FIELDS).map(([name, title]) => (
        <label key={name}>
          <span>{title}</span>
          <input
            value={values[name as Field]}
            onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <button type="submit">Show</button>
    </form>
  )
}
