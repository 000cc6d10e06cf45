import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { startScratchServer } from '../../scripts/scratch/index.ts'
import { caught } from '../support/factories.ts'
import { type Edit, REFUSED, WRITTEN } from './edits.ts'
import { applied, FIRST, generated } from './generated.ts'

/** Of edits in one migration. */
const BATCH = 13

async function majorVersion(): Promise<number> {
  const client = new pg.Client(inject('scratch').adminUrl)
  await client.connect()
  const { rows } = await client.query(
    `select current_setting('server_version_num')::integer / 10000 as version`,
  )
  await client.end()
  return rows[0].version
}

/** `$` is the prefix, but in dollar quotes. */
const named = (sql: string, prefix: string) =>
  sql.replace(/\$\$|\$/g, (match) => (match === '$' ? prefix : match))

const batches = Array.from({ length: Math.ceil(WRITTEN.length / BATCH) }, (_, index) =>
  WRITTEN.slice(index * BATCH, (index + 1) * BATCH),
)

describe('edits of filled databases', { timeout: 240_000 }, () => {
  for (const batch of batches) {
    test(`written: ${batch.map(({ name }) => name).join('; ')}`, async () => {
      const version = await majorVersion()
      const edits = batch
        .filter(({ since = 15 }) => version >= since)
        .map((edit) => ({ edit, prefix: `e${WRITTEN.indexOf(edit)}_` }))
      const all = (part: (edit: Edit) => string) =>
        edits.map(({ edit, prefix }) => named(part(edit), prefix)).join(';\n')
      const before = all((edit) => edit.before)
      const files = await generated(
        before,
        all((edit) => edit.after),
        {
          renames: edits.flatMap(({ edit: { renames = [] }, prefix }) =>
            renames.map(({ from, to }) => ({ from: named(from, prefix), to: named(to, prefix) })),
          ),
          allowsDataLoss: edits.some(({ edit }) => edit.loses),
        },
      )

      const server = await startScratchServer(inject('scratch').adminUrl)
      await using live = await server.createDatabase()
      await applied(live.url, [{ name: FIRST, sql: before }])
      const client = new pg.Client(live.url)
      client.on('error', () => {})
      await client.connect()
      const read = async ({ edit, prefix }: (typeof edits)[number], sql: string) => ({
        edit: edit.name,
        rows: (await client.query(named(sql, prefix))).rows,
      })
      await client.query(all(({ rows }) => rows))
      const expected = []
      for (const each of edits) expected.push(await read(each, each.edit.keeps))
      await applied(live.url, [{ name: FIRST, sql: before }, ...files])

      const found = []
      for (const each of edits) found.push(await read(each, each.edit.keepsAfter ?? each.edit.keeps))
      expect(found).toEqual(expected)
      for (const { edit, prefix } of edits) {
        if (edit.works)
          await client.query(named(edit.works, prefix)).catch((error: Error) => {
            throw new Error(`${edit.name}: ${error.message}`)
          })
        if (edit.fails)
          await expect(client.query(named(edit.fails, prefix)), edit.name).rejects.toThrow(/violates|null/)
      }
      await client.end()
      await server.close()
    })
  }

  test.each(REFUSED.map((edit) => [edit.name, edit] as const))('refused: %s', async (_, edit) => {
    const { before, after, reason, renames = [] } = edit

    const error = await caught(
      generated(named(before, 'e_'), named(after, 'e_'), {
        renames: renames.map(({ from, to }) => ({ from: named(from, 'e_'), to: named(to, 'e_') })),
      }),
    )

    expect((error as Error).message).toMatch(reason)
  })
})
