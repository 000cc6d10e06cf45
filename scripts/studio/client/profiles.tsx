import { type FormEvent, useState } from 'preact/compat'
import type { Profile, ProfileEntry, ProfileTable } from '../profiles.ts'
import { linkToRow, linkToRows, useAddress } from './address.ts'
import { Call, quote } from './call.tsx'
import { Fetched } from './fetched.tsx'
import { linkToHistory, Timeline } from './timeline.tsx'

interface Kind {
  readonly table: ProfileTable
  readonly key: string
  readonly entity: string
  readonly title: string
  /** The page and the title of the other side of contacts. */
  readonly other: { readonly page: string; readonly title: string }
  readonly calls: readonly [get: string, list: string]
}

const CUSTOMERS: Kind = {
  table: 'customers',
  key: 'customer_id',
  entity: 'customer',
  title: 'Customers',
  other: { page: '/people', title: 'Contacts' },
  calls: ['db.customers.get', 'db.customers.listContacts'],
}
const PEOPLE: Kind = {
  table: 'people',
  key: 'person_id',
  entity: 'person',
  title: 'People',
  other: { page: '/customers', title: 'Customers' },
  calls: ['db.people.get', 'db.people.listCustomersOf'],
}

/** The page of customers: their columns, contacts and history. */
export const CustomersPage = () => <ProfilesPage kind={CUSTOMERS} />
/** The page of people: their columns, customers and history. */
export const PeoplePage = () => <ProfilesPage kind={PEOPLE} />

function ProfilesPage({ kind }: { kind: Kind }) {
  const [address, change] = useAddress()
  const search = address.get('q') ?? ''
  const id = address.get('id')
  const [text, setText] = useState(search)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change({ q: text })
  }
  return (
    <div className="browser chats">
      <nav aria-label={kind.title} className="tables">
        <search>
          <form onSubmit={submit}>
            <input
              type="search"
              aria-label={`Search ${kind.table}`}
              placeholder="A name or other text, then Enter"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </form>
        </search>
        <a className="quiet" href={`${linkToRows(kind.table, {})}&${new URLSearchParams({ q: search })}`}>
          Filter and export the rows
        </a>
        <Fetched<ProfileEntry[]> path="/api/profiles" body={{ table: kind.table, search }}>
          {(entries) =>
            entries.length === 0 ? (
              <p role="status">{search ? 'Nothing matches the search.' : 'There is none yet.'}</p>
            ) : (
              entries.map((entry) => (
                <a
                  key={entry.id}
                  href={`?${new URLSearchParams({ id: entry.id, ...(search && { q: search }) })}`}
                  aria-current={entry.id === id ? 'true' : undefined}
                >
                  {entry.name} <small className="quiet">{entry.details}</small>
                </a>
              ))
            )
          }
        </Fetched>
      </nav>
      <div className="content">
        {id ? (
          <Fetched<Profile> path="/api/profile" body={{ table: kind.table, id }}>
            {(profile) => <ProfileView kind={kind} id={id} profile={profile} />}
          </Fetched>
        ) : (
          <p>Choose one on the left, or search.</p>
        )}
      </div>
    </div>
  )
}

function ProfileView({ kind, id, profile }: { kind: Kind; id: string; profile: Profile }) {
  const { name, table, row, contacts, history } = profile
  const [get, list] = kind.calls
  return (
    <>
      <h1>{name}</h1>
      <p className="quiet">
        <a href={linkToRow(kind.table, { [kind.key]: id })}>row of {kind.table}</a> ·{' '}
        <Call>{`${get}(${quote(id)})`}</Call>
      </p>
      <dl className="facts">
        {table.columns
          .filter((column) => row[column.name] !== null)
          .map((column) => (
            <div key={column.name}>
              <dt title={column.comment ?? undefined}>{column.name}</dt>
              <dd>
                <Value profile={profile} column={column.name} />
              </dd>
            </div>
          ))}
      </dl>
      <h2>{kind.other.title}</h2>
      <p className="quiet">
        <a href={linkToRows('customer_people', { [kind.key]: id })}>rows of customer_people</a> ·{' '}
        <Call>{`${list}(${quote(id)})`}</Call>
      </p>
      {contacts.length === 0 ? (
        <p role="status">There is none.</p>
      ) : (
        <table aria-label={kind.other.title}>
          <thead>
            <tr>
              <th>Name</th>
              <th>Role</th>
              <th>From</th>
              <th>To</th>
            </tr>
          </thead>
          <tbody>
            {contacts.map((contact) => (
              <tr key={contact.contactId}>
                <td>
                  <a href={`${kind.other.page}?${new URLSearchParams({ id: contact.otherId })}`}>
                    {contact.other}
                  </a>{' '}
                  {contact.isPrimary && <span className="label">primary</span>}
                </td>
                <td>{contact.role ?? <span className="quiet">not known</span>}</td>
                <td>{contact.startDate}</td>
                <td>{contact.endDate ?? <span className="quiet">today</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <h2>History</h2>
      <p className="quiet">
        <a href={linkToHistory({ entity: kind.entity, id })}>all entries</a> ·{' '}
        <Call>{`db.auditLog.listByEntity(${quote(kind.entity)}, ${quote(id)})`}</Call>
      </p>
      <Timeline entries={history} />
    </>
  )
}

/** A value; one that is a foreign key of one column leads to its row. */
function Value({ profile: { table, row }, column }: { profile: Profile; column: string }) {
  const value = row[column] ?? ''
  const reference = table.references.find(({ columns }) => columns.length === 1 && columns[0] === column)
  if (!reference) return value
  return (
    <a href={linkToRows(reference.table, { [reference.otherColumns[0] as string]: value })}>
      {value} <small>{reference.table}</small>
    </a>
  )
}
