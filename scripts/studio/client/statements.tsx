import { type FormEvent, useState } from 'react'
import type { PlannedStatement } from '../plans.ts'
import { Fetched, fetchJson } from './fetched.tsx'
import { Search } from './search.tsx'

/** The page of statements with their plans. */
export function StatementsPage() {
  return (
    <Fetched<PlannedStatement[]> path="/api/statements">
      {(statements) => (
        <Search items={statements} what="statements" text={({ name, sql }) => `${name} ${sql}`}>
          {(found) => found.map((statement) => <Statement key={statement.name} statement={statement} />)}
        </Search>
      )}
    </Fetched>
  )
}

function Statement({ statement }: { statement: PlannedStatement }) {
  const { name, sql, indexes, plan, problem } = statement
  const isLinked = decodeURIComponent(location.hash.slice(1)) === name
  return (
    <details id={name} open={isLinked}>
      <summary>
        <code>{name}</code> <span className="quiet">{indexes.join(', ')}</span>
        {problem && <span className="warning">does not fit this database: {problem}</span>}
      </summary>
      <pre>{sql}</pre>
      {!problem && (
        <>
          <h4>Generic plan</h4>
          <pre className="plan">{plan}</pre>
          <PlanWithValues statement={statement} />
        </>
      )}
    </details>
  )
}

function PlanWithValues({ statement: { name, parameters } }: { statement: PlannedStatement }) {
  const [outcome, setOutcome] = useState<{ plan: string } | { error: string }>()
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const values = parameters.map((_, place) => (form.get(String(place)) as string) || null)
    setOutcome(
      await fetchJson<PlannedStatement>('/api/plan', { name, values }).catch((error: Error) => ({
        error: error.message,
      })),
    )
  }
  return (
    <form onSubmit={submit}>
      <div className="values">
        {parameters.map((parameter, place) => (
          <label key={parameter.name}>
            <span>
              ${place + 1} {parameter.name}: {parameter.type}
            </span>
            <input name={String(place)} placeholder="null" />
          </label>
        ))}
        <button type="submit">Show the plan for these values</button>
      </div>
      {outcome &&
        ('error' in outcome ? <p className="warning">{outcome.error}</p> : <pre>{outcome.plan}</pre>)}
    </form>
  )
}
