import type { Insertable, SelectType, Updateable } from 'kysely'
import type { TableName } from '../../generated/catalog.ts'
import type { DB } from '../../generated/database.ts'
import { TABLE_RULES } from '../../generated/validation.ts'
import type { TableRules } from './rules.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import { validateRow } from './table.ts'

export { UNCHECKED } from '../../generated/validation.ts'
export type { TableRules } from './rules.ts'
export type { StandardSchemaV1 } from './standard-schema.ts'

/** A value of a JSON column: JSON text in a string, as it is sent, or any other value for JSON.stringify. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined }

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? Head extends ''
    ? `_${CamelCase<Tail>}`
    : `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** As Insertable or Updateable says it, but for JSON, of which a row holds any value. */
type Given<Row, Column, Type> = Column extends keyof Row
  ? Json extends SelectType<Row[Column]>
    ? Exclude<Json, null> | Extract<Type, null | undefined>
    : Type
  : Type

type Fields<Row, Rows> = {
  [Column in keyof Rows as Column extends string ? CamelCase<Column> : never]: Given<
    Row,
    Column,
    Rows[Column]
  >
}

/** What is inserted into a table, its fields in camelCase. */
export type InsertOf<Table extends TableName> = Fields<DB[Table], Insertable<DB[Table]>>

/** What may change of a table's row, its fields in camelCase. */
export type UpdateOf<Table extends TableName> = Fields<DB[Table], Updateable<DB[Table]>>

export type Validators = {
  readonly [Table in TableName as CamelCase<Table>]: {
    readonly insert: StandardSchemaV1<InsertOf<Table>>
    readonly update: StandardSchemaV1<UpdateOf<Table>>
  }
}

/**
 * Validators of each table's inserts and updates, for any library that takes Standard Schema: forms, routers, tools.
 * Table and field names are in camelCase. They accept a row if PostgreSQL would: types, NOT NULL, domains and CHECKs
 * are looked at, and all that is wrong is reported. Values come back as they were given; `undefined` counts as absent.
 *
 * - Not their concern is what depends on other rows: primary, unique and foreign keys, triggers, privileges.
 * - What else they cannot say is listed in UNCHECKED; there the database alone decides.
 * - What is absent from an insert takes its default; where the database computes that, CHECKs of it are left to the
 *   database. So are those of an update that depend on columns which it does not change.
 * - Dates and times are read in the forms of ISO 8601. `current_date` is any day that it may be somewhere on Earth.
 * - A JSON column takes JSON text in a string, as it is sent, or any other JSON value.
 */
export const validators: Validators = /* @__PURE__ */ validatorsOf(TABLE_RULES) as Validators

/** The same for another schema, whose TABLE_RULES `npm run generate -- --schema DIR --out DIR` has written. */
export function validatorsOf(tables: { readonly [table: string]: TableRules }): {
  [table: string]: { insert: StandardSchemaV1; update: StandardSchemaV1 }
} {
  return Object.fromEntries(
    Object.values(tables).map((rules) => [
      rules.name,
      { insert: validatorOf(rules, 'insert'), update: validatorOf(rules, 'update') },
    ]),
  )
}

function validatorOf(rules: TableRules, kind: 'insert' | 'update'): StandardSchemaV1 {
  return {
    '~standard': {
      version: 1,
      vendor: 'norberts-spark',
      validate: (given) => validateRow(rules, kind, given),
    },
  }
}
