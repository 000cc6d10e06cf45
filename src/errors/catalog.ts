import {
  CONSTRAINTS,
  DOMAIN_CONSTRAINTS,
  PARTITION_CONSTRAINTS,
  PARTITIONS,
} from '../../generated/catalog.ts'

interface ConstraintEntry {
  readonly columns: readonly string[]
  readonly message?: string
  readonly kind: string
}

type Registry = Readonly<Record<string, Readonly<Record<string, ConstraintEntry>>>>

/**
 * The constraints of a schema: the module `catalog.ts` that `norberts-spark-db generate` writes, as
 * `import * as catalog` returns it.
 */
export interface Catalog {
  /** By table and name. */
  readonly CONSTRAINTS: Registry
  /** By domain and name. */
  readonly DOMAIN_CONSTRAINTS?: Registry
  /** The whole table by the name of its partition. */
  readonly PARTITIONS?: Readonly<Record<string, string>>
  /** The constraint of the whole table, by the name of the partition and that of its constraint. */
  readonly PARTITION_CONSTRAINTS?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** The catalog of `schema/`. */
export const CATALOG: Required<Catalog> = {
  CONSTRAINTS,
  DOMAIN_CONSTRAINTS,
  PARTITIONS,
  PARTITION_CONSTRAINTS,
}

/** The catalog of `schema/` with that of a service. */
export function withCatalog(own: Catalog): Required<Catalog> {
  return {
    CONSTRAINTS: merged(own.CONSTRAINTS, CATALOG.CONSTRAINTS),
    DOMAIN_CONSTRAINTS: merged(own.DOMAIN_CONSTRAINTS ?? {}, CATALOG.DOMAIN_CONSTRAINTS),
    PARTITIONS: { ...own.PARTITIONS, ...CATALOG.PARTITIONS },
    PARTITION_CONSTRAINTS: { ...own.PARTITION_CONSTRAINTS, ...CATALOG.PARTITION_CONSTRAINTS },
  }
}

/** A service may add constraints to tables of the package. */
function merged(own: Registry, ours: Registry): Registry {
  const tables = Object.entries(ours).map(([table, entries]) => [table, { ...own[table], ...entries }])
  return { ...own, ...Object.fromEntries(tables) }
}
