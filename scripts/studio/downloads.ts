import { randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { checkExport, exportRows, FORMATS, type Format } from './export.ts'
import { bodyOf, type Read } from './requests.ts'
import type { RowsRequest } from './rows.ts'

/** How long a page may take to begin a download, in milliseconds. */
const LIFETIME = 60_000

const TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json',
  sql: 'application/sql',
}

interface Order {
  readonly request: RowsRequest
  readonly format: Format
}

/**
 * Exports as downloads of the browser, which writes them to a file as they arrive and can cancel them. Such a request has no
 * header of the page: it is admitted by a path that is used once, and that only a request with the token gets.
 */
export function addDownloads(app: Hono, read: Read): void {
  const orders = new Map<string, Order>()
  app.post('/api/export', async (context) => {
    const { format, ...request } = await bodyOf<RowsRequest & { format: Format }>(context)
    if (!FORMATS.includes(format)) throw new RangeError('The format must be csv, json or sql.')
    await read(context, (client) => checkExport(client, request))
    const ticket = randomBytes(32).toString('base64url')
    orders.set(ticket, { request, format })
    setTimeout(() => orders.delete(ticket), LIFETIME).unref()
    return context.json({ path: `/download/${ticket}` })
  })
  app.get('/download/:ticket', (context) => {
    const ticket = context.req.param('ticket')
    const order = orders.get(ticket)
    orders.delete(ticket)
    if (!order) return context.text('This download has been started before. Export the rows again.\n', 404)
    const { request, format } = order
    const { readable, writable } = new TransformStream<string, string>()
    const writer = writable.getWriter()
    // A write waits until the browser takes the text, and fails once it has canceled the download. An error ends the
    // connection: the browser reports a file that is not complete.
    read(context, async (client) => {
      for await (const text of exportRows(client, request, format)) await writer.write(text)
    })
      .then(() => writer.close())
      .catch((error: unknown) => writer.abort(error))
      .catch(() => {})
    const name = encodeURIComponent(`${request.table}.${format}`)
    return context.body(readable.pipeThrough(new TextEncoderStream()), 200, {
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename*=UTF-8''${name}`,
    })
  })
}
