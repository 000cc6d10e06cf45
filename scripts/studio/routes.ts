import type { Hono } from 'hono'
import type pg from 'pg'
import { readAccess } from './access.ts'
import { consequencesOf, deleteRow, insertRow, saveRow } from './changes.ts'
import { listChats, readConversation } from './conversation.ts'
import type { StudioDatabase } from './database.ts'
import { drawDiagram } from './diagram.ts'
import { addDownloads } from './downloads.ts'
import { exampleValues } from './example-values.ts'
import { type HistoryRequest, readHistory } from './history.ts'
import { planStatements, planWithValues } from './plans.ts'
import { listProfiles, readProfile } from './profiles.ts'
import { LIMITS, runQuery } from './queries.ts'
import { readCatalog } from './read-catalog.ts'
import { bodyOf as body, readerOf } from './requests.ts'
import { listRows, type RowsRequest, readRow } from './rows.ts'
import { readPartitions, readReplication } from './server-state.ts'
import type { Statement } from './statement-files.ts'
import { listTables } from './tables.ts'

/** The requests that read. */
export function addReads(app: Hono, database: StudioDatabase, statements: () => Promise<Statement[]>): void {
  const read = readerOf(database)
  let isDrawn = false
  app.get('/api/info', async (context) => {
    const { name, isWritable } = database
    const info = await read(context, async (client) => ({
      name,
      isWritable,
      tables: await listTables(client),
      absent: await absentPages(client),
    }))
    // The diagram is drawn before a person opens its page, but after the first one has its rows.
    if (!isDrawn)
      setTimeout(
        () =>
          database
            .read(readCatalog)
            .then(drawDiagram)
            .catch(() => {}),
        1_000,
      ).unref()
    isDrawn = true
    return context.json(info)
  })
  app.get('/api/catalog', async (context) => context.json(await read(context, readCatalog)))
  app.get('/api/diagram', async (context) =>
    context.json(await drawDiagram(await read(context, readCatalog))),
  )
  app.get('/api/statements', async (context) => {
    const all = await statements()
    return context.json(await database.plan((client) => planStatements(client, all)))
  })
  app.post('/api/plan', async (context) => {
    const { name, values: given } = await body<{ name: string; values?: (string | null)[] }>(context)
    const statement = (await statements()).find((each) => each.name === name)
    if (!statement) throw new RangeError(`There is no statement named ${name}.`)
    const values = given ?? (await database.read((client) => exampleValues(client, statement)))
    return context.json(await database.plan((client) => planWithValues(client, statement, values)))
  })
  app.get('/api/access', async (context) => context.json(await read(context, readAccess)))
  app.get('/api/partitions', async (context) => context.json(await read(context, readPartitions)))
  app.get('/api/replication', async (context) => context.json(await read(context, readReplication)))
  app.post('/api/profiles', async (context) => {
    const request = await body<Parameters<typeof listProfiles>[1]>(context)
    return context.json(await read(context, (client) => listProfiles(client, request)))
  })
  app.post('/api/profile', async (context) => {
    const request = await body<Parameters<typeof readProfile>[1]>(context)
    const found = await read(context, (client) => readProfile(client, request))
    return found ? context.json(found) : context.json({ message: 'This row does not exist any more.' }, 404)
  })
  app.post('/api/history', async (context) => {
    const request = await body<HistoryRequest>(context)
    return context.json(await read(context, (client) => readHistory(client, request)))
  })
  app.post('/api/rows', async (context) => {
    const request = await body<RowsRequest>(context)
    return context.json(await read(context, (client) => listRows(client, request)))
  })
  app.post('/api/row', async (context) => {
    const { table, key } = await body<{ table: string; key: Record<string, string> }>(context)
    const found = await read(context, (client) => readRow(client, table, key))
    return found ? context.json(found) : context.json({ message: 'This row does not exist any more.' }, 404)
  })
  app.post('/api/consequences', async (context) => {
    const request = await body<Parameters<typeof consequencesOf>[1]>(context)
    return context.json(await read(context, (client) => consequencesOf(client, request)))
  })
  app.post('/api/chats', async (context) => {
    const { search = '' } = await body<{ search?: string }>(context)
    return context.json(await read(context, (client) => listChats(client, search)))
  })
  app.post('/api/conversation', async (context) => {
    const request = await body<{ userId: string; chatId: string }>(context)
    const found = await read(context, (client) => readConversation(client, request))
    return found ? context.json(found) : context.json({ message: 'This chat does not exist any more.' }, 404)
  })
  app.post('/api/sql', async (context) => {
    const { sql, limit } = await body<{ sql: string; limit: number }>(context)
    const most = LIMITS.find((each) => each === limit) ?? LIMITS[0]
    return context.json(await read(context, (client) => runQuery(client, String(sql), most)))
  })
  addDownloads(app, read)
}

/** The requests that change rows. */
export function addChanges(app: Hono, database: StudioDatabase): void {
  app.post('/api/save', async (context) => {
    const request = await body<Parameters<typeof saveRow>[1]>(context)
    await database.write((client) => saveRow(client, request))
    return context.json({})
  })
  app.post('/api/insert', async (context) => {
    const request = await body<Parameters<typeof insertRow>[1]>(context)
    return context.json(await database.write((client) => insertRow(client, request)))
  })
  app.post('/api/delete', async (context) => {
    const request = await body<Parameters<typeof deleteRow>[1]>(context)
    await database.write((client) => deleteRow(client, request))
    return context.json({})
  })
}

/** The tables that pages are about, by page. A service's own database may lack them. */
const SUBJECTS = {
  '/chats': 'parts',
  '/customers': 'customers',
  '/people': 'people',
  '/history': 'audit_log',
}

async function absentPages(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ table: string }>(
    `select table_name as table from unnest($1::text[]) as table_name where to_regclass('public.' || table_name) is null`,
    [Object.values(SUBJECTS)],
  )
  const absent = new Set(rows.map(({ table }) => table))
  return Object.entries(SUBJECTS).flatMap(([page, table]) => (absent.has(table) ? [page] : []))
}
