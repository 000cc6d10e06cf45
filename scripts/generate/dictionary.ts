import {
  type Catalog,
  type Constraint,
  isView,
  qualified,
  type Relation,
  resolveType,
  visibleRelations,
} from './catalog.ts'
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
      const values = type.labels ?? facts.columns.get(`${qualified(table)}.${column.name}`)?.values
      const note = values ? ` "${values.join(', ').replace(/["\n]/g, "'")}"` : ''
      return `    ${word(type.name)}${isArray ? '[]' : ''} ${word(column.name)}${keysOf(catalog, table, column.name)}${note}`
    }),
    '  }',
  ])
  const relationships = catalog.constraints
    .filter(({ kind, isPartition }) => kind === 'f' && !isPartition)
    .map((key) => relationship(catalog, tables, key))
  return [
    '```mermaid',
    'erDiagram',
    ...lines,
    ...new Set(relationships.filter((line) => line !== '')),
    '```',
  ].join('\n')
}

function relationship(catalog: Catalog, tables: Relation[], key: Constraint): string {
  const from = tables.find(({ schema, name }) => schema === key.schema && name === key.table)
  const to = tables.find(
    ({ schema, name }) => schema === key.references?.schema && name === key.references.table,
  )
  if (!from || !to) return ''
  const isOptional = key.columns.some(
    (name) => from.columns.find((column) => column.name === name)?.notNull === false,
  )
  const isOne = catalog.constraints.some(
    ({ kind, schema, table, columns }) =>
      (kind === 'p' || kind === 'u') &&
      schema === key.schema &&
      table === key.table &&
      sameSet(columns, key.columns),
  )
  return `  ${entityName(to)} ${isOptional ? '|o' : '||'}--${isOne ? 'o|' : 'o{'} ${entityName(from)} : "${key.columns.join(', ').replaceAll('"', "'")}"`
}

function sameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each))
}

function keysOf({ constraints }: Catalog, table: Relation, column: string): string {
  const kinds = constraints
    .filter(
      ({ schema, table: name, columns }) =>
        schema === table.schema && name === table.name && columns.includes(column),
    )
    .map(({ kind, columns }) => (kind === 'u' && columns.length > 1 ? '' : kind))
  const keys = [kinds.includes('p') && 'PK', kinds.includes('f') && 'FK', kinds.includes('u') && 'UK'].filter(
    Boolean,
  )
  return keys.length > 0 ? ` ${keys.join(', ')}` : ''
}

function entityName(table: Relation): string {
  return `"${qualified(table).replaceAll('"', "'")}"`
}

/** Escapes PK, FK and UK, which are Mermaid keywords in any letter case. */
function word(text: string): string {
  const name = text.replace(/[^A-Za-z0-9_\u00c0-\uffff]/g, '_')
  return /^[0-9]|^[pfu]k$/i.test(name) ? `_${name}` : name
}

function describeTable(catalog: Catalog, table: Relation): string {
  const isHere = isOf(table)
  const constraints = catalog.constraints.filter(
    (each) => isHere(each) && !each.isPartition && each.kind !== 'n',
  )
  const triggers = catalog.triggers.filter(
    (each) => isHere(each) && !constraints.some(({ kind, name }) => kind === 't' && name === each.name),
  )
  return [
    `### ${qualified(table)}`,
    table.comment ?? '',
    table.partitionKey ? `Partitioned by \`${table.partitionKey}\`.` : '',
    columnsTable(table),
    list(
      'Constraints',
      constraints.map(
        ({ name, definition, comment }) => `\`${name}\`: \`${definition}\`${comment ? ` — ${comment}` : ''}`,
      ),
    ),
    describeIndexes(catalog, table),
    list(
      'Triggers',
      triggers.map(
        ({ definition, comment }) =>
          `\`${definition.replace(/^CREATE /, '')}\`${comment ? ` — ${comment}` : ''}`,
      ),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function describeIndexes({ indexes }: Catalog, relation: Relation): string {
  const isHere = isOf(relation)
  return list(
    'Indexes',
    indexes
      .filter((each) => isHere(each) && !each.ofConstraint)
      .map(
        ({ definition, comment }) =>
          `\`${definition.replace(/^CREATE /, '')}\`${comment ? ` — ${comment}` : ''}`,
      ),
  )
}

function isOf(relation: Relation) {
  return ({ schema, table }: { schema: string; table: string | null }) =>
    schema === relation.schema && table === relation.name
}

function describeView(catalog: Catalog, view: Relation): string {
  return [
    `### ${qualified(view)}`,
    view.comment ?? '',
    columnsTable(view),
    describeIndexes(catalog, view),
    `\`\`\`sql\n${view.definition?.trim() ?? ''}\n\`\`\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function columnsTable(relation: Relation): string {
  const rows = relation.columns.map(
    ({ name, type, notNull, default: value, generated, identity, comment }) => {
      const origin = generated ? `generated: ${value}` : identity ? 'identity' : value
      return [
        code(name),
        code(asWritten(type)),
        isView(relation) || notNull ? '' : 'null',
        origin ? code(origin) : '',
        cell(comment ?? ''),
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
      (type) =>
        `\`${qualified(type)}\`: ${type.labels?.map(code).join(', ')}${type.comment ? ` — ${type.comment}` : ''}`,
    ),
    '##',
  )
}

function describeDomains({ types, constraints }: Catalog): string {
  const domains = types.filter(({ kind, isOurs }) => kind === 'd' && isOurs)
  const describe = (domain: (typeof domains)[number]) => {
    const checks = constraints.filter(
      ({ domain: name, schema, kind }) => kind !== 'n' && name === domain.name && schema === domain.schema,
    )
    const rules = checks.map(({ name, definition }) => `\`${name}\`: \`${definition}\``)
    return `\`${qualified(domain)}\`: \`${domain.baseType}\`${domain.notNull ? ', not null' : ''}${rules.length > 0 ? `; ${rules.join('; ')}` : ''}${domain.comment ? ` — ${domain.comment}` : ''}`
  }
  return list('Domains', domains.map(describe), '##')
}

function describeUnchecked(unchecked: ReadonlyMap<Constraint, string>): string {
  const lines = [...unchecked].map(
    ([{ schema, table, domain, name, definition }, reason]) =>
      `\`${qualified({ schema, name: table ?? domain ?? '' })}.${name}\`: \`${definition}\` — ${reason}.`,
  )
  const text = list(`Enforced by the database alone`, lines, '##')
  return text.replace(/\n\n/, '\n\nConstraints that the validators do not check, or not completely.\n\n')
}

function list(title: string, items: string[], heading = ''): string {
  if (items.length === 0) return ''
  const lines = items.map((item) => `- ${item.replace(/\s*\n\s*/g, ' ')}`)
  return [heading ? `${heading} ${title}` : `${title}:`, lines.join('\n')].join('\n\n')
}

function code(text: string): string {
  return `\`${cell(text)}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ')
}
