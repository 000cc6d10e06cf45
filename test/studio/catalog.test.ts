import { describe, expect } from 'vitest'
import { CONSTRAINTS, TABLES } from '../../generated/catalog.ts'
import type { Catalog } from '../../scripts/studio/catalog.ts'
import type { Diagram } from '../../scripts/studio/diagram.ts'
import { runSql } from '../support/databases.ts'
import { one, test } from '../support/studio.ts'

describe('the catalog', () => {
  test('has the tables of the first page, with their estimates', async ({ studio, filled }) => {
    await runSql(
      filled,
      'create schema "Odd" create table "Odd"."T.x" (id int); create view public.seen as select 1 as one',
    )
    try {
      const { tables } = await studio.get<Catalog>('/api/catalog')

      const listed = await studio.get<{ tables: unknown[] }>('/api/info')
      expect(listed.tables).toEqual(tables.map(({ name, rows }) => ({ name, rows })))
      expect(tables.map(({ name }) => name)).toContain('"Odd"."T.x"')
    } finally {
      await runSql(filled, 'drop view public.seen; drop schema "Odd" cascade')
    }
  })

  test('contains tables, constraints and indexes with their comments', async ({ studio }) => {
    const { tables, constraints, indexes, enums } = await studio.get<Catalog>('/api/catalog')

    expect(tables.map(({ name }) => name)).toEqual(TABLES)
    expect(tables.find(({ name }) => name === 'users')).toMatchObject({
      comment: 'People who sign in to the service, with a password or through an identity provider.',
      columns: expect.arrayContaining([
        expect.objectContaining({ name: 'user_id', type: 'uuid', isKey: true, isRequired: true }),
      ]),
    })
    expect(constraints).toContainEqual({
      table: 'parts',
      name: 'parts_user_id_chat_id_message_id_fkey',
      kind: 'foreign key',
      definition: expect.stringMatching(
        /^FOREIGN KEY \(user_id, chat_id, message_id\) REFERENCES messages\(user_id, chat_id, id\)/,
      ),
      comment: 'The chat has no such message.',
      columns: ['user_id', 'chat_id', 'message_id'],
      references: 'messages',
      referencedColumns: ['user_id', 'chat_id', 'id'],
      onDelete: 'cascade',
      isOptional: false,
      isUnique: false,
    })
    expect(indexes.find(({ name }) => name === 'users_email_key')).toMatchObject({
      table: 'users',
      isUnique: true,
      isValid: true,
      scans: expect.any(Number),
    })
    expect(enums.map(({ name }) => name)).toEqual(['contact_role', 'customer_status'])
  })

  /** The names of the schema's foreign keys. */
  const FOREIGN_KEYS = Object.values(CONSTRAINTS)
    .flatMap((constraints) => Object.entries(constraints as Record<string, { kind: string }>))
    .flatMap(([name, { kind }]) => (kind === 'foreign-key' ? [name] : []))
    .sort()

  test('has a diagram with a line between the tables of each foreign key', async ({ studio }) => {
    const { boxes, lines } = await studio.get<Diagram>('/api/diagram')

    expect(boxes).toHaveLength(TABLES.length)
    expect(lines.map(({ name }) => name).sort()).toEqual(FOREIGN_KEYS)
    for (const { from, to, points } of lines) {
      const [start, end] = [points[0]!, points.at(-1)!]
      const [source, target] = [from, to].map((name) => boxes.find(({ table }) => table === name)!)

      expect(start.x).toBeCloseTo(source!.x)
      expect(end.x).toBeCloseTo(target!.x + target!.width)
    }
  })

  test('says how many rows a foreign key relates, and what a delete does', async ({ studio }) => {
    const { lines } = await studio.get<Diagram>('/api/diagram')
    const found = Object.fromEntries(lines.map((line) => [line.name, line]))

    expect(found.ai_options_user_id_chat_id_message_id_fkey).toMatchObject({
      onDelete: 'cascade',
      isUnique: true,
    })
    expect(found.parts_user_id_chat_id_message_id_fkey).toMatchObject({ isUnique: false, isOptional: false })
    expect(found.customers_owner_id_fkey).toMatchObject({ onDelete: 'set null', isOptional: true })
  })

  test('marks indexes that another one makes redundant, and no others', async ({ studio, filled }) => {
    const before = await studio.get<Catalog>('/api/catalog')
    await runSql(
      filled,
      `create table notes (a int, b int, c text unique);
       create index notes_a_b_idx on notes (a, b);
       create index notes_a_idx on notes (a);
       create index notes_a_desc_idx on notes (a desc);
       create index notes_b_idx on notes (b);
       create index notes_a_b_positive_idx on notes (a, b) where a > 0;
       create index notes_c_idx on notes (c);
       create index notes_c_hash_idx on notes using hash (c)`,
    )
    try {
      const { indexes, statisticsSince } = await studio.get<Catalog>('/api/catalog')
      const found = indexes.flatMap(({ table, name, redundantWith }) =>
        table === 'notes' && redundantWith ? [[name, redundantWith]] : [],
      )

      expect(before.indexes.filter(({ redundantWith }) => redundantWith)).toEqual([])
      expect(found).toEqual([
        ['notes_a_idx', { index: 'notes_a_b_idx', isSame: false }],
        ['notes_c_idx', { index: 'notes_c_key', isSame: true }],
      ])
      expect(statisticsSince === null || !Number.isNaN(Date.parse(statisticsSince))).toBe(true)
    } finally {
      await one(filled, 'drop table notes')
    }
  })
})
