import type { ImportCounts, ImportError } from '@norberts-spark/db'
import { html } from 'hono/html'
import { HEAD } from '../csv.ts'
import { type Markup, page } from './layout.ts'

/** The form of an import, with its outcome: the number of new customers, or the row and the field that were refused. */
export function importPage({
  csv = '',
  counts,
  error,
}: {
  csv?: string
  counts?: ImportCounts
  error?: ImportError
}): Markup {
  return page(
    'Import',
    html`
      ${counts ? html`<p class="hint" role="status">${counts.customers} customers were added.</p>` : ''}
      ${error ? html`<p class="error" role="alert">${error.message}</p>` : ''}
      <form method="post" action="/import">
        <p><label for="csv">A line for each customer: <code>${HEAD}</code></label></p>
        <p><textarea id="csv" name="csv" rows="12">${csv}</textarea></p>
        <p><button>Import</button></p>
      </form>`,
  )
}
