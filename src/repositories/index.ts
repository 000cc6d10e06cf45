import type { TableName } from '../../generated/catalog.ts'
import type { Connection } from '../connection/index.ts'
import { AuditLogRepository, type Redaction } from './audit-log/index.ts'
import { ChatRepository, type MessageSettings } from './chats/index.ts'
import { CustomerRepository } from './customers/index.ts'
import { PersonRepository } from './people/index.ts'
import { UserRepository } from './users/index.ts'

export {
  type AuditEntry,
  type AuditListRequest,
  type AuditLogRepository,
  type AuditPageRequest,
  type NewAuditEntry,
  Redaction,
} from './audit-log/index.ts'
export type {
  Chat,
  ChatForkRequest,
  ChatHit,
  ChatListRequest,
  ChatLoadRequest,
  ChatOwner,
  ChatPruneRequest,
  ChatReplaceRequest,
  ChatRepository,
  ChatSaveRequest,
  ChatTruncateRequest,
  ChatUsage,
  ChatUsageRequest,
  GivenModelOptions,
  LoadedChat,
  ModelOptions,
  NewChat,
  PendingApproval,
  StreamClaimRequest,
} from './chats/index.ts'
export { type ChatMessage, type FileStore, type MovedFile, readFileStore } from './chats/messages/index.ts'
export type {
  Contact,
  ContactListRequest,
  ContactRole,
  Customer,
  CustomerChange,
  CustomerImportOptions,
  CustomerListRequest,
  CustomerRepository,
  CustomerStatus,
  ImportCounts,
  ImportedCustomer,
  ImportedPerson,
  NewContact,
  NewCustomer,
} from './customers/index.ts'
export type {
  CustomerOfPerson,
  NewPerson,
  Person,
  PersonChange,
  PersonListRequest,
  PersonRepository,
} from './people/index.ts'
export type {
  NewUser,
  ProviderSignIn,
  User,
  UserChange,
  UserCredentials,
  UserListRequest,
  UserProvider,
  UserRepository,
  UserRole,
} from './users/index.ts'

/** The options of a database that single repositories need. */
export interface RepositorySettings {
  /** Keeps secrets out of the audit log. */
  readonly redaction: Redaction
  /** How chats store messages. */
  readonly messages: MessageSettings
}

/** The repositories, one for each aggregate. The database and each transaction have all of them. */
export class Repositories {
  /** Users. */
  readonly users: UserRepository
  /** Customers and their contacts. */
  readonly customers: CustomerRepository
  /** People at customers. */
  readonly people: PersonRepository
  /** Chats and their messages. */
  readonly chats: ChatRepository
  /** The audit log. */
  readonly auditLog: AuditLogRepository

  /** @internal */
  constructor(connection: Connection, { redaction, messages }: RepositorySettings) {
    this.users = new UserRepository(connection)
    this.customers = new CustomerRepository(connection)
    this.people = new PersonRepository(connection)
    this.chats = new ChatRepository(connection, messages)
    this.auditLog = new AuditLogRepository(connection, redaction)
  }
}

/** The repository of each table. A table that is added to schema/ is a compile error until it has one. */
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
} as const satisfies Record<TableName, keyof Repositories>
