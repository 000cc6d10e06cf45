import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type Context, Hono, type Next } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import type { Asset } from './bundle.ts'
import { readCatalog } from './catalog.ts'
import type { StudioDatabase } from './database.ts'
import { drawDiagram } from './diagram.ts'
import { planStatements, planWithValues } from './plans.ts'
import { answer, readRequest } from './requests.ts'

/** Path and title of each page; the first is the table browser. */
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

/** What only those know who started the studio. */
export const newToken = (): string => randomBytes(32).toString('base64url')

/** The studio as a web application. Whoever does not bring the token gets nothing from it. */
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
 * Lets in who brings the token: in the URL once, which a cookie then replaces, so that it stays out of the history.
 * A page elsewhere that finds the port, under whatever name, is refused.
 */
async function admit(context: Context, next: Next, token: string): Promise<Response | undefined> {
  const url = new URL(context.req.url)
  const origin = context.req.header('origin')
  const isElsewhere = origin !== undefined && origin !== url.origin
  const cookie = `${COOKIE}_${url.port}`
  const given = url.searchParams.get('token')
  const isKnown = isSame(given ?? getCookie(context, cookie) ?? '', token)
  if (!LOOPBACK.has(url.hostname) || isElsewhere || !isKnown) {
    return context.text('The studio opens with the whole link that `npm run db:studio` has printed.\n', 403)
  }
  context.header('cache-control', 'no-store')
  if (given === null || context.req.method !== 'GET') {
    await next()
    return undefined
  }
  setCookie(context, cookie, token, { httpOnly: true, sameSite: 'Strict', path: '/' })
  url.searchParams.delete('token')
  return context.redirect(`${url.pathname}${url.search}`)
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

function isSame(given: string, token: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(token)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function page({ name, isWritable }: StudioDatabase, path: string, title: string): string {
  const script = path === '/' ? 'rows' : 'pages'
  const links = Object.entries(PAGES).map(
    ([to, text]) => `<a href="${to}"${to === path ? ' aria-current="page"' : ''}>${text}</a>`,
  )
  const mode = isWritable
    ? '<strong class="mode writing">rows may be changed</strong>'
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
