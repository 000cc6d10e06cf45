import type { Customer, CustomerDuplicates, Page } from '@norberts-spark/db'
import { html } from 'hono/html'
import { customerFields } from './customers.ts'
import { type Markup, page } from './layout.ts'

/** Customers that are likely the same as earlier ones. */
export function duplicatesPage({ items, next }: Page<CustomerDuplicates>): Markup {
  return page(
    'Duplicates',
    html`
      <table>
        <thead><tr><th>Customer</th><th>Likely the same as</th><th>Because of</th><th></th></tr></thead>
        <tbody>${items.flatMap(({ customer, duplicates }) =>
          duplicates.map(
            (
              duplicate,
            ) => html`<tr><td><a href="/customers/${customer.customerId}">${customer.displayName}</a></td>
              <td><a href="/customers/${duplicate.customer.customerId}">${duplicate.customer.displayName}</a></td>
              <td>${Math.round(duplicate.score * 100)} %: ${duplicate.reasons.join(', ')}</td>
              <td><a href="/merge?winner=${duplicate.customer.customerId}&loser=${customer.customerId}">Merge</a></td></tr>`,
          ),
        )}</tbody>
      </table>
      ${next ? html`<p><a href="/duplicates?after=${next}">Next</a></p>` : ''}`,
  )
}

/** Both customers, and the values that the merged one will have: those of the winner, and of the loser where the winner has none. */
export function mergePage(winner: Customer, loser: Customer): Markup {
  const names = [
    'displayName',
    'legalName',
    'status',
    'industry',
    'companySize',
    'websiteUrl',
    'billingCountry',
  ] as const
  return page(
    'Merge',
    html`
      <table>
        <thead><tr><th></th><th>Kept</th><th>Merged into it</th></tr></thead>
        <tbody>${names.map((name) => html`<tr><th>${name}</th><td>${winner[name]}</td><td>${loser[name]}</td></tr>`)}
          <tr><th>contacts</th><td>${winner.contacts.length}</td><td>${loser.contacts.length}</td></tr></tbody>
      </table>
      <h2>Result</h2>
      <form class="fields" method="post" action="/merge">
        <input type="hidden" name="winner" value="${winner.customerId}"><input type="hidden" name="loser" value="${loser.customerId}">
        <input type="hidden" name="version" value="${winner.version}">
        ${customerFields((name) => winner[name as keyof Customer] ?? loser[name as keyof Customer])}
        <span></span><button>Merge</button>
      </form>`,
  )
}
