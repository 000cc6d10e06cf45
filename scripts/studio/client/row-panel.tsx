import { type FormEvent, useEffect, useRef, useState } from 'preact/compat'
import { shortType } from '../catalog.ts'
import type { FoundRow as Found, Row } from '../rows.ts'
import type { ColumnInfo, TableInfo } from '../table.ts'
import { linkToRows, useUnsaved } from './address.ts'
import { Consequences, DeleteDialog } from './delete-dialog.tsx'
import { Fetched, fetchJson } from './fetched.tsx'
import { LongText, MOST_CHARACTERS } from './long-text.tsx'
import { linkToHistory } from './timeline.tsx'

interface PanelProps {
  table: TableInfo
  /** Absent for a new row. */
  rowKey: Row | undefined
  isWritable: boolean
  onClose: () => void
  onChanged: () => void
}

/** One row with whole values, the comments of its columns, its links, and, in a writable studio, its form. */
export function RowPanel({ table, rowKey, isWritable, onClose, onChanged }: PanelProps) {
  const panel = useRef<HTMLElement>(null)
  // Of the last save: the form begins again with the row that was saved.
  const [saved, setSaved] = useState<string>()
  useEffect(() => {
    const before = document.activeElement
    panel.current?.focus()
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <section
      ref={panel}
      className="panel"
      tabIndex={-1}
      aria-label={rowKey ? `A row of ${table.name}` : `A new row of ${table.name}`}
      onKeyDown={({ key, target }) => {
        if (key === 'Escape' && !(target as Element).closest('dialog')) onClose()
      }}
    >
      <header>
        <h2>{rowKey ? table.name : `New row of ${table.name}`}</h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      {rowKey === undefined ? (
        <RowForm table={table} onChanged={onChanged} onClose={onClose} />
      ) : (
        <Fetched<Found> path="/api/row" body={{ table: table.name, key: rowKey }}>
          {(found, reload) => (
            <>
              <Links found={found} />
              <BackLinks found={found} />
              <Consequences table={table.name} rowKey={rowKey} />
              {isWritable ? (
                <RowForm
                  key={found.version}
                  table={found.table}
                  found={found}
                  saved={saved}
                  onChanged={(names) => {
                    setSaved(`Saved: ${names.join(', ')}.`)
                    onChanged()
                    reload()
                  }}
                  onReload={() => {
                    setSaved(undefined)
                    reload()
                  }}
                  onClose={onClose}
                />
              ) : (
                <>
                  <p className="quiet">Read-only. Start the studio with --write to change rows.</p>
                  <Values found={found} />
                </>
              )}
            </>
          )}
        </Fetched>
      )}
    </section>
  )
}

/** Rows of chats, messages and parts lead to the conversation, those of customers and people to their page, and most to their history. */
function Links({ found }: { found: Found }) {
  const { table, row, history } = found
  const page = { customers: row.customer_id, people: row.person_id }[table.name]
  const chat = linkToChat(found)
  return (
    <p>
      {chat && <a href={chat}>Read the conversation</a>}{' '}
      {page && <a href={`/${table.name}?${new URLSearchParams({ id: page })}`}>Show with contacts</a>}{' '}
      {history && <a href={linkToHistory({ ...history })}>History</a>}
    </p>
  )
}

function linkToChat({ table, row }: Found): string | undefined {
  const chatId = table.name === 'chats' ? row.id : row.chat_id
  if (!/^(?:chats|messages|parts)$/.test(table.name) || !row.user_id || !chatId) return undefined
  const place = table.name === 'parts' ? row.message_id : table.name === 'messages' ? row.id : undefined
  const address = new URLSearchParams({ user: row.user_id, chat: chatId })
  return `/chats?${address}${place ? `#message-${encodeURIComponent(place)}` : ''}`
}

function BackLinks({ found: { table, row, counts } }: { found: Found }) {
  if (table.referencedBy.length === 0) return null
  return (
    <ul className="links" aria-label="Rows that refer to this one">
      {table.referencedBy.map(({ name, table: other, columns, otherColumns }, place) => (
        <li key={name}>
          <a
            href={linkToRows(
              other,
              Object.fromEntries(
                otherColumns.map((each, index) => [each, row[columns[index] as string] ?? null]),
              ),
            )}
          >
            {other}: {(counts[place] ?? 0) > 10_000 ? 'more than 10,000' : counts[place]}
          </a>{' '}
          <small className="quiet">by {otherColumns.join(', ')}</small>
        </li>
      ))}
    </ul>
  )
}

function Values({ found: { table, row } }: { found: Found }) {
  return (
    <dl>
      {table.columns.map((column) => (
        <div key={column.name}>
          <Name column={column} />
          <dd>
            {row[column.name] === null ? (
              <span className="quiet">null</span>
            ) : (
              <LongText text={pretty(column, row)}>{(shown) => <pre>{shown}</pre>}</LongText>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Name({ column: { name, type, comment } }: { column: ColumnInfo }) {
  return (
    <dt>
      <code>{name}</code> <small className="quiet">{shortType(type)}</small>
      {comment && <p className="quiet">{comment}</p>}
    </dt>
  )
}

const isJson = ({ type }: ColumnInfo) => type === 'jsonb' || type === 'json'

function pretty(column: ColumnInfo, row: Row): string {
  const value = row[column.name] ?? ''
  return isJson(column) ? JSON.stringify(JSON.parse(value), null, 2) : value
}

function RowForm({
  table,
  found,
  saved,
  onChanged,
  onReload,
  onClose,
}: {
  table: TableInfo
  found?: Found
  /** The message about the last save. */
  saved?: string | undefined
  onChanged: (names: readonly string[]) => void
  onReload?: () => void
  onClose: () => void
}) {
  const editable = table.columns.filter(({ isSecret, isGenerated }) => !isSecret && !isGenerated)
  const start: Row = Object.fromEntries(
    editable.map((column) => [
      column.name,
      found ? (found.row[column.name] === null ? null : pretty(column, found.row)) : null,
    ]),
  )
  const [values, setValues] = useState(start)
  const [message, setMessage] = useState(saved)
  const [isRefused, setRefused] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  const changed = editable.filter(({ name }) => values[name] !== start[name])
  const settle = useUnsaved(changed.length > 0)

  async function save(event: FormEvent) {
    event.preventDefault()
    const wrong = changed.find((column) => isJson(column) && problemOfJson(values[column.name] ?? null))
    if (wrong) return setMessage(`${wrong.name} is not JSON: ${problemOfJson(values[wrong.name] ?? null)}`)
    setRefused(false)
    const given = Object.fromEntries(changed.map(({ name }) => [name, values[name] ?? null]))
    try {
      if (found) {
        const key = Object.fromEntries(table.key.map((column) => [column, found.row[column] ?? null]))
        await fetchJson('/api/save', { table: table.name, key, version: found.version, values: given })
      } else {
        await fetchJson('/api/insert', { table: table.name, values: given })
        settle()
        onClose()
      }
      onChanged(Object.keys(given))
    } catch (error) {
      setMessage((error as Error).message)
      setRefused(true)
    }
    return undefined
  }

  return (
    <form onSubmit={save} className="form">
      {editable.map((column) => (
        <Field
          key={column.name}
          column={column}
          value={values[column.name] ?? null}
          isNew={!found}
          onChange={(value) => {
            if (!isRefused) setMessage(undefined)
            setValues((before) => ({ ...before, [column.name]: value }))
          }}
        />
      ))}
      <div className="actions">
        <button type="submit" disabled={found !== undefined && changed.length === 0}>
          {found
            ? `Save ${changed.length === 0 ? '' : changed.map(({ name }) => name).join(', ')}`
            : 'Insert'}
        </button>{' '}
        {found && (
          <button type="button" onClick={() => setDeleting(true)}>
            Delete …
          </button>
        )}
        {message && <p role="status">{message}</p>}
        {isRefused && onReload && (
          <button type="button" onClick={onReload}>
            Reload the row{changed.length > 0 && ', without these edits'}
          </button>
        )}
      </div>
      {isDeleting && found && (
        <DeleteDialog
          table={table}
          found={found}
          onKeep={() => setDeleting(false)}
          onDeleted={() => {
            settle()
            onClose()
            onChanged([])
          }}
        />
      )}
    </form>
  )
}

function problemOfJson(value: string | null): string | undefined {
  if (value === null) return undefined
  try {
    JSON.parse(value)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

function Field({
  column,
  value,
  isNew,
  onChange,
}: {
  column: ColumnInfo
  value: string | null
  isNew: boolean
  onChange: (value: string | null) => void
}) {
  const { name, values, elements, type, comment, isRequired, hasDefault } = column
  const choices = values ?? (type === 'boolean' ? ['true', 'false'] : undefined)
  const nothing = isNew && hasDefault ? '(default)' : 'null'
  const [isEdited, setEdited] = useState((value?.length ?? 0) <= MOST_CHARACTERS)
  if (!isEdited)
    return (
      <div className="field">
        <code>{name}</code> <small className="quiet">{shortType(type)}</small>
        <LongText text={value ?? ''}>{(shown) => <pre>{shown}</pre>}</LongText>{' '}
        <button type="button" className="link" onClick={() => setEdited(true)}>
          Edit {name}
        </button>
        {comment && <p className="quiet">{comment}</p>}
      </div>
    )
  return (
    <div className="field">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is one of two */}
      <label>
        <code>{name}</code> <small className="quiet">{shortType(type)}</small>
        {choices ? (
          <select value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value || null)}>
            {(!isRequired || isNew) && <option value="">{nothing}</option>}
            {choices.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        ) : (
          <textarea
            rows={isJson(column) || (value?.length ?? 0) > 80 ? 6 : 1}
            value={value ?? ''}
            placeholder={value === null ? nothing : '(empty text)'}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        )}
      </label>
      {!choices && value !== null && (!isRequired || (isNew && hasDefault)) && (
        <button type="button" className="link" onClick={() => onChange(null)}>
          Set {name} to {nothing}
        </button>
      )}
      {elements && <p className="quiet">Elements: {elements.join(', ')}</p>}
      {comment && <p className="quiet">{comment}</p>}
    </div>
  )
}
