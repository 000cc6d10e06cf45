import type { CallOptions, Connection } from '../connection/index.ts'
import { NotFoundError, RowError } from '../errors/index.ts'
import { queryAll } from './execute.ts'
import {
  type Found,
  inOrder,
  type ManyItem,
  type ManyTable,
  requireAll,
  requireDistinct,
  toFound,
  toManyRows,
  writeMany,
} from './many.ts'
import type { ManyStatements } from './many-statements.ts'
import { MOST_ATTEMPTS } from './merged.ts'
import type { Statement } from './statement.ts'
import { uuidSequence } from './uuid-sequence.ts'
import type { VersionOf } from './version.ts'

/** How the rows of a repository are written many at once. */
export interface ManyDefinition<Row, Item> {
  readonly many: ManyTable
  readonly version: VersionOf
  readonly statements: ManyStatements<Row>
  /** The parameter that has the rows, for messages: `customers`. */
  readonly list: string
  /** The property of the key. */
  readonly id: keyof Item & string
  /** Runs one of the statements. */
  query<Input>(
    connection: Connection,
    statement: Statement<Input, Row>,
    input: Input,
    call?: CallOptions,
  ): Promise<Item[]>
}

/** The key of a row in another system. */
interface External {
  readonly source?: string | null | undefined
  readonly externalId?: string | null | undefined
}

/** A row that was written, by the external id that was given. */
interface Keyed<Item> {
  readonly key: string
  readonly item: Item
}

/** Writes and reads many rows, each time by one statement, or by two if rows were merged. */
export class ManyWriter<Row, Item extends External> {
  readonly #definition: ManyDefinition<Row, Item>

  constructor(definition: ManyDefinition<Row, Item>) {
    this.#definition = definition
  }

  async get(connection: Connection, keys: string[], call: CallOptions | undefined): Promise<Found<Item>> {
    const { query, statements } = this.#definition
    if (keys.length === 0) return { items: [], missing: [] }
    return toFound(keys, await query(connection, statements.get, { keys }, call), this.#idOf)
  }

  async create(
    connection: Connection,
    rows: readonly object[],
    call: CallOptions | undefined,
  ): Promise<Item[]> {
    const { list, query, statements, many } = this.#definition
    const items = withIds(rows)
    const run = (scope: Connection, some: readonly ManyItem[]) =>
      query(scope, statements.create, { rows: toManyRows(many, some).rows })
    const written = await writeMany(connection, { list, items, run }, call)
    return inOrder(
      items.map(({ id }) => id),
      written,
      this.#idOf,
    )
  }

  async update(
    connection: Connection,
    items: readonly ManyItem[],
    call: CallOptions | undefined,
  ): Promise<Item[]> {
    const { list, query, statements, many, id } = this.#definition
    const keys = items.map((item) => item.id)
    requireDistinct(keys, list, id)
    const run = (scope: Connection, some: readonly ManyItem[]) =>
      query(scope, statements.update, toManyRows(many, some))
    const check = (scope: Connection, found: Item[]) => this.#requireAll(scope, items, found)
    return inOrder(keys, await writeMany(connection, { list, items, run, check }, call), this.#idOf)
  }

  async upsert(
    connection: Connection,
    rows: readonly External[],
    call: CallOptions | undefined,
  ): Promise<Item[]> {
    const { list } = this.#definition
    const keys = rows.map(keyOf)
    requireDistinct(keys, list, 'externalId')
    const items = withIds(rows)
    const run = (scope: Connection, some: readonly ManyItem[]) => this.#upsert(scope, some)
    const written = await writeMany(connection, { list, items, run }, call)
    return inOrder(keys, written, ({ key }) => key).map(({ item }) => item)
  }

  /** Creates or updates rows, and updates the winners that the others lead to; they keep their own external ids. Later rows of one winner override. */
  async #upsert(
    scope: Connection,
    items: readonly ManyItem[],
    { all, attempts } = { all: items, attempts: 1 },
  ): Promise<Keyed<Item>[]> {
    const { list, query, statements, many } = this.#definition
    const rows = toManyRows(many, items, ({ values }) => keyOf(values))
    const written = (await query(scope, statements.upsert, rows)).map((item) => ({ key: keyOf(item), item }))
    if (written.length === items.length) return written
    const found = new Set(written.map(({ key }) => key))
    const left = items.filter(({ values }) => !found.has(keyOf(values)))
    const externals = left.map(({ values: { source, externalId } }, index) => ({ index, source, externalId }))
    const winners = await queryAll(scope, statements.winners, { externals: JSON.stringify(externals) })
    const changes = new Map<string, Record<string, unknown>>()
    for (const { index, winnerId } of winners.toSorted((a, b) => a.index - b.index)) {
      const { source, externalId, ...values } = (left[index] as ManyItem).values
      changes.set(winnerId, { ...changes.get(winnerId), ...values })
    }
    const changed = [...changes].map(([id, values]) => ({ id, values }))
    const updated = await query(scope, statements.update, toManyRows(many, changed))
    const byId = new Map(updated.map((item) => [this.#idOf(item), item]))
    const followed = winners.flatMap(({ index, winnerId }) => {
      const item = byId.get(winnerId)
      return item ? [{ key: keyOf((left[index] as ManyItem).values), item }] : []
    })
    // Winners that were archived or merged in the meantime.
    const followedKeys = new Set(followed.map(({ key }) => key))
    const rest = left.filter(({ values }) => !followedKeys.has(keyOf(values)))
    const [first] = rest
    if (first && attempts === MOST_ATTEMPTS) {
      const { source, externalId } = first.values as { source: string; externalId: string }
      const cause = new NotFoundError(many.table, { source, external_id: externalId })
      throw new RowError({ list, index: all.indexOf(first), field: undefined }, cause)
    }
    const repeated = first ? await this.#upsert(scope, rest, { all, attempts: attempts + 1 }) : []
    return [
      ...written.map(({ key, item }) => ({ key, item: byId.get(this.#idOf(item)) ?? item })),
      ...followed,
      ...repeated,
    ]
  }

  /** `statement`: `archive` or `restore`. */
  async mark(
    connection: Connection,
    statement: 'archive' | 'restore',
    keys: string[],
    call: CallOptions | undefined,
  ): Promise<Item[]> {
    const { query, statements, id } = this.#definition
    const items = keys.map((key) => ({ id: key, values: {} }))
    const list = `${id}s`
    const run = (scope: Connection, some: readonly ManyItem[]) =>
      query(scope, statements[statement], { keys: some.map((item) => item.id) })
    const check = (scope: Connection, found: Item[]) => this.#requireAll(scope, items, found, list)
    return inOrder(keys, await writeMany(connection, { list, items, run, check }, call), this.#idOf)
  }

  readonly #idOf = (item: Item): string => item[this.#definition.id] as string

  #requireAll(
    scope: Connection,
    items: readonly ManyItem[],
    found: readonly Item[],
    list = this.#definition.list,
  ): Promise<void> {
    return requireAll(scope, this.#definition.version, { list, items }, new Set(found.map(this.#idOf)))
  }
}

function withIds(rows: readonly object[]): ManyItem[] {
  const nextId = uuidSequence()
  return rows.map((row) => ({ id: nextId(), values: row as Record<string, unknown> }))
}

/** As the statement makes it: the length of the source in characters, the source and the id. */
function keyOf({ source, externalId }: External): string {
  return `${Array.from(source ?? '').length}:${source}${externalId}`
}
