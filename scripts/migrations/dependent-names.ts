import type pg from 'pg'
import { queryClosed } from '../../src/admin/index.ts'
import { connected, OWN_NAMESPACES } from './catalog.ts'
import { nodeOf, qualified, quoted } from './sql.ts'

/** A constraint, an index or a sequence, which has a name of its own and no rows. */
interface Part {
  readonly kind: 'constraint' | 'index' | 'sequence'
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly definition: string
}

/**
 * Renames of what is equal but for its name: the constraints, indexes and sequences of a renamed table, or those that
 * schema/ names otherwise. Built again, they would cost the time of a build or the count of a sequence.
 */
export async function dependentRenames(current: string, fresh: string): Promise<string[]> {
  return renamesOf(await connected(current, readParts), await connected(fresh, readParts))
}

/** The same of the NOT NULL constraints that statements have created, to which the differ gives no names. */
export async function notNullRenames(current: string, fresh: string): Promise<string[]> {
  const [old, wanted] = [await connected(current, readParts), await connected(fresh, readParts)]
  return renamesOf(old.filter(isNotNull), wanted.filter(isNotNull))
}

const isNotNull = ({ definition }: Part) => definition.startsWith('NOT NULL ')

function renamesOf(old: readonly Part[], wanted: readonly Part[]): string[] {
  const [oldKeys, newKeys] = [new Set(old.map(keyOf)), new Set(wanted.map(keyOf))]
  const surplus = old.filter((part) => !newKeys.has(keyOf(part)))
  const statements: string[] = []
  for (const missing of wanted.filter((part) => !oldKeys.has(keyOf(part)))) {
    const index = surplus.findIndex(
      (part) =>
        part.kind === missing.kind &&
        part.schema === missing.schema &&
        part.table === missing.table &&
        part.definition === missing.definition,
    )
    if (index < 0) continue
    const [part] = surplus.splice(index, 1)
    if (part) statements.push(rename(part, missing.name))
  }
  return statements
}

/** The names of indexes and sequences are unique in their schema, those of constraints in their table. */
const keyOf = ({ kind, schema, table, name }: Part) =>
  kind === 'constraint' ? `${kind} ${schema} ${table} ${name}` : `${kind} ${schema} ${name}`

function rename({ kind, schema, table, name, definition }: Part, to: string): string {
  if (kind !== 'constraint') return `alter ${kind} ${qualified({ schema, name })} rename to ${quoted(to)}`
  const sql = `alter table ${qualified({ schema, name: table })} rename constraint ${quoted(name)} to ${quoted(to)}`
  // Before version 18 they have no names.
  return definition.startsWith('NOT NULL ')
    ? `do $$ begin\n  if current_setting('server_version_num')::integer >= 180000 then\n    ${sql};\n  end if;\nend $$`
    : sql
}

async function readParts(client: pg.Client): Promise<Part[]> {
  const { rows } = await queryClosed<Part>(
    client,
    `
    with tables as (
      select pg_class.oid, nspname::text as schema, relname::text as name from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace where relkind in ('r', 'p') and ${OWN_NAMESPACES}
    )
    select 'constraint' as kind, tables.schema, tables.name as table, conname::text as name, pg_get_constraintdef(pg_constraint.oid) as definition
    from pg_constraint join tables on tables.oid = conrelid where contype <> 't' and conparentid = 0
    union all
    select 'index', tables.schema, tables.name, pg_class.relname, pg_get_indexdef(indexrelid)
    from pg_index join tables on tables.oid = indrelid join pg_class on pg_class.oid = indexrelid
    where not exists (select from pg_constraint where conrelid = indrelid and conindid = indexrelid and contype in ('p', 'u', 'x'))
      and not pg_class.relispartition
    union all
    select 'sequence', tables.schema, tables.name, pg_class.relname, format('%s %s', attname, deptype)
    from pg_depend join tables on tables.oid = refobjid join pg_class on pg_class.oid = objid and relkind = 'S'
    join pg_attribute on attrelid = refobjid and attnum = refobjsubid
    where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')
    order by 1, 2, 3, 4`,
  )
  return rows.map((row) => (row.kind === 'index' ? { ...row, definition: withoutName(row.definition) } : row))
}

function withoutName(definition: string): string {
  const node = nodeOf(definition)
  if (!('IndexStmt' in node)) return definition
  return JSON.stringify({ ...node.IndexStmt, idxname: '' }, (key, value) =>
    /location$/.test(key) ? undefined : value,
  )
}
