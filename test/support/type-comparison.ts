import pg from 'pg'
import ts from 'typescript'
import type { Files } from '../../scripts/generate/index.ts'
import { types } from '../../src/connection/codec.ts'
import { compile, complaints } from './compiler.ts'

const PROBE = 'test/types-probe.ts'
const PROBE_TEXT = `import type { Insertable, Selectable } from 'kysely'
import type { DB } from '../generated/database.ts'
export type Selected = { [T in keyof DB]: Selectable<DB[T]> }
export type Inserted = { [T in keyof DB]: Insertable<DB[T]> }`

/**
 * Compares the generated types of a schema with its database at run time. Every row of every table and view is selected
 * and compared with the selected type; every column gets nulls, its absence, its literals and other text inserted, into a
 * copy of the table that has this column alone.
 *
 * @returns a sentence for each difference, and for each error that tsc reports.
 */
export async function typeDifferences(url: string, files: Files): Promise<string[]> {
  const texts = new Map([...files].map(([path, text]) => [`generated/${path}`, text]))
  const generated = [...texts.keys()].filter((path) => path.endsWith('.ts'))
  const program = compile([PROBE, ...generated], texts.set(PROBE, PROBE_TEXT))
  const found = complaints(program)
  const tables = readTypes(program)
  const client = new pg.Client({ connectionString: url, types })
  await client.connect()
  try {
    for (const table of tables) {
      found.push(...(await selectDifferences(client, table)))
      const { rows } = await client.query(
        `select relkind in ('r', 'p') as "isTable" from pg_class where oid = $1::regclass`,
        [sqlName(table.name)],
      )
      if (rows[0]?.isTable) found.push(...(await insertDifferences(client, table)))
    }
  } finally {
    await client.end()
  }
  return found
}

interface TableTypes {
  readonly name: string
  readonly columns: ReadonlyMap<string, { selected: ts.Type; inserted: Property | undefined }>
  readonly checker: ts.TypeChecker
}

interface Property {
  readonly type: ts.Type
  readonly isOptional: boolean
}

function readTypes(program: ts.Program): TableTypes[] {
  const checker = program.getTypeChecker()
  const source = program.getSourceFiles().find(({ fileName }) => fileName.endsWith(PROBE))
  const aliases = Array.from(source?.statements ?? []).filter(ts.isTypeAliasDeclaration)
  const typesOf = (alias: string) => {
    const node = aliases.find(({ name }) => name.text === alias) as ts.TypeAliasDeclaration
    const tables = checker.getTypeAtLocation(node).getProperties()
    return new Map(
      tables.map((table) => [
        nameOf(table),
        new Map(
          checker
            .getTypeOfSymbolAtLocation(table, node)
            .getProperties()
            .map((column): [string, Property] => [
              nameOf(column),
              {
                type: checker.getTypeOfSymbolAtLocation(column, node),
                isOptional: (column.flags & ts.SymbolFlags.Optional) !== 0,
              },
            ]),
        ),
      ]),
    )
  }
  const [selected, inserted] = [typesOf('Selected'), typesOf('Inserted')]
  return [...selected].map(([name, columns]) => ({
    name,
    columns: new Map(
      [...columns].map(([column, { type }]) => [
        column,
        { selected: type, inserted: inserted.get(name)?.get(column) },
      ]),
    ),
    checker,
  }))
}

const nameOf = ({ escapedName }: ts.Symbol) => ts.unescapeLeadingUnderscores(escapedName)
const quote = (name: string) => `"${name.replaceAll('"', '""')}"`
const sqlName = (table: string) => {
  const [schema = '', ...rest] = table.split('.')
  return rest.length > 0 ? `${quote(schema)}.${quote(rest.join('.'))}` : `public.${quote(table)}`
}

async function selectDifferences(
  client: pg.Client,
  { name, columns, checker }: TableTypes,
): Promise<string[]> {
  const { rows } = await client.query(`select * from ${sqlName(name)}`).catch((error: pg.DatabaseError) => {
    // PostgreSQL accepts views that read each other, but no select from them. The query of a view may refuse values of class 22.
    const isRefused = error.code?.startsWith('22')
    if (isRefused || /infinite recursion|has not been populated/.test(error.message)) return { rows: [] }
    throw error
  })
  return rows.flatMap((row) =>
    Object.entries(row).flatMap(([column, value]) => {
      const type = columns.get(column)?.selected
      if (type && isOf(value, type, checker)) return []
      return [
        `${name}.${column}: the selected type is ${type && checker.typeToString(type)}, the value ${JSON.stringify(value)}`,
      ]
    }),
  )
}

/** Whether a value that arrived is of a type. */
function isOf(value: unknown, type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.aliasSymbol?.name.startsWith('Json')) return value !== undefined
  if (type.isUnion()) return type.types.some((member) => isOf(value, member, checker))
  if (type.flags & ts.TypeFlags.Null) return value === null
  if (type.isStringLiteral() || type.isNumberLiteral()) return value === type.value
  if (type.flags & ts.TypeFlags.BooleanLiteral) return String(value) === checker.typeToString(type)
  if (type.flags & ts.TypeFlags.String) return typeof value === 'string'
  if (type.flags & ts.TypeFlags.Number) return typeof value === 'number'
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    return Array.isArray(value) && value.every((each) => element && isOf(each, element, checker))
  }
  if (type.symbol?.name === 'Date') return value instanceof Date
  return type.symbol?.name === 'Buffer' && Buffer.isBuffer(value)
}

/** SQLSTATE of a null where none may be, and of a value for a column that only the server writes. */
const [NULL, GENERATED] = ['23502', '428C9']

async function insertDifferences(
  client: pg.Client,
  { name, columns, checker }: TableTypes,
): Promise<string[]> {
  const found: string[] = []
  for (const [column, { inserted }] of columns) {
    const type = inserted?.type ?? checker.getNeverType()
    const members = type.isUnion() ? type.types : [type]
    const has = (flag: ts.TypeFlags) => members.some(({ flags }) => flags & flag)
    const report = (what: string, code: string | undefined) =>
      found.push(
        `${name}.${column}: the inserted type is ${inserted ? checker.typeToString(type) : 'absent'}, but ${what} gives ${code ?? 'a row'}`,
      )
    await client.query('begin')
    await makeCopy(client, name, column)
    const outcome = async (values: string, parameters: unknown[] = []) => {
      await client.query('savepoint attempt_')
      const code = await client.query(`insert into copy_ ${values}`, parameters).then(
        () => undefined,
        (error: pg.DatabaseError) => error.code,
      )
      await client.query('rollback to savepoint attempt_')
      return code
    }
    const insert = (value: unknown) => outcome(`(${quote(column)}) values ($1)`, [value])
    const ofNull = await insert(null)
    if (inserted === undefined) {
      if (ofNull !== GENERATED) report('null', ofNull)
    } else {
      if (has(ts.TypeFlags.Null) !== (ofNull !== NULL)) report('null', ofNull)
      const ofAbsence = await outcome('default values')
      if (inserted.isOptional !== (ofAbsence !== NULL)) report('its absence', ofAbsence)
      const literals = members.flatMap((each) =>
        each.isStringLiteral() || each.isNumberLiteral() ? [each.value] : [],
      )
      for (const literal of literals) {
        const code = await insert(literal)
        if (code !== undefined) report(JSON.stringify(literal), code)
      }
      if (literals.length > 0) {
        const code = await insert(typeof literals[0] === 'number' ? 30_123 : 'another value')
        if (code === undefined || code === NULL) report('another value', code)
      }
    }
    await client.query('rollback')
  }
  return found
}

/** A copy of the table with one column, its default, its NOT NULL and the CHECKs of it alone. */
async function makeCopy(client: pg.Client, table: string, column: string): Promise<void> {
  await client.query(
    `create temp table copy_ (like ${sqlName(table)} including constraints including defaults including generated including identity)`,
  )
  const { rows } = await client.query<{ others: string | null }>(
    `with kept as (
       select a.attnum from pg_attribute a where a.attrelid = 'pg_temp.copy_'::regclass and a.attname = $1
       union select d.refobjsubid::int2 from pg_depend d join pg_attrdef f on f.oid = d.objid and d.classid = 'pg_attrdef'::regclass
         join pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum
       where f.adrelid = 'pg_temp.copy_'::regclass and a.attname = $1 and d.refobjid = f.adrelid)
     select string_agg('drop column if exists ' || quote_ident(attname) || ' cascade', ', ') as others
     from pg_attribute where attrelid = 'pg_temp.copy_'::regclass and attnum > 0 and not attisdropped and attnum not in (select attnum from kept)`,
    [column],
  )
  if (rows[0]?.others) await client.query(`alter table copy_ ${rows[0].others}`)
}
