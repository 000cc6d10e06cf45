import { type FormEvent, useState } from 'preact/compat'
import type { HistoryPage as Page } from '../history.ts'
import { linkToRow, useAddress } from './address.ts'
import { Call, quote } from './call.tsx'
import { Fetched } from './fetched.tsx'
import { Timeline } from './timeline.tsx'

const FIELDS = {
  entity: 'Kind of record',
  id: 'Its key',
  user: 'User (id, name or e-mail)',
  action: 'Action',
  day: 'Day (UTC)',
} as const
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
        onFilter={(values) => change({ ...values, before: null })}
      />
      <Fetched<Page> path="/api/history" body={request}>
        {({ entries, next, row, kinds }) => (
          <>
            <Choices id="offered-entity" values={kinds} />
            <Choices id="offered-action" values={ACTIONS} />
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

function callOf({ entity, id, user, action, day }: Record<Field, string>): string {
  if (day) return callOfDay({ entity, id, user, action, day })
  if (entity && id) return `db.auditLog.listByEntity(${quote(entity)}, ${quote(id)})`
  if (user) return `db.auditLog.listByUser(${quote(user)})`
  if (action) return `db.auditLog.listByAction(${quote(action)})`
  return 'db.auditLog.list()'
}

/** A list with several filters; a part of a user's name is none of them. */
function callOfDay({ entity, id, user, action, day }: Record<Field, string>): string {
  const start = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(start.getTime())) return 'db.auditLog.list()'
  const end = new Date(start.getTime() + 24 * 60 * 60 * 1_000)
  const options = [
    ...(entity && id ? [`entityType: ${quote(entity)}, entityId: ${quote(id)}`] : []),
    ...(user ? [`userId: ${quote(user)}`] : []),
    ...(action ? [`action: ${quote(action)}`] : []),
    `from: new Date('${start.toISOString()}'), to: new Date('${end.toISOString()}')`,
  ]
  return `db.auditLog.list({ ${options.join(', ')} })`
}

/** Those of the history of changes; services record others. */
const ACTIONS = ['create', 'update', 'delete']

/** Suggestions of the field that names this list. */
function Choices({ id, values }: { id: string; values: readonly string[] }) {
  return (
    <datalist id={id}>
      {values.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </datalist>
  )
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
    const { entity, id, user, action, day } = values
    onFilter({ entity, id, user, action, day })
  }
  return (
    <form className="values" onSubmit={submit}>
      {Object.entries(FIELDS).map(([name, title]) => (
        <label key={name}>
          <span>{title}</span>
          <input
            type={name === 'day' ? 'date' : 'text'}
            list={`offered-${name}`}
            value={values[name as Field]}
            onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <button type="submit">Show</button>
    </form>
  )
}
