import type { Inputs, Method } from './contenders/contender.ts'

/** A measured operation. */
export interface Operation<M extends Method = Method> {
  name: string
  method: M
  /**
   * The input of a contender's n-th call. `unique` is a number that no other call of any contender has, for values that
   * must be unique.
   */
  input(n: number, unique: number): Inputs[M]
  /** Keys of the answer that the database generates. Their values differ between contenders, but not their types. */
  own: readonly string[]
  writes: boolean
  /** Whether it changes the customers that `Data.addFresh` adds before each answer and each round of a contender. */
  onFresh: boolean
  /** Whether it takes so long that a round is one call by one caller, with fewer rounds. */
  isLong: boolean
}

/** The maximum number of contenders. */
export const SEATS = 16

/** The `unique` of `Operation.input`. */
export const uniqueOf = (n: number, seat: number) => n * SEATS + seat

/** Spreads calls over all rows: 7919 has no common factor with their number. */
export const spread = (n: number, rows: number) => (n * 7919) % rows

/** An operation that only reads. */
export function read<M extends Method>(name: string, method: M, input: Operation<M>['input']): Operation {
  return {
    name,
    method,
    input,
    own: [],
    writes: false,
    onFresh: false,
    isLong: false,
  } satisfies Operation<M> as unknown as Operation
}

/** An operation that writes; `own` names the generated keys of its answer. */
export function write<M extends Method>(
  name: string,
  method: M,
  keys: readonly string[],
  input: Operation<M>['input'],
): Operation {
  return { ...read(name, method, input), own: [...keys, 'version', 'createdAt', 'updatedAt'], writes: true }
}

/** An operation that changes customers for which each contender needs fresh ones. */
export const onFresh = (operation: Operation): Operation => ({ ...operation, onFresh: true })
