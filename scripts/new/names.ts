import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { loadModule, parseSync } from 'libpg-query'
import pluralize from 'pluralize'
import { NewError } from './error.ts'

/** The names of a table in SQL, in TypeScript and in sentences; the templates call them by these names. */
export type Names = Readonly<Record<(typeof NAMES)[number], string>>

const NAMES = [
  ...['table', 'row', 'tableName', 'rowName', 'Table', 'Row', 'ROW', 'folder'],
  ...['words', 'word', 'article', 'Article', 'factory'],
] as const

/** @param table the name in SQL: `order_lines`. */
export function namesOf(table: string): Names {
  const parts = table.split('_')
  const last = parts.pop() as string
  const row = [...parts, pluralize.singular(last)].join('_')
  const article = articleOf(row)
  return {
    table,
    row,
    tableName: camelCase(table),
    rowName: camelCase(row),
    Table: capitalized(camelCase(table)),
    Row: capitalized(camelCase(row)),
    ROW: row.toUpperCase(),
    folder: table.replaceAll('_', '-'),
    words: table.replaceAll('_', ' '),
    word: row.replaceAll('_', ' '),
    article,
    Article: capitalized(article),
    factory: `${article}${capitalized(camelCase(row))}`,
  }
}

/**
 * Checks that a table of this name can be added.
 *
 * @throws {NewError} the name has another form, is reserved, or is taken.
 */
export async function checkTable(root: string, table: string): Promise<void> {
  if (!SNAKE_CASE.test(table)) throw new NewError(`"${table}" is not in snake_case, such as order_lines.`)
  const { row, rowName, tableName, Row } = namesOf(table)
  if (row === table) {
    throw new NewError(`"${table}" is not a plural. Tables are named in the plural: ${pluralize(table)}.`)
  }
  await checkSql(`create table ${table} (${row}_id uuid)`, table)
  for (const name of [rowName, tableName]) checkTypeScript(name)
  const files = await readdir(join(root, 'schema'))
  const taken = files.find((file) => new RegExp(`^\\d+_(${table}|${row})\\.sql$`).test(file))
  if (taken) throw new NewError(`There is already schema/${taken}.`)
  const entry = await readFile(join(root, 'src/index.ts'), 'utf8')
  for (const type of [Row, `New${Row}`, `${Row}Change`, `${Row}ListRequest`, `${Row}Repository`]) {
    if (new RegExp(`\\b${type}\\b`).test(entry)) {
      throw new NewError(`src/index.ts already exports ${type}. Choose another name for the table.`)
    }
  }
}

/**
 * Checks that a column of this name and type can be added.
 *
 * @throws {NewError} the name has another form or is reserved, or the type is none that PostgreSQL can read.
 */
export async function checkColumn(column: string, type: string): Promise<void> {
  if (!SNAKE_CASE.test(column))
    throw new NewError(`"${column}" is not in snake_case, such as billing_country.`)
  await checkSql(`create table t (${column} text)`, column)
  checkTypeScript(camelCase(column))
  await checkSql(`create table t (c ${type})`, type)
}

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/

async function checkSql(statement: string, name: string): Promise<void> {
  await loadModule()
  try {
    parseSync(statement)
  } catch (error) {
    throw new NewError(`PostgreSQL cannot read "${name}" here: ${(error as Error).message}.`)
  }
}

function checkTypeScript(name: string): void {
  try {
    new Script(`'use strict'; let ${name}`)
  } catch {
    throw new NewError(`"${name}" is a reserved word of JavaScript. Choose another name.`)
  }
}

/** The indefinite article of a noun, by its first letter. */
export function articleOf(noun: string): 'a' | 'an' {
  return /^(a|e|i|o|u)/.test(noun) ? 'an' : 'a'
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
