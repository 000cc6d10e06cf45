import pg from 'pg'
import { queryClosed } from '../../src/admin/index.ts'
import type { Difference } from '../../src/admin.ts'
import { literal, quoted } from './sql.ts'

/** A rule of schema/ that a live database lacks, and the query that finds what it would refuse. */
export interface Rule {
  /** Kind and name, such as `constraint people.people_phone_check`. */
  readonly rule: string
  /** Returns a row for each refused row or key; the columns identify it. Undefined where no query can do that. */
  readonly sql: string | undefined
  /** The reason why there is none. */
  readonly reason?: string
}

/** A column of a table, with what a row has in it that was there before. */
interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly isNotNull: boolean
  /** The value of existing rows when the column is added. */
  readonly value: string | null
  readonly isNumbered: boolean
}

interface Key {
  readonly object: string
  readonly table: string
  readonly columns: string[]
  readonly predicate: string | null
  readonly nullsAreEqual: boolean
  readonly isPrimary: boolean
}

interface Constraint {
  readonly object: string
  readonly table: string
  readonly kind: string
  readonly expression: string | null
  readonly columns: string[] | null
  readonly target: string | null
  readonly targetColumns: string[] | null
  /** Compare the columns of the target with the own ones: `operator(pg_catalog.=)`. */
  readonly operators: string[]
  readonly matchesFull: boolean
}

/**
 * Finds the rules that a live database lacks according to the differences. The queries name everything outside pg_catalog with its
 * schema, for `queryClosed`.
 *
 * @param fresh a database with schema/.
 * @param live only its catalog is read.
 */
export async function findRules(
  fresh: pg.ClientBase,
  live: pg.ClientBase,
  differences: readonly Difference[],
): Promise<Rule[]> {
  const relevant = differences.filter(({ fact }) => fact !== 'comment' && fact !== 'owner')
  // Expressions and types are printed so.
  await fresh.query('set search_path = pg_catalog')
  const [columns, old] = [await readColumns(fresh), await readColumns(live)]
  const [keys, constraints] = [await readKeys(fresh), await readConstraints(fresh)]
  const version = await readVersion(live)
  const sources = sourcesOf(columns, old)
  const rules = relevant.flatMap((difference): Rule[] => {
    const { object, schema } = difference
    if (schema === undefined && !object.startsWith('type ')) return []
    const key = keys.find((each) => each.object === object)
    const constraint = constraints.find((each) => each.object === object)
    const column = columns.find(({ table, name }) => object === `column ${shown(table)}.${plain(name)}`)
    const found = [
      key && keyQuery(key, sources),
      constraint && constraintQuery(constraint, sources),
      column && columnQuery(difference, column, { version, sources }),
    ].filter((sql) => sql !== undefined)
    return found.map((query) => ({
      rule: object,
      ...(typeof query === 'string' ? { sql: query } : { sql: undefined, ...query }),
    }))
  })
  return [...unique(rules), ...(await removedValues(live, relevant)), ...domainRules(relevant)]
}

const plain = (name: string) => name.replaceAll('"', '')

/** The name of a table as differences have it. */
const shown = (table: string) => plain(table).replace(/^public\./, '')

const unique = (rules: readonly Rule[]) =>
  rules.filter(
    ({ rule, sql }, index) => rules.findIndex((each) => each.rule === rule && each.sql === sql) === index,
  )

type Query = string | { reason: string } | undefined
type Sources = (table: string) => string | undefined

/** Rows of a table as they would be with the columns that schema/ adds; undefined where the live database lacks the table. */
function sourcesOf(columns: readonly Column[], old: readonly Column[]): Sources {
  const tables = new Set(old.map(({ table }) => table))
  return (table) => {
    if (!tables.has(table)) return undefined
    const added = columns.filter(
      (column) =>
        column.table === table && !old.some((each) => each.table === table && each.name === column.name),
    )
    if (added.length === 0) return table
    const values = added.map(({ name, type, value }) => `(${value ?? 'null'})::${type} as ${name}`)
    return `(select existing.*, ${values.join(', ')} from ${table} as existing)`
  }
}

function keyQuery({ table, columns, predicate, nullsAreEqual, isPrimary }: Key, sources: Sources): Query {
  const source = sources(table)
  if (source === undefined) return undefined
  const names = columns.map((_, index) => `key_${index + 1}`)
  const selected = columns.map((column, index) => `${column} as ${names[index]}`)
  const rows = `select ${selected.join(', ')} from ${source} as found${predicate ? ` where ${predicate}` : ''}`
  const known = isPrimary || nullsAreEqual ? [] : names.map((name) => `${name} is not null`)
  return `select ${names.join(', ')}, count(*) as rows from (${rows}) as keys${known.length > 0 ? ` where ${known.join(' and ')}` : ''} group by ${names.join(', ')} having count(*) > 1${isPrimary ? ` or ${names.map((name) => `bool_or(${name} is null)`).join(' or ')}` : ''}`
}

function constraintQuery(constraint: Constraint, sources: Sources): Query {
  const source = sources(constraint.table)
  if (source === undefined) return undefined
  if (constraint.kind === 'c') return `select * from ${source} as found where not (${constraint.expression})`
  if (constraint.kind === 'x') return { reason: 'an exclusion constraint is checked only when it is added' }
  const { columns, target, targetColumns, operators } = constraint
  if (constraint.kind !== 'f' || !columns || !target || !targetColumns) return undefined
  const own = columns.map((column) => `found.${column}`)
  const isKnown = own.map((column) => `${column} is not null`)
  const targetRows = sources(target)
  const isSame = own.map((column, index) => `other.${targetColumns[index]} ${operators[index]} ${column}`)
  const isMissing =
    targetRows === undefined
      ? 'true'
      : `not exists (select from ${targetRows} as other where ${isSame.join(' and ')})`
  const isMixed = constraint.matchesFull
    ? ` or (num_nulls(${own.join(', ')}) between 1 and ${own.length - 1})`
    : ''
  return `select * from ${source} as found where (${isKnown.join(' and ')} and ${isMissing})${isMixed}`
}

const INPUT_CHECK_VERSION = 160_000
/** Types of which every value is one of the other. */
const NEEDS_NO_CHECK = new Set(['text', 'character varying'])

function columnQuery(
  { fact, database }: Difference,
  { table, name, type, isNotNull, value, isNumbered }: Column,
  { version, sources }: { version: number; sources: Sources },
): Query {
  const source = sources(table)
  if (source === undefined) return undefined
  if (fact === undefined)
    return isNotNull && value === null && !isNumbered ? `select * from ${table} as found` : undefined
  if (fact === 'not null') return `select * from ${source} as found where ${name} is null`
  if (fact !== 'type' || NEEDS_NO_CHECK.has(type)) return undefined
  const length = /^character varying\((\d+)\)$/.exec(type)?.[1]
  if (length !== undefined)
    return `select * from ${source} as found where char_length(${name}::text) > ${length}`
  if (version >= INPUT_CHECK_VERSION)
    return `select * from ${source} as found where not pg_input_is_valid(${name}::text, ${literal(type)})`
  return { reason: `PostgreSQL before 16 cannot check whether ${database} values are valid as ${type}` }
}

async function removedValues(live: pg.ClientBase, differences: readonly Difference[]): Promise<Rule[]> {
  const rules: Rule[] = []
  for (const { object, fact, schema, database } of differences) {
    if (!object.startsWith('type ') || fact !== 'values' || database === undefined) continue
    const wanted = new Set(schema?.split(', '))
    const removed = database.split(', ').filter((value) => !wanted.has(value))
    if (removed.length === 0) continue
    const { rows } = await queryClosed<{ table: string; column: string; isArray: boolean }>(
      live,
      `select format('%I.%I', nspname, relname) as table, quote_ident(attname) as column, atttypid <> own.oid as "isArray"
       from pg_type as own join pg_attribute on atttypid in (own.oid, own.typarray)
       join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p') and not relispartition
       join pg_namespace on pg_namespace.oid = relnamespace
       where own.oid = to_regtype($1) and attnum > 0 and not attisdropped order by 1, 2`,
      [object.slice('type '.length)],
    )
    const list = removed.map((value) => pg.escapeLiteral(value)).join(', ')
    for (const { table, column, isArray } of rows)
      rules.push({
        rule: object,
        sql: `select * from ${table} as found where ${isArray ? `${column}::text[] && array[${list}]` : `${column}::text in (${list})`}`,
      })
  }
  return rules
}

const OF_DOMAIN = /constraint|check|not null|base|type/

function domainRules(differences: readonly Difference[]): Rule[] {
  return differences.flatMap(({ object, fact = '' }) =>
    object.startsWith('type ') && OF_DOMAIN.test(fact)
      ? [{ rule: `${object} (${fact})`, sql: undefined, reason: 'rules of domains are not checked' }]
      : [],
  )
}

const tableName = (schema: string, name: string) => `${quoted(schema)}.${quoted(name)}`

const TABLE = `case when nspname = 'public' then relname else nspname || '.' || relname end`

async function readColumns(client: pg.ClientBase): Promise<Column[]> {
  const { rows } = await queryClosed<Column & { schema: string; relation: string }>(
    client,
    `
    select nspname::text as schema, relname::text as relation, quote_ident(attname) as name, format_type(atttypid, atttypmod) as type,
      attnotnull as "isNotNull", attidentity <> '' as "isNumbered",
      coalesce(pg_get_expr(adbin, adrelid, true), (select typdefault from pg_type where pg_type.oid = atttypid)) as value
    from pg_attribute join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p')
    join pg_namespace on pg_namespace.oid = relnamespace left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attnum > 0 and not attisdropped and nspname !~ '^pg_' and nspname <> 'information_schema'`,
  )
  return rows.map((row) => ({ ...row, table: tableName(row.schema, row.relation) }))
}

async function readKeys(client: pg.ClientBase): Promise<Key[]> {
  const { rows } = await queryClosed<Key & { schema: string; relation: string }>(
    client,
    `
    select coalesce((select 'constraint' from pg_constraint where conrelid = indrelid and conindid = indexrelid and contype in ('p', 'u')), 'index')
        || ' ' || ${TABLE} || '.' || (select relname from pg_class as own where own.oid = indexrelid) as object,
      nspname::text as schema, relname::text as relation, pg_get_expr(indpred, indrelid, true) as predicate,
      coalesce((to_jsonb(pg_index) ->> 'indnullsnotdistinct')::boolean, false) as "nullsAreEqual", indisprimary as "isPrimary",
      array(select '(' || pg_get_indexdef(indexrelid, place, true) || ')' from generate_series(1, indnkeyatts) as place order by place) as columns
    from pg_index join pg_class on pg_class.oid = indrelid join pg_namespace on pg_namespace.oid = relnamespace
    where indisunique and relkind in ('r', 'p') and nspname !~ '^pg_'`,
  )
  return rows.map((row) => ({ ...row, table: tableName(row.schema, row.relation) }))
}

async function readConstraints(client: pg.ClientBase): Promise<Constraint[]> {
  const names = (relation: string, numbers: string) =>
    `array(select quote_ident(attname) from unnest(${numbers}) with ordinality as keys (number, place)
       join pg_attribute on attrelid = ${relation} and attnum = number order by place)`
  const { rows } = await queryClosed<
    Constraint & { schema: string; relation: string; targetSchema: string; targetRelation: string | null }
  >(
    client,
    `
    select 'constraint ' || ${TABLE} || '.' || conname as object, nspname::text as schema, relname::text as relation, contype as kind,
      pg_get_expr(conbin, conrelid, true) as expression, ${names('conrelid', 'conkey')} as columns,
      (select nspname::text from pg_class as other join pg_namespace as space on space.oid = other.relnamespace where other.oid = confrelid) as "targetSchema",
      (select relname::text from pg_class as other where other.oid = confrelid) as "targetRelation",
      ${names('confrelid', 'confkey')} as "targetColumns",
      array(select format('operator(%I.%s)', space.nspname, oprname) from unnest(conpfeqop) with ordinality as used (operator, place)
        join pg_operator on pg_operator.oid = operator join pg_namespace as space on space.oid = oprnamespace order by place) as operators,
      confmatchtype = 'f' as "matchesFull"
    from pg_constraint join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
    where contype in ('c', 'f', 'x') and nspname !~ '^pg_'`,
  )
  return rows.map((row) => ({
    ...row,
    table: tableName(row.schema, row.relation),
    target: row.targetRelation === null ? null : tableName(row.targetSchema, row.targetRelation),
  }))
}

async function readVersion(client: pg.ClientBase): Promise<number> {
  const { rows } = await queryClosed<{ version: number }>(
    client,
    `select current_setting('server_version_num')::integer as version`,
  )
  return rows[0]?.version ?? 0
}
