import type { Inputs, Method } from './contenders/contender.ts'

export interface Operation<M extends Method = Method> {
  name: string
  method: M
  /**
   * What is given to a contender's n-th call. `unique` is a number that no other call of the run has, whoever's: for
   * what may be written only once.
   */
  input(n: number, unique: number): Inputs[M]
  /** Keys of the answer that are the database's own: their values differ by nature, their types must not. */
  own: readonly string[]
  writes: boolean
  /** Takes so long that a round is one call, by one caller, and rounds are few. */
  isLong: boolean
}

/** As many contenders as there may be. */
export const SEATS = 16

/** See `Operation.input`. */
export const uniqueOf = (n: number, seat: number) => n * SEATS + seat

/** Spreads calls over the rows there are: 7919 has no factor in common with their numbers. */
export const spread = (n: number, rows: number) => (n * 7919) % rows

export function read<M extends Method>(name: string, method: M, input: Operation<M>['input']): Operation {
  return {
    name,
    method,
    input,
    own: [],
    writes: false,
    isLong: false,
  } satisfies Operation<M> as unknown as Operation
}

export function write<M extends Method>(
  name: string,
  method: M,
  keys: readonly string[],
  input: Operation<M>['input'],
): Operation {
  return { ...read(name, method, input), own: [...keys, 'createdAt', 'updatedAt'], writes: true }
}
