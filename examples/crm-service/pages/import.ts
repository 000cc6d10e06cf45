import type { Customer, ImportMatch, UndoneImport } from '@norberts-spark/db'
import { html } from 'hono/html'
import { toCsv } from '../csv.ts'
import { type ImportChoices, MATCHES } from '../forms.ts'
import { COLUMNS, type Imported } from '../import-csv.ts'
import { choice, type Markup, page } from './layout.ts'

const KINDS = ['customers', 'people', 'contacts'] as const
/** Refused rows that a page shows; the file has all. */
const MOST_SHOWN = 100

/** The form of an import, and that of an undo. */
export function importPage(): Markup {
  return page(
    'Import',
    html`
      <form class="fields" method="post" action="/import" enctype="multipart/form-data">
        <label for="csv">CSV file</label><input id="csv" name="csv" type="file" accept=".csv,text/csv" required>
        <span>Match by</span><span>${Object.entries(MATCHES).map(([by, text]) => matchBox(by, text))}</span>
        ${choice('Rows that match', 'onMatch', { update: 'update what exists', skip: 'are skipped' }, 'update')}
        <span></span><button>Check</button>
      </form>
      <p class="muted">Columns: ${COLUMNS}. Tags are separated by semicolons. An empty cell changes nothing.</p>
      <h2>Undo an import</h2>
      <form class="inline" method="post" action="/import/undo">
        <input name="importId" size="36" aria-label="Id of the import" placeholder="Id of the import"><button>Undo</button>
      </form>`,
  )
}

function matchBox(by: string, text: string): Markup {
  const isUsual = by === 'externalId' || by === 'email'
  return html`<label><input type="checkbox" name="${by}" value="yes" ${isUsual ? 'checked' : ''}> ${text}</label> `
}

/** The number of rows so far; the page shows the last one until the report follows. */
export function progressText(rows: number): Markup {
  return html`<p class="progress">${rows} rows …</p>`
}

/** The report of an import, with its undo; or that of a dry run, with a form that imports the file. */
export function reportOf(
  { report, refused }: Imported,
  { csv, match, onMatch }: ImportChoices & { csv: string },
): Markup {
  const { importId, rows, skipped } = report
  const counts = `${rows} rows, ${skipped} skipped, ${refused.length} refused.`
  return html`
      <p class="hint" role="status">${counts} ${importId ? '' : 'This was a dry run: nothing was written.'}</p>
      <table>
        <thead><tr><th></th><th>Created</th><th>Updated</th></tr></thead>
        <tbody>${KINDS.map((kind) => html`<tr><th>${kind}</th><td>${report[kind].created}</td><td>${report[kind].updated}</td></tr>`)}</tbody>
      </table>
      ${
        importId
          ? html`<form class="inline" method="post" action="/import/undo">
              <p>Import <code>${importId}</code> <input type="hidden" name="importId" value="${importId}"><button>Undo</button></p></form>`
          : html`<form method="post" action="/import" enctype="multipart/form-data">
              <input type="hidden" name="csv" value="${csv}"><input type="hidden" name="onMatch" value="${onMatch}">
              ${match.map((by: ImportMatch) => html`<input type="hidden" name="${by}" value="yes">`)}
              <p><button name="confirmed" value="yes">Import ${rows - refused.length} rows</button> <a href="/import">Choose another file</a></p></form>`
      }
      ${refused.length > 0 ? refusedRows(refused) : ''}`
}

function refusedRows(refused: Imported['refused']): Markup {
  return html`
    <h2>Refused rows</h2>
    <form method="post" action="/import/refused" enctype="multipart/form-data">
      <input type="hidden" name="csv" value="${toCsv(refused)}">
      <p><button>Download</button> Correct them in the file, then import it.</p>
    </form>
    <table class="refused">
      <thead><tr><th>Row</th><th>Field</th><th>Value</th><th>Reason</th></tr></thead>
      <tbody>${refused
        .slice(0, MOST_SHOWN)
        .map(
          ({ row, field = '', reason, ...cells }) =>
            html`<tr><td>${row}</td><td>${field}</td><td>${cells[field]}</td><td>${reason}</td></tr>`,
        )}</tbody>
    </table>
    ${refused.length > MOST_SHOWN ? html`<p class="muted">The file has all ${refused.length} of them.</p>` : ''}`
}

/** The numbers of rows that an undo has deleted and restored. */
export function undonePage({ kept, ...undone }: UndoneImport): Markup {
  return page(
    'Undone',
    html`
      <p class="hint" role="status">The import was undone. Rows that were changed after it and kept: ${kept}.</p>
      <table>
        <thead><tr><th></th><th>Deleted</th><th>Restored</th></tr></thead>
        <tbody>${KINDS.map((kind) => html`<tr><th>${kind}</th><td>${undone[kind].deleted}</td><td>${undone[kind].restored}</td></tr>`)}</tbody>
      </table>`,
  )
}

/** The undo was refused: the user decides about the rows that were changed after the import. */
export function changedPage(importId: string, count: number, customers: readonly Customer[]): Markup {
  return page(
    'Not undone',
    html`
      <p class="error" role="alert">Nothing was undone. Rows that were changed after the import: ${count}.</p>
      <ul>${customers.map(({ customerId, displayName }) => html`<li><a href="/customers/${customerId}">${displayName}</a></li>`)}</ul>
      <form method="post" action="/import/undo"><input type="hidden" name="importId" value="${importId}">
        <button name="keepChanged" value="yes">Keep these rows and undo the others</button></form>`,
  )
}
