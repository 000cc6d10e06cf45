import type { ScanToken } from 'libpg-query'
import { type ColumnTypes, columnKey, isCutByCast, keepsValues } from './column-types.ts'
import type { Action, ObjectId } from './differ.ts'
import { insertAfter, nodeOf, quoted, shorten, statementsOf, tokensOf } from './sql.ts'
import { addedConstraint, namesOf, type TableChange, tableChange } from './statement.ts'

/** A statement of a migration. */
export interface Change {
  readonly sql: string
  readonly creates: readonly ObjectId[]
  readonly drops: readonly ObjectId[]
  /** Whether rows lose or change what they hold. */
  readonly losesData: boolean
}

/** The objects and facts of both databases. */
export interface Context {
  readonly before: ColumnTypes
  readonly after: ColumnTypes
  /** The SQL of schema/. */
  readonly schema: string
  /** Constraints of schema/ that are not valid, by `columnKey`. */
  readonly notValid: ReadonlySet<string>
}

/** The differ's statements, without its mistakes and with what they cost the rows. */
export function correct(actions: readonly Action[], context: Context): Change[] {
  const extensions = extensionsOf(context.schema)
  const changes = actions.flatMap((action) => {
    const sql = correctStatement(action.sql, context, extensions)
    return sql === undefined ? [] : [{ ...action, sql: shorten(sql), losesData: losesData(action, context) }]
  })
  return settleDefaults(changes)
}

function correctStatement(
  sql: string,
  context: Context,
  extensions: ReturnType<typeof extensionsOf>,
): string | undefined {
  const node = nodeOf(sql)
  if ('CreateExtensionStmt' in node)
    return extensions.created.get(node.CreateExtensionStmt.extname ?? '') ?? sql
  if ('CommentStmt' in node && node.CommentStmt.objtype === 'OBJECT_EXTENSION') {
    const [name = ''] = namesOf(node.CommentStmt.object ? [node.CommentStmt.object] : [])
    return extensions.commented.has(name) ? sql : undefined
  }
  if ('AlterDomainStmt' in node) return isImpliedByNotNull(sql) ? undefined : sql
  if ('IndexStmt' in node) return ofWholeTable(sql)
  return withNotValid(withVirtualColumns(withoutCut(sql, context), context), context)
}

/** Extensions are created as schema/ has it: where they are is for the host to say. */
function extensionsOf(schema: string): { created: Map<string, string>; commented: Set<string> } {
  const [created, commented] = [new Map<string, string>(), new Set<string>()]
  for (const { sql, node } of statementsOf(schema)) {
    if ('CreateExtensionStmt' in node) created.set(node.CreateExtensionStmt.extname ?? '', sql)
    if ('CommentStmt' in node && node.CommentStmt.objtype === 'OBJECT_EXTENSION')
      for (const name of namesOf(node.CommentStmt.object ? [node.CommentStmt.object] : []))
        commented.add(name)
  }
  return { created, commented }
}

/** Version 18 names the constraint of `set not null`, which is stated already. */
function isImpliedByNotNull(sql: string): boolean {
  const node = nodeOf(sql)
  if (!('AlterDomainStmt' in node)) return false
  const { def } = node.AlterDomainStmt
  return def !== undefined && 'Constraint' in def && def.Constraint.contype === 'CONSTR_NOTNULL'
}

/**
 * The same statement; if it creates an index of a partitioned table alone, that of the whole table. The former is never
 * valid, the latter makes those of the partitions, too.
 */
export function ofWholeTable(sql: string): string {
  const node = nodeOf(sql)
  const isOnly = 'IndexStmt' in node && node.IndexStmt.relation?.inh !== true
  return isOnly ? withoutWord(sql, 'only') : sql
}

function withoutWord(sql: string, word: string): string {
  const token = tokensOf(sql).find((each) => each.text.toLowerCase() === word)
  return token ? cut(sql, token.start, token.end + 1) : sql
}

const cut = (sql: string, start: number, end: number) => {
  const bytes = Buffer.from(sql)
  return `${bytes.subarray(0, start)}${bytes.subarray(end)}`
}

/** Without its cast PostgreSQL refuses a text that is too long. */
function withoutCut(sql: string, { after }: Context): string {
  const change = tableChange(sql)
  if (change?.subtype !== 'AT_AlterColumnType') return sql
  const type = after.get(keyOf(change))
  if (!type || !isCutByCast(type)) return sql
  const using = topLevel(tokensOf(sql)).find(({ text }) => text.toLowerCase() === 'using')
  return using ? Buffer.from(sql).subarray(0, using.start).toString().trimEnd() : sql
}

/** The differ forgets that a constraint is not valid. */
function withNotValid(sql: string, { notValid }: Context): string {
  const added = addedConstraint(sql)
  if (!added || added.constraint.skip_validation) return sql
  const { schema, name } = added.table
  return notValid.has(columnKey(schema, name, added.constraint.conname ?? '')) ? `${sql} not valid` : sql
}

/** Tokens outside parentheses. */
function topLevel(tokens: readonly ScanToken[]): ScanToken[] {
  let depth = 0
  return tokens.filter(({ text }) => {
    if (text === '(' || text === '[') depth += 1
    if (text === ')' || text === ']') depth -= 1
    return depth === 0
  })
}

/** The differ takes virtual generated columns for stored ones. */
function withVirtualColumns(sql: string, { after }: Context): string {
  const node = nodeOf(sql)
  const [relation, definitions] =
    'CreateStmt' in node
      ? [node.CreateStmt.relation, node.CreateStmt.tableElts ?? []]
      : 'AlterTableStmt' in node
        ? [
            node.AlterTableStmt.relation,
            (node.AlterTableStmt.cmds ?? []).flatMap((each) =>
              'AlterTableCmd' in each && each.AlterTableCmd.def ? [each.AlterTableCmd.def] : [],
            ),
          ]
        : [undefined, []]
  const starts = definitions.flatMap((each) => {
    if (!('ColumnDef' in each)) return []
    const { colname = '', constraints = [] } = each.ColumnDef
    const key = columnKey(relation?.schemaname ?? 'public', relation?.relname ?? '', colname)
    if (after.get(key)?.generated !== 'v') return []
    return constraints.flatMap((constraint) =>
      'Constraint' in constraint && constraint.Constraint.contype === 'CONSTR_GENERATED'
        ? [constraint.Constraint.location ?? 0]
        : [],
    )
  })
  // From the last on, so that the positions before stay.
  return starts.toReversed().reduce((text, start) => {
    const stored = tokensOf(text).find(
      (token) => token.start > start && token.text.toLowerCase() === 'stored',
    )
    if (!stored) return text
    const bytes = Buffer.from(text)
    return `${bytes.subarray(0, stored.start)}VIRTUAL${bytes.subarray(stored.end)}`
  }, sql)
}

function losesData({ sql, creates, drops }: Action, { before, after }: Context): boolean {
  for (const id of drops) {
    if (id.kind === 'table' || id.kind === 'typeAttribute') return true
    if (id.kind === 'column' && before.get(columnKey(id.schema, id.table, id.name))?.generated === '') {
      const isOfDroppedTable = drops.some((other) => other.kind === 'table')
      if (!isOfDroppedTable && before.has(columnKey(id.schema, id.table, id.name))) return true
    }
  }
  if (creates.some(({ kind }) => kind === 'table')) return false
  const change = tableChange(sql)
  if (change?.subtype !== 'AT_AlterColumnType') return false
  const [from, to] = [before.get(keyOf(change)), after.get(keyOf(change))]
  return from !== undefined && to !== undefined && !keepsValues(from, to)
}

export const keyOf = ({ table, name }: TableChange) => columnKey(table.schema, table.name, name)

/**
 * A column that gets another type loses its default before, and gets the new one after: neither may be of the other's type.
 * The differ states defaults several times, and not always behind what they need.
 */
function settleDefaults(changes: readonly Change[]): Change[] {
  const retyped = new Set(
    changes.flatMap(({ sql }) => {
      const change = tableChange(sql)
      return change?.subtype === 'AT_AlterColumnType' ? [keyOf(change)] : []
    }),
  )
  const ofRetyped = changes.flatMap((change) => {
    const parsed = tableChange(change.sql)
    return parsed && retyped.has(keyOf(parsed)) && parsed.subtype === 'AT_ColumnDefault'
      ? [{ change, key: keyOf(parsed), isDrop: parsed.command.def === undefined }]
      : []
  })
  const removed = new Set(ofRetyped.map(({ change }) => change))
  const result: Change[] = []
  for (const change of changes) {
    if (removed.has(change)) continue
    const parsed = tableChange(change.sql)
    const isType = parsed?.subtype === 'AT_AlterColumnType'
    const defaults = isType ? ofRetyped.filter(({ key }) => key === keyOf(parsed)) : []
    const [first] = defaults.filter(({ isDrop }) => isDrop)
    const last = defaults.filter(({ isDrop }) => !isDrop).at(-1)
    if (first) result.push(first.change)
    result.push(change)
    if (last) result.push(last.change)
  }
  return result
}

/** `create index` that blocks no writer. */
export const concurrently = (sql: string, name: string): string => {
  const renamed = withIndexName(sql, name)
  return insertAfter(renamed, 'index', 'concurrently')
}

/** The name follows the word `index`. */
function withIndexName(sql: string, name: string): string {
  const tokens = tokensOf(sql)
  const at = tokens.findIndex(({ text }) => text.toLowerCase() === 'index')
  const token = tokens[at + 1]
  if (!token) return sql
  const bytes = Buffer.from(sql)
  return `${bytes.subarray(0, token.start)}${quoted(name)}${bytes.subarray(token.end)}`
}
