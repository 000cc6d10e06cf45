import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NOT_COMPARED } from '../../src/admin/index.ts'
import { between, type Pages } from './page.ts'

const PAGE = 'docs/reference/verify.md'

/** The columns that `verify` does not compare, with the reasons, as a table. */
export async function verifyPage(root: string): Promise<Pages> {
  const rows = Object.entries(NOT_COMPARED).flatMap(([reason, tables]) =>
    Object.entries(tables).map(([table, columns]) => `| \`${table}\` | ${list(columns)} | ${reason}. |`),
  )
  const table = ['| catalog | columns | reason |', '|---|---|---|', ...rows].join('\n')
  const page = await readFile(join(root, PAGE), 'utf8')
  return { [PAGE]: between(page, 'not compared', table) }
}

function list(columns: string): string {
  if (columns === '*') return 'all'
  return columns
    .split(' ')
    .map((column) => `\`${column}\``)
    .join(', ')
}
