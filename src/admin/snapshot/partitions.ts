import { PARTITIONED } from '../partitions/read.ts'
import type { Facts, Snapshot } from './snapshot.ts'

/**
 * The snapshot without what differs from one partitioned database to another: which partitions there are, their bounds, and
 * the names that PostgreSQL gives to their keys and indexes. These get the name of the table's.
 */
export function withPlainPartitions(snapshot: Snapshot): Snapshot {
  const partitions = partitionsOf(snapshot)
  if (partitions.length === 0) return snapshot
  return new Map(
    [...snapshot].map(([object, facts]) => {
      if (object === `table ${PARTITIONED}`) return [object, without(facts, 'children')]
      const partition = partitions.find((name) => isOf(object, name))
      if (partition === undefined) return [object, facts]
      if (object.startsWith('table ')) return [object, without(facts, 'partition bound')]
      if (object.startsWith('constraint '))
        return [object.replace(`.${partition}_`, `.${PARTITIONED}_`), facts]
      const { parent, definition = '' } = facts
      if (!object.startsWith('index ') || parent === undefined) return [object, facts]
      const plain = definition.replace(/^(CREATE (?:UNIQUE )?INDEX )\S+ ON/, `$1${parent} ON`)
      return [`index ${partition}.${parent}`, { ...facts, definition: plain }]
    }),
  )
}

/** The snapshot that a database with these partitions should have: each is as the first one of schema/. */
export function withPartitionsOf(expected: Snapshot, actual: Snapshot): Snapshot {
  const [model, ...others] = partitionsOf(expected)
  const wanted = partitionsOf(actual)
  if (model === undefined || wanted.length === 0) return expected
  const isOfPartition = (object: string) => [model, ...others].some((name) => isOf(object, name))
  const parts = [...expected].filter(([object]) => isOf(object, model))
  const renamed = (text: string, name: string) => text.replaceAll(model, name)
  return new Map([
    ...[...expected].filter(([object]) => !isOfPartition(object)),
    ...wanted.flatMap((name) =>
      parts.map(([object, facts]) => {
        const entries = Object.entries(facts).map(([fact, value]) => [fact, renamed(value, name)])
        return [renamed(object, name), Object.fromEntries(entries) as Facts] as const
      }),
    ),
  ])
}

/** Names of the partitions; one whose detachment was interrupted is still among them. */
function partitionsOf(snapshot: Snapshot): string[] {
  return [...snapshot].flatMap(([object, { parents = '' }]) => {
    const name = /^table (.+)$/s.exec(object)?.[1]
    return name !== undefined && parents.split(' ')[0] === PARTITIONED ? [name] : []
  })
}

const isOf = (object: string, table: string) =>
  object === `table ${table}` || object.slice(object.indexOf(' ') + 1).startsWith(`${table}.`)

function without(facts: Facts, fact: string): Facts {
  const { [fact]: _, ...rest } = facts
  return rest
}
