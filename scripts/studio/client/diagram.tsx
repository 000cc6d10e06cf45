import { useState } from 'preact/compat'
import { type Catalog, type Column, shortType } from '../catalog.ts'
import type { Box, Diagram, Line } from '../diagram.ts'
import { linkToRows, useAddress } from './address.ts'
import { Fetched } from './fetched.tsx'

/** The smallest scale that is still legible. Larger diagrams are scaled down to the width of the window. */
const SMALLEST = 0.6

/** The page of the entity diagram. */
export function DiagramPage() {
  return (
    <Fetched<Catalog> path="/api/catalog">
      {(catalog) => (
        <Fetched<Diagram> path="/api/diagram">
          {(diagram) => <Drawing catalog={catalog} diagram={diagram} />}
        </Fetched>
      )}
    </Fetched>
  )
}

function Drawing({ catalog, diagram }: { catalog: Catalog; diagram: Diagram }) {
  const [table, setTable] = useState<string>()
  const [zoom, setZoom] = useState(0)
  const [address, change] = useAddress()
  const query = address.get('q') ?? ''
  const sought = query.toLowerCase()
  const columnsOf = (name: string) => catalog.tables.find((each) => each.name === name)?.columns ?? []
  const { width, height, lineHeight, boxes, lines } = diagram
  return (
    <div className="content">
      <div className="toolbar">
        <input
          type="search"
          aria-label="Search tables and columns"
          placeholder="Search tables and columns"
          value={query}
          onChange={(event) => change({ q: event.currentTarget.value }, 'replace')}
        />
        <button type="button" onClick={() => setZoom((zoom || 1) * 1.25)}>
          Larger
        </button>
        <button type="button" onClick={() => setZoom((zoom || 1) / 1.25)}>
          Smaller
        </button>
        <button type="button" onClick={() => setZoom(zoomToFit(diagram))}>
          Fit
        </button>
        <button type="button" onClick={saveSvg}>
          Save as SVG
        </button>
      </div>
      <p className="quiet">
        n and 1: how many rows; 0..1: at most one. Dashed with ✕: deleted with the row it refers to; ∅: kept
        without it. A click on a table opens its rows.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className="scroll" tabIndex={0} aria-label="Diagram">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          style={zoom > 0 ? { width: width * zoom } : { width, maxWidth: '100%', minWidth: width * SMALLEST }}
        >
          <title>Entity diagram</title>
          <defs>
            <marker
              id="many"
              viewBox="0 0 10 10"
              refX="10"
              refY="5"
              markerWidth="10"
              markerHeight="10"
              orient="auto-start-reverse"
            >
              <path d="M10 0 0 5 10 10M10 5 0 5" fill="none" stroke="#667085" />
            </marker>
            <marker
              id="one"
              viewBox="0 0 8 8"
              refX="4"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              orient="auto"
            >
              <path d="M3 0 3 8" fill="none" stroke="#667085" />
            </marker>
          </defs>
          {lines.map((line, place) => (
            <ForeignKey
              key={`${line.from}.${line.name}`}
              line={line}
              before={
                lines.slice(0, place).filter((other) => isSamePoint(other.points.at(-1), line.points.at(-1)))
                  .length
              }
              isLit={table === line.from || table === line.to}
            />
          ))}
          {boxes.map((box) => (
            <TableBox
              key={box.table}
              box={box}
              columns={columnsOf(box.table)}
              lineHeight={lineHeight}
              onPoint={setTable}
              isFound={
                sought !== '' &&
                [box.table, ...columnsOf(box.table).map(({ name }) => name)].some((name) =>
                  name.includes(sought),
                )
              }
            />
          ))}
        </svg>
      </section>
    </div>
  )
}

const isSamePoint = (one?: Line['points'][0], other?: Line['points'][0]) =>
  one?.x === other?.x && one?.y === other?.y

/** The scale at which the window shows the whole diagram. */
function zoomToFit({ width, height }: Diagram): number {
  const frame = document.querySelector('#page .scroll')?.getBoundingClientRect()
  return frame ? Math.min(frame.width / width, (innerHeight - Math.max(frame.top, 0) - 16) / height) : 1
}

/** The words of what a delete of the referenced row does. */
const ON_DELETE = {
  cascade: 'deletes with it',
  'set null': 'keeps, without it',
  'set default': 'keeps, with the default',
  restrict: 'prevents its deletion',
} as const

function ForeignKey({
  line,
  before,
  isLit,
}: {
  line: Line
  /** How many lines before it end at the same place. */
  before: number
  isLit: boolean
}) {
  const { name, from, to, points, onDelete, isOptional, isUnique } = line
  const [start, end] = [points[0], points.at(-1)]
  const many = isUnique ? '0..1' : 'n'
  const one = isOptional ? '0..1' : '1'
  return (
    <g className={isLit ? 'key is-lit' : 'key'} data-key={name}>
      <polyline
        className={onDelete === 'cascade' ? 'cascades' : ''}
        points={points.map(({ x, y }) => `${x},${y}`).join(' ')}
        markerStart={isUnique ? undefined : 'url(#many)'}
        markerEnd="url(#one)"
      >
        <title>{`${name}: ${many} ${from} to ${one} ${to}; when the row of ${to} is deleted, ${from} ${ON_DELETE[onDelete]}`}</title>
      </polyline>
      {start && (
        <text className="quiet mark" x={start.x - 10} y={start.y - 5} textAnchor="end">
          {many}
          {onDelete === 'cascade' && ' ✕'}
          {onDelete === 'set null' && ' ∅'}
        </text>
      )}
      {end && (
        <text className="quiet mark" x={end.x + 8} y={end.y - 5 - before * 12}>
          {one}
        </text>
      )}
    </g>
  )
}

function TableBox({
  box: { table, x, y, width, height },
  columns,
  lineHeight,
  onPoint,
  isFound,
}: {
  box: Box
  columns: readonly Column[]
  lineHeight: number
  onPoint: (table: string | undefined) => void
  isFound: boolean
}) {
  return (
    <a
      href={linkToRows(table, {})}
      className={isFound ? 'is-lit' : ''}
      onMouseEnter={() => onPoint(table)}
      onMouseLeave={() => onPoint(undefined)}
      data-table={table}
    >
      <g transform={`translate(${x} ${y})`}>
        <rect width={width} height={height} rx={6} />
        <rect className="title" width={width} height={lineHeight + 6} rx={6} />
        <text className="name" x={12} y={lineHeight - 2}>
          {table}
        </text>
        {columns.map((column, place) => (
          <text key={column.name} x={12} y={(place + 2) * lineHeight + 2}>
            {column.name}
            {column.isKey && ' ●'}
            {column.references && ' →'}
            <tspan className="quiet" x={width - 12} textAnchor="end">
              {shortType(column.type)}
            </tspan>
          </text>
        ))}
      </g>
    </a>
  )
}

/** Saves the picture as a file, with the colors that it has now. */
function saveSvg(): void {
  const picture = document.querySelector('#page svg')
  if (!picture) return
  const copy = picture.cloneNode(true) as SVGElement
  const originals = picture.querySelectorAll('rect, text, polyline, path')
  copy.querySelectorAll('rect, text, polyline, path').forEach((each, place) => {
    const { fill, stroke, strokeWidth, strokeDasharray, font } = getComputedStyle(originals[place] as Element)
    each.setAttribute(
      'style',
      `fill:${fill};stroke:${stroke};stroke-width:${strokeWidth};stroke-dasharray:${strokeDasharray};font:${font}`,
    )
  })
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([copy.outerHTML], { type: 'image/svg+xml' }))
  link.download = 'diagram.svg'
  link.click()
  URL.revokeObjectURL(link.href)
}
