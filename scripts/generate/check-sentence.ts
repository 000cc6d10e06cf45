import { type Limits, limitsInWords, notAllowed, quoteAll, subjectOf } from '../../src/sentences/index.ts'
import type { Constraint } from './catalog.ts'
import { type CheckFact, readCheck } from './check-expression.ts'

/**
 * The sentence of a CHECK, used by validators and errors alike: its comment in SQL, or a sentence made from its expression
 * if all of that can be said. A CHECK of a domain is about the domain, because the server does not report the column.
 */
export function checkSentence({ comment, columns, domain, expression }: Constraint): string {
  if (comment) return comment
  const subjects = domain === null ? columns : [domain]
  const [subject, ...others] = subjects
  const { facts, complete } = readCheck(expression ?? '')
  const values = facts.filter(({ of, rule }) => of === 'value' && rule.kind === 'one of')
  if (
    subject === undefined ||
    others.length > 0 ||
    !complete ||
    values.length > 1 ||
    !facts.every(isSayable)
  ) {
    return notAllowed(subjects)
  }
  const predicates = [
    lengthInWords(facts),
    rangeInWords(facts),
    ...values.map(valuesInWords),
    ...formatInWords(facts),
  ]
  return `${subjectOf(subject)} must ${predicates.filter((each) => each !== '').join(' and ')}.`
}

/** Bounds must be numbers: those of dates and texts are not put into words. */
function isSayable({ of, as, rule }: CheckFact): boolean {
  if (rule.kind === 'bound')
    return (
      rule.value.trim() !== '' &&
      !/^(text|varchar|bpchar|citext)$/.test(as ?? '') &&
      !Number.isNaN(Number(rule.value))
    )
  return of === 'value' || (rule.kind === 'one of' && rule.values.length === 1)
}

function lengthInWords(facts: readonly CheckFact[]): string {
  const lengths = facts.filter(({ of }) => of !== 'value')
  if (lengths.length === 0) return ''
  const { min, max, exclusiveMin, exclusiveMax } = limitsOf(lengths)
  const low = Math.max(Math.ceil(min ?? 0), Math.floor(exclusiveMin ?? -1) + 1)
  const high = Math.min(Math.floor(max ?? Infinity), Math.ceil(exclusiveMax ?? Infinity) - 1)
  const range =
    low === high
      ? `exactly ${low}`
      : low === 0
        ? `at most ${high}`
        : high === Infinity
          ? `at least ${low}`
          : `${low} to ${high}`
  const trimmed = lengths.some(({ of }) => of === 'trimmed length')
  return `have ${range} character${/\b1$/.test(range) ? '' : 's'}${trimmed ? ' after trimming' : ''}`
}

function rangeInWords(facts: readonly CheckFact[]): string {
  const limits = limitsInWords(
    limitsOf(facts.filter(({ of, rule }) => of === 'value' && rule.kind === 'bound')),
  )
  return limits === '' ? '' : `be ${limits}`
}

function valuesInWords({ rule }: CheckFact): string {
  const values = rule.kind === 'one of' ? rule.values.map(asValue) : []
  return values.length === 1 ? `be ${quoteAll(values)}` : `be one of ${quoteAll(values)}`
}

/** Literals are text here; numbers and booleans are shown without quotes. */
function asValue(literal: string): unknown {
  if (/^(true|false)$/.test(literal)) return literal === 'true'
  return /^-?\d{1,15}(\.\d+)?$/.test(literal) ? Number(literal) : literal
}

function formatInWords(facts: readonly CheckFact[]): string[] {
  return facts.some(({ rule }) => rule.kind === 'pattern') ? ['match the required format'] : []
}

const NAMES = { '>=': 'min', '<=': 'max', '>': 'exclusiveMin', '<': 'exclusiveMax' } as const

function limitsOf(facts: readonly CheckFact[]): Limits {
  const limits: { -readonly [Name in keyof Limits]: number } = {}
  for (const { rule } of facts) {
    if (rule.kind === 'one of') limits.min = limits.max = Number(rule.values[0])
    if (rule.kind !== 'bound') continue
    const name = NAMES[rule.operator]
    const value = Number(rule.value)
    const tighter = name === 'min' || name === 'exclusiveMin' ? Math.max : Math.min
    limits[name] = tighter(value, limits[name] ?? value)
  }
  return limits
}
