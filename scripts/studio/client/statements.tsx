import { type FormEvent, useEffect, useState } from 'preact/compat'
import type { MeasuredStatement, PlannedStatement } from '../plans.ts'
import { useAddress } from './address.ts'
import { Fetched, fetchJson } from './fetched.tsx'
import { milliseconds, PlanTree } from './plan-tree.tsx'
import { Search } from './search.tsx'

/** The page of statements: measured with example values, with their plans. */
export function StatementsPage() {
  return (
    <Fetched<PlannedStatement[]> path="/api/statements">
      {(statements) => <Statements statements={statements} />}
    </Fetched>
  )
}

const FILTERS = {
  repository: { title: 'Repository', of: ({ name }: PlannedStatement) => [name.split('.')[0] as string] },
  table: { title: 'Table', of: ({ tables }: PlannedStatement) => tables },
  index: { title: 'Index', of: ({ indexes }: PlannedStatement) => indexes },
} as const

function Statements({ statements }: { statements: readonly PlannedStatement[] }) {
  const [address, change] = useAddress()
  const filters = Object.entries(FILTERS).map(([name, filter]) => ({
    name,
    ...filter,
    chosen: address.get(name),
  }))
  const shown = statements.filter((each) =>
    filters.every(({ of, chosen }) => !chosen || of(each).includes(chosen)),
  )
  return (
    <Search
      items={shown}
      what="statements"
      text={({ name, sql, plan, indexes }) => `${name} ${sql} ${plan} ${indexes.join(' ')}`}
      tools={filters.map(({ name, title, of, chosen }) => (
        <select
          key={name}
          aria-label={title}
          value={chosen ?? ''}
          onChange={(event) => change({ [name]: event.currentTarget.value }, 'replace')}
        >
          <option value="">{title}: any</option>
          {[...new Set(statements.flatMap((each) => [...of(each)]))].sort().map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ))}
    >
      {(found) => <Measured key={found.map(({ name }) => name).join()} found={found} />}
    </Search>
  )
}

/** The list, and a button that runs all of its reading statements, the slowest first. */
function Measured({ found }: { found: readonly PlannedStatement[] }) {
  const [times, setTimes] = useState<ReadonlyMap<string, number>>(new Map())
  const [progress, setProgress] = useState<number>()
  async function measure() {
    const measured = new Map<string, number>()
    for (const [place, { name, problem }] of found.entries()) {
      setProgress(place)
      if (problem) continue
      const { time } = await fetchJson<Partial<MeasuredStatement>>('/api/plan', { name }).catch(() => ({
        time: undefined,
      }))
      if (time !== undefined) measured.set(name, time)
      setTimes(new Map(measured))
    }
    setProgress(undefined)
  }
  const sorted = [...found].sort((one, other) => (times.get(other.name) ?? -1) - (times.get(one.name) ?? -1))
  return (
    <>
      <p>
        <button type="button" disabled={progress !== undefined || found.length === 0} onClick={measure}>
          {progress === undefined
            ? 'Measure these with example values, slowest first'
            : `Measuring ${progress + 1} of ${found.length} …`}
        </button>
      </p>
      {sorted.map((statement) => (
        <Statement key={statement.name} statement={statement} time={times.get(statement.name)} />
      ))}
    </>
  )
}

function Statement({ statement, time }: { statement: PlannedStatement; time: number | undefined }) {
  const { name, sql, indexes, problem } = statement
  const [isOpen, setOpen] = useState(decodeURIComponent(location.hash.slice(1)) === name)
  return (
    <details id={name} open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {time !== undefined && <strong className="time">{milliseconds(time)}</strong>} <code>{name}</code>{' '}
        <span className="quiet">{indexes.join(', ')}</span>
        {problem && <span className="warning">does not fit this database: {problem}</span>}
      </summary>
      {isOpen && !problem && <PlanWithValues statement={statement} />}
      <h4>SQL</h4>
      <pre>{sql}</pre>
    </details>
  )
}

function PlanWithValues({ statement: { name, parameters, tree } }: { statement: PlannedStatement }) {
  const [outcome, setOutcome] = useState<MeasuredStatement | { error: string }>()
  const plan = (values?: (string | null)[]) =>
    fetchJson<MeasuredStatement>('/api/plan', { name, values }).then(setOutcome, (error: Error) =>
      setOutcome({ error: error.message }),
    )
  // biome-ignore lint/correctness/useExhaustiveDependencies: planned once, when the statement is opened
  useEffect(() => void plan(), [])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    void plan(parameters.map((_, place) => (form.get(String(place)) as string) || null))
  }
  const measured = outcome && 'values' in outcome ? outcome : undefined
  return (
    <>
      {outcome === undefined && <p className="quiet">Loading …</p>}
      {outcome && 'error' in outcome && <p className="warning">{outcome.error}</p>}
      {measured && (
        <p role="status">
          {measured.time === undefined ? (
            'It writes, so it was only planned.'
          ) : (
            <strong>{milliseconds(measured.time)}</strong>
          )}{' '}
          <span className="quiet">with these values:</span>
        </p>
      )}
      {outcome && (
        <form onSubmit={submit} key={measured?.values.join('\n') ?? ''}>
          <div className="values">
            {parameters.map((parameter, place) => (
              <label key={parameter.name}>
                <span>
                  ${place + 1} {parameter.name}: {parameter.type}
                </span>
                <input name={String(place)} placeholder="null" defaultValue={measured?.values[place] ?? ''} />
              </label>
            ))}
            <button type="submit">Show the plan for these values</button>
          </div>
        </form>
      )}
      {measured?.tree && <PlanTree tree={measured.tree} />}
      {tree && (
        <details>
          <summary className="quiet">Generic plan, for unknown values</summary>
          <PlanTree tree={tree} />
        </details>
      )}
    </>
  )
}
