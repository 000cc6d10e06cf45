import { ImportChangedError, type ImportReport, InvalidInputError } from '@norberts-spark/db'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Env } from './acting.ts'
import { errorText } from './errors.ts'
import { importChoicesOf, textOf } from './forms.ts'
import { importCsv } from './import-csv.ts'
import { changedPage, importPage, progressText, reportOf, undonePage } from './pages/import.ts'
import { pageInPieces } from './pages/layout.ts'

/** The routes of imports. Nothing is stored between them: the page of a dry run has the file, and sends it again to import it. */
export const imports = new Hono<Env>()
imports.use(bodyLimit({ maxSize: 10 * 1024 * 1024 }))

imports.get('/', (c) => c.html(importPage()))

imports.post('/', async (c) => {
  const form = await c.req.parseBody()
  const csv = form.csv instanceof File ? await form.csv.text() : textOf(form, 'csv')
  if (csv.includes('\uFFFD')) throw new InvalidInputError('csv', 'is not a text in UTF-8')
  const choices = importChoicesOf(form)
  const dryRun = !form.confirmed
  return pageInPieces(c, dryRun ? 'Check of the import' : 'Imported', async (send) => {
    const onProgress = ({ rows }: ImportReport) => void send(progressText(rows))
    await importCsv(c.get('db'), csv, { ...choices, dryRun, onProgress }).then(
      (outcome) => send(reportOf(outcome, { csv, ...choices })),
      (error) => send(errorText(error)),
    )
  })
})

/** Sends the refused rows back as a file. Spreadsheets know UTF-8 by the byte order mark. */
imports.post('/refused', async (c) => {
  const csv = textOf(await c.req.parseBody(), 'csv')
  c.header('Content-Type', 'text/csv; charset=utf-8')
  c.header('Content-Disposition', 'attachment; filename="refused.csv"')
  return c.body(`\uFEFF${csv}`)
})

imports.post('/undo', async (c) => {
  const form = await c.req.parseBody()
  const { customers } = c.get('db')
  const importId = textOf(form, 'importId')
  try {
    return c.html(
      undonePage(await customers.undoImport(importId, { keepChanged: form.keepChanged !== undefined })),
    )
  } catch (error) {
    if (!(error instanceof ImportChangedError)) throw error
    const ids = error.rows.filter(({ entity }) => entity === 'customer').map(({ id }) => id)
    return c.html(changedPage(importId, error.count, (await customers.getMany(ids)).items), 409)
  }
})
