import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk.bundled.js'
import { type Catalog, type Constraint, shortType, type Table } from './catalog.ts'

/** Tables as boxes and foreign keys as lines. All sizes are in pixels. */
export interface Diagram {
  readonly width: number
  readonly height: number
  /** The height of a line of text in a box. */
  readonly lineHeight: number
  readonly boxes: readonly Box[]
  readonly lines: readonly Line[]
}

/** The box of a table. */
export interface Box {
  readonly table: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** The line of a foreign key. */
export interface Line {
  /** The name of the constraint. */
  readonly name: string
  /** The referencing table. */
  readonly from: string
  /** The referenced table. */
  readonly to: string
  /** The effect of a delete of the referenced row. */
  readonly onDelete: 'cascade' | 'set null' | 'set default' | 'restrict'
  /** Whether a row of `from` may do without one of `to`. */
  readonly isOptional: boolean
  /** Whether at most one row of `from` refers to the same one of `to`. */
  readonly isUnique: boolean
  /** The corners, starting at the referencing table. */
  readonly points: readonly Point[]
}

interface Point {
  readonly x: number
  readonly y: number
}

const LINE_HEIGHT = 20
const CHARACTER_WIDTH = 7.4
const PADDING = 24

let last: { readonly key: string; readonly diagram: Promise<Diagram> } | undefined

/** Lays out a catalog with ELK. The same catalog always gives the same diagram; the last one is kept. */
export function drawDiagram({ tables, constraints }: Catalog): Promise<Diagram> {
  const key = JSON.stringify([tables.map(({ name, columns }) => [name, columns]), constraints])
  if (last?.key === key) return last.diagram
  const diagram = layOut({ tables, constraints })
  last = { key, diagram }
  // A failure is not kept.
  diagram.catch(() => {
    last = undefined
  })
  return diagram
}

async function layOut({ tables, constraints }: Pick<Catalog, 'tables' | 'constraints'>): Promise<Diagram> {
  const drawn = new Map(tables.filter(({ kind }) => kind === 'table').map((table) => [table.name, table]))
  const keys = constraints.filter(({ table, references }) => drawn.has(table) && drawn.has(references ?? ''))
  const graph: ElkNode = {
    id: 'diagram',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'LEFT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.spacing.nodeNode': '40',
      'elk.layered.spacing.nodeNodeBetweenLayers': '70',
      'elk.spacing.componentComponent': '50',
    },
    children: [...drawn.values()].map((table) => boxOf(table, keys)),
    edges: keys.map((key) => ({
      id: idOf(key),
      sources: [`${idOf(key)} from`],
      targets: [`${idOf(key)} to`],
    })),
  }
  const { width = 0, height = 0, children = [], edges = [] } = await placeNodes(graph)
  const sections = new Map(edges.map((edge) => [edge.id, (edge as ElkExtendedEdge).sections?.[0]]))
  return {
    width,
    height,
    lineHeight: LINE_HEIGHT,
    boxes: children.map(({ id, x = 0, y = 0, width = 0, height = 0 }) => ({
      ...{ table: id, x, y, width, height },
    })),
    lines: keys.map((key) => {
      const section = sections.get(idOf(key))
      const points = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : []
      return {
        name: key.name,
        from: key.table,
        to: key.references as string,
        onDelete: key.onDelete ?? 'restrict',
        isOptional: key.isOptional,
        isUnique: key.isUnique,
        points: points.map(({ x, y }) => ({ x, y })),
      }
    }),
  }
}

/** The program of a thread that places the nodes of one graph. */
const PROGRAM = `
  const { parentPort, workerData: { elk, graph } } = require('node:worker_threads')
  const { default: Elk = require(elk) } = require(elk)
  new Elk().layout(graph).then((placed) => parentPort.postMessage(placed))`

/** In a thread of its own: ELK is a megabyte of code, and requests do not wait for it. */
async function placeNodes(graph: ElkNode): Promise<ElkNode> {
  const elk = createRequire(import.meta.url).resolve('elkjs/lib/elk.bundled.js')
  const worker = new Worker(PROGRAM, { eval: true, workerData: { elk, graph } })
  worker.unref()
  const [placed] = (await once(worker, 'message')) as [ElkNode]
  return placed
}

const idOf = ({ table, name }: Constraint) => `${table}.${name}`

/** Lines start on the left at the referencing column and end on the right at the referenced one. */
function boxOf({ name, columns }: Table, keys: readonly Constraint[]): ElkNode {
  const longest = Math.max(
    name.length,
    ...columns.map((column) => column.name.length + shortType(column.type).length + 6),
  )
  const width = longest * CHARACTER_WIDTH + PADDING
  const rowOf = (column = '') => (columns.findIndex((each) => each.name === column) + 1.75) * LINE_HEIGHT
  return {
    id: name,
    width,
    height: (columns.length + 1) * LINE_HEIGHT + 12,
    layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
    ports: keys.flatMap((key) => [
      ...(key.table === name ? [{ id: `${idOf(key)} from`, x: 0, y: rowOf(key.columns[0]) }] : []),
      ...(key.references === name
        ? [{ id: `${idOf(key)} to`, x: width, y: rowOf(key.referencedColumns[0]) }]
        : []),
    ]),
  }
}
