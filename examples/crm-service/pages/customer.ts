import type { AuditEntry, Customer, CustomerDuplicate } from '@norberts-spark/db'
import { html } from 'hono/html'
import { customerFields, duplicateHint } from './customers.ts'
import { type Markup, page } from './layout.ts'

/** A customer with its contacts, its history, and those that may be the same. */
export function customerPage(
  customer: Customer,
  duplicates: readonly CustomerDuplicate[],
  history: readonly AuditEntry[],
): Markup {
  const address = `/customers/${customer.customerId}`
  return page(
    customer.displayName,
    html`
      ${customer.archivedAt ? html`<p class="hint">This customer is archived.</p>` : ''}
      ${duplicates.length > 0 ? duplicateHint(duplicates, customer.customerId) : ''}
      <form class="fields" method="post" action="${address}">
        <input type="hidden" name="version" value="${customer.version}">
        ${customerFields((name) => customer[name as keyof Customer])}
        <span></span><button>Save</button>
      </form>
      <form method="post" action="${address}/${customer.archivedAt ? 'restore' : 'archive'}"><p><button>${customer.archivedAt ? 'Restore' : 'Archive'}</button></p></form>
      ${detailsTable(customer)}
      <h2>Contacts</h2>
      <table>
        <thead><tr><th>Name</th><th>Role</th><th>Email</th><th>Since</th><th>Until</th></tr></thead>
        <tbody>${customer.contacts.map(
          (
            contact,
          ) => html`<tr><td>${contact.firstName} ${contact.lastName}${contact.isPrimary ? ' ★' : ''}</td>
            <td>${contact.role?.replace('_', ' ')}</td><td>${contact.email}</td><td>${contact.startDate}</td>
            <td>${contact.endDate} <form class="inline" method="post" action="${address}/contacts/${contact.contactId}/${contact.endDate ? 'reopen' : 'end'}"><button>${contact.endDate ? 'Reopen' : 'End'}</button></form></td></tr>`,
        )}</tbody>
      </table>
      <form class="inline" method="post" action="${address}/contacts">
        <input name="firstName" aria-label="First name" placeholder="First name"><input name="lastName" aria-label="Last name" placeholder="Last name">
        <input name="email" type="email" aria-label="Email" placeholder="Email"><button>Add contact</button>
      </form>
      <h2>History</h2>
      <table class="history"><tbody>${history.map(
        (entry) =>
          html`<tr><td>${entry.createdAt.toISOString().slice(0, 16).replace('T', ' ')}</td><td>${entry.action}</td><td>${changesOf(entry)}</td></tr>`,
      )}</tbody></table>`,
  )
}

/** The details that imports and other systems have given the customer. */
function detailsTable({ source, externalId, emails, phones, addresses, attributes }: Customer): Markup {
  const details = {
    'External id': externalId && `${source}: ${externalId}`,
    Emails: emails?.map(({ address }) => address).join(', '),
    Phones: phones?.map(({ number }) => number).join(', '),
    Addresses: addresses
      ?.map(({ street, postalCode, city, country }) =>
        [street, postalCode, city, country].filter(Boolean).join(', '),
      )
      .join('; '),
    ...attributes,
  }
  const rows = Object.entries(details).filter(([, value]) => value !== undefined && value !== null)
  if (rows.length === 0) return html``
  return html`<table class="details"><tbody>${rows.map(([name, value]) => html`<tr><th>${name}</th><td>${typeof value === 'object' ? JSON.stringify(value) : value}</td></tr>`)}</tbody></table>`
}

/** The changes of an entry in words. An entry of a merge leads to the history of the other customer. */
function changesOf({ action, changes }: AuditEntry): string {
  if (action === 'create') return 'created'
  const pairs = Object.entries((changes ?? {}) as Record<string, unknown>)
  return pairs
    .map(([column, pair]) =>
      Array.isArray(pair) ? `${column}: ${pair[0] ?? '–'} → ${pair[1] ?? '–'}` : column,
    )
    .join('; ')
}
