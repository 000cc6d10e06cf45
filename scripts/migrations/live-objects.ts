import { TOOL_SCHEMA } from '../../src/admin/index.ts'
import type { Action, ObjectId } from './differ.ts'
import type { Live } from './live.ts'
import { createdIndex, granteesOf, kindOf } from './statement.ts'

/** A statement that creates a part of a live database's structure. */
export interface LiveStatement {
  readonly sql: string
  /** The object of neither schema/ nor the library that it creates or changes, such as `table public.invoices`. */
  readonly foreign: string | undefined
}

/** Objects and settings of the whole server or of roles, which belong to the deployment. */
const OF_DEPLOYMENT = new Set([
  'role',
  'membership',
  'userMapping',
  'defaultPrivilege',
  'subscription',
  'publication',
  'publicationRel',
  'publicationSchema',
  'eventTrigger',
  'securityLabel',
])
const OF_OWNER = new Set(['AlterOwnerStmt', 'AlterDefaultPrivilegesStmt'])

/** Splits the statements that create a live database into those of schema/ and those of others, without owners and grants to roles. */
export function sortStatements(
  actions: readonly Action[],
  { ours, live, adopted }: { ours: readonly Action[]; live: Live; adopted: ReadonlySet<string> },
): LiveStatement[] {
  const indexes = indexesOf([...ours, ...actions])
  const known = new Set(ours.flatMap(({ creates }) => creates.map((id) => keyOf(topOf(id, indexes)))))
  const isOurs = (top: ObjectId): boolean => {
    const name = nameOf(top)
    if (known.has(keyOf(top)) || adopted.has(name) || live.recorded.has(name)) return true
    const owner = live.sequenceOwners.get(name)
    return owner !== undefined && (known.has(keyOf(tableId(owner))) || adopted.has(owner))
  }
  return actions.flatMap(({ sql, creates, uses = [] }) => {
    const tops = (creates.length > 0 ? creates.slice(0, 1) : uses).map((id) => topOf(id, indexes))
    if (tops.some(({ kind }) => OF_DEPLOYMENT.has(kind)) || isOfOwner(sql)) return []
    if (tops.some(isOfTool)) return []
    const foreign = tops.find((top) =>
      top.kind !== 'schema' || nameOf(top) !== 'public' ? !isOurs(top) : false,
    )
    return [{ sql, foreign: foreign && `${wordOf(foreign.kind)} ${nameOf(foreign)}` }]
  })
}

const isOfTool = (top: ObjectId) =>
  ('schema' in top && top.schema === TOOL_SCHEMA) || (top.kind === 'schema' && top.name === TOOL_SCHEMA)

function isOfOwner(sql: string): boolean {
  if (OF_OWNER.has(kindOf(sql)) || /^alter \S+( \S+)+ owner to /i.test(sql)) return true
  const grantees = granteesOf(sql)
  return grantees.some((name) => name !== '')
}

/** Tables of indexes, by the key of the index. */
function indexesOf(actions: readonly Action[]): Map<string, string> {
  return new Map(
    actions.flatMap(({ sql, creates }) =>
      creates.flatMap((id): [string, string][] => {
        const table = id.kind === 'index' ? createdIndex(sql)?.table : undefined
        return table ? [[keyOf(id), `${table.schema}.${table.name}`]] : []
      }),
    ),
  )
}

/** The object that another one is a part of. */
function topOf(id: ObjectId, indexes: ReadonlyMap<string, string>): ObjectId {
  if ('target' in id) return topOf(id.target, indexes)
  if ('table' in id) return tableId(`${id.schema}.${id.table}`)
  if (id.kind === 'typeAttribute') return { kind: 'type', schema: id.schema, name: id.type }
  const table = id.kind === 'index' ? indexes.get(keyOf(id)) : undefined
  return table === undefined ? id : tableId(table)
}

function tableId(name: string): ObjectId {
  const dot = name.indexOf('.')
  return { kind: 'table', schema: name.slice(0, dot), name: name.slice(dot + 1) }
}

/** `public.invoices`, `public.total(text)`. */
function nameOf(id: ObjectId): string {
  const name = 'name' in id ? id.name : JSON.stringify(id)
  const args = 'args' in id ? `(${id.args.join(',')})` : ''
  return 'schema' in id ? `${id.schema}.${name}${args}` : `${name}${args}`
}

const RELATIONS = new Set(['table', 'view', 'materializedView', 'foreignTable', 'sequence'])

/** Relations share one space of names, and so do types. */
function keyOf(id: ObjectId): string {
  return `${RELATIONS.has(id.kind) ? 'relation' : id.kind === 'domain' ? 'type' : id.kind} ${nameOf(id)}`
}

/** `materialized view` of `materializedView`. */
const wordOf = (kind: string) => kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
