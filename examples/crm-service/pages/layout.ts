import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import { stream } from 'hono/streaming'

/** Markup that is ready to be sent; `html` escapes every value in it. */
export type Markup = ReturnType<typeof html>

const STYLE = raw(`
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 0 1rem 3rem; color: #222; }
  nav { display: flex; gap: 1.5rem; padding: 1rem 0; border-bottom: 1px solid #ccc; margin-bottom: 1rem; }
  table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #e4e4e4; }
  form.fields { display: grid; grid-template-columns: 10rem 1fr; gap: .5rem 1rem; max-width: 36rem; align-items: center; }
  form.inline { display: inline-flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
  input, select, textarea, button { font: inherit; padding: .25rem .5rem; } textarea { width: 100%; }
  button { cursor: pointer; } .error { background: #fdecea; border-left: 4px solid #b3261e; padding: .75rem 1rem; }
  .hint { background: #fff7e0; border-left: 4px solid #b58100; padding: .5rem 1rem; } .muted { color: #666; }
  .progress:not(:last-child) { display: none; }`)

/** A whole page. */
export function page(title: string, content: Markup | Promise<Markup>): Markup {
  return html`${beginning(title)}${content}${END}`
}

/** A page that is sent piece by piece, while it is made. Its status is 200, also if its end says that something went wrong. */
export function pageInPieces(
  c: Context,
  title: string,
  make: (send: (piece: Markup | Promise<Markup>) => Promise<void>) => Promise<void>,
): Response {
  c.header('Content-Type', 'text/html; charset=UTF-8')
  return stream(c, async (out) => {
    const send = async (piece: Markup | Promise<Markup>) => {
      await out.write(String(await piece))
    }
    await send(beginning(title))
    await make(send)
    await send(END)
  })
}

function beginning(title: string): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>
      <body>
        <nav><a href="/customers">Customers</a><a href="/customers/new">New customer</a><a href="/duplicates">Duplicates</a><a href="/import">Import</a></nav>
        <h1>${title}</h1>`
}

const END = raw('</body></html>')

/** A field of a form with its label. */
export function field(label: string, name: string, value: unknown, type = 'text'): Markup {
  return html`<label for="${name}">${label}</label><input id="${name}" name="${name}" type="${type}" value="${value ?? ''}">`
}

/** A choice with its label. */
export function choice(
  label: string,
  name: string,
  options: Readonly<Record<string, string>>,
  chosen: unknown,
): Markup {
  return html`<label for="${name}">${label}</label><select id="${name}" name="${name}">
    ${Object.entries(options).map(
      ([value, text]) =>
        html`<option value="${value}" ${value === (chosen ?? '') ? raw('selected') : ''}>${text}</option>`,
    )}</select>`
}
