/** A part of an expression: a text without parentheses, or what a pair of them encloses. */
type Item = string | readonly Item[]

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|\b(?:AND|OR)\b|[^'"()AO]+|./gs
const OPERATOR = /^(?:AND|OR)$/

/**
 * An expression as PostgreSQL prints it, without parentheses around conditions within conditions of the same operator:
 * `a AND b AND c` for `(a AND b) AND c`. `between` makes the latter, which becomes the former when it is read again. Most functions
 * that print expressions can leave these parentheses out by themselves.
 */
export function withoutNestedConditions(sql: string): string {
  return textOf(itemsOf(sql.match(TOKEN) ?? []))
}

function itemsOf(tokens: readonly string[]): Item[] {
  const outer: Item[][] = []
  let items: Item[] = []
  for (const token of tokens) {
    if (token === '(') {
      outer.push(items)
      items = []
    } else if (token === ')') {
      const parent = outer.pop() ?? []
      parent.push(items)
      items = parent
    } else items.push(token)
  }
  return items
}

function textOf(items: readonly Item[]): string {
  const operator = operatorOf(items)
  return items
    .map((item, index) => {
      if (typeof item === 'string') return item
      const isOperand = [-1, 1].every((step) => isEdge(neighbor(items, index, step)))
      return operator !== undefined && isOperand && operatorOf(item) === operator
        ? textOf(item)
        : `(${textOf(item)})`
    })
    .join('')
}

/** The one operator that joins these items. */
function operatorOf(items: readonly Item[]): string | undefined {
  const [first, ...others] = new Set(items.filter((item) => typeof item === 'string' && OPERATOR.test(item)))
  return others.length === 0 ? (first as string | undefined) : undefined
}

const isEdge = (item: Item | undefined) =>
  item === undefined || (typeof item === 'string' && OPERATOR.test(item))

/** The next item on one side that is more than a space. */
function neighbor(items: readonly Item[], index: number, step: number): Item | undefined {
  const at = index + step
  const item = items[at]
  return typeof item === 'string' && item.trim() === '' ? neighbor(items, at, step) : item
}
