import type { Catalog, Column, Relation } from './catalog.ts'
export function viewNullability(_catalog: Catalog): (view: Relation, column: Column) => boolean {
  return () => true
}
