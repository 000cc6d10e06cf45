// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

import type { JsonValue } from "./database.ts"

/** A row of ai_options. */
export interface AiOptionsRow {
  chatId: string;
  messageId: string;
  /** System prompt. */
  prompt: string | null;
  /** Maximum length of the answer, in tokens; at least 1. */
  maxTokens: number | null;
  /** Sampling temperature, from 0 to 2. */
  temperature: number | null;
  /** Nucleus sampling, from 0 to 1. */
  topP: number | null;
  /** From -2 to 2. */
  frequencyPenalty: number | null;
  /** From -2 to 2. */
  presencePenalty: number | null;
  /** Time of creation. */
  createdAt: Date;
}

/** A row of audit_log. */
export interface AuditLogRow {
  /** UUID version 7; ascending in the order of creation. */
  id: string;
  /** User who acted; null for the service itself, and after the user is deleted. */
  userId: string | null;
  /** Kind of entity, for example user or customer; at most 50 characters. */
  entityType: string;
  /** Key of the entity, as text. */
  entityId: string;
  /** Action, for example create; at most 50 characters. */
  action: string;
  /** Changes, as the service describes them; secrets are redacted. */
  changes: JsonValue | null;
  /** IP address of the client. */
  ipAddress: string | null;
  /** User agent of the client. */
  userAgent: string | null;
  /** Time of the action. */
  createdAt: Date;
}

/** A row of chats. */
export interface ChatsRow {
  /** UUID; the client may choose it. */
  id: string;
  /** Owner of the chat. */
  userId: string;
  /** At most 255 characters; null until the chat is named. */
  title: string | null;
  /** Position of the next new message; assigned under the lock of this row. */
  nextPosition: number;
  /** Increases with every change to the messages; for optimistic locking. */
  version: number;
  /** Id of the stream that is being written, used to resume it; null if there is none. */
  activeStreamId: string | null;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
}

/** A row of customer_people. */
export interface CustomerPeopleRow {
  /** UUID version 7; ascending in the order of creation. */
  customerPersonId: string;
  customerId: string;
  personId: string;
  /** Null if not known. */
  role: "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder" | null;
  /** The contact to call first; at most one per customer. */
  isPrimary: boolean;
  /** First day. */
  startDate: string;
  /** Last day; null for a contact without an end. */
  endDate: string | null;
}

/** A row of customers. */
export interface CustomersRow {
  /** UUID version 7; ascending in the order of creation. */
  customerId: string;
  /** Registered name; 2 to 200 characters, not counting spaces at either end. */
  legalName: string;
  /** Name in everyday use; 2 to 200 characters, not counting spaces at either end. */
  displayName: string;
  /** Current stage of the customer. */
  status: "prospect" | "active" | "paused" | "churned";
  /** Free text, at most 100 characters. */
  industry: string | null;
  /** Number of employees. */
  companySize: number | null;
  /** Address of the website; begins with http:// or https://. */
  websiteUrl: string | null;
  /** ISO 3166-1 alpha-2 code: two capital letters. */
  billingCountry: string | null;
  /** IANA time zone name, for example Europe/Riga. */
  timezone: string;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
}

/** A row of messages. */
export interface MessagesRow {
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
  envelope: JsonValue;
  /** Input tokens, from the metadata of the message; null if it has none. */
  inputTokens: number | null;
  /** Output tokens, from the metadata of the message; null if it has none. */
  outputTokens: number | null;
  /** Time of creation. */
  createdAt: Date;
}

/** A row of parts. */
export interface PartsRow {
  chatId: string;
  messageId: string;
  /** Position within the message; from 0, without gaps. */
  position: number;
  /** Type, as the AI SDK names it; new types need no change of the schema. */
  type: string;
  /** Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts. */
  toolCallId: string | null;
  /** Name of the called tool; null for other parts. */
  toolName: string | null;
  /** State of a tool call, as the AI SDK names it; null for other parts. */
  toolState: string | null;
  /** Text of a text or reasoning part, shortened; null for other parts. */
  searchText: string | null;
  /** The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it. */
  payload: JsonValue;
}

/** A row of people. */
export interface PeopleRow {
  /** UUID version 7; ascending in the order of creation. */
  personId: string;
  /** 1 to 100 characters, not counting spaces at either end. */
  firstName: string;
  /** 1 to 100 characters, not counting spaces at either end. */
  lastName: string;
  /** Unique; letter case is ignored. Null if not known. */
  email: string | null;
  /** Phone number in any format; at most 30 characters. */
  phone: string | null;
  /** At most 100 characters. */
  jobTitle: string | null;
  /** LinkedIn profile; at most 2048 characters. */
  linkedinUrl: string | null;
  /** False for a person who must no longer be contacted. */
  isActive: boolean;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
}

/** A row of users. */
export interface UsersRow {
  /** UUID version 7; ascending in the order of creation. */
  userId: string;
  /** Full name; 2 to 100 characters. */
  name: string;
  /** Unique; letter case is ignored. */
  email: string;
  /** bcrypt hash of 60 characters; null for users who sign in through a provider only. Only findCredentialsByEmail selects it. */
  password: string | null;
  /** Permissions in the service. */
  role: "user" | "admin" | "moderator";
  /** Identity provider; set together with provider_id. */
  provider: "google" | null;
  /** The user's id at the provider (the `sub` claim of OpenID Connect). */
  providerId: string | null;
  /** Time of creation. */
  createdAt: Date;
  /** Time of the last change, set by a trigger. */
  updatedAt: Date;
}
