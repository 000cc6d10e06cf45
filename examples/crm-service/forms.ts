import type { CustomerListRequest, ImportMatch, NewCustomer } from '@norberts-spark/db'
import { CUSTOMER_STATUSES } from '@norberts-spark/db/schema'

/** The fields of a form, as Hono parses them. */
export type Form = Readonly<Record<string, unknown>>

/** Orders that the page of customers offers, in the words of the library. */
export const ORDERS = {
  'createdAt desc': 'newest first',
  createdAt: 'oldest first',
  displayName: 'by name',
  'displayName desc': 'by name, from the end',
} as const

/** By what an import can match rows, in this order. */
export const MATCHES = { externalId: 'external id', email: 'email', domain: 'domain', name: 'name' } as const

/** How an import treats rows that exist. */
export interface ImportChoices {
  readonly match: ImportMatch[]
  readonly onMatch: 'update' | 'skip'
}

/** The choices of the form of an import. */
export function importChoicesOf(form: Form): ImportChoices {
  const match = (Object.keys(MATCHES) as ImportMatch[]).filter((by) => form[by] !== undefined)
  return { match, onMatch: form.onMatch === 'skip' ? 'skip' : 'update' }
}

/** The text of a field; empty if there is none. */
export function textOf(form: Form, name: string): string {
  const value = form[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** The fields of a customer that a form changes. An empty field is null. The library and the database check the values. */
export function changeOf(form: Form) {
  const optional = (name: string) => textOf(form, name) || null
  return {
    displayName: textOf(form, 'displayName'),
    legalName: textOf(form, 'legalName') || textOf(form, 'displayName'),
    status: statusOf(textOf(form, 'status')) ?? ('prospect' as const),
    industry: optional('industry'),
    companySize: optional('companySize') === null ? null : Number(textOf(form, 'companySize')),
    websiteUrl: optional('websiteUrl'),
    billingCountry: optional('billingCountry'),
    tags: tagsOf(textOf(form, 'tags')),
  }
}

/** Tags between semicolons. */
export function tagsOf(text: string): string[] {
  return text
    .split(';')
    .map((tag) => tag.trim())
    .filter(Boolean)
}

/** The customer of a form. */
export function newCustomerOf(form: Form): NewCustomer & ReturnType<typeof changeOf> {
  return changeOf(form)
}

function statusOf(value: string | undefined) {
  return CUSTOMER_STATUSES.find((status) => status === value)
}

/** The list that the query of an address asks for. Unknown values are left out. */
export function listRequestOf(query: Record<string, string>): CustomerListRequest {
  const { search, status, country, tag, sort, after, before } = query
  const orderBy = (Object.keys(ORDERS) as (keyof typeof ORDERS)[]).find((order) => order === sort)
  return {
    limit: 20,
    withTotal: true,
    search: search || undefined,
    status: statusOf(status),
    billingCountry: country || undefined,
    where: tag ? { tags: { has: tag } } : undefined,
    // A search without an order shows the best matches first.
    orderBy: orderBy ?? (search ? undefined : 'createdAt desc'),
    after: after || undefined,
    before: before || undefined,
  }
}
