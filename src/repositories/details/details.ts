import type { Json } from '../../../generated/inputs.ts'

/** An email address beside others. */
export interface EmailEntry {
  /** At most 200 characters, with exactly one @. */
  address: string
  /** Purpose, for example `invoices`; at most 50 characters. */
  label?: string | undefined
}

/** A phone number beside others. */
export interface PhoneEntry {
  /** As it was typed; at least one digit, at most 30 characters. */
  number: string
  /** The same number in E.164: + and 7 to 15 digits, for example `+37120000000`. */
  e164?: string | undefined
  /** Purpose, for example `mobile`; at most 50 characters. */
  label?: string | undefined
}

/** A postal address; each field has at most 200 characters, and at least one is present. */
export interface PostalAddress {
  street?: string | undefined
  city?: string | undefined
  /** State, province or county. */
  region?: string | undefined
  postalCode?: string | undefined
  /** ISO 3166-1 alpha-2 code: two capital letters. */
  country?: string | undefined
  /** Purpose, for example `delivery`; at most 50 characters. */
  label?: string | undefined
}

/**
 * Fields of a service's own, at most 20,000 bytes as JSON. A service that declares properties of these interfaces, in
 * `declare module '@norberts-spark/db'`, has them typed.
 */
export interface CustomerAttributes {
  [name: string]: Json | undefined
}

/** As CustomerAttributes, of people. */
export interface PersonAttributes {
  [name: string]: Json | undefined
}

/** The key of a customer or a person in another system. */
export interface ExternalId {
  /** The other system, for example `salesforce`; 1 to 50 characters. */
  source: string
  /** The key there; 1 to 200 characters. */
  externalId: string
}

/** Lists of customers and people. */
export interface DetailLists {
  emails: EmailEntry[] | null
  phones: PhoneEntry[] | null
  addresses: PostalAddress[] | null
}

/** The columns of a row, those of JSON with the types of their values. */
export type WithDetails<Row, Attributes> = {
  [Column in keyof Row]: Column extends 'attributes'
    ? Attributes | null
    : Column extends 'tags'
      ? string[] | null
      : Column extends keyof DetailLists
        ? DetailLists[Column]
        : Row[Column]
}

/** The same columns, to be written: lists that may not be changed are taken, too. */
export type GivenDetails<Row, Attributes> = {
  [Column in keyof Row]: Column extends 'attributes'
    ? Attributes | null
    : Column extends 'tags'
      ? readonly string[] | null
      : Column extends keyof DetailLists
        ? Readonly<NonNullable<DetailLists[Column]>> | null
        : Row[Column]
}
