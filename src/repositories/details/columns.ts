import { sql } from '../../kysely/index.ts'
import type { DetailLists } from './details.ts'

/** The columns that customers and people have in a select; those of JSON have the types of their values. */
export const DETAILS = [
  'source',
  'external_id as externalId',
  sql<string[] | null>`tags`.as('tags'),
  sql<DetailLists['emails']>`emails`.as('emails'),
  sql<DetailLists['phones']>`phones`.as('phones'),
  sql<DetailLists['addresses']>`addresses`.as('addresses'),
] as const

/** The column of each of their fields. */
export const DETAIL_COLUMNS = {
  source: 'source',
  externalId: 'external_id',
  tags: 'tags',
  attributes: 'attributes',
  emails: 'emails',
  phones: 'phones',
  addresses: 'addresses',
} as const

/** The field of each of these columns, for an update. */
export const DETAIL_FIELDS = Object.fromEntries(
  Object.entries(DETAIL_COLUMNS).map(([field, column]) => [column, field]),
) as { [Field in keyof typeof DETAIL_COLUMNS as (typeof DETAIL_COLUMNS)[Field]]: Field }
