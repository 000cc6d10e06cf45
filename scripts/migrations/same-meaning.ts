import { buildFactBase, type Fact, type FactBase } from '@supabase/pg-delta'
import { nodeOf } from './sql.ts'

/** The names of facts whose values are SQL as PostgreSQL prints it. */
const SQL_FACTS = ['def', 'expr', 'generatedExpr', 'usingExpr', 'checkExpr', 'partitionKey']

/** Statements that a part of SQL can stand in. */
const AROUND: readonly ((part: string) => string)[] = [
  (part) => part,
  (part) => `select ${part}`,
  (part) => `alter table t add ${part}`,
  (part) => `create table t () partition by ${part}`,
]

/**
 * The facts of `target`, where a definition that means the same as in `source` is written as it is there. PostgreSQL keeps
 * `a between 1 and 2 and b` as two conditions in one; read again from what it prints, it is three side by side, and is printed
 * with other parentheses.
 */
export function withSameDefinitions(source: FactBase, target: FactBase): FactBase {
  const facts = target.facts().map((fact) => withDefinitionsOf(source.get(fact.id), fact))
  return buildFactBase(facts, [...target.edges], target.source, target.referenceOnly)
}

function withDefinitionsOf(source: Fact | undefined, fact: Fact): Fact {
  if (!source) return fact
  const same = SQL_FACTS.flatMap((name) => {
    const [one, other] = [source.payload[name], fact.payload[name]]
    return typeof one === 'string' && typeof other === 'string' && one !== other && isSame(one, other)
      ? [[name, one]]
      : []
  })
  return same.length > 0 ? { ...fact, payload: { ...fact.payload, ...Object.fromEntries(same) } } : fact
}

/** Whether the parser of PostgreSQL makes the same tree of both. */
function isSame(one: string, other: string): boolean {
  const around = AROUND.find((each) => treeOf(each(one)) !== undefined)
  return around !== undefined && treeOf(around(one)) === treeOf(around(other))
}

function treeOf(sql: string): string | undefined {
  try {
    return JSON.stringify(nodeOf(sql), (key, value) => (isPosition(key) ? undefined : value))
  } catch {
    return undefined
  }
}

const isPosition = (key: string) => key === 'location' || key === 'list_start' || key === 'list_end'
