import pg from 'pg'

/** An attempt to insert or update one row: values as sent to pg, by SQL column name. */
export type Attempt = ReadonlyMap<string, unknown>

/** The table and the kind of the attempts. Updates concern the only row of the table. */
export interface Target {
  table: string
  kind: 'insert' | 'update'
  /** The parameter type of each column: the column's type without its modifier. */
  types: ReadonlyMap<string, string>
}

/**
 * Runs each attempt independently on PostgreSQL and rolls it back. Thousands are sent in one message;
 * values are sent as text and cast to the parameter's type, in the same way as the server converts a parameter.
 */
const JUDGE = `create or replace function pg_temp.judge(attempts jsonb) returns text[] language plpgsql as $$
declare
  attempt jsonb;
  verdicts text[] := '{}';
begin
  for attempt in select * from jsonb_array_elements(attempts) loop
    begin
      execute attempt ->> 'sql' using array(select jsonb_array_elements_text(attempt -> 'values'));
      raise exception using errcode = 'OK000';
    exception when others then
      verdicts := verdicts || (sqlstate || ' ' || sqlerrm);
    end;
  end loop;
  return verdicts;
end $$`

export class Judge {
  readonly #client: pg.Client
  #readsEmptyWithin = true

  constructor(url: string) {
    // A time without an offset is in the session's time zone, which would shift the limits of the range.
    this.#client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' })
  }

  async open(): Promise<void> {
    await this.#client.connect()
    await this.#client.query(JUDGE)
    const [server] = await this.run(
      `select current_setting('server_version_num')::integer >= 170000 as "isNew"`,
    )
    this.#readsEmptyWithin = (server as { isNew: boolean }).isNew
  }

  /** Whether the server refused an empty array within an array, which it reads from version 17 on. */
  isOfVersion(refusal = ''): boolean {
    return !this.#readsEmptyWithin && /malformed array literal: "\{.*\{\}/.test(refusal)
  }

  async run(sql: string): Promise<unknown[]> {
    return (await this.#client.query(sql)).rows
  }

  /** The parameter type of each of a table's columns: its type without its modifier or domains. */
  async typesOf(table: string): Promise<Map<string, string>> {
    const { rows } = await this.#client.query(
      `with recursive base as (
        select attname, atttypid as type from pg_attribute where attrelid = $1::regclass and attnum > 0
        union all select attname, typbasetype from base join pg_type on oid = type where typtype = 'd'
      ) select attname, format_type(type, -1) as type from base join pg_type on oid = type where typtype <> 'd'`,
      [table],
    )
    return new Map(rows.map(({ attname, type }) => [attname, type]))
  }

  close(): Promise<void> {
    return this.#client.end()
  }

  /** For each attempt, undefined if the row is accepted, otherwise SQLSTATE and message. */
  async judge(target: Target, attempts: Attempt[]): Promise<(string | undefined)[]> {
    const sendable = attempts.map((attempt) => [...attempt.values()].every(isStorable))
    const sent = attempts.filter((_, at) => sendable[at]).map((attempt) => statementOf(target, attempt))
    const { rows } = await this.#client.query('select pg_temp.judge($1) as verdicts', [JSON.stringify(sent)])
    const verdicts: string[] = [...rows[0].verdicts]
    return sendable.map((isSent) => {
      const verdict = isSent ? verdicts.shift() : '22021 not text that can be stored unchanged'
      return verdict?.startsWith('OK000') ? undefined : verdict
    })
  }
}

function statementOf({ table, kind, types }: Target, attempt: Attempt) {
  const columns = [...attempt.keys()]
  const casts = columns.map((column, at) => `($1[${at + 1}])::${types.get(column) ?? 'text'}`)
  const names = columns.map((column) => `"${column}"`)
  const insert = columns.length > 0 ? `(${names}) values (${casts})` : 'default values'
  const sets = names.map((name, at) => `${name} = ${casts[at]}`)
  const sql = kind === 'insert' ? `insert into ${table} ${insert}` : `update ${table} set ${sets}`
  return { sql, values: Array.from(attempt, ([column, value]) => asText(value, types.get(column))) }
}

/** Whether text has no NUL, which the server rejects, and no unpaired surrogates, which pg would replace. */
function isStorable(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isStorable)
  return typeof value !== 'string' || (!value.includes('\0') && value.isWellFormed())
}

/** Converts a value in the same way as pg, with Dates in UTC as in src/connection/codec.ts. */
function asText(value: unknown, type?: string): string | null {
  if (value === null || value === undefined) return null
  if (/^jsonb?$/.test(type ?? '')) return typeof value === 'string' ? value : JSON.stringify(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : dateText(value)
  if (Array.isArray(value)) return `{${value.map(elementText).join(',')}}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function elementText(element: unknown): string {
  if (element === null) return 'NULL'
  return Array.isArray(element) ? (asText(element) ?? '') : quote(asText(element) ?? '')
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

function dateText(date: Date): string {
  const [year, rest] = [date.getUTCFullYear(), date.toISOString().replace(/^[+-]?\d+-/, '')]
  return year > 0
    ? `${String(year).padStart(4, '0')}-${rest}`
    : `${String(1 - year).padStart(4, '0')}-${rest} BC`
}
