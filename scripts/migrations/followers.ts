import type pg from 'pg'
import { queryClosed } from '../../src/admin/index.ts'
import { connected, OWN_NAMESPACES } from './catalog.ts'
import type { Change } from './corrections.ts'
import type { Step } from './phases.ts'
import { literal, nodeOf, tokensOf } from './sql.ts'
import { namesOf } from './statement.ts'

/**
 * Steps for what holds results of a function that gets another body: indexes and stored generated columns keep what it
 * returned when their rows were written, and a CHECK has accepted rows that it would refuse now. `url` is a database where the
 * changes before are in effect.
 */
export async function followersOf(url: string, changes: readonly Change[]): Promise<Step[]> {
  const replaced = changes.flatMap(({ sql }) => {
    const node = nodeOf(sql)
    return 'CreateFunctionStmt' in node && node.CreateFunctionStmt.replace
      ? namesOf(node.CreateFunctionStmt.funcname).slice(-1)
      : []
  })
  if (replaced.length === 0) return []
  return connected(url, async (client) => {
    const functions = await withCallers(client, replaced)
    const steps: Step[] = []
    for (const find of [generatedColumns, checks, domainChecks, indexes, materializedViews])
      steps.push(...(await find(client, functions)).map((sql) => ({ sql })))
    return steps
  })
}

/**
 * The functions of these names and those whose bodies name them or their operators, however indirectly, as oids. A name too many
 * only costs time.
 */
async function withCallers(client: pg.Client, names: readonly string[]): Promise<number[]> {
  const { rows } = await queryClosed<{ oid: number; name: string; body: string; operators: string[] }>(
    client,
    `
    select pg_proc.oid::integer as oid, proname::text as name, coalesce(pg_get_function_sqlbody(pg_proc.oid), prosrc) as body,
      array(select oprname::text from pg_operator where oprcode = pg_proc.oid) as operators
    from pg_proc join pg_namespace on pg_namespace.oid = pronamespace where ${OWN_NAMESPACES} and prokind <> 'a'`,
  )
  const functions = rows.map(({ body, ...each }) => ({ ...each, words: wordsOf(body) }))
  const known = new Set(names)
  for (let size = -1; size !== known.size; ) {
    size = known.size
    for (const { name, words, operators } of functions) {
      if (words.some((word) => known.has(word))) known.add(name)
      if (known.has(name)) for (const operator of operators) known.add(operator)
    }
  }
  return functions.filter(({ name }) => known.has(name)).map(({ oid }) => oid)
}

function wordsOf(body: string): string[] {
  try {
    return tokensOf(body).map(({ text }) => text.replaceAll('"', ''))
  } catch {
    return body.split(/\W+/) // No SQL: the body of another language.
  }
}

/** The objects that depend on functions, or on operators or operator classes made of them, by the catalog of the dependent object. */
const DEPENDENTS = (catalog: string) => `(
  select distinct objid, objsubid from pg_depend
  where classid = '${catalog}'::regclass and (
    refclassid = 'pg_proc'::regclass and refobjid = any($1)
    or refclassid = 'pg_operator'::regclass and refobjid in (select oid from pg_operator where oprcode = any($1))
    or refclassid = 'pg_opclass'::regclass and refobjid in (
      select pg_opclass.oid from pg_opclass where opcfamily in (
        select amprocfamily from pg_amproc where amproc = any($1)
        union all select amopfamily from pg_amop join pg_operator on pg_operator.oid = amopopr where oprcode = any($1)))))`

/**
 * Stored again, with triggers off. PostgreSQL computes a generated column again only if a column that it reads is updated.
 */
async function generatedColumns(client: pg.Client, functions: readonly number[]): Promise<string[]> {
  const { rows } = await queryClosed<{ table: string; columns: string[]; off: string[]; on: string[] }>(
    client,
    `select source.attrelid::regclass::text as table, array_agg(distinct quote_ident(source.attname)) as columns,
       (select array_agg(format('disable trigger %I', tgname) order by tgname) from pg_trigger where tgrelid = source.attrelid and not tgisinternal and tgenabled <> 'D') as off,
       (select array_agg(format('enable %s trigger %I', case tgenabled when 'A' then 'always' when 'R' then 'replica' else '' end, tgname) order by tgname)
        from pg_trigger where tgrelid = source.attrelid and not tgisinternal and tgenabled <> 'D') as on
     from ${DEPENDENTS('pg_attrdef')} as depends join pg_attrdef on pg_attrdef.oid = objid
     join pg_attribute as generated on generated.attrelid = adrelid and generated.attnum = adnum and generated.attgenerated = 's'
     join pg_depend as reads on reads.classid = 'pg_attrdef'::regclass and reads.objid = pg_attrdef.oid
       and reads.refclassid = 'pg_class'::regclass and reads.refobjid = adrelid
     join pg_attribute as source on source.attrelid = adrelid and source.attnum = reads.refobjsubid and source.attgenerated = ''
     group by source.attrelid order by 1`,
    [functions],
  )
  return rows.map(({ table, columns, off, on }) => {
    const update = `update ${table} set ${columns.map((column) => `${column} = ${column}`).join(', ')}`
    return off
      ? `alter table ${table} ${off.join(', ')};\n${update};\nalter table ${table} ${on.join(', ')}`
      : update
  })
}

async function checks(client: pg.Client, functions: readonly number[]): Promise<string[]> {
  const { rows } = await queryClosed<{ table: string; name: string; rule: string }>(
    client,
    `select conrelid::regclass::text as table, conname::text as name, pg_get_expr(conbin, conrelid) as rule
     from ${DEPENDENTS('pg_constraint')} as depends join pg_constraint on pg_constraint.oid = objid
     where contype = 'c' and conrelid <> 0 and convalidated order by 1, 2`,
    [functions],
  )
  return rows.map(({ table, name, rule }) => {
    const message = `rows of ${table} violate ${name}, whose function has changed`
    return block(`if exists (select from ${table} where not (${rule})) then
    raise exception using message = ${literal(message)}, errcode = 'check_violation';
  end if;`)
  })
}

/** A value that is read as its domain again is checked again. */
async function domainChecks(client: pg.Client, functions: readonly number[]): Promise<string[]> {
  const { rows } = await queryClosed<{ table: string; column: string; type: string }>(
    client,
    `select distinct attrelid::regclass::text as table, quote_ident(attname) as column, format_type(atttypid, null) as type
     from ${DEPENDENTS('pg_constraint')} as depends join pg_constraint on pg_constraint.oid = objid and contypid <> 0
     join pg_attribute on atttypid = contypid and not attisdropped
     join pg_class on pg_class.oid = attrelid and relkind in ('r', 'p') and not relispartition order by 1, 2`,
    [functions],
  )
  return rows.map(({ table, column, type }) => block(`perform ${column}::text::${type} from ${table};`))
}

const block = (body: string) => {
  const tag = body.includes('$$') ? '$check$' : '$$'
  return `do ${tag} begin\n  ${body}\nend ${tag}`
}

async function indexes(client: pg.Client, functions: readonly number[]): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string; isPartitioned: boolean }>(
    client,
    `select distinct indexrelid::regclass::text as name, relkind = 'I' as "isPartitioned" from pg_index
     join pg_class on pg_class.oid = indexrelid
     where indexrelid in (select objid from ${DEPENDENTS('pg_class')} as depends)
       or indrelid in (select adrelid from ${DEPENDENTS('pg_attrdef')} as depends join pg_attrdef on pg_attrdef.oid = objid
         join pg_attribute on attrelid = adrelid and attnum = adnum and attgenerated = 'v') and indexprs is not null
     order by 1`,
    [functions],
  )
  return rows
    .filter(({ isPartitioned }) => !isPartitioned)
    .map(({ name }) => `reindex index concurrently ${name}`)
}

async function materializedViews(client: pg.Client, functions: readonly number[]): Promise<string[]> {
  const { rows } = await queryClosed<{ name: string }>(
    client,
    `select distinct pg_class.oid::regclass::text as name from ${DEPENDENTS('pg_rewrite')} as depends
     join pg_rewrite on pg_rewrite.oid = objid join pg_class on pg_class.oid = ev_class
     where relkind = 'm' and relispopulated order by 1`,
    [functions],
  )
  return rows.map(({ name }) => `refresh materialized view ${name}`)
}
