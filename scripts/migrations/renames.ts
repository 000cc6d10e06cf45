import type pg from 'pg'
import { OWN_NAMESPACES, query } from './catalog.ts'
import { literal, qualified, quoted } from './sql.ts'

/** An object that keeps its rows under another name. */
export interface Rename {
  /** `users`, `users.name` or, for a value of an enum, `status.paused`; before it the schema, unless that is public. */
  readonly from: string
  /** The new name alone. */
  readonly to: string
}

/** The kinds of objects that can be renamed, by their names in a `Rename`. */
type Names = ReadonlyMap<string, Named>

interface Named {
  readonly kind: 'table' | 'column' | 'value'
  readonly schema: string
  /** The table, or the type of a value. */
  readonly owner: string
  /** Of a column or value; the table's own otherwise. */
  readonly name: string
  /** Of a column: its type. Of a table: its columns. Of a value: its place. */
  readonly signature: string
}

/** The objects that two databases have in common and those that only one has, for a decision about renames. */
export class RenameAdvisor {
  readonly #old: Names
  readonly #new: Names

  private constructor(old: Names, fresh: Names) {
    this.#old = old
    this.#new = fresh
  }

  static async of(current: string, fresh: string): Promise<RenameAdvisor> {
    const [old, wanted] = await Promise.all([readNames(current), readNames(fresh)])
    return new RenameAdvisor(old, wanted)
  }

  /** Renames that cannot be made: the old name must be gone, or given to another, and the new one must be in schema/. */
  impossible(renames: readonly Rename[]): Rename[] {
    const targets = new Set(renames.map((rename) => this.#targetOf(rename, renames)))
    return renames.filter((rename) => {
      const old = this.#find(rename.from, renames)
      const target = this.#targetOf(rename, renames)
      if (!old || target === undefined || this.#new.get(target)?.kind !== old.kind) return true
      const isOldNameFree =
        !this.#new.has(this.#renamedOwner(old, renames)) || targets.has(this.#renamedOwner(old, renames))
      const isTaken =
        this.#old.has(target) &&
        !renames.some((each) => this.#find(each.from, renames) === this.#old.get(target))
      return !isOldNameFree || isTaken
    })
  }

  /** Objects alike of which one is gone and the other is new, and that no rename mentions. */
  candidates(renames: readonly Rename[]): Rename[] {
    const used = new Set(renames.map((rename) => this.#targetOf(rename, renames)))
    const renamed = new Set(renames.map((rename) => this.#find(rename.from, renames)))
    const gone = [...this.#old.values()].filter(
      (each) => !renamed.has(each) && !this.#new.has(this.#renamedOwner(each, renames)),
    )
    const added = [...this.#new].filter(([key]) => !used.has(key) && !this.#hadBefore(key, renames))
    return gone.flatMap((old) => {
      const place = placeOf(this.#renamedOwner(old, renames))
      return added
        .filter(
          ([key, fresh]) =>
            fresh.kind === old.kind &&
            fresh.schema === old.schema &&
            placeOf(key) === place &&
            isAlike(old, fresh),
        )
        .map(([, { name }]) => ({ from: keyOf(old), to: name }))
    })
  }

  /** The statements of these renames. Names that are exchanged take a detour through a temporary one. */
  statements(renames: readonly Rename[]): string[] {
    const found = renames.flatMap((rename) => {
      const old = this.#find(rename.from, renames)
      return old ? [{ old, to: rename.to }] : []
    })
    const tables = found.filter(({ old }) => old.kind === 'table')
    const others = found.filter(({ old }) => old.kind !== 'table')
    return [
      ...inOrder(tables).map(
        ({ old, from, to }) =>
          `alter table ${qualified({ schema: old.schema, name: from })} rename to ${quoted(to)}`,
      ),
      ...inOrder(others).map(({ old, from, to }) => {
        const owner =
          tables.find((table) => table.old.schema === old.schema && table.old.name === old.owner)?.to ??
          old.owner
        const target = qualified({ schema: old.schema, name: owner })
        return old.kind === 'column'
          ? `alter table ${target} rename column ${quoted(from)} to ${quoted(to)}`
          : `alter type ${target} rename value ${literal(from)} to ${literal(to)}`
      }),
    ]
  }

  /** Columns may be named with the old or the new name of their table. */
  #find(from: string, renames: readonly Rename[]): Named | undefined {
    const direct = this.#old.get(from)
    if (direct) return direct
    const [owner, name] = [placeOf(from), from.slice(placeOf(from).length + 1)]
    const table = renames.find((rename) => !rename.from.includes('.') && rename.to === owner)
    return table && this.#old.get(`${table.from}.${name}`)
  }

  /** The key in schema/ of an old object whose table may be renamed. */
  #renamedOwner(old: Named, renames: readonly Rename[]): string {
    if (old.kind === 'table') return keyOf(old)
    const owner = keyOf({ ...old, kind: 'table', name: old.owner })
    const table = renames.find((rename) => rename.from === owner)
    return table && old.kind === 'column' ? keyOf({ ...old, owner: table.to }) : keyOf(old)
  }

  #targetOf(rename: Rename, renames: readonly Rename[]): string | undefined {
    const old = this.#find(rename.from, renames)
    if (!old) return undefined
    const key = this.#renamedOwner(old, renames)
    return old.kind === 'table' ? keyOf({ ...old, name: rename.to }) : `${placeOf(key)}.${rename.to}`
  }

  /** Whether a key of schema/ is that of an old object, of a renamed table too. */
  #hadBefore(key: string, renames: readonly Rename[]): boolean {
    return (
      this.#old.has(key) || [...this.#old.values()].some((old) => this.#renamedOwner(old, renames) === key)
    )
  }
}

/** Exchanged names need a third one in between. */
function inOrder<Each extends { old: Named; to: string }>(
  renames: readonly Each[],
): (Each & { from: string })[] {
  const first: (Each & { from: string })[] = []
  const last: (Each & { from: string })[] = []
  for (const rename of renames) {
    const isTaken =
      renames.some(
        ({ old }) =>
          old !== rename.old &&
          old.owner === rename.old.owner &&
          old.name === rename.to &&
          old.kind === rename.old.kind,
      ) ||
      (rename.old.kind === 'table' && renames.some(({ old }) => old !== rename.old && old.name === rename.to))
    if (!isTaken) {
      last.push({ ...rename, from: rename.old.name })
      continue
    }
    const between = `${rename.to}_renamed`
    first.push({ ...rename, from: rename.old.name, to: between })
    last.push({ ...rename, from: between })
  }
  return [...first, ...last]
}

function isAlike(old: Named, fresh: Named): boolean {
  if (old.kind !== 'table') return old.signature === fresh.signature
  const [columns, others] = [old.signature.split(','), fresh.signature.split(',')]
  const common = columns.filter((column) => others.includes(column)).length
  return common >= Math.max(columns.length, others.length) * 0.6
}

function keyOf({ kind, schema, owner, name }: Omit<Named, 'signature'>): string {
  const parts = [...(schema === 'public' ? [] : [schema]), ...(kind === 'table' ? [] : [owner]), name]
  return parts.join('.')
}

const placeOf = (key: string) => key.slice(0, Math.max(0, key.lastIndexOf('.')))

async function readNames(url: string): Promise<Names> {
  const rows = await query<Named & pg.QueryResultRow>(
    url,
    `with tables as (
       select pg_class.oid, nspname::text as schema, relname::text as name from pg_class
       join pg_namespace on pg_namespace.oid = relnamespace where relkind in ('r', 'p') and ${OWN_NAMESPACES}
     ), columns as (
       select tables.*, attname::text as column, format_type(atttypid, atttypmod) as type from tables
       join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
     )
     select 'table' as kind, schema, name as owner, name,
       (select string_agg(columns.column || ' ' || type, ',' order by columns.column) from columns where columns.oid = tables.oid) as signature
     from tables
     union all select 'column', schema, name, columns.column, type from columns
     union all select 'value', nspname, typname, enumlabel,
       (select count(*) from pg_enum as before where before.enumtypid = pg_enum.enumtypid and before.enumsortorder < pg_enum.enumsortorder)::text
     from pg_enum join pg_type on pg_type.oid = enumtypid join pg_namespace on pg_namespace.oid = typnamespace where ${OWN_NAMESPACES}`,
  )
  return new Map(rows.map((row) => [keyOf(row), { ...row, signature: row.signature ?? '' }]))
}
