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
  /** Written by the database alone: a generated column, or an identity that is always generated. */
  readonly generated?: true
  readonly hasDefault?: true
  /** The default where it is a constant, or the day of the insert. */
  readonly default?: Expression
}

export interface TypeRules {
  /** The type's name in PostgreSQL, or what kind of type it is; `other` is text that the database alone reads. */
  readonly kind: string
  /** Of varchar and char, in characters. */
  readonly length?: number
  /** Of numeric, digits in all and behind the point; of times, digits of a second's fraction. */
  readonly precision?: number
  readonly scale?: number
  readonly labels?: readonly string[]
  /** What the column's CHECKs leave of the numbers of this type, and the longest text: for messages alone. */
  readonly limits?: Limits
  readonly maxLength?: number
  /** The name of a domain in SQL. */
  readonly name?: string
  /** The element of an array, the base of a domain. */
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

/** A CHECK, or a part of one. Types are settled when it is generated; null and unknown go through as in SQL. */
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
      /** A regular expression of JavaScript, for the flags s and u. */
      readonly pattern: string
      /** What letters, digits and spaces there are beyond ASCII, the server's locale decides. */
      readonly ascii?: true
    }
  | { readonly op: 'float4' | 'float8'; readonly of: Expression }
