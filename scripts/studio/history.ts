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
  readonly user?: string
  readonly action?: string
  /** The `next` of the page before. */
  readonly before?: string
}

export interface HistoryPage {
  readonly entries: readonly HistoryEntry[]
  /** For the page after; null on the last one. */
  readonly next: string | null
  /** The record's own row: its table and key. */
  readonly row: RowOfEntity | null
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
  const { entity, id, user, action, before } = request
  const values: string[] = []
  const parameter = (value: string) => `$${values.push(value)}`
  const conditions = [
    ...(entity ? [`a.entity_type = ${parameter(entity)}`] : []),
    ...(id ? [`a.entity_id = ${parameter(id)}`] : []),
    ...(user ? [`a.user_id = ${parameter(user)}::uuid`] : []),
    ...(action ? [`a.action = ${parameter(action)}`] : []),
  ]
  const [at, last] = before?.split(' at ').toReversed() ?? []
  if (at && last)
    conditions.push(`(a.created_at, a.id) < (${parameter(at)}::timestamptz, ${parameter(last)}::uuid)`)
  const rows = await readEntries(client, conditions, values)
  const entries = rows.slice(0, PAGE_SIZE)
  const oldest = entries.at(-1)
  return {
    entries,
    next: oldest && rows.length > PAGE_SIZE ? `${oldest.id} at ${oldest.at}` : null,
    row: entity && id ? await rowOfEntity(client, entity, id) : null,
  }
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
  return (await readEntries(client, [`(${conditions.join(' or ')})`], values)).slice(0, PAGE_SIZE)
}

interface RawEntry extends Omit<HistoryEntry, 'changes'> {
  readonly changes: unknown
  readonly isHistory: boolean
}

async function readEntries(
  client: pg.ClientBase,
  conditions: readonly string[],
  values: readonly unknown[],
): Promise<HistoryEntry[]> {
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
async function rowOfEntity(client: pg.ClientBase, entity: string, id: string): Promise<RowOfEntity | null> {
  const found = (await entities(client)).find((each) => each.entity === entity)
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
