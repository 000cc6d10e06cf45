/** The contents of the pages. Tables outside the search path are named with their schema. */
export interface Catalog {
  readonly tables: readonly Table[]
  readonly constraints: readonly Constraint[]
  readonly indexes: readonly Index[]
  readonly enums: readonly Enum[]
  /** The time since which scans are counted, as ISO 8601; null for the creation of the database. */
  readonly statisticsSince: string | null
}

/** A table or a view. */
export interface Table {
  readonly name: string
  readonly kind: 'table' | 'view' | 'materialized view'
  readonly comment: string | null
  /** The estimate of the planner; -1 if the table has never been analyzed. */
  readonly rows: number
  /** The size including indexes and TOAST, such as `12 MB`. */
  readonly size: string
  readonly columns: readonly Column[]
}

/** A column of a table. */
export interface Column {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly default: string | null
  readonly isKey: boolean
  /** The table that a foreign key of this column references. */
  readonly references: string | null
  readonly comment: string | null
}

/** A constraint of a table. */
export interface Constraint {
  readonly table: string
  readonly name: string
  readonly kind: 'primary key' | 'unique' | 'foreign key' | 'check' | 'not null' | 'exclusion'
  readonly definition: string
  /** The message shown to people when it is violated. */
  readonly comment: string | null
  readonly columns: readonly string[]
  /** The table that a foreign key references. */
  readonly references: string | null
  readonly referencedColumns: readonly string[]
  readonly onDelete: 'cascade' | 'set null' | 'set default' | 'restrict' | null
  /** Of a foreign key: whether a row may do without the row that it references. */
  readonly isOptional: boolean
  /** Of a foreign key: whether at most one row references the other. */
  readonly isUnique: boolean
}

/** An index. */
export interface Index {
  readonly table: string
  readonly name: string
  readonly definition: string
  readonly isUnique: boolean
  readonly isValid: boolean
  /** The size, such as `8 kB`. */
  readonly size: string
  /** The number of scans since the statistics were reset. */
  readonly scans: number
  /** The time of the last scan as ISO 8601; null for an unused index, and on PostgreSQL 15, which does not record it. */
  readonly lastUsed: string | null
  /** Whether it enforces a primary key or another constraint. */
  readonly isConstraint: boolean
  /** An index that serves every query that this one serves, with the same columns or more. */
  readonly redundantWith: { readonly index: string; readonly isSame: boolean } | null
}

/** An enum type. */
export interface Enum {
  readonly name: string
  readonly values: readonly string[]
  readonly comment: string | null
}

/** The usual short name of a type: `timestamptz(3)`. */
export function shortType(type: string): string {
  return type
    .replace(/^timestamp(\(\d\))? with time zone/, 'timestamptz$1')
    .replace(/^timestamp(\(\d\))? without time zone/, 'timestamp$1')
    .replace(/^character varying/, 'varchar')
    .replace(/^public\./, '')
}
