import pg from 'pg'
import { type Catalog, withCatalog } from '../../src/errors/index.ts'

/** A constraint, or a unique index, as the server's error names it. */
const NAMED = `
  with named as (
    select conname as name, conrelid, contypid, conkey,
      coalesce(obj_description(oid, 'pg_constraint'), obj_description(nullif(conparentid, 0), 'pg_constraint')) as comment
    from pg_constraint
    where conname = $1 and (
      conrelid = (select oid from pg_class where relname = $3 and relnamespace = (select oid from pg_namespace where nspname = $2))
      or contypid = (select oid from pg_type where typname = $4 and typnamespace = (select oid from pg_namespace where nspname = $2)))
    union all
    select relname, indrelid, 0, string_to_array(indkey::text, ' ')::int2[], obj_description(oid, 'pg_class')
    from pg_class join pg_index on indexrelid = oid
    where relname = $1 and relnamespace = (select oid from pg_namespace where nspname = $2)
      -- A foreign key names the index that it refers to, too.
      and not exists (select from pg_constraint where conrelid = indrelid and conindid = indexrelid and contype in ('p', 'u', 'x'))
  )
  select comment as message, contypid <> 0 as "isOfDomain", array(
    select attname::text from unnest(conkey) with ordinality as key (number, place)
    join pg_attribute on attrelid = conrelid and attnum = number order by place
  ) as columns
  from named limit 1`

interface Named {
  readonly message: string | null
  readonly isOfDomain: boolean
  readonly columns: string[]
}

/**
 * The catalog of the package with the constraint that an error names, if it is one of a service's own tables: its comment is
 * the message, and without a comment its columns are in the sentence.
 */
export async function catalogOf(client: pg.ClientBase, error: unknown): Promise<Required<Catalog>> {
  if (!(error instanceof pg.DatabaseError) || !error.code?.startsWith('23') || !error.constraint)
    return withCatalog({ CONSTRAINTS: {} })
  const { constraint, schema = 'public', table, dataType } = error
  const { rows } = await client.query<Named>(NAMED, [constraint, schema, table ?? null, dataType ?? null])
  const [found] = rows
  if (!found) return withCatalog({ CONSTRAINTS: {} })
  const { message, isOfDomain, columns } = found
  const owner = `${schema === 'public' ? '' : `${schema}.`}${isOfDomain ? dataType : table}`
  const registry = { [owner]: { [constraint]: { kind: '', columns, ...(message !== null && { message }) } } }
  return withCatalog(
    isOfDomain ? { CONSTRAINTS: {}, DOMAIN_CONSTRAINTS: registry } : { CONSTRAINTS: registry },
  )
}
