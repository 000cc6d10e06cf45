import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Context, Hono, type Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { Asset } from './assets.ts'
import type { StudioDatabase } from './database.ts'
import { addChanges, addReads } from './routes.ts'
import type { Statement } from './statement-files.ts'

/** The path and title of each page. */
export const PAGES = {
  '/': 'Rows',
  '/chats': 'Chats',
  '/customers': 'Customers',
  '/people': 'People',
  '/history': 'History',
  '/sql': 'SQL',
  '/diagram': 'Diagram',
  '/dictionary': 'Dictionary',
  '/constraints': 'Constraints',
  '/indexes': 'Indexes',
  '/statements': 'Statements',
  '/access': 'Access',
  '/partitions': 'Partitions',
  '/replication': 'Replication',
} as const

const LARGEST_REQUEST = 16 * 1024 * 1024

/** A secret that only the person who started the studio knows. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/**
 * Creates the studio as a web application. Pages and scripts contain nothing of the database; every request for data needs
 * the token in a header. A cookie would be sent to servers on other ports of this machine too.
 */
export function studioApp(
  database: StudioDatabase,
  {
    assets,
    token,
    statements,
  }: { assets: ReadonlyMap<string, Asset>; token: string; statements: () => Promise<Statement[]> },
): Hono {
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
    refuseForeign,
    bodyLimit({ maxSize: LARGEST_REQUEST }),
  )
  app.onError((error, context) => context.json({ name: error.name, message: error.message }, 400))
  app.get('/assets/:name', (context) => {
    const asset = assets.get(context.req.param('name'))
    return asset ? context.body(asset.content, 200, { 'content-type': asset.type }) : context.notFound()
  })
  for (const [path, title] of Object.entries(PAGES))
    app.get(path, (context) => context.html(page(path, title)))
  app.notFound((context) =>
    /^[/](?:api|assets)[/]/.test(context.req.path)
      ? context.text('There is nothing at this address.\n', 404)
      : context.html(noPage(), 404),
  )
  app.use('/api/*', (context, next) => admit(context, next, token))
  addReads(app, database, statements)
  addChanges(app, database)
  return app
}

const REFUSED = 'Open the studio with the complete link that the command `studio` printed.\n'

/** Rejects requests under other host names (DNS rebinding) and those that pages of other origins send. */
async function refuseForeign(context: Context, next: Next): Promise<Response | undefined> {
  const url = new URL(context.req.url)
  const origin = context.req.header('origin')
  const isForeign = origin !== undefined && origin !== url.origin
  if (!LOOPBACK.has(url.hostname) || isForeign) return context.text(REFUSED, 403)
  context.header('cache-control', 'no-store')
  await next()
  return undefined
}

/** Admits requests with the token in the header, where no page of another origin can put it. */
async function admit(context: Context, next: Next, token: string): Promise<Response | undefined> {
  const given = context.req.header('authorization')?.replace(/^Bearer /, '') ?? ''
  if (!isSame(given, token)) return context.text(REFUSED, 403)
  await next()
  return undefined
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

function isSame(value: string, token: string): boolean {
  const [left, right] = [Buffer.from(value), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function page(path: string, title: string): string {
  return frame(
    path,
    title,
    `<main id="page" tabindex="-1" data-page="${path.slice(1)}"></main>
<script type="module" src="/assets/pages.js"></script>`,
  )
}

const noPage = (): string =>
  frame(
    '',
    'No such page',
    `<main id="page" tabindex="-1"><p class="content">The studio has no page at this address. The links above lead to those that it has.</p></main>`,
  )

function frame(path: string, title: string, main: string): string {
  const links = Object.entries(PAGES).map(
    ([to, text]) => `<a href="${to}"${to === path ? ' aria-current="page"' : ''}>${text}</a>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · studio</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/pages.css">
<body>
<a class="skip" href="#page">Skip to the content</a>
<header class="bar"><b id="database"></b><nav aria-label="Pages">${links.join('')}</nav><span id="mode" class="mode"></span></header>
${main}
</body>
</html>
`
}
