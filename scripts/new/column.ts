import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Changes } from './changes.ts'
import { NewError } from './error.ts'
import { articleOf, checkColumn } from './names.ts'

const TEXT = /^(text|citext)$/

/** Plans a column in the schema file of its table: nullable, with a comment and, for a text, a limit of its length. */
export async function planColumn(
  root: string,
  table: string,
  column: string,
  type: string,
): Promise<Changes> {
  await checkColumn(column, type)
  const files = await readdir(join(root, 'schema'))
  const file = files.find((name) => name.replace(/^\d+_/, '') === `${table}.sql`)
  if (!file) throw new NewError(`There is no schema file of a table "${table}".`)
  const path = `schema/${file}`
  const text = await readFile(join(root, path), 'utf8')
  if (new RegExp(`^ {2}${column} `, 'm').test(text))
    throw new NewError(`${path} already has a column ${column}.`)

  const changes = new Changes(root)
  const width = /^ {2}created_at +/m.exec(text)?.[0].trimStart().length ?? 0
  const words = column.replaceAll('_', ' ')
  await changes.replace(
    path,
    /\n {2}created_at /,
    `\n  ${column.padEnd(width - 1)} ${type},$&`,
    'the column, which is added before created_at',
  )
  await changes.replace(
    path,
    /\n\ncomment on table .*\n/,
    `$&comment on column ${table}.${column} is '${TEXT.test(type) ? 'At most 200 characters.' : `The ${words}.`}';\n`,
    'the comment of the column',
  )
  if (TEXT.test(type)) await limitLength(changes, path, { table, column, words })
  return changes
}

async function limitLength(
  changes: Changes,
  path: string,
  { table, column, words }: { table: string; column: string; words: string },
): Promise<void> {
  const name = `${table}_${column}_check`
  const article = articleOf(words)
  await changes.replace(
    path,
    /\n\);\n/,
    `,\n  constraint ${name} check (char_length(${column}) <= 200)$&`,
    'the constraint',
  )
  await changes.replace(
    path,
    /\ncomment on constraint [^\n]*\n(?![\s\S]*\ncomment on constraint )/,
    `$&comment on constraint ${name} on ${table} is '${article === 'an' ? 'An' : 'A'} ${words} has at most 200 characters.';\n`,
    'the message of the constraint',
  )
}
