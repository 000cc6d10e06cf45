// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

/** A value of a JSON column: JSON text in a string, as it is sent, or any other value for JSON.stringify. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json | undefined };

/** A row to insert into ai_options. */
export interface AiOptionsInput {
  /** Owner of the chat. */
  userId: string;
  chatId: string;
  messageId: string;
  /** System prompt. */
  prompt?: string | null | undefined;
  /** Maximum length of the answer, in tokens; at least 1. */
  maxTokens?: number | null | undefined;
  /** Sampling temperature, from 0 to 2. */
  temperature?: number | null | undefined;
  /** Nucleus sampling, from 0 to 1. */
  topP?: number | null | undefined;
  /** From -2 to 2. */
  frequencyPenalty?: number | null | undefined;
  /** From -2 to 2. */
  presencePenalty?: number | null | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
}

/** A row to insert into audit_log. */
export interface AuditLogInput {
  /** UUID version 7; ascending in the order of creation. */
  id?: string | undefined;
  /** User who acted; null for the service itself, and after the user is deleted. */
  userId?: string | null | undefined;
  /** Kind of entity, at most 50 characters. In the history: user, customer, person, contact, chat or import. */
  entityType: string;
  /** Key of the entity, as text. In the history of chats: the user and the chat, with / between. */
  entityId: string;
  /** Action, at most 50 characters. In the history: create, update, delete, merge, import or undo. */
  action: string;
  /** In the history: { column: [old, new] }, or the numbers of rows that an import created, or that its undo deleted. Else changes as the service describes them; secrets are redacted. */
  changes?: Json | undefined;
  /** IP address of the client. */
  ipAddress?: string | null | undefined;
  /** User agent of the client. */
  userAgent?: string | null | undefined;
  /** Id of the request in which the user acted. */
  requestId?: string | null | undefined;
  /** Name of the job that acted. */
  system?: string | null | undefined;
  /** True for the history of changes, which triggers write. Row security refuses such an entry from any login but the owner. */
  isHistory?: boolean | undefined;
  /** Import in whose transaction the entry was written. */
  importId?: string | null | undefined;
  /** Time of the action. */
  createdAt?: Date | string | undefined;
}

/** A row to insert into chats. */
export interface ChatsInput {
  /** Owner of the chat. */
  userId: string;
  /** UUID, unique among the chats of its user; the client may choose it. */
  id?: string | undefined;
  /** At most 255 characters; null until the chat is named. */
  title?: string | null | undefined;
  /** Position of the next new message; assigned under the lock of this row. */
  nextPosition?: number | undefined;
  /** Increases with every change to the messages; for optimistic locking. */
  version?: number | undefined;
  /** Id of the stream that is being written, used to resume it; null if there is none. */
  activeStreamId?: string | null | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
  /** Time of the last change, set by a trigger. */
  updatedAt?: Date | string | undefined;
}

/** A row to insert into customer_people. */
export interface CustomerPeopleInput {
  /** UUID version 7; ascending in the order of creation. */
  customerPersonId?: string | undefined;
  customerId: string;
  personId: string;
  /** Null if not known. */
  role?: "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder" | null | undefined;
  /** The contact to call first; at most one per customer. */
  isPrimary?: boolean | undefined;
  /** First day. */
  startDate?: string | undefined;
  /** Last day; null for a contact without an end. */
  endDate?: string | null | undefined;
  /** Increases with every change to the row; for optimistic locking. */
  version?: number | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
  /** Time of the last change, set by a trigger. */
  updatedAt?: Date | string | undefined;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy?: string | null | undefined;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy?: string | null | undefined;
  /** Import that created the row; null for any other origin. */
  importId?: string | null | undefined;
}

/** A row to insert into customers. */
export interface CustomersInput {
  /** UUID version 7; ascending in the order of creation. */
  customerId?: string | undefined;
  /** Registered name; 2 to 200 characters, not counting spaces at either end. */
  legalName: string;
  /** Name in everyday use; 2 to 200 characters, not counting spaces at either end. */
  displayName: string;
  /** Current stage of the customer. */
  status?: "prospect" | "active" | "paused" | "churned" | undefined;
  /** Free text, at most 100 characters. */
  industry?: string | null | undefined;
  /** Number of employees. */
  companySize?: number | null | undefined;
  /** Address of the website; begins with http:// or https://. */
  websiteUrl?: string | null | undefined;
  /** ISO 3166-1 alpha-2 code: two capital letters. */
  billingCountry?: string | null | undefined;
  /** IANA time zone name, for example Europe/Riga. */
  timezone?: string | undefined;
  /** Other system that the customer comes from; 1 to 50 characters. Null together with external_id. */
  source?: string | null | undefined;
  /** Key of the customer in the other system; 1 to 200 characters. Unique with source among those that are not archived. */
  externalId?: string | null | undefined;
  /** Up to 50 different tags of 1 to 50 characters; null for none. */
  tags?: (string | null)[] | null | undefined;
  /** Fields of the service, a JSON object of at most 20,000 bytes; null for none. */
  attributes?: Json | undefined;
  /** Its email addresses, a JSON list of 1 to 20 objects with address and label; null for none. */
  emails?: Json | undefined;
  /** Its phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none. */
  phones?: Json | undefined;
  /** Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none. */
  addresses?: Json | undefined;
  /** User who looks after the customer; null for no user. */
  ownerId?: string | null | undefined;
  /** Time at which the customer was archived; null for one that is in use. Lists leave archived rows out. */
  archivedAt?: Date | string | null | undefined;
  /** The customer that this one was merged into; null for one that was not merged. Its id leads there. */
  mergedInto?: string | null | undefined;
  /** Increases with every change to the row; for optimistic locking. */
  version?: number | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
  /** Time of the last change, set by a trigger. */
  updatedAt?: Date | string | undefined;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy?: string | null | undefined;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy?: string | null | undefined;
  /** Import that created the row; null for any other origin. */
  importId?: string | null | undefined;
}

/** A row to insert into messages. */
export interface MessagesInput {
  /** Owner of the chat. */
  userId: string;
  chatId: string;
  /** Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat. */
  id: string;
  /** Assigned once, from chats.next_position; gaps are normal. */
  position: number;
  /** Author of the message. */
  role: "system" | "user" | "assistant";
  /** Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored. */
  partCount: number;
  /** The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys. */
  envelope: Exclude<Json, null>;
  /** Input tokens, from the metadata of the message; null if it has none. */
  inputTokens?: number | null | undefined;
  /** Output tokens, from the metadata of the message; null if it has none. */
  outputTokens?: number | null | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
}

/** A row to insert into parts. */
export interface PartsInput {
  /** Owner of the chat. */
  userId: string;
  chatId: string;
  messageId: string;
  /** Position within the message; from 0, without gaps. */
  position: number;
  /** Type, as the AI SDK names it; new types need no change of the schema. */
  type: string;
  /** Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts. */
  toolCallId?: string | null | undefined;
  /** Name of the called tool; null for other parts. */
  toolName?: string | null | undefined;
  /** State of a tool call, as the AI SDK names it; null for other parts. */
  toolState?: string | null | undefined;
  /** Text that a search shows: that of the part, the texts of a tool's input and output, or the name of a file; at most 100,000 characters. */
  searchText?: string | null | undefined;
  /** The words of search_text, as searches look them up; written by the process that saves the message. */
  words?: string | null | undefined;
  /** The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it. */
  payload: Exclude<Json, null>;
  /** Name of the part's file in the file store: its hash, and random digits. Null if the part has no file there. The key in the store is user_id/file. */
  file?: string | null | undefined;
}

/** A row to insert into people. */
export interface PeopleInput {
  /** UUID version 7; ascending in the order of creation. */
  personId?: string | undefined;
  /** 1 to 100 characters, not counting spaces at either end. */
  firstName: string;
  /** 1 to 100 characters, not counting spaces at either end. */
  lastName: string;
  /** Unique among people who are not archived; letter case is ignored. Null if not known. */
  email?: string | null | undefined;
  /** Phone number as it was typed; at least one digit, at most 30 characters. */
  phone?: string | null | undefined;
  /** The same number in E.164: + and up to 15 digits. Null if not known. */
  phoneE164?: string | null | undefined;
  /** At most 100 characters. */
  jobTitle?: string | null | undefined;
  /** LinkedIn profile; at most 2048 characters. */
  linkedinUrl?: string | null | undefined;
  /** False for a person who must no longer be contacted. */
  isActive?: boolean | undefined;
  /** Other system that the person comes from; 1 to 50 characters. Null together with external_id. */
  source?: string | null | undefined;
  /** Key of the person in the other system; 1 to 200 characters. Unique with source among those that are not archived. */
  externalId?: string | null | undefined;
  /** Up to 50 different tags of 1 to 50 characters; null for none. */
  tags?: (string | null)[] | null | undefined;
  /** Fields of the service, a JSON object of at most 20,000 bytes; null for none. */
  attributes?: Json | undefined;
  /** Further email addresses, a JSON list of 1 to 20 objects with address and label; null for none. */
  emails?: Json | undefined;
  /** Further phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none. */
  phones?: Json | undefined;
  /** Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none. */
  addresses?: Json | undefined;
  /** User who looks after the person; null for no user. */
  ownerId?: string | null | undefined;
  /** Time at which the person was archived; null for one that is in use. Lists leave archived rows out. */
  archivedAt?: Date | string | null | undefined;
  /** The person that this one was merged into; null for one that was not merged. Its id leads there. */
  mergedInto?: string | null | undefined;
  /** Increases with every change to the row; for optimistic locking. */
  version?: number | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
  /** Time of the last change, set by a trigger. */
  updatedAt?: Date | string | undefined;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy?: string | null | undefined;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy?: string | null | undefined;
  /** Import that created the row; null for any other origin. */
  importId?: string | null | undefined;
}

/** A row to insert into users. */
export interface UsersInput {
  /** UUID version 7; ascending in the order of creation. */
  userId?: string | undefined;
  /** Full name; 2 to 100 characters. */
  name: string;
  /** Unique; letter case is ignored. */
  email: string;
  /** Hash by bcrypt, argon2id or scrypt, with its parameters and salt; at most 300 characters. Null for users who sign in through a provider only. Only findCredentialsByEmail selects it. */
  password?: string | null | undefined;
  /** Permissions in the service. */
  role?: "user" | "admin" | "moderator" | undefined;
  /** Identity provider; set together with provider_id. */
  provider?: "google" | null | undefined;
  /** The user's id at the provider (the `sub` claim of OpenID Connect). */
  providerId?: string | null | undefined;
  /** Time of the last sign-in that the service has recorded; null for none. */
  lastSignInAt?: Date | string | null | undefined;
  /** Time at which the user was deactivated and may no longer sign in; null for an active user. */
  deactivatedAt?: Date | string | null | undefined;
  /** Increases with every change to the row; for optimistic locking. */
  version?: number | undefined;
  /** Time of creation. */
  createdAt?: Date | string | undefined;
  /** Time of the last change, set by a trigger. */
  updatedAt?: Date | string | undefined;
  /** User who created the row; null for the service itself. The user may have been deleted since. */
  createdBy?: string | null | undefined;
  /** User who made the last change; null for the service itself. The user may have been deleted since. */
  updatedBy?: string | null | undefined;
}

/** Rows to insert, by the table's name in SQL. */
export interface InputTypes {
  ai_options: AiOptionsInput;
  audit_log: AuditLogInput;
  chats: ChatsInput;
  customer_people: CustomerPeopleInput;
  customers: CustomersInput;
  messages: MessagesInput;
  parts: PartsInput;
  people: PeopleInput;
  users: UsersInput;
}
