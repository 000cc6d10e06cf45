import { nodeOf } from '../sql.ts'
import type { Hints } from './values.ts'

/** The constants in CHECKs: numbers, texts, and regular expressions. */
export function hintsOf(rules: readonly string[]): Hints {
  const found = { numbers: new Set<number>(), texts: new Set<string>(), patterns: new Set<string>() }
  for (const rule of rules) {
    try {
      collect(treeOf(rule), found)
    } catch {
      // A rule that the parser does not know gives no hints: the server still decides.
    }
  }
  return { numbers: [...found.numbers], texts: [...found.texts], patterns: [...found.patterns] }
}

/** An expression, or a constraint as `pg_get_constraintdef` gives it. */
function treeOf(rule: string): unknown {
  return rule.startsWith('CHECK ')
    ? nodeOf(`alter table t add constraint c ${rule}`)
    : nodeOf(`select ${rule}`)
}

interface Found {
  numbers: Set<number>
  texts: Set<string>
  patterns: Set<string>
}

interface Constant {
  ival?: { ival?: number }
  fval?: { fval: string }
  sval?: { sval?: string }
}

function collect(node: unknown, found: Found): void {
  if (Array.isArray(node)) {
    for (const each of node) collect(each, found)
    return
  }
  if (typeof node !== 'object' || node === null) return
  const { A_Const, A_Expr } = node as {
    A_Const?: Constant
    A_Expr?: { name?: { String?: { sval?: string } }[]; rexpr?: unknown }
  }
  if (A_Const?.ival) found.numbers.add(A_Const.ival.ival ?? 0)
  if (A_Const?.fval) found.numbers.add(Number(A_Const.fval.fval))
  if (A_Const?.sval?.sval !== undefined) found.texts.add(A_Const.sval.sval)
  if (
    A_Expr?.name?.some(({ String: operator }) => operator?.sval?.startsWith('~') && operator.sval.length <= 2)
  ) {
    const pattern: Found = { numbers: new Set(), texts: new Set(), patterns: new Set() }
    collect(A_Expr.rexpr, pattern)
    for (const text of pattern.texts) found.patterns.add(text)
  }
  for (const value of Object.values(node)) collect(value, found)
}
