import {
  type Catalog,
  type Constraint,
  isView,
  ofOwner,
  qualified,
  type Relation,
  resolveType,
  visibleRelations,
} from './catalog.ts'
import { cell, code, codeBlock, plain, prose, quotedInDiagram } from './escape.ts'
import type { Facts } from './facts.ts'

/** Generates generated/schema.md: a diagram of the entities, then a reference of every table. */
export function emitDictionary(
  catalog: Catalog,
  facts: Facts,
  unchecked: ReadonlyMap<Constraint, string>,
): string {
  const relations = visibleRelations(catalog)
  const tables = relations.filter((relation) => !isView(relation))
  const views = relations.filter(isView)
  const sections = [
    '<!-- Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again. -->',
    '# Schema',
    tables.length > 0 ? diagram(catalog, facts, tables) : '',
    ...(tables.length > 0 ? ['## Tables', ...tables.map((table) => describeTable(catalog, table))] : []),
    ...(views.length > 0 ? ['## Views', ...views.map((view) => describeView(catalog, view))] : []),
    describeEnums(catalog),
    describeDomains(catalog),
    describeUnchecked(unchecked),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

/** The diagram (https://mermaid.js.org/syntax/entityRelationshipDiagram.html). Names are words, or quoted without quotes inside. */
function diagram(catalog: Catalog, facts: Facts, tables: Relation[]): string {
  const lines = tables.flatMap((table) => [
    `  ${entityName(table)} {`,
    ...table.columns.map((column) => {
      const { type, isArray } = resolveType(catalog, column)
      const values = type.labels ?? facts.of(table, column.name).accepted
      const note = values ? ` ${quotedInDiagram(values.join(', '))}` : ''
      return `    ${word(type.name)}${isArray ? '[]' : ''} ${word(column.name)}${keysOf(catalog, table, column.name)}${note}`
    }),
    '  }',
  ])
  const byName = new Map(tables.map((table) => [JSON.stringify([table.schema, table.name]), table]))
  const find = (schema: string, name: string | null) => byName.get(JSON.stringify([schema, name]))
  const relationships = catalog.constraints
    .filter(({ kind, isPartition }) => kind === 'f' && !isPartition)
    .map((key) => relationship(catalog, find, key))
  return [
    '```mermaid',
    'erDiagram',
    ...lines,
    ...new Set(relationships.filter((line) => line !== '')),
    '```',
  ].join('\n')
}

function relationship(
  catalog: Catalog,
  find: (schema: string, name: string | null) => Relation | undefined,
  key: Constraint,
): string {
  const from = find(key.schema, key.table)
  const to = key.references ? find(key.references.schema, key.references.table) : undefined
  if (!from || !to) return ''
  const isOptional = key.columns.some(
    (name) => from.columns.find((column) => column.name === name)?.notNull === false,
  )
  const isOne = ofOwner(catalog.constraints, from).some(
    ({ kind, columns }) => (kind === 'p' || kind === 'u') && sameSet(columns, key.columns),
  )
  return `  ${entityName(to)} ${isOptional ? '|o' : '||'}--${isOne ? 'o|' : 'o{'} ${entityName(from)} : ${quotedInDiagram(key.columns.join(', '))}`
}

function sameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each))
}

function keysOf({ constraints }: Catalog, table: Relation, column: string): string {
  const kinds = ofOwner(constraints, table)
    .filter(({ columns }) => columns.includes(column))
    .map(({ kind, columns }) => (kind === 'u' && columns.length > 1 ? '' : kind))
  const keys = [kinds.includes('p') && 'PK', kinds.includes('f') && 'FK', kinds.includes('u') && 'UK'].filter(
    Boolean,
  )
  return keys.length > 0 ? ` ${keys.join(', ')}` : ''
}

function entityName(table: Relation): string {
  return quotedInDiagram(qualified(table))
}

/** Escapes PK, FK and UK, which are Mermaid keywords in any letter case. */
function word(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_\u00c0-\uffff]/g, '_')
  return /^[0-9]|^[pfu]k$/i.test(name) ? `_${name}` : name
}

function describeTable(catalog: Catalog, table: Relation): string {
  const constraints = ofOwner(catalog.constraints, table).filter(
    ({ isPartition, kind }) => !isPartition && kind !== 'n',
  )
  const triggers = ofOwner(catalog.triggers, table).filter(
    (each) => !constraints.some(({ kind, name }) => kind === 't' && name === each.name),
  )
  return [
    `### ${plain(qualified(table))}`,
    prose(table.comment ?? ''),
    table.partitionKey ? `Partitioned by ${code(table.partitionKey)}.` : '',
    columnsTable(table),
    list(
      'Constraints',
      constraints.map(
        ({ name, definition, comment }) => `${code(name)}: ${code(definition)}${remark(comment)}`,
      ),
    ),
    describeIndexes(catalog, table),
    list(
      'Row security',
      ofOwner(catalog.policies, table).map(
        ({ name, definition, comment }) => `${code(name)}: ${code(definition)}${remark(comment)}`,
      ),
    ),
    list(
      'Triggers',
      triggers.map(
        ({ definition, comment }) => `${code(definition.replace(/^CREATE /, ''))}${remark(comment)}`,
      ),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function describeIndexes({ indexes }: Catalog, relation: Relation): string {
  return list(
    'Indexes',
    ofOwner(indexes, relation)
      .filter(({ ofConstraint }) => !ofConstraint)
      .map(({ definition, comment }) => `${code(definition.replace(/^CREATE /, ''))}${remark(comment)}`),
  )
}

function describeView(catalog: Catalog, view: Relation): string {
  return [
    `### ${plain(qualified(view))}`,
    prose(view.comment ?? ''),
    columnsTable(view),
    describeIndexes(catalog, view),
    codeBlock('sql', view.definition?.trim() ?? ''),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function columnsTable(relation: Relation): string {
  const rows = relation.columns.map(
    ({ name, type, notNull, default: value, generated, identity, comment }) => {
      const origin = generated ? `generated: ${value}` : identity ? 'identity' : value
      return [
        cell(code(name)),
        cell(code(asWritten(type))),
        isView(relation) || notNull ? '' : 'null',
        origin ? cell(code(origin)) : '',
        cell(prose(comment ?? '')),
      ]
    },
  )
  return [
    '| column | type | null | default | description |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
}

/** Replaces the SQL standard's long type names, which PostgreSQL prints, by the usual ones. */
function asWritten(type: string): string {
  return type
    .replace(/^(timestamp|time)(\(\d\))? with time zone/, '$1tz$2')
    .replace(/^(timestamp|time)(\(\d\))? without time zone/, '$1$2')
    .replace(/^character varying/, 'varchar')
    .replace(/^character(?=\(|\[|$)/, 'char')
}

function describeEnums({ types }: Catalog): string {
  const enums = types.filter(({ kind, isOurs }) => kind === 'e' && isOurs)
  return list(
    'Enums',
    enums.map(
      (type) => `${code(qualified(type))}: ${type.labels?.map(code).join(', ')}${remark(type.comment)}`,
    ),
    '##',
  )
}

function describeDomains({ types, constraints }: Catalog): string {
  const domains = types.filter(({ kind, isOurs }) => kind === 'd' && isOurs)
  const describe = (domain: (typeof domains)[number]) => {
    const checks = ofOwner(constraints, domain).filter(({ kind }) => kind !== 'n')
    const rules = checks.map(({ name, definition }) => `${code(name)}: ${code(definition)}`)
    return `${code(qualified(domain))}: ${code(domain.baseType ?? '')}${domain.notNull ? ', not null' : ''}${rules.length > 0 ? `; ${rules.join('; ')}` : ''}${remark(domain.comment)}`
  }
  return list('Domains', domains.map(describe), '##')
}

function describeUnchecked(unchecked: ReadonlyMap<Constraint, string>): string {
  const lines = [...unchecked].map(
    ([{ schema, table, domain, name, definition }, reason]) =>
      `${code(`${qualified({ schema, name: table ?? domain ?? '' })}.${name}`)}: ${code(definition)} — ${prose(reason)}.`,
  )
  const text = list(`Enforced by the database alone`, lines, '##')
  return text.replace(/\n\n/, '\n\nConstraints that the validators do not check, or not completely.\n\n')
}

function list(title: string, items: string[], heading = ''): string {
  if (items.length === 0) return ''
  const lines = items.map((item) => `- ${item}`)
  return [heading ? `${heading} ${title}` : `${title}:`, lines.join('\n')].join('\n\n')
}

function remark(comment: string | null): string {
  return comment === null ? '' : ` — ${prose(comment)}`
}
