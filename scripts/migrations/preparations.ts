import type pg from 'pg'
import { queryClosed } from '../../src/admin/index.ts'
import { connected, OWN_NAMESPACES } from './catalog.ts'
import { literal, qualified, quoted } from './sql.ts'

/** Statements that must be committed before others, and those. */
export interface Preparations {
  /** New values of enums: PostgreSQL does not let a transaction use those that it adds. */
  readonly enumValues: readonly string[]
  readonly statements: readonly string[]
}

/**
 * Changes that keep what the rows and sequences hold, where the differ would drop an object and create another: sequences
 * of identity columns, generated columns that become plain, the base type of a domain in use.
 */
export async function prepare(current: string, fresh: string): Promise<Preparations> {
  return connected(current, (old) =>
    connected(fresh, async (wanted) => {
      const enumValues = await newEnumValues(old, wanted)
      for (const sql of enumValues) await old.query(sql)
      const statements: string[] = []
      for (const find of [numberedColumns, plainColumns, domainColumns, collatedColumns, foreignKeys]) {
        for (const sql of await find(old, wanted)) {
          await old.query(sql)
          statements.push(sql)
        }
      }
      return { enumValues, statements }
    }),
  )
}

interface EnumType {
  schema: string
  name: string
  labels: string[]
}

/** Only where the old values stay in their order. */
async function newEnumValues(old: pg.Client, wanted: pg.Client): Promise<string[]> {
  const read = async (client: pg.Client) =>
    (
      await queryClosed<EnumType>(
        client,
        `
        select nspname::text as schema, typname::text as name, array_agg(enumlabel::text order by enumsortorder) as labels
        from pg_enum join pg_type on pg_type.oid = enumtypid join pg_namespace on pg_namespace.oid = typnamespace
        where ${OWN_NAMESPACES} group by 1, 2 order by 1, 2`,
      )
    ).rows
  const types = await read(wanted)
  return (await read(old)).flatMap((type) => {
    const fresh = types.find(({ schema, name }) => schema === type.schema && name === type.name)
    if (
      !fresh ||
      fresh.labels.filter((label) => type.labels.includes(label)).join('\0') !== type.labels.join('\0')
    )
      return []
    return fresh.labels.flatMap((label, index) => {
      if (type.labels.includes(label)) return []
      const previous = fresh.labels[index - 1]
      const place =
        previous !== undefined
          ? `after ${literal(previous)}`
          : type.labels[0] !== undefined
            ? `before ${literal(type.labels[0])}`
            : ''
      return `alter type ${qualified(type)} add value ${literal(label)} ${place}`.trim()
    })
  })
}

interface Column {
  schema: string
  table: string
  column: string
  type: string
  isNotNull: boolean
  /** `a`: always; `d`: by default; empty: none. */
  identity: string
  /** `s`: stored; `v`: virtual; empty: plain. */
  generated: string
  hasDefault: boolean
  /** Its own sequence. */
  sequenceSchema: string | null
  sequence: string | null
  /** As `bigint`. */
  sequenceType: string | null
  increment: string | null
  isSequenceShared: boolean
  /** As they are written after `create sequence`. */
  options: string | null
  range: string | null
  domain: string | null
  baseType: string
}

async function readColumns(client: pg.Client): Promise<Map<string, Column>> {
  const { rows } = await queryClosed<Column>(
    client,
    `
    select nspname::text as schema, relname::text as table, attname::text as column, format_type(atttypid, atttypmod) as type,
      attnotnull as "isNotNull", attidentity as identity, attgenerated as generated, atthasdef as "hasDefault",
      owned.schema as "sequenceSchema", owned.name as sequence, owned.type as "sequenceType", owned.increment,
      coalesce(owned.users > 1, false) as "isSequenceShared", owned.options, owned.range,
      case when typtype = 'd' then typname::text end as domain, format_type(typbasetype, typtypmod) as "baseType"
    from pg_attribute join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p') and not relispartition
    join pg_namespace on pg_namespace.oid = relnamespace join pg_type on pg_type.oid = atttypid
    left join lateral (
      select space.nspname::text as schema, sequence.relname::text as name, format_type(seqtypid, null) as type, seqincrement::text as increment,
        (select count(*) from pg_depend as uses where uses.refclassid = 'pg_class'::regclass and uses.refobjid = sequence.oid and uses.classid = 'pg_attrdef'::regclass) as users,
        format('start with %s increment by %s cache %s %s', seqstart, seqincrement, seqcache, case when seqcycle then 'cycle' else 'no cycle' end) as options,
        format('minvalue %s maxvalue %s', seqmin, seqmax) as range
      from pg_depend join pg_class as sequence on sequence.oid = objid and sequence.relkind = 'S'
      join pg_namespace as space on space.oid = sequence.relnamespace join pg_sequence on seqrelid = sequence.oid
      where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and refobjid = attrelid and refobjsubid = attnum and deptype in ('a', 'i')
      limit 1
    ) as owned on true
    where attnum > 0 and not attisdropped and ${OWN_NAMESPACES} order by 1, 2, attnum`,
  )
  return new Map(rows.map((row) => [`${row.schema}.${row.table}.${row.column}`, row]))
}

/** Pairs of columns that both databases have. */
async function columnPairs(old: pg.Client, wanted: pg.Client): Promise<[Column, Column][]> {
  const [before, after] = [await readColumns(old), await readColumns(wanted)]
  return [...before].flatMap(([key, column]) => {
    const other = after.get(key)
    return other ? [[column, other] as [Column, Column]] : []
  })
}

/** Sequences continue where they were, and beyond the numbers that the rows have already. */
async function numberedColumns(old: pg.Client, wanted: pg.Client): Promise<string[]> {
  const pairs = await columnPairs(old, wanted)
  return pairs.flatMap(([from, to]) => {
    const isNumbered = (column: Column) =>
      column.identity !== '' || (column.sequence !== null && column.hasDefault)
    if (!isNumbered(to) || to.sequence === null || to.sequenceSchema === null) return []
    const isSameKind = (from.identity === '') === (to.identity === '')
    if (isNumbered(from) && (isSameKind || from.isSequenceShared)) return []
    return [numbering(from, to)]
  })
}

/** In one statement: nothing else may take a number in between. */
function numbering(from: Column, to: Column): string {
  const table = qualified({ schema: to.schema, name: to.table })
  const column = quoted(to.column)
  const name = qualified({ schema: to.sequenceSchema as string, name: to.sequence as string })
  // The range is that of the type, which may still change.
  const options = from.type === to.type ? `${to.options} ${to.range}` : to.options
  const statements: string[] = []
  const wasIdentity = from.identity !== ''
  let source: string | undefined
  if (from.sequence !== null && from.sequenceSchema !== null) {
    source = qualified({ schema: from.sequenceSchema, name: from.sequence })
    if (source === name) {
      const between = `${from.sequence.slice(0, 55)}_before`
      statements.push(`alter sequence ${source} rename to ${quoted(between)}`)
      source = qualified({ schema: from.sequenceSchema, name: between })
    }
  }
  if (from.hasDefault && !wasIdentity)
    statements.push(`alter table ${table} alter column ${column} drop default`)
  if (to.identity !== '') {
    if (!from.isNotNull) statements.push(`alter table ${table} alter column ${column} set not null`)
    statements.push(
      `alter table ${table} alter column ${column} add generated ${to.identity === 'a' ? 'always' : 'by default'} as identity (sequence name ${name} ${options})`,
    )
  } else statements.push(`create sequence ${name} as ${to.sequenceType} ${options}`)
  statements.push(continuing({ table, column, name, source, increment: Number(to.increment) }))
  if (wasIdentity) statements.push(`alter table ${table} alter column ${column} drop identity`)
  else if (source !== undefined) statements.push(`drop sequence ${source}`)
  if (to.identity === '') {
    statements.push(
      `alter sequence ${name} owned by ${table}.${column}`,
      `alter table ${table} alter column ${column} set default nextval(${literal(name)})`,
    )
  }
  return statements.join(';\n')
}

function continuing(of: {
  table: string
  column: string
  name: string
  source: string | undefined
  increment: number
}): string {
  const { table, column, name, source, increment } = of
  const furthest = increment > 0 ? 'greatest' : 'least'
  const last = `(select ${increment > 0 ? 'max' : 'min'}(${column}) from ${table})`
  return source === undefined
    ? `select setval(${literal(name)}, ${furthest}(${last}, last_value)) from ${name} where exists (select from ${table})`
    : `select setval(${literal(name)}, ${furthest}(${last}, last_value), is_called or exists (select from ${table})) from ${source}`
}

/** A stored generated column keeps its values. */
async function plainColumns(old: pg.Client, wanted: pg.Client): Promise<string[]> {
  const pairs = await columnPairs(old, wanted)
  return pairs.flatMap(([from, to]) =>
    from.generated === 's' && to.generated === ''
      ? [
          `alter table ${qualified({ schema: from.schema, name: from.table })} alter column ${quoted(from.column)} drop expression`,
        ]
      : [],
  )
}

/** PostgreSQL cannot change the base type of a domain: columns have the base type while the domain is created again. */
async function domainColumns(old: pg.Client, wanted: pg.Client): Promise<string[]> {
  const fresh = new Map((await readDomains(wanted)).map((domain) => [domain.name, domain]))
  const changed = (await readDomains(old)).filter(
    ({ name, base }) => (fresh.get(name)?.base ?? base) !== base,
  )
  if (changed.length === 0) return []
  const { rows } = await old.query<{ table: string; column: string; base: string; hasDefault: boolean }>(
    `select attrelid::regclass::text as table, quote_ident(attname) as column, format_type(typbasetype, typtypmod) as base, atthasdef as "hasDefault"
     from pg_attribute join pg_type on pg_type.oid = atttypid
     join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p') and not relispartition
     where not attisdropped and format_type(atttypid, null) = any($1)`,
    [changed.map(({ name }) => name)],
  )
  const columns = rows.flatMap(({ table, column, base, hasDefault }) => [
    ...(hasDefault ? [`alter table ${table} alter column ${column} drop default`] : []),
    `alter table ${table} alter column ${column} type ${base}`,
  ])
  const domains = changed.flatMap(({ name }) => [`drop domain ${name}`, fresh.get(name)?.definition ?? ''])
  return [...columns, ...domains]
}

/** Another collation is another type to PostgreSQL, and another column to the differ. */
async function collatedColumns(old: pg.Client, wanted: pg.Client): Promise<string[]> {
  const read = async (client: pg.Client) =>
    (
      await queryClosed<{ table: string; column: string; type: string; collation: string }>(
        client,
        `
        select attrelid::regclass::text as table, quote_ident(attname) as column, format_type(atttypid, atttypmod) as type,
          attcollation::regcollation::text as collation
        from pg_attribute join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p') and not relispartition
        join pg_namespace on pg_namespace.oid = relnamespace
        where attnum > 0 and not attisdropped and attcollation <> 0 and attgenerated = '' and ${OWN_NAMESPACES} order by 1, attnum`,
      )
    ).rows
  const fresh = await read(wanted)
  return (await read(old)).flatMap(({ table, column, type, collation }) => {
    const to = fresh.find((each) => each.table === table && each.column === column)
    return to && to.type === type && to.collation !== collation
      ? [`alter table ${table} alter column ${column} type ${type} collate ${to.collation}`]
      : []
  })
}

/** A foreign key whose columns get other types is dropped before, and added again by the differ. */
async function foreignKeys(old: pg.Client, wanted: pg.Client): Promise<string[]> {
  const read = async (client: pg.Client) =>
    (
      await queryClosed<{ table: string; name: string; types: string }>(
        client,
        `
        select conrelid::regclass::text as table, quote_ident(conname) as name, concat(
          array(select format_type(atttypid, null) from pg_attribute where attrelid = conrelid and attnum = any(conkey) order by attname),
          array(select format_type(atttypid, null) from pg_attribute where attrelid = confrelid and attnum = any(confkey) order by attname)) as types
        from pg_constraint join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
        where contype = 'f' and conparentid = 0 and ${OWN_NAMESPACES} order by 1, 2`,
      )
    ).rows
  const fresh = await read(wanted)
  return (await read(old)).flatMap(({ table, name, types }) => {
    const to = fresh.find((each) => each.table === table && each.name === name)
    return to && to.types !== types ? [`alter table ${table} drop constraint ${name}`] : []
  })
}

interface Domain {
  /** As in SQL. */
  name: string
  base: string
  definition: string
}

async function readDomains(client: pg.Client): Promise<Domain[]> {
  const { rows } = await queryClosed<Domain>(
    client,
    `
    select format_type(pg_type.oid, null) as name, format('%s %s', format_type(typbasetype, typtypmod), typcollation) as base,
      concat_ws(' ', 'create domain', format_type(pg_type.oid, null), 'as', format_type(typbasetype, typtypmod),
        case when typcollation <> 0 and typcollation <> (select base.typcollation from pg_type as base where base.oid = pg_type.typbasetype)
          then format('collate %s', typcollation::regcollation) end,
        'default ' || typdefault, case when typnotnull then 'not null' end,
        (select string_agg(format('constraint %I %s', conname, pg_get_constraintdef(pg_constraint.oid)), ' ' order by conname)
         from pg_constraint where contypid = pg_type.oid and contype = 'c')) as definition
    from pg_type join pg_namespace on pg_namespace.oid = typnamespace where typtype = 'd' and ${OWN_NAMESPACES} order by 1`,
  )
  return rows
}
