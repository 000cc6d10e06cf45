// cspell:ignore Subplan
/** A node of a plan, as `explain (format json)` returns it. */
export interface JsonNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Alias?: string
  readonly 'Index Name'?: string
  readonly Operation?: string
  readonly 'Join Type'?: string
  readonly 'Subplan Name'?: string
  readonly 'CTE Name'?: string
  readonly 'Function Name'?: string
  readonly 'Total Cost': number
  readonly 'Plan Rows': number
  readonly 'Actual Total Time'?: number
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly Plans?: readonly JsonNode[]
  readonly [detail: string]: unknown
}

/** A node of a plan as a page shows it. */
export interface PlanNode {
  /** For example `Index Scan using chats_pkey on chats`. */
  readonly label: string
  /** Conditions and sort keys, for example `Index Cond: (user_id = $1)`. */
  readonly details: readonly string[]
  readonly cost: number
  /** The estimate of the planner. */
  readonly estimated: number
  /** Rows of all loops; absent where the statement was not run. */
  readonly rows?: number
  /** Milliseconds of this node alone, in all loops; absent where the statement was not run. */
  readonly time?: number
  /** The share of this node alone, from 0 to 1: of the time, or of the cost where there is none. */
  readonly share: number
  /** The node with the largest share. */
  readonly isSlowest: boolean
  readonly children: readonly PlanNode[]
}

/** Makes the tree of a page from a plan. */
export function treeOf(root: JsonNode): PlanNode {
  const whole = Math.max(inclusive(root), Number.MIN_VALUE)
  const largest = Math.max(...flat(root).map(exclusive))
  let isMarked = false
  return convert(root)

  function convert(node: JsonNode): PlanNode {
    const own = exclusive(node)
    const isSlowest = !isMarked && own === largest
    isMarked ||= isSlowest
    const loops = node['Actual Loops'] ?? 1
    return {
      label: labelOf(node),
      details: detailsOf(node),
      cost: node['Total Cost'],
      estimated: node['Plan Rows'],
      ...(node['Actual Rows'] !== undefined && { rows: Math.round(node['Actual Rows'] * loops) }),
      ...(node['Actual Total Time'] !== undefined && { time: own }),
      share: Math.min(1, own / whole),
      isSlowest,
      children: (node.Plans ?? []).map(convert),
    }
  }
}

/** The names of tables and indexes that a plan reads or writes. */
export function objectsOf(root: JsonNode): { tables: string[]; indexes: string[] } {
  const nodes = flat(root)
  const unique = (key: 'Relation Name' | 'Index Name') => [
    ...new Set(nodes.flatMap((node) => node[key] ?? [])),
  ]
  return { tables: unique('Relation Name').sort(), indexes: unique('Index Name').sort() }
}

/** A plan as text, in the manner of PostgreSQL. */
export function textOf(node: PlanNode, depth = 0): string {
  const indent = '  '.repeat(depth)
  const measured =
    node.time === undefined ? '' : ` (actual time=${node.time.toFixed(3)} ms, rows=${node.rows})`
  const head = `${indent}${depth > 0 ? '-> ' : ''}${node.label} (cost=${node.cost} rows=${node.estimated})${measured}`
  return [
    head,
    ...node.details.map((detail) => `${indent}     ${detail}`),
    ...node.children.map((child) => textOf(child, depth + 1)),
  ].join('\n')
}

const flat = (node: JsonNode): JsonNode[] => [node, ...(node.Plans ?? []).flatMap(flat)]

/** The time of a node with its children in milliseconds, or its cost where it was not run. */
function inclusive(node: JsonNode): number {
  const time = node['Actual Total Time']
  return time === undefined ? node['Total Cost'] : time * (node['Actual Loops'] ?? 1)
}

function exclusive(node: JsonNode): number {
  return Math.max(0, inclusive(node) - (node.Plans ?? []).reduce((sum, child) => sum + inclusive(child), 0))
}

function labelOf(node: JsonNode): string {
  const { 'Node Type': type, Operation: operation, 'Index Name': index, Alias: alias } = node
  const relation = node['Relation Name'] ?? node['CTE Name'] ?? node['Function Name']
  const kind = type === 'ModifyTable' ? operation : joined(type, node['Join Type'])
  const using = index && relation ? ` using ${index}` : index ? ` on ${index}` : ''
  const on = relation ? ` on ${relation}${alias && alias !== relation ? ` as ${alias}` : ''}` : ''
  const plan = node['Subplan Name'] ? `${node['Subplan Name']}: ` : ''
  return `${plan}${kind}${using}${on}`
}

/** `Hash Left Join` of `Hash Join` and `Left`. */
function joined(type: string, join: string | undefined): string {
  if (join === undefined || join === 'Inner') return type
  return type.includes('Join') ? type.replace('Join', `${join} Join`) : `${type} ${join} Join`
}

const DETAILS =
  `Index Cond,Recheck Cond,Filter,Rows Removed by Filter,Hash Cond,Merge Cond,Join Filter,Sort Key,Group Key,Sort Method,
  Sort Space Used,Cache Key,Heap Fetches,Workers Launched`
    .split(',')
    .map((each) => each.trim())

function detailsOf(node: JsonNode): string[] {
  return DETAILS.flatMap((name) => {
    const value = node[name]
    return value === undefined || value === 0 ? [] : [`${name}: ${[value].flat().join(', ')}`]
  })
}
