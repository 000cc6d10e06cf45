import { readFileSync } from 'node:fs'
import type pg from 'pg'
import { PREFIX } from './reader-role.ts'

/** Privileges and policies of the tables. */
export interface Access {
  readonly tables: readonly {
    readonly name: string
    readonly owner: string
    readonly hasRowSecurity: boolean
    /** Whether policies apply to the owner too. */
    readonly isForced: boolean
  }[]
  readonly policies: readonly Policy[]
  readonly roles: readonly Role[]
}

/** A policy of row security. */
export interface Policy {
  readonly table: string
  readonly name: string
  readonly command: 'select' | 'insert' | 'update' | 'delete' | 'all'
  readonly isPermissive: boolean
  /** `public` for every role. */
  readonly roles: readonly string[]
  /** Which rows are visible, or may be changed. */
  readonly using: string | null
  /** Which rows may be written. */
  readonly check: string | null
  readonly comment: string | null
}

/** A role with the tables that it may use. */
export interface Role {
  readonly name: string
  readonly canLogin: boolean
  readonly isSuperuser: boolean
  readonly bypassesRowSecurity: boolean
  /** Kinds of objects that it may create, in words. */
  readonly creates: readonly string[]
  readonly memberOf: readonly string[]
  readonly tables: readonly {
    readonly table: string
    readonly isOwner: boolean
    readonly privileges: readonly string[]
    /** Columns by privilege, where it does not cover the whole table. */
    readonly columns: Readonly<Record<string, readonly string[]>> | null
  }[]
}

const ACCESS = readFileSync(new URL('access.sql', import.meta.url), 'utf8')

/** Reads policies, roles and privileges. */
export async function readAccess(client: pg.ClientBase): Promise<Access> {
  const { rows } = await client.query<{ access: Access }>(ACCESS, [PREFIX])
  return (rows[0] as { access: Access }).access
}
