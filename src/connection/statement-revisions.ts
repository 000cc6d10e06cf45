import { isStalePlan } from '../errors/index.ts'
import type { Query } from './query.ts'

/**
 * Names under which statements are prepared. DDL that changes a statement's result columns makes the plans under its
 * name unusable, on the connections of a pooler for as long as those live. The statement then gets another name, and
 * another text, by which a pooler recognizes it.
 */
export class Revisions {
  readonly #revisions = new Map<string, number>()

  /** The query as it is to be sent. */
  current(query: Query): Query {
    if (this.#revisions.size === 0 || !query.prepared || query.name === undefined) return query
    const revision = this.#revisions.get(query.name)
    if (revision === undefined) return query
    const { merged } = query
    return {
      ...query,
      ...revised({ name: query.name, sql: query.sql }, revision),
      merged: merged && { ...merged, ...revised(merged, revision) },
    }
  }

  /** To be called with the error of `sent`, which is what `current` returned for `query`. */
  noteFailure(query: Query, sent: Query, error: unknown): void {
    if (query.name === undefined || !(error instanceof Error) || !isStalePlan(error)) return
    // Other calls under the same name may fail at the same time.
    if (this.current(query).name === sent.name) {
      this.#revisions.set(query.name, (this.#revisions.get(query.name) ?? 1) + 1)
    }
  }
}

function revised(
  { name, sql }: { name: string; sql: string },
  revision: number,
): { name: string; sql: string } {
  return { name: `${name}#${revision}`, sql: `${sql} -- revision ${revision}` }
}
