import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Context, Hono, type Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import type { Asset } from './bundle.ts'
import type { StudioDatabase } from './database.ts'
import { drawDiagram } from './diagram.ts'
import { planStatements, planWithValues } from './plans.ts'
import { readCatalog } from './read-catalog.ts'
import { answer, readRequest } from './requests.ts'

/** The path and title of each page. The first is the table browser. */
const PAGES = {
  '/': 'Rows',
  '/diagram': 'Diagram',
  '/dictionary': 'Dictionary',
  '/constraints': 'Constraints',
  '/indexes': 'Indexes',
  '/statements': 'Statements',
} as const

const COOKIE = 'norberts_spark_db_studio'
const LARGEST_REQUEST = 16 * 1024 * 1024

/** A secret that only the person who started the studio knows. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** Creates the studio as a web application. It answers only requests with the token. */
export function studioApp(database: StudioDatabase, assets: ReadonlyMap<string, Asset>, token: string): Hono {
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
    }),
    (context, next) => admit(context, next, token),
    bodyLimit({ maxSize: LARGEST_REQUEST }),
  )
  app.onError((error, context) => context.json({ message: error.message }, 500))
  app.get('/assets/:name', (context) => {
    const asset = assets.get(context.req.param('name'))
    return asset ? context.body(asset.content, 200, { 'content-type': asset.type }) : context.notFound()
  })
  for (const [path, title] of Object.entries(PAGES)) {
    app.get(path, (context) => context.html(page(database, path, title)))
  }
  app.post('/api/query', async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined)
    try {
      return context.json(await answer(database, readRequest(body)))
    } catch (error) {
      return context.json({ message: (error as Error).message }, 400)
    }
  })
  app.get('/api/catalog', async (context) => context.json(await database.transaction(readCatalog)))
  app.get('/api/diagram', async (context) =>
    context.json(await drawDiagram(await database.transaction(readCatalog))),
  )
  app.get('/api/statements', async (context) => context.json(await database.transaction(planStatements)))
  app.post('/api/plan', async (context) => {
    const { name, values } = await context.req.json<{ name: string; values: (string | null)[] }>()
    return context.json(await database.transaction((client) => planWithValues(client, name, values)))
  })
  return app
}

/**
 * Admits requests with the token. The first one has it in the URL, and a redirect replaces it by a cookie, so that it
 * stays out of the browser's history. Requests from pages of other origins or under other host names are rejected.
 */
async function admit(context: Context, next: Next, token: string): Promise<Response | undefined> {
  const url = new URL(context.req.url)
  const origin = context.req.header('origin')
  const isForeign = origin !== undefined && origin !== url.origin
  const cookie = `${COOKIE}_${url.port}`
  const tokenInUrl = url.searchParams.get('token')
  const isKnown = isSame(tokenInUrl ?? getCookie(context, cookie) ?? '', token)
  if (!LOOPBACK.has(url.hostname) || isForeign || !isKnown) {
    return context.text('Open the studio with the complete link that `npm run db:studio` printed.\n', 403)
  }
  context.header('cache-control', 'no-store')
  if (tokenInUrl === null || context.req.method !== 'GET') {
    await next()
    return undefined
  }
  setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' })
  url.searchParams.delete('token')
  return context.redirect(`${url.pathname}${url.search}`)
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

function isSame(value: string, token: string): boolean {
  const [left, right] = [Buffer.from(value), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function page({ name, isWritable }: StudioDatabase, path: string, title: string): string {
  const script = path === '/' ? 'rows' : 'pages'
  const links = Object.entries(PAGES).map(
    ([to, text]) => `<a href="${to}"${to === path ? ' aria-current="page"' : ''}>${text}</a>`,
  )
  const mode = isWritable
    ? '<strong class="mode writing">writable</strong>'
    : '<span class="mode">read-only</span>'
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · ${escapeHtml(name)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/${script}.css">
<body>
<header class="bar"><b>${escapeHtml(name)}</b><nav>${links.join('')}</nav>${mode}</header>
<main id="page" data-page="${path.slice(1)}"></main>
<script type="module" src="/assets/${script}.js"></script>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
