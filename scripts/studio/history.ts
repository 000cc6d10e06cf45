import type pg from 'pg'
import { HIDDEN, isSecret } from './secrets.ts'

/** An entry of the audit log. */
export interface HistoryEntry {
  readonly id: string
  readonly at: string
  /** The user who acted; null for a job, for the service itself, and after the user was deleted. */
  readonly userId: string | null
  readonly user: string | null
  /** The job that acted. */
  readonly system: string | null
  readonly entity: string
  readonly entityId: string
  /** The name of the record; null if it has no name, or does not exist any more. */
  readonly name: string | null
  readonly action: string
  /** In the history of changes `old` and `new`, else the value that the service recorded. */
  readonly changes: readonly Change[]
  readonly ipAddress: string | null
  readonly requestId: string | null
}

export interface Change {
  readonly column: string
  readonly old?: string | null
  readonly new?: string | null
  /** Of an entry that is not in the form `{ column: [old, new] }`. */
  readonly value?: string
}

/** Which entries, newest first. */
export interface HistoryRequest {
  readonly entity?: string
  readonly id?: string
  /** The id of a user, or a part of the name or the e-mail address. */
  readonly user?: string
  readonly action?: string
  /** A day in UTC, such as `2026-12-01`. */
  readonly day?: string
  /** The `next` of the page before. */
  readonly before?: string
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** For the page after; null on the last one. */
  readonly next: string | null
  /** The record's own row: its table and key. */
  readonly row: RowOfEntity | null
  /** The kinds of records that tables have. */
  readonly kinds: readonly string[]
}

export interface RowOfEntity {
  readonly table: string
  readonly key: Readonly<Record<string, string>>
}

/** Records whose entries a page shows together. */
export interface Subject {
  readonly entity: string
  readonly ids: readonly string[]
}

const PAGE_SIZE = 100

/** A page of the audit log. Under a search_path of pg_catalog alone. */
export async function readHistory(client: pg.ClientBase, request: HistoryRequest): Promise<HistoryPage> {
  const { id, user, action, day, before } = request
  const known = await entities(client)
  // A person who knows the tables gives the name of one.
  const entity = known.find(({ table }) => table === request.entity)?.entity ?? request.entity
  const values: string[] = []
  const parameter = (value: string) => `$${values.push(value)}`
  const conditions = [
    ...(entity ? [`a.entity_type = ${parameter(entity)}`] : []),
    ...(id ? [`a.entity_id = ${parameter(id)}`] : []),
    ...(user ? [userCondition(user, parameter)] : []),
    ...(action ? [`a.action = ${parameter(action)}`] : []),
  ]
  if (day) {
    const start = `${parameter(day)}::date::timestamptz`
    conditions.push(`a.created_at >= ${start} and a.created_at < ${start} + '1 day'`)
  }
  const [at, last] = before?.split(' at ').toReversed() ?? []
  if (at && last)
    conditions.push(`(a.created_at, a.id) < (${parameter(at)}::timestamptz, ${parameter(last)}::uuid)`)
  const rows = await readEntries(client, conditions, values)
  const entries = await withNames(client, known, rows.slice(0, PAGE_SIZE))
  const oldest = entries.at(-1)
  return {
    entries,
    next: oldest && rows.length > PAGE_SIZE ? `${oldest.id} at ${oldest.at}` : null,
    row: entity && id ? rowOfEntity(known, entity, id) : null,
    kinds: [...new Set(known.map((each) => each.entity))].sort(),
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function userCondition(user: string, parameter: (value: string) => string): string {
  if (UUID.test(user)) return `a.user_id = ${parameter(user)}::uuid`
  const part = `lower(${parameter(user)})`
  return `a.user_id in (
    select user_id from public.users where strpos(lower(name), ${part}) > 0 or strpos(lower(email::text), ${part}) > 0
  )`
}

/** How the rows of a table are called, as an expression on them. */
const NAMES: Readonly<Record<string, string>> = {
  users: 'name',
  customers: 'display_name',
  people: `first_name || ' ' || last_name`,
  chats: 'title',
}

/** The entries with what people call their records today. */
async function withNames(
  client: pg.ClientBase,
  known: readonly Entity[],
  entries: readonly Omit<HistoryEntry, 'name'>[],
): Promise<HistoryEntry[]> {
  const names = new Map<string, string | null>()
  for (const { entity, table, keys } of known) {
    const ids = entries.filter((entry) => entry.entity === entity).map(({ entityId }) => entityId)
    const name = NAMES[table]
    if (!name || ids.length === 0) continue
    // Compared by the columns of the key, whose index serves it; ids that services made up are left out.
    const rows = ids
      .map((id) => id.split('/'))
      .filter((parts) => parts.length === keys.length && parts.every((part) => UUID.test(part)))
    const given = keys.map((_, place) => `$${place + 1}::uuid[]`).join(', ')
    const { rows: found } = await client.query<{ id: string; name: string | null }>(
      `select concat_ws('/', ${keys.join(', ')}) as id, ${name} as name from public.${table}
       where (${keys.join(', ')}) in (select * from unnest(${given}))`,
      keys.map((_, place) => rows.map((parts) => parts[place])),
    )
    for (const { id, name: called } of found) names.set(`${entity} ${id}`, called)
  }
  return entries.map((entry) => ({ ...entry, name: names.get(`${entry.entity} ${entry.entityId}`) ?? null }))
}

/** The newest entries about several records. */
export async function readHistoryOf(
  client: pg.ClientBase,
  subjects: readonly Subject[],
): Promise<readonly HistoryEntry[]> {
  const values: unknown[] = []
  const conditions = subjects.map(
    ({ entity, ids }) =>
      `a.entity_type = $${values.push(entity)} and a.entity_id = any ($${values.push(ids)}::text[])`,
  )
  const entries = await readEntries(client, [`(${conditions.join(' or ')})`], values)
  return withNames(client, [], entries.slice(0, PAGE_SIZE))
}

interface RawEntry extends Omit<HistoryEntry, 'changes' | 'name'> {
  readonly changes: unknown
  readonly isHistory: boolean
}

async function readEntries(
  client: pg.ClientBase,
  conditions: readonly string[],
  values: readonly unknown[],
): Promise<Omit<HistoryEntry, 'name'>[]> {
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''
  const { rows } = await client.query<RawEntry>(
    `select a.id, a.created_at::text as at, a.user_id as "userId", u.name as "user", a.system, a.entity_type as entity,
       a.entity_id as "entityId", a.action, a.changes, host(a.ip_address) as "ipAddress", a.request_id as "requestId",
       a.is_history as "isHistory"
     from public.audit_log as a left join public.users as u on u.user_id = a.user_id
     ${where} order by a.created_at desc, a.id desc limit ${PAGE_SIZE + 1}`,
    [...values],
  )
  return rows.map(({ isHistory, changes, ...entry }) => ({
    ...entry,
    changes: changesOf(changes, isHistory),
  }))
}

function changesOf(changes: unknown, isHistory: boolean): Change[] {
  if (typeof changes !== 'object' || changes === null)
    return changes === null ? [] : [{ column: '', value: JSON.stringify(changes) }]
  return Object.entries(changes).map(([column, value]) => {
    if (isHistory && Array.isArray(value)) {
      const [old, next] = value.map((each) => asText(column, each))
      return { column, old: old ?? null, new: next ?? null }
    }
    return { column, value: asText(column, value) ?? 'null' }
  })
}

function asText(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (isSecret(name)) return HIDDEN
  return typeof value === 'string'
    ? value
    : JSON.stringify(value, (key, each: unknown) => (key !== '' && isSecret(key) ? HIDDEN : each))
}

interface Entity {
  readonly entity: string
  readonly table: string
  readonly keys: readonly string[]
}

/** The tables whose triggers write the history, and what an entry calls their rows. */
async function entities(client: pg.ClientBase): Promise<Entity[]> {
  const { rows } = await client.query<{ table: string; arguments: string }>(
    `select distinct case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end as table,
       encode(t.tgargs, 'escape') as arguments
     from pg_trigger as t join pg_proc as p on p.oid = t.tgfoid join pg_class as c on c.oid = t.tgrelid
       join pg_namespace as n on n.oid = c.relnamespace
     where p.proname = 'record_history' and not t.tgisinternal`,
  )
  return rows.map(({ table, arguments: text }) => {
    const [entity = '', keys = ''] = text.split('\\000')
    return { entity, table, keys: keys.split(',') }
  })
}

/** The row of an entity; null if no table has the entity. */
function rowOfEntity(known: readonly Entity[], entity: string, id: string): RowOfEntity | null {
  const found = known.find((each) => each.entity === entity)
  const parts = id.split('/')
  if (!found || parts.length !== found.keys.length) return null
  return {
    table: found.table,
    key: Object.fromEntries(found.keys.map((key, place) => [key, parts[place] as string])),
  }
}

/** The kind and key of a row in the history; null if the table has none. */
export async function entityOfRow(
  client: pg.ClientBase,
  table: string,
  row: Readonly<Record<string, string | null>>,
): Promise<{ entity: string; id: string } | null> {
  const found = (await entities(client)).find((each) => each.table === table)
  return found ? { entity: found.entity, id: found.keys.map((key) => row[key] ?? '').join('/') } : null
}
