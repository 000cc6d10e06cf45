import { type Catalog, resolveType, type Type } from './catalog.ts'
import { ELEMENTS, TEXT, TYPES, type TypeScript } from './described-column.ts'

/** A value's type in SQL. */
interface SqlType {
  readonly typeId: number
  readonly modifier?: number
  readonly dimensions?: number
}

/** The type in TypeScript of a value that arrives and of one that is sent, and its type in PostgreSQL without domains. */
export function valueType(catalog: Catalog, sqlType: SqlType): TypeScript & { readonly of: Type } {
  const { type, isArray, dimensions } = resolveType(catalog, { modifier: -1, ...sqlType })
  if (type.labels && !isArray) {
    const labels = type.labels.map((label) => JSON.stringify(label)).join(' | ') || 'never'
    return { select: labels, insert: labels, of: type }
  }
  const isBuiltIn = type.schema === 'pg_catalog' && type.kind !== 'e'
  const arrivesAsText = isArray && !(isBuiltIn && ELEMENTS.has(type.name))
  const single = (isBuiltIn && !arrivesAsText ? TYPES[type.name] : undefined) ?? TEXT
  if (!isArray || arrivesAsText) return { ...single, of: type }
  const arrayOf = (element: string) => `(${element} | null)${'[]'.repeat(Math.max(1, dimensions))}`
  return { select: arrayOf(single.select), insert: arrayOf(single.insert), of: type }
}
