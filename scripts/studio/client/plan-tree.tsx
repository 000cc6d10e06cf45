import type { PlanNode } from '../plan-tree.ts'

/** A plan as a tree: the slowest node is marked, and each has its share of the time, or of the cost where it was not run. */
export function PlanTree({ tree }: { tree: PlanNode }) {
  return (
    <ul className="plan" aria-label="Plan">
      <Node node={tree} />
    </ul>
  )
}

function Node({ node }: { node: PlanNode }) {
  const { label, details, cost, estimated, rows, time, share, isSlowest, children } = node
  const isMeasured = time !== undefined
  return (
    <li>
      <div className={isSlowest ? 'node is-slowest' : 'node'}>
        <span className="share" style={{ width: `${Math.round(share * 60)}px` }} />
        <strong>{label}</strong>{' '}
        {isSlowest && <span className="label warning">{isMeasured ? 'slowest' : 'most expensive'}</span>}{' '}
        <span className="quiet">
          {isMeasured
            ? `${milliseconds(time)}, ${rows?.toLocaleString('en')} rows`
            : `cost ${cost.toLocaleString('en')}, about ${estimated.toLocaleString('en')} rows`}
          {isMeasured && isFarOff(node) && ` (${estimated.toLocaleString('en')} were expected)`}
        </span>
        {details.map((detail) => (
          <code key={detail} className="detail">
            {detail}
          </code>
        ))}
      </div>
      {children.length > 0 && (
        <ul className="children">
          {children.map((child, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a plan never changes
            <Node key={place} node={child} />
          ))}
        </ul>
      )}
    </li>
  )
}

/** A wrong estimate is often the reason of a slow plan. */
const isFarOff = ({ estimated, rows = 0 }: PlanNode) =>
  Math.max(estimated, rows, 1) / Math.max(1, Math.min(estimated, rows)) > 10

export const milliseconds = (time: number): string =>
  time < 10 ? `${time.toFixed(2)} ms` : `${Math.round(time).toLocaleString('en')} ms`
