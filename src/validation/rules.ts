import type { Limits } from '../sentences/index.ts'

/** The shape of generated/validation.ts: the rules of each table in the catalog, as data. */
export interface TableRules {
  /** The table's name in camelCase. */
  readonly name: string
  readonly columns: { readonly [column: string]: ColumnRules }
  readonly checks: readonly CheckRules[]
}

export interface ColumnRules {
  /** The column's name in camelCase. */
  readonly field: string
  readonly type: TypeRules
  readonly notNull?: true
  /** Only the database writes it: a generated column, or an identity that is always generated. */
  readonly generated?: true
  readonly hasDefault?: true
  /** The default if it is a constant or the day of the insert. */
  readonly default?: Expression
}

export interface TypeRules {
  /** The type's name in PostgreSQL, or its kind; `other` is text that only the database reads. */
  readonly kind: string
  /** The length of varchar and char, in characters. */
  readonly length?: number
  /** For numeric, all digits and those after the point; for times, digits of the fraction of a second. */
  readonly precision?: number
  readonly scale?: number
  readonly labels?: readonly string[]
  /** The column's tightest bounds by type and CHECKs, for messages alone: of numbers, and of a text's length. */
  readonly limits?: Limits
  readonly maxLength?: number
  /** The name of a domain in SQL. */
  readonly name?: string
  /** The element of an array, or the base type of a domain. */
  readonly of?: TypeRules
  readonly notNull?: true
  readonly checks?: readonly CheckRules[]
}

export interface CheckRules {
  readonly name: string
  readonly columns: readonly string[]
  readonly message?: string
  readonly test: Expression
}

/** A CHECK, or a part of one. Types are resolved when it is generated; null and UNKNOWN propagate as null does in SQL. */
export type Expression =
  | { readonly op: 'column'; readonly name: string }
  | { readonly op: 'constant'; readonly type: TypeRules; readonly value: string | number | boolean | null }
  | { readonly op: 'today' }
  | { readonly op: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly op: 'is null' | 'not' | 'is true' | 'is false'; readonly of: Expression }
  | { readonly op: 'count nulls' | 'count values'; readonly of: readonly Expression[] }
  | { readonly op: 'coalesce'; readonly of: readonly Expression[] }
  | {
      readonly op: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'is distinct from'
      readonly left: Expression
      readonly right: Expression
      readonly ignoreCase?: true
    }
  | {
      readonly op: 'in'
      readonly of: Expression
      readonly values: readonly Expression[]
      readonly ignoreCase?: true
    }
  | { readonly op: 'length' | 'octets' | 'cardinality' | 'lower' | 'upper'; readonly of: Expression }
  | {
      readonly op: 'trim'
      readonly side: 'both' | 'start' | 'end'
      readonly of: Expression
      readonly characters: string
    }
  | {
      readonly op: 'matches'
      readonly of: Expression
      /** A regular expression that `readPattern` reads; in JavaScript it means the same with the flags s and u. */
      readonly pattern: string
      /** Beyond ASCII, the server's locale decides what letters, digits and spaces are. */
      readonly ascii?: true
    }
  | { readonly op: 'float4' | 'float8'; readonly of: Expression }
