import { useState } from 'react'
import { type Catalog, type Column, shortType } from '../catalog.ts'
import type { Box, Diagram, Line } from '../diagram.ts'
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
  const columnsOf = (name: string) => catalog.tables.find((each) => each.name === name)?.columns ?? []
  const { width, height, lineHeight, boxes, lines } = diagram
  return (
    <div className="content">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ width, maxWidth: '100%', minWidth: width * SMALLEST }}
        role="img"
        aria-label="Entity diagram"
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8" fill="none" stroke="#667085" />
          </marker>
        </defs>
        {lines.map((line) => (
          <ForeignKey
            key={`${line.from}.${line.name}`}
            line={line}
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
          />
        ))}
      </svg>
    </div>
  )
}

function ForeignKey({ line: { name, from, to, points }, isLit }: { line: Line; isLit: boolean }) {
  return (
    <polyline
      className={isLit ? 'is-lit' : ''}
      points={points.map(({ x, y }) => `${x},${y}`).join(' ')}
      markerEnd="url(#arrow)"
    >
      <title>{`${name}: ${from} → ${to}`}</title>
    </polyline>
  )
}

function TableBox({
  box: { table, x, y, width, height },
  columns,
  lineHeight,
  onPoint,
}: {
  box: Box
  columns: readonly Column[]
  lineHeight: number
  onPoint: (table: string | undefined) => void
}) {
  return (
    <a
      href={`/dictionary#${table}`}
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
