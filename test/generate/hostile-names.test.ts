import { stripTypeScriptTypes } from 'node:module'
import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { describe, expect } from 'vitest'
import { emitStatements } from '../../scripts/generate/statements.ts'
import { headerText } from '../../scripts/migrations/migration-text.ts'
import { compile, complaints } from '../support/compiler.ts'
import { test } from '../support/schema.ts'

declare global {
  var executed: string[] | undefined
}

const BREAK = '\n'
/** Names that end a comment, a string, a code span or a block of code, and what would then run. */
const NAMES = [
  'x*/;globalThis.executed.push(1);/*',
  `y*/${BREAK}globalThis.executed.push(2)${BREAK}/*`,
  `"];globalThis.executed.push(3);["`,
  `\${globalThis.executed.push(4)}\`;globalThis.executed.push(4);\``,
  `\u2028globalThis.executed.push(5)\u2028//`,
  `z\\*\\/globalThis.executed.push(6)/*`,
  `${BREAK}\`\`\`${BREAK}<script>globalThis.executed.push(7)</script>`,
  '</script><img src=x onerror=alert(8)>',
]
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
const text = (name: string) => `'${name.replaceAll("'", "''")}'`

/** Each name as that of a schema, a table, a column, an enum, its label, a domain, a constraint, an index, and as a comment. */
const SQL = NAMES.map((name, at) => {
  const own = quote(name)
  return `create schema ${own};
    create type ${own}.${own} as enum (${text(name)}, 'b');
    create domain ${own}.${quote(`d${name}`)} as text constraint ${own} check (value in ('a', ${text(name)}));
    create table ${own}.${quote(`t${name}`)} (${own} text constraint ${quote(`c${name}`)} check (${own} in ('a', ${text(name)})),
      e ${own}.${own} not null default ${text(name)}, d ${own}.${quote(`d${name}`)}, id int primary key,
      r int constraint ${quote(`f${name}`)} references ${own}.${quote(`t${name}`)}, m int check (m % 2 = 0));
    create unique index ${own} on ${own}.${quote(`t${name}`)} (${own});
    create view ${own}.${quote(`v${name}`)} as select *, ${text(name)}::text as label${at} from ${own}.${quote(`t${name}`)};
    comment on table ${own}.${quote(`t${name}`)} is ${text(name)};
    comment on column ${own}.${quote(`t${name}`)}.${own} is ${text(name)};
    comment on constraint ${quote(`c${name}`)} on ${own}.${quote(`t${name}`)} is ${text(name)};
    comment on type ${own}.${own} is ${text(name)};
    create table ${quote(`plain${name}`)} (${own} text check (${own} in ('a', 'b')));`
}).join('\n')

function allNodes(node: Nodes): Nodes[] {
  return [node, ...('children' in node ? node.children.flatMap(allNodes) : [])]
}

describe('names and comments that end a comment or a string', () => {
  test('do not run when generated code is imported, and it has no errors', async ({ folderOf, generate }) => {
    const { files } = await generate(await folderOf({ '1.sql': SQL }))

    globalThis.executed = []
    for (const path of ['catalog.ts', 'validation.ts', 'database.ts', 'rows.ts', 'inputs.ts']) {
      const script = stripTypeScriptTypes(files.get(path) ?? '').replaceAll(/^import .*$/gm, '')
      await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(script)}`)
    }
    expect(globalThis.executed).toEqual([])
    const texts = new Map([...files].map(([path, content]) => [`generated/${path}`, content]))
    const roots = [...texts.keys()].filter((path) => path.endsWith('.ts'))
    expect(complaints(compile(roots, texts))).toEqual([])
  })

  test('do not end a diagram, a code span or a line of the dictionary', async ({ folderOf, generate }) => {
    const { files } = await generate(await folderOf({ '1.sql': SQL }))
    const markdown = files.get('schema.md') ?? ''

    const [, diagram = ''] = /```mermaid\n(.*?)\n```\n/s.exec(markdown) ?? []
    expect(diagram.split('\n').at(-1)).toMatch(/^ {2}".*" : ".*"$/)
    const nodes = allNodes(fromMarkdown(markdown))
    const html = nodes.flatMap((node) => (node.type === 'html' ? [node.value] : []))
    expect(html).toEqual([expect.stringMatching(/^<!-- Written by/)])
    const languages = nodes.flatMap((node) => (node.type === 'code' ? [node.lang] : []))
    expect(languages).toEqual(['mermaid', ...NAMES.map(() => 'sql')])
  })

  test('do not end a comment of SQL', async ({ folderOf, generate }) => {
    const { database } = await generate(await folderOf({ '1.sql': SQL }))
    const type = `${quote(NAMES[1] as string)}.${quote(NAMES[1] as string)}`
    const files = await emitStatements(database.url, [
      {
        name: `a.b${BREAK}drop`,
        sql: `select $1::${type}`,
        formatted: 'select 1',
        parameters: [`p${BREAK}drop`],
      },
    ])

    expect(
      [...files.values()]
        .join()
        .split('\n')
        .filter((line) => !/^(--|select|$)/.test(line)),
    ).toEqual([])
    const header = headerText({
      title: 't',
      follows: undefined,
      locks: [`a${BREAK}drop table b`],
      rewrites: [],
      loss: [],
      isTransactional: true,
    })
    expect(header.split('\n').filter((line) => !/^(--|$)/.test(line))).toEqual([])
  })
})
