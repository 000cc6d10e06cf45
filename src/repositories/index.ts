import type { TableName } from '../../generated/catalog.ts'
import type { Connection } from '../connection.ts'
import { AuditLogRepository } from './audit-log.ts'
import { ChatRepository } from './chats.ts'
import { CustomerRepository } from './customers.ts'
import { PersonRepository } from './people.ts'
import { UserRepository } from './users.ts'

/** One repository per aggregate; the database and each transaction have them all. */
export class Repositories {
  readonly users: UserRepository
  readonly customers: CustomerRepository
  readonly people: PersonRepository
  readonly chats: ChatRepository
  readonly auditLog: AuditLogRepository

  constructor(connection: Connection) {
    this.users = new UserRepository(connection)
    this.customers = new CustomerRepository(connection)
    this.people = new PersonRepository(connection)
    this.chats = new ChatRepository(connection)
    this.auditLog = new AuditLogRepository(connection)
  }
}

/** The aggregate that each table belongs to, whether or not its repository is written yet. */
type Home = 'users' | 'customers' | 'people' | 'chats' | 'auditLog'

/** A table added to schema/ does not compile until it has a home here. */
export const HOMES = {
  users: 'users',
  customers: 'customers',
  customer_people: 'customers',
  people: 'people',
  chats: 'chats',
  messages: 'chats',
  parts: 'chats',
  ai_options: 'chats',
  audit_log: 'auditLog',
} as const satisfies Record<TableName, Home>
