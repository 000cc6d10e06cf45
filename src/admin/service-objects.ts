import type { OwnedObject } from './owned-objects.ts'
import type { Facts, SchemaState } from './snapshot/index.ts'
import { LIBRARY } from './tool-schema.ts'

/** Kinds of a snapshot whose names begin with that of their table: `column invoices.id`. */
const PARTS = ['column', 'constraint', 'index', 'trigger', 'rule', 'policy']

/** The same state without the objects that the migrations of services created, and without their parts. */
export function withoutServices(
  live: SchemaState,
  owned: readonly OwnedObject[],
  namespace: string,
): SchemaState {
  const theirs = owned.filter(({ source }) => source !== LIBRARY)
  if (theirs.length === 0) return live
  const names = new Set(theirs.map(({ identity }) => withoutNamespace(identity, namespace)))
  const isTheirs = (key: string, facts: Facts) => {
    const [, kind = '', name = ''] =
      /^(materialized view|text search configuration|\w+) (.*)$/s.exec(key) ?? []
    if (PARTS.includes(kind)) return [...names].some((table) => name.startsWith(`${table}.`))
    const table = facts['owned by']?.split('.').at(-2) ?? facts.table
    return names.has(name) || (table !== undefined && names.has(table))
  }
  return {
    ...live,
    snapshot: new Map([...live.snapshot].filter(([key, facts]) => !isTheirs(key, facts))),
  }
}

/** As the snapshot names objects: `invoices` of `public.invoices`, `total(text)` of `public.total(pg_catalog.text)`. */
function withoutNamespace(identity: string, namespace: string): string {
  return identity
    .replaceAll(`${namespace}.`, '')
    .replaceAll('pg_catalog.', '')
    .replace(/^"([^"]+)"$/, '$1')
}
