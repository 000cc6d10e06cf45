import type { Sql } from 'kysely'
import { isKyselyLoaded, kysely } from './load.ts'

type Method = (...parameters: unknown[]) => object

/** Methods of a part of a query that return another part. */
const REFINING: ReadonlySet<unknown> = new Set(['as', '$castTo', '$notNull', 'withPlugin'])

/** A part of a query that is made when a query needs it, and not before. */
export function deferred(make: () => object): object {
  let made: object | undefined
  const part = () => {
    made ??= make()
    return made
  }
  return new Proxy(
    {},
    {
      get(_, name) {
        if (made === undefined && REFINING.has(name)) {
          return (...parameters: unknown[]) =>
            deferred(() => (Reflect.get(part(), name) as Method).apply(part(), parameters))
        }
        const value: unknown = Reflect.get(part(), name)
        return typeof value === 'function' ? value.bind(part()) : value
      },
      has: (_, name) => name in part(),
    },
  )
}

/**
 * The `sql` of Kysely, for queries and parts of queries written in SQL. A part that is a constant of a module does not load
 * Kysely: it is made when the first query is built.
 */
export const sql: Sql = new Proxy(() => {}, {
  apply: (_, __, parameters: Parameters<Sql>) =>
    isKyselyLoaded() ? kysely().sql(...parameters) : deferred(() => kysely().sql(...parameters)),
  get(_, name) {
    if (isKyselyLoaded()) return Reflect.get(kysely().sql, name)
    return (...parameters: unknown[]) =>
      deferred(() => (Reflect.get(kysely().sql, name) as Method)(...parameters))
  },
}) as unknown as Sql
