import pg from 'pg'
import { describe, expect } from 'vitest'
import { exampleValues } from '../../scripts/studio/example-values.ts'
import type { PlanNode } from '../../scripts/studio/plan-tree.ts'
import { type MeasuredStatement, type PlannedStatement, planWithValues } from '../../scripts/studio/plans.ts'
import { parseStatements, readStatements } from '../../scripts/studio/statement-files.ts'
import { statements as loaded } from '../../src/query/index.ts'
import '../../src/repositories/index.ts'
import { one, test } from '../support/studio.ts'

describe('statements', () => {
  test('are those of the repositories, with their parameters', async () => {
    const read = await readStatements()
    const parameters = new Map(loaded().map((each) => [each.name, [...each.parameters]]))

    expect(read.length).toBeGreaterThan(100)
    const combination = read.find(({ name }) => name === 'customers.list(status,ownerId)')
    expect(combination?.parameters).toEqual(
      expect.arrayContaining([
        { name: 'status', type: 'customer_status' },
        { name: 'ownerId', type: 'uuid' },
      ]),
    )
    expect(new Set(read.map(({ name }) => name))).toEqual(new Set(parameters.keys()))
    for (const statement of read)
      expect(
        statement.parameters.map(({ name }) => name),
        statement.name,
      ).toEqual(parameters.get(statement.name))
  })

  test('are read from any file that generate writes', () => {
    const text =
      '-- Written by `generate`.\n\n-- notes.find\n-- $1 id: integer\nselect\n  1\n\nwhere\n  true;\n\n-- notes.all\nselect\n  2;\n'

    expect(parseStatements(text)).toEqual([
      {
        name: 'notes.find',
        sql: 'select\n  1\n\nwhere\n  true',
        parameters: [{ name: 'id', type: 'integer' }],
      },
      { name: 'notes.all', sql: 'select\n  2', parameters: [] },
    ])
  })

  test('has the plan of every statement of the repositories', async ({ studio }) => {
    const statements = await studio.get<PlannedStatement[]>('/api/statements')

    expect(statements.length).toBeGreaterThan(90)
    for (const { name, plan } of statements) expect(plan, name).toMatch(/\(cost=/)
    expect(statements.find(({ name }) => name === 'chats.find')?.parameters).toEqual([
      { name: 'userId', type: 'uuid' },
      { name: 'chatId', type: 'uuid' },
    ])
  })

  test('lists statements that do not fit the database besides those that do', async ({ studio, filled }) => {
    await one(filled, 'alter table people rename job_title to title')
    try {
      const statements = await studio.get<PlannedStatement[]>('/api/statements')

      expect(statements.find(({ name }) => name === 'people.find')).toMatchObject({
        plan: '',
        problem: expect.stringMatching(/column .*"job_title" does not exist/),
      })
      expect(statements.find(({ name }) => name === 'users.find')?.plan).toContain('users')
    } finally {
      await one(filled, 'alter table people rename title to job_title')
    }
  })

  test('has the plan for specific values, with measurements if the statement only reads', async ({
    studio,
    filled,
  }) => {
    const [chatId, userId] = String(
      await one(filled, `select id || ' ' || user_id from chats limit 1`),
    ).split(' ')

    const read = await studio.post<{ plan: string }>('/api/plan', {
      name: 'chats.find',
      values: [userId, chatId],
    })
    const write = await studio.post<{ plan: string }>('/api/plan', {
      name: 'chats.create',
      values: [userId, null],
    })
    const wrong = await studio.post<{ message: string }>('/api/plan', { name: 'chats.find', values: ['x'] })

    expect(read.plan).toMatch(/actual time=.* rows=1/)
    expect(read.plan).toContain(chatId)
    expect(write.plan).toMatch(/^Insert on chats/)
    expect(write.plan).not.toContain('actual time')
    expect(wrong.message).toBe('invalid input syntax for type uuid')
  })

  test('runs every reading statement with example values of the database', async ({ filled }) => {
    const isRare = new Map(loaded().map((each) => [each.name, each.isRare]))
    const statements = (await readStatements()).filter(({ name }) => !isRare.get(name))
    const rows = new Map<string, number | undefined>()
    const client = new pg.Client(filled)
    await client.connect()
    try {
      for (const statement of statements) {
        await client.query('begin read only')
        const { time, tree } = await planWithValues(client, statement, await exampleValues(client, statement))
        if (time !== undefined) rows.set(statement.name, tree?.rows)
        await client.query('rollback')
      }
    } finally {
      await client.end()
    }

    expect(rows.size).toBeGreaterThan(60)
    for (const name of ['chats.find', 'users.list', 'customers.list', 'users.findByEmail', 'customers.find'])
      expect(rows.get(name), name).toBeGreaterThan(0)
  })

  test('marks the node of a plan that takes longest', async ({ studio }) => {
    const { tree, time } = await studio.post<MeasuredStatement>('/api/plan', { name: 'users.list' })
    const nodes = (node: PlanNode): PlanNode[] => [node, ...node.children.flatMap(nodes)]
    const all = nodes(tree as PlanNode)

    expect(time).toBeGreaterThan(0)
    expect(all.filter(({ isSlowest }) => isSlowest)).toHaveLength(1)
    const slowest = all.find(({ isSlowest }) => isSlowest)
    for (const { time } of all) expect(slowest?.time).toBeGreaterThanOrEqual(time as number)
  })
})
