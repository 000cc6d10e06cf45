import { inspect } from 'node:util'
import pg from 'pg'
import ts from 'typescript'
import type { Files } from '../../scripts/generate/index.ts'
import { types } from '../../src/connection/codec.ts'
import { compile, complaints } from './compiler.ts'

const PROBE = 'test/types-probe.ts'
const PROBE_TEXT = `import type { Insertable, Selectable, Updateable } from 'kysely'
import type { DB } from '../generated/database.ts'
export type Selected = { [T in keyof DB]: Selectable<DB[T]> }
export type Inserted = { [T in keyof DB]: Insertable<DB[T]> }
export type Updated = { [T in keyof DB]: Updateable<DB[T]> }`

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
    await client.query(BOUNDARY_FUNCTION)
    for (const table of tables) {
      found.push(...(await selectDifferences(client, table)))
      const { rows } = await client.query(
        `select relkind in ('r', 'p') as "isTable", relkind = 'v' as "isView" from pg_class where oid = $1::regclass`,
        [sqlName(table.name)],
      )
      if (rows[0]?.isTable) found.push(...(await writeDifferences(client, table)))
      else if (rows[0]?.isView) found.push(...(await viewDifferences(client, table)))
    }
  } finally {
    await client.end()
  }
  return found
}

interface TableTypes {
  readonly name: string
  readonly columns: ReadonlyMap<
    string,
    { selected: ts.Type; inserted: Property | undefined; updated: Property | undefined }
  >
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
  const [selected, inserted, updated] = [typesOf('Selected'), typesOf('Inserted'), typesOf('Updated')]
  return [...selected].map(([name, columns]) => ({
    name,
    columns: new Map(
      [...columns].map(([column, { type }]) => [
        column,
        {
          selected: type,
          inserted: inserted.get(name)?.get(column),
          updated: updated.get(name)?.get(column),
        },
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
    const isRefused = error.code !== undefined && /^(2[12]|54001)/.test(error.code)
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

async function writeDifferences(
  client: pg.Client,
  { name, columns, checker }: TableTypes,
): Promise<string[]> {
  const found: string[] = []
  for (const [column, { selected, inserted, updated }] of columns) {
    const membersOf = (type: ts.Type) => (type.isUnion() ? type.types : [type])
    const has = (type: ts.Type, flag: ts.TypeFlags) => membersOf(type).some(({ flags }) => flags & flag)
    const report = (property: Property | undefined, kind: string, what: string, code: string | undefined) =>
      found.push(
        `${name}.${column}: the ${kind} type is ${property ? checker.typeToString(property.type) : 'absent'}, but ${what} gives ${code ?? 'a row'}`,
      )
    await client.query('begin')
    await makeCopy(client, name, column)
    const attempt = async (statement: string, parameters: unknown[] = []) => {
      await client.query('savepoint attempt_')
      const code = await client.query(statement, parameters).then(
        () => undefined,
        (error: pg.DatabaseError) => error.code,
      )
      await client.query('rollback to savepoint attempt_')
      return code
    }
    const outcome = (values: string, parameters: unknown[] = []) =>
      attempt(`insert into copy_ ${values}`, parameters)
    const insert = (value: unknown) => outcome(`(${quote(column)}) values ($1)`, [value])
    const ofNull = await insert(null)
    if (inserted === undefined) {
      if (ofNull !== GENERATED) report(inserted, 'inserted', 'null', ofNull)
    } else {
      if (has(inserted.type, ts.TypeFlags.Null) !== (ofNull !== NULL))
        report(inserted, 'inserted', 'null', ofNull)
      const ofAbsence = await outcome('default values')
      if (inserted.isOptional !== (ofAbsence !== NULL)) report(inserted, 'inserted', 'its absence', ofAbsence)
      const members = membersOf(inserted.type)
      const literals = members.flatMap((each) =>
        each.isStringLiteral() || each.isNumberLiteral() ? [each.value] : [],
      )
      for (const literal of literals) {
        const code = await insert(literal)
        if (code !== undefined) report(inserted, 'inserted', JSON.stringify(literal), code)
      }
      if (literals.length > 0) {
        const code = await insert(typeof literals[0] === 'number' ? 30_123 : 'another value')
        if (code === undefined || code === NULL) report(inserted, 'inserted', 'another value', code)
      }
      for (const value of members.flatMap((each) => samplesOf(each, checker))) {
        const code = await insert(value)
        if (code !== undefined && !REFUSALS.test(code)) report(inserted, 'inserted', inspect(value), code)
      }
      await client.query(BOUNDARY_ROWS, [column, BOUNDARIES])
      const { rows } = await client.query(`select ${quote(column)} as value from copy_`)
      for (const { value } of rows) {
        // PostgreSQL ignores the declared number of dimensions.
        const isOfOtherDepth = depthOf(value) > 0 && depthOf(value) !== depthOfType(selected, checker)
        if (!isOfOtherDepth && !isOf(value, selected, checker))
          found.push(
            `${name}.${column}: the selected type is ${checker.typeToString(selected)}, the value ${inspect(value)}`,
          )
      }
    }
    const { rowCount } = await client.query('select from copy_ limit 1')
    if (rowCount !== 0) {
      const code = await attempt(`update copy_ set ${quote(column)} = null`)
      if (
        updated === undefined ? code !== GENERATED : has(updated.type, ts.TypeFlags.Null) !== (code !== NULL)
      )
        report(updated, 'updated', 'null', code)
    }
    await client.query('rollback')
  }
  return found
}

/** SQLSTATEs of values that no type excludes: constraints, lengths, ranges, and codes of a trigger. */
const REFUSALS = /^(23|P0|22001|22003|22026|22P03|2200|54)/

/** Texts of which each type takes some: its extremes, and the forms that are written in another way. */
const BOUNDARIES = [
  ...[
    'infinity',
    '-infinity',
    'NaN',
    '0',
    '-0',
    '1',
    '32767',
    '2147483647',
    '-9223372036854775808',
    '1e-300',
    '1.5',
  ],
  ...[
    '',
    ' ',
    'null',
    'NULL',
    'true',
    'off',
    '{}',
    '{NULL}',
    '{""}',
    '{"null"}',
    '{{1},{2}}',
    '[0:1]={1,2}',
    '{1,2}',
    '{a}',
    '{t}',
  ],
  ...[
    '{infinity}',
    '{-infinity}',
    '{2020-01-01}',
    '{"2020-01-01 10:00+00"}',
    '{"1 day"}',
    '{empty}',
    '{"[1,2)"}',
    '{"(1,2)"}',
  ],
  ...['{"{}"}', '{"[1]"}', '{"\\\\x00ff"}', '{00000000-0000-0000-0000-000000000000}', '{127.0.0.1}'],
  ...[
    '4713-01-01 BC',
    '0001-01-01',
    '294276-12-31',
    '2020-02-29',
    '1800-01-01 00:00:00',
    '2020-01-01 23:59:60',
    '24:00:00',
    '24:00:00-15:59',
  ],
  ...[
    '1 year -1 mon 3 days -04:05:06.7',
    'P1Y',
    'empty',
    '[1,2)',
    '(,)',
    '[2020-01-01,infinity]',
    '{[1,2),[5,6)}',
    '(1,2)',
    '((0,0),1)',
    '{1,2,3}',
    '[(0,0),(1,1)]',
  ],
  ...[
    '\\x',
    '\\x00ff',
    '{"a": null}',
    '[]',
    '"x"',
    '1e400',
    '00000000-0000-0000-0000-000000000000',
    '127.0.0.1',
    '::/0',
    '08:00:2b:01:02:03',
  ],
  ...[
    '08:00:2b:01:02:03:04:05',
    '101',
    'B',
    '<a/>',
    'a & b',
    "'a':1A",
    '$.a',
    '0/0',
    '$1.50',
    'pg_class',
    '(,)',
    '()',
    'a=>NULL',
    'a.b',
  ],
]

/** Puts each text that the column takes into the copy. */
const BOUNDARY_ROWS = 'select pg_temp.put_boundaries_($1, $2)'
const BOUNDARY_FUNCTION = `create function pg_temp.put_boundaries_(name text, texts text[]) returns void language plpgsql as $$
  declare each text; begin
    foreach each in array texts loop
      begin execute format('insert into copy_ (%I) values (%L)', name, each); exception when others then null; end;
    end loop;
  end $$`

/** Values of a type as a program passes them. */
function samplesOf(type: ts.Type, checker: ts.TypeChecker): unknown[] {
  if (type.aliasSymbol?.name.startsWith('Json')) return []
  if (type.flags & ts.TypeFlags.Number) return [0, 1]
  if (type.flags & ts.TypeFlags.BigInt) return [0n, 1n]
  if (type.flags & ts.TypeFlags.BooleanLiteral) return [checker.typeToString(type) === 'true']
  if (checker.isArrayType(type)) {
    const [element] = checker.getTypeArguments(type as ts.TypeReference)
    const members = element === undefined ? [] : element.isUnion() ? element.types : [element]
    const samples = members.flatMap((each) => samplesOf(each, checker))
    return [[], ...samples.map((each) => (Array.isArray(each) ? [each, each] : [each, null]))]
  }
  if (type.symbol?.name === 'Date') return [new Date(0), new Date('2020-02-29T12:00:00.001Z')]
  if (type.symbol?.name === 'Buffer') return [Buffer.from([0, 255]), Buffer.alloc(0)]
  return []
}

const depthOf = (value: unknown): number => (Array.isArray(value) ? 1 + depthOf(value[0]) : 0)

function depthOfType(type: ts.Type, checker: ts.TypeChecker): number {
  if (type.aliasSymbol?.name.startsWith('Json')) return 0
  const array = (type.isUnion() ? type.types : [type]).find((each) => checker.isArrayType(each))
  const [element] = array ? checker.getTypeArguments(array as ts.TypeReference) : []
  return element ? 1 + depthOfType(element, checker) : 0
}

/** Compares the inserted and updated types of a view with what PostgreSQL lets through it. */
async function viewDifferences(client: pg.Client, { name, columns, checker }: TableTypes): Promise<string[]> {
  const found: string[] = []
  for (const [column, { inserted, updated }] of columns) {
    const code = (statement: string) =>
      client.query(`explain ${statement}`).then(
        () => undefined,
        (error: pg.DatabaseError) => error.code,
      )
    const codes = {
      inserted: await code(`insert into ${sqlName(name)} (${quote(column)}) values (null)`),
      updated: await code(`update ${sqlName(name)} set ${quote(column)} = null`),
    }
    for (const [kind, property] of Object.entries({ inserted, updated })) {
      const refusal = codes[kind as keyof typeof codes]
      // Views that read each other.
      if (refusal === '42P17') continue
      const isTyped = property !== undefined && !isNever(property.type)
      const isRefused = refusal !== undefined && /^(55000|0A000|428C9)$/.test(refusal)
      if (isTyped === isRefused)
        found.push(
          `${name}.${column}: the ${kind} type is ${property ? checker.typeToString(property.type) : 'absent'}, but a write of it gives ${refusal ?? 'a plan'}`,
        )
    }
  }
  return found
}

/** Whether no value is of a type but undefined, for an optional property. */
function isNever(type: ts.Type): boolean {
  return (type.isUnion() ? type.types : [type]).every(
    ({ flags }) => flags & (ts.TypeFlags.Never | ts.TypeFlags.Undefined),
  )
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
