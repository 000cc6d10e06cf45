import type { Catalog, Column, JsonType, Relation } from './catalog.ts'
import { ofOwner } from './catalog.ts'

/** One tag at the end of a column's comment. */
const TAG = String.raw`@secret\b|@filled\b|@brand\s+[A-Za-z_$][\w$]*|@type\s+[A-Za-z_$][\w$]*\s+from\s+\S+`
const TAGS = new RegExp(String.raw`(?:\s*(?:${TAG}))+\s*$`)

/** The tag of a function whose result is never null, which the catalog does not say. */
const NOT_NULL = /\s*@notnull\s*$/

/** Reads the tags at the end of comments, and removes them. */
export function readTags(catalog: Catalog): Catalog {
  for (const column of catalog.relations.flatMap(({ columns }) => columns)) {
    const [tags = ''] = TAGS.exec(column.comment ?? '') ?? []
    column.isSecret = tags.includes('@secret')
    column.isFilled = tags.includes('@filled')
    column.brand = /@brand\s+(\S+)/.exec(tags)?.[1] ?? null
    column.jsonType = jsonTypeOf(tags)
    column.comment = column.comment?.replace(TAGS, '') || null
  }
  passBrandsOn(catalog)
  for (const routine of catalog.routines) {
    routine.isNotNull = NOT_NULL.test(routine.comment ?? '')
    routine.comment = routine.comment?.replace(NOT_NULL, '') || null
  }
  return catalog
}

function jsonTypeOf(tags: string): JsonType | null {
  const [, name, module] = /@type\s+(\S+)\s+from\s+(\S+)/.exec(tags) ?? []
  return name !== undefined && module !== undefined ? { name, module } : null
}

/** A column that references a branded one has its brand, also through other tables. */
function passBrandsOn(catalog: Catalog): void {
  const relations = new Map(catalog.relations.map((each) => [JSON.stringify([each.schema, each.name]), each]))
  const columnOf = (relation: Relation | undefined, name: string | undefined): Column | undefined =>
    relation?.columns.find((column) => column.name === name)
  const keys = catalog.relations.flatMap((relation) =>
    ofOwner(catalog.constraints, relation).flatMap(({ kind, columns, references }) => {
      if (kind !== 'f' || !references) return []
      const target = relations.get(JSON.stringify([references.schema, references.table]))
      return columns.map((name, at) => ({
        from: columnOf(relation, name),
        to: columnOf(target, references.columns[at]),
      }))
    }),
  )
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const { from, to } of keys) {
      if (!from || from.brand !== null || !to?.brand) continue
      from.brand = to.brand
      isChanged = true
    }
  }
}
