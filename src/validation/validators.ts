import type { TableName } from '../../generated/catalog.ts'
import type { InputTypes } from '../../generated/inputs.ts'
import { TABLE_RULES } from '../../generated/validation.ts'
import type { TableRules } from './rules.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import { validateRow } from './table.ts'

export type { Json } from '../../generated/inputs.ts'
export { UNCHECKED } from '../../generated/validation.ts'
export type { TableRules } from './rules.ts'
export type { StandardSchemaV1 } from './standard-schema.ts'

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? Head extends ''
    ? `_${CamelCase<Tail>}`
    : `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** A row to insert into a table, with its fields in camelCase. */
export type InsertOf<Table extends TableName> = InputTypes[Table]

/** A change of a table's row, with its fields in camelCase. */
export type UpdateOf<Table extends TableName> = {
  [Field in keyof InputTypes[Table]]?: InputTypes[Table][Field] | undefined
}

/** A pair of validators for each table, by the table's name in camelCase. */
export type Validators = {
  readonly [Table in TableName as CamelCase<Table>]: {
    readonly insert: StandardSchemaV1<InsertOf<Table>>
    readonly update: StandardSchemaV1<UpdateOf<Table>>
  }
}

/**
 * Validators for inserts into and updates of each table, for any library that accepts Standard Schema: forms, routers,
 * tools. Names of tables and fields are in camelCase. They accept exactly what the database accepts, except for rules
 * that depend on other rows, and report all problems, each as a whole sentence. Values are returned unchanged;
 * `undefined` counts as absent.
 *
 * - Types, NOT NULL, domains and CHECKs are checked; keys, foreign keys, triggers and privileges are not.
 * - UNCHECKED lists all other rules that only the database checks.
 * - A field that is absent from an insert takes its default. The database alone checks a CHECK of a computed default, and
 *   a CHECK of an update that depends on columns which the update does not change.
 * - Dates and times are accepted in the formats of ISO 8601. `current_date` is any day that is today somewhere on Earth.
 * - A JSON column accepts JSON text in a string, as it is sent, or any other JSON value.
 */
export const validators: Validators = /* @__PURE__ */ validatorsOf(TABLE_RULES) as Validators

/** Makes validators for another schema from its TABLE_RULES, which `norberts-spark-db generate` writes. */
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
