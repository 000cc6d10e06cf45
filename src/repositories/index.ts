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

/** What the options of a database say to single repositories. */
export interface RepositorySettings {
  /** Of the audit log: what keeps secrets out of it. */
  readonly redaction: Redaction
  /** Of chats: how messages are stored. */
  readonly messages: MessageSettings
}

/** One repository per aggregate; the database and each transaction have them all. */
export class Repositories {
  readonly users: UserRepository
  readonly customers: CustomerRepository
  readonly people: PersonRepository
  readonly chats: ChatRepository
  readonly auditLog: AuditLogRepository

  constructor(connection: Connection, { redaction, messages }: RepositorySettings) {
    this.users = new UserRepository(connection)
    this.customers = new CustomerRepository(connection)
    this.people = new PersonRepository(connection)
    this.chats = new ChatRepository(connection, messages)
    this.auditLog = new AuditLogRepository(connection, redaction)
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
