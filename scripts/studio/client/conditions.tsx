import { type FormEvent, useState } from 'preact/compat'
import type { Condition, Operator } from '../rows.ts'
import type { TableInfo } from '../table.ts'

const OPERATORS: readonly Operator[] = ['=', '≠', '<', '≤', '>', '≥', 'contains', 'is null', 'is not null']

/** The filters of the page, and a form for one more. */
export function Conditions({
  table,
  where,
  onChange,
}: {
  table: TableInfo
  where: readonly Condition[]
  onChange: (where: readonly Condition[]) => void
}) {
  const columns = table.columns.filter(({ isSecret }) => !isSecret)
  const [column, setColumn] = useState(columns[0]?.name ?? '')
  const [operator, setOperator] = useState<Operator>('=')
  const [value, setValue] = useState('')
  const needsValue = !operator.startsWith('is')
  const values = columns.find(({ name }) => name === column)?.values
  // The list shows its first value until one is chosen.
  const chosen = values?.includes(value) === false ? (values[0] ?? '') : value
  const add = (event: FormEvent) => {
    event.preventDefault()
    onChange([
      ...where,
      { column, operator, ...(needsValue && { value: operator === 'contains' ? value : chosen }) },
    ])
    setValue('')
  }
  return (
    <>
      {where.map((condition, place) => (
        <span className="label" key={JSON.stringify(condition)}>
          {condition.column} {condition.operator} {condition.value}{' '}
          <button
            type="button"
            className="link"
            aria-label={`Remove the filter on ${condition.column}`}
            onClick={() => onChange(where.filter((_, each) => each !== place))}
          >
            ×
          </button>
        </span>
      ))}
      <details className="menu">
        <summary>Filter</summary>
        <form onSubmit={add}>
          <select
            aria-label="Column"
            value={column}
            onChange={(event) => setColumn(event.currentTarget.value)}
          >
            {columns.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <select
            aria-label="Operator"
            value={operator}
            onChange={(event) => setOperator(event.currentTarget.value as Operator)}
          >
            {OPERATORS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
          {needsValue &&
            (values && operator !== 'contains' ? (
              <select
                aria-label="Value"
                value={chosen}
                onChange={(event) => setValue(event.currentTarget.value)}
              >
                {values.map((each) => (
                  <option key={each}>{each}</option>
                ))}
              </select>
            ) : (
              <input
                aria-label="Value"
                value={value}
                onChange={(event) => setValue(event.currentTarget.value)}
              />
            ))}
          <button type="submit">Add</button>
        </form>
      </details>
    </>
  )
}
