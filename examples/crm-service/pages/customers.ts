import type { Customer, CustomerDuplicate, Page } from '@norberts-spark/db'
import { CUSTOMER_STATUSES } from '@norberts-spark/db/schema'
import { html } from 'hono/html'
import { type Form, ORDERS, textOf } from '../forms.ts'
import { choice, field, type Markup, page } from './layout.ts'

export const STATUSES: Readonly<Record<string, string>> = Object.fromEntries(
  CUSTOMER_STATUSES.map((status) => [status, status]),
)

/** The list of customers with its filters. The address of a page holds all of them. */
export function customersPage(customers: Page<Customer>, query: Record<string, string>): Markup {
  const { items, next, previous, total } = customers
  const addressOf = (cursor: Record<string, string>) => {
    const { after, before, ...filters } = query
    return `/customers?${new URLSearchParams({ ...filters, ...cursor })}`
  }
  return page(
    'Customers',
    html`
      <form class="inline" method="get">
        <input name="search" type="search" aria-label="Search" placeholder="Search" value="${query.search ?? ''}">
        ${choice('Status', 'status', { '': 'any', ...STATUSES }, query.status)}
        <label for="country">Country</label><input id="country" name="country" size="2" value="${query.country ?? ''}">
        <label for="tag">Tag</label><input id="tag" name="tag" size="8" value="${query.tag ?? ''}">
        ${choice('Order', 'sort', { '': 'usual', ...ORDERS }, query.sort)}
        <button>Show</button>
      </form>
      <p class="muted">${total ? `${total.isExact ? '' : 'About '}${total.count} customers` : ''}</p>
      <table>
        <thead><tr><th>Name</th><th>Status</th><th>Country</th><th>Industry</th><th>Tags</th><th>Contacts</th><th></th></tr></thead>
        <tbody>${items.map(
          (customer) => html`<tr>
            <td><a href="/customers/${customer.customerId}">${customer.displayName}</a></td><td>${customer.status}</td>
            <td>${customer.billingCountry}</td><td>${customer.industry}</td><td>${customer.tags?.join('; ')}</td><td>${customer.contacts.length}</td>
            <td><input type="checkbox" name="id" value="${customer.customerId}" form="selected" aria-label="Select ${customer.displayName}"></td></tr>`,
        )}</tbody>
      </table>
      <form id="selected" method="post" action="/customers/archive"><p><button>Archive selected</button></p></form>
      <p>${previous ? html`<a href="${addressOf({ before: previous })}">Previous</a> ` : ''}${next ? html`<a href="${addressOf({ after: next })}">Next</a>` : ''}</p>`,
  )
}

/** The fields of a customer, for a form. */
export function customerFields(value: (name: string) => unknown): Markup {
  const tags = value('tags')
  return html`${field('Name', 'displayName', value('displayName'))}${field('Legal name', 'legalName', value('legalName'))}
    ${choice('Status', 'status', STATUSES, value('status'))}${field('Industry', 'industry', value('industry'))}
    ${field('Employees', 'companySize', value('companySize'), 'number')}${field('Website', 'websiteUrl', value('websiteUrl'))}
    ${field('Country', 'billingCountry', value('billingCountry'))}${field('Tags', 'tags', Array.isArray(tags) ? tags.join('; ') : tags)}`
}

/** The form of a new customer; with duplicates it asks once more. */
export function newCustomerPage(form: Form, duplicates: readonly CustomerDuplicate[]): Markup {
  const isAsked = duplicates.length > 0
  return page(
    'New customer',
    html`
      ${isAsked ? duplicateHint(duplicates) : ''}
      <form class="fields" method="post" action="/customers">
        ${customerFields((name) => textOf(form, name))}
        <span>${isAsked ? html`<input type="hidden" name="confirmed" value="yes">` : ''}</span>
        <button>${isAsked ? 'Create it anyway' : 'Create'}</button>
      </form>`,
  )
}

/** The customers that are likely the same, with links. */
export function duplicateHint(duplicates: readonly CustomerDuplicate[], winnerId?: string): Markup {
  return html`<div class="hint"><p>This customer may exist already:</p><ul>${duplicates.map(
    ({ customer, score, reasons }) => html`<li>
      <a href="/customers/${customer.customerId}">${customer.displayName}</a> (${Math.round(score * 100)} %: ${reasons.join(', ')})
      ${winnerId ? html`<a href="/merge?winner=${winnerId}&loser=${customer.customerId}">Merge</a>` : ''}</li>`,
  )}</ul></div>`
}
