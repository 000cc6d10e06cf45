// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

import type { ColumnType } from "kysely";

export type ContactRole = "primary_contact" | "decision_maker" | "billing_contact" | "technical_contact" | "stakeholder";

export type CustomerStatus = "prospect" | "active" | "paused" | "churned";

export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;

export type Json = ColumnType<JsonValue, string, string>;

export type JsonArray = JsonValue[];

export type JsonObject = {
  [x: string]: JsonValue | undefined;
};

export type JsonPrimitive = boolean | number | string | null;

export type JsonValue = JsonArray | JsonObject | JsonPrimitive;

export type Timestamp = ColumnType<Date, Date | string, Date | string>;

/**
 * Options with which the model was called, per message; null where the provider's default applied.
 */
export interface AiOptions {
  chat_id: string;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * From -2 to 2.
   */
  frequency_penalty: number | null;
  /**
   * Maximum length of the answer, in tokens; at least 1.
   */
  max_tokens: number | null;
  message_id: string;
  /**
   * From -2 to 2.
   */
  presence_penalty: number | null;
  /**
   * System prompt.
   */
  prompt: string | null;
  /**
   * Sampling temperature, from 0 to 2.
   */
  temperature: number | null;
  /**
   * Nucleus sampling, from 0 to 1.
   */
  top_p: number | null;
  /**
   * Owner of the chat.
   */
  user_id: string;
}

/**
 * Which user did what to which entity, and when. Append-only; a partition for each month.
 */
export interface AuditLog {
  /**
   * Action, at most 50 characters. In the history: create, update, delete, merge, import or undo.
   */
  action: string;
  /**
   * In the history: { column: [old, new] }, or the numbers of rows that an import created, or that its undo deleted. Else changes as the service describes them; secrets are redacted.
   */
  changes: Json | null;
  /**
   * Time of the action.
   */
  created_at: Generated<Timestamp>;
  /**
   * Key of the entity, as text. In the history of chats: the user and the chat, with / between.
   */
  entity_id: string;
  /**
   * Kind of entity, at most 50 characters. In the history: user, customer, person, contact, chat or import.
   */
  entity_type: string;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  id: Generated<string>;
  /**
   * Import in whose transaction the entry was written.
   */
  import_id: Generated<string | null>;
  /**
   * IP address of the client.
   */
  ip_address: string | null;
  /**
   * True for the history of changes, which triggers write. Row security refuses such an entry from any login but the owner.
   */
  is_history: Generated<boolean>;
  /**
   * Id of the request in which the user acted.
   */
  request_id: string | null;
  /**
   * Name of the job that acted.
   */
  system: string | null;
  /**
   * User agent of the client.
   */
  user_agent: string | null;
  /**
   * User who acted; null for the service itself, and after the user is deleted.
   */
  user_id: string | null;
}

/**
 * Conversations between a user and an assistant.
 */
export interface Chats {
  /**
   * Id of the stream that is being written, used to resume it; null if there is none.
   */
  active_stream_id: string | null;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * UUID, unique among the chats of its user; the client may choose it.
   */
  id: Generated<string>;
  /**
   * Position of the next new message; assigned under the lock of this row.
   */
  next_position: Generated<number>;
  /**
   * At most 255 characters; null until the chat is named.
   */
  title: string | null;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * Owner of the chat.
   */
  user_id: string;
  /**
   * Increases with every change to the messages; for optimistic locking.
   */
  version: Generated<number>;
}

/**
 * Contacts: which person works for which customer, in which role, and when.
 */
export interface CustomerPeople {
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * User who created the row; null for the service itself. The user may have been deleted since.
   */
  created_by: Generated<string | null>;
  customer_id: string;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  customer_person_id: Generated<string>;
  /**
   * Last day; null for a contact without an end.
   */
  end_date: string | null;
  /**
   * Import that created the row; null for any other origin.
   */
  import_id: Generated<string | null>;
  /**
   * The contact to call first; at most one per customer.
   */
  is_primary: Generated<boolean>;
  person_id: string;
  /**
   * Null if not known.
   */
  role: ContactRole | null;
  /**
   * First day.
   */
  start_date: Generated<string>;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * User who made the last change; null for the service itself. The user may have been deleted since.
   */
  updated_by: Generated<string | null>;
  /**
   * Increases with every change to the row; for optimistic locking.
   */
  version: Generated<number>;
}

/**
 * Companies to which the service sells.
 */
export interface Customers {
  /**
   * Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none.
   */
  addresses: Json | null;
  /**
   * Time at which the customer was archived; null for one that is in use. Lists leave archived rows out.
   */
  archived_at: Timestamp | null;
  /**
   * Fields of the service, a JSON object of at most 20,000 bytes; null for none.
   */
  attributes: Json | null;
  /**
   * ISO 3166-1 alpha-2 code: two capital letters.
   */
  billing_country: string | null;
  /**
   * Number of employees.
   */
  company_size: number | null;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * User who created the row; null for the service itself. The user may have been deleted since.
   */
  created_by: Generated<string | null>;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  customer_id: Generated<string>;
  /**
   * Name in everyday use; 2 to 200 characters, not counting spaces at either end.
   */
  display_name: string;
  /**
   * Its email addresses, a JSON list of 1 to 20 objects with address and label; null for none.
   */
  emails: Json | null;
  /**
   * Key of the customer in the other system; 1 to 200 characters. Unique with source among those that are not archived.
   */
  external_id: string | null;
  /**
   * Import that created the row; null for any other origin.
   */
  import_id: Generated<string | null>;
  /**
   * Free text, at most 100 characters.
   */
  industry: string | null;
  /**
   * Registered name; 2 to 200 characters, not counting spaces at either end.
   */
  legal_name: string;
  /**
   * The customer that this one was merged into; null for one that was not merged. Its id leads there.
   */
  merged_into: string | null;
  /**
   * User who looks after the customer; null for no user.
   */
  owner_id: string | null;
  /**
   * Its phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none.
   */
  phones: Json | null;
  /**
   * Other system that the customer comes from; 1 to 50 characters. Null together with external_id.
   */
  source: string | null;
  /**
   * Current stage of the customer.
   */
  status: Generated<CustomerStatus>;
  /**
   * Up to 50 different tags of 1 to 50 characters; null for none.
   */
  tags: (string | null)[] | null;
  /**
   * IANA time zone name, for example Europe/Riga.
   */
  timezone: Generated<string>;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * User who made the last change; null for the service itself. The user may have been deleted since.
   */
  updated_by: Generated<string | null>;
  /**
   * Increases with every change to the row; for optimistic locking.
   */
  version: Generated<number>;
  /**
   * Address of the website; begins with http:// or https://.
   */
  website_url: string | null;
}

/**
 * Messages of a chat, ordered by position.
 */
export interface Messages {
  chat_id: string;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * The message byte for byte, with 0 in place of id, role and parts. The type is json because jsonb would reorder the keys.
   */
  envelope: Json;
  /**
   * Any string of 1 to 255 characters, chosen by the client or the server; unique within its chat.
   */
  id: string;
  /**
   * Input tokens, from the metadata of the message; null if it has none.
   */
  input_tokens: number | null;
  /**
   * Output tokens, from the metadata of the message; null if it has none.
   */
  output_tokens: number | null;
  /**
   * Number of parts. Parts at this position and beyond are being deleted by a concurrent save and must be ignored.
   */
  part_count: number;
  /**
   * Assigned once, from chats.next_position; gaps are normal.
   */
  position: number;
  /**
   * Author of the message.
   */
  role: "system" | "user" | "assistant";
  /**
   * Owner of the chat.
   */
  user_id: string;
}

/**
 * Parts of a message: text, reasoning, files, tool calls and all other types that the AI SDK has or will have.
 */
export interface Parts {
  chat_id: string;
  /**
   * Name of the part's file in the file store: its hash, and random digits. Null if the part has no file there. The key in the store is user_id/file.
   */
  file: string | null;
  message_id: string;
  /**
   * The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it.
   */
  payload: Json;
  /**
   * Position within the message; from 0, without gaps.
   */
  position: number;
  /**
   * Text that a search shows: that of the part, the texts of a tool's input and output, or the name of a file; at most 100,000 characters.
   */
  search_text: string | null;
  /**
   * Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts.
   */
  tool_call_id: string | null;
  /**
   * Name of the called tool; null for other parts.
   */
  tool_name: string | null;
  /**
   * State of a tool call, as the AI SDK names it; null for other parts.
   */
  tool_state: string | null;
  /**
   * Type, as the AI SDK names it; new types need no change of the schema.
   */
  type: string;
  /**
   * Owner of the chat.
   */
  user_id: string;
  /**
   * The words of search_text, as searches look them up; written by the process that saves the message.
   */
  words: string | null;
}

/**
 * People who work for customers; they do not sign in to the service.
 */
export interface People {
  /**
   * Postal addresses, a JSON list of 1 to 20 objects with street, city, region, postalCode, country and label; null for none.
   */
  addresses: Json | null;
  /**
   * Time at which the person was archived; null for one that is in use. Lists leave archived rows out.
   */
  archived_at: Timestamp | null;
  /**
   * Fields of the service, a JSON object of at most 20,000 bytes; null for none.
   */
  attributes: Json | null;
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * User who created the row; null for the service itself. The user may have been deleted since.
   */
  created_by: Generated<string | null>;
  /**
   * Unique among people who are not archived; letter case is ignored. Null if not known.
   */
  email: string | null;
  /**
   * Further email addresses, a JSON list of 1 to 20 objects with address and label; null for none.
   */
  emails: Json | null;
  /**
   * Key of the person in the other system; 1 to 200 characters. Unique with source among those that are not archived.
   */
  external_id: string | null;
  /**
   * 1 to 100 characters, not counting spaces at either end.
   */
  first_name: string;
  /**
   * Import that created the row; null for any other origin.
   */
  import_id: Generated<string | null>;
  /**
   * False for a person who must no longer be contacted.
   */
  is_active: Generated<boolean>;
  /**
   * At most 100 characters.
   */
  job_title: string | null;
  /**
   * 1 to 100 characters, not counting spaces at either end.
   */
  last_name: string;
  /**
   * LinkedIn profile; at most 2048 characters.
   */
  linkedin_url: string | null;
  /**
   * The person that this one was merged into; null for one that was not merged. Its id leads there.
   */
  merged_into: string | null;
  /**
   * User who looks after the person; null for no user.
   */
  owner_id: string | null;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  person_id: Generated<string>;
  /**
   * Phone number as it was typed; at least one digit, at most 30 characters.
   */
  phone: string | null;
  /**
   * The same number in E.164: + and up to 15 digits. Null if not known.
   */
  phone_e164: string | null;
  /**
   * Further phone numbers, a JSON list of 1 to 20 objects with number, e164 and label; null for none.
   */
  phones: Json | null;
  /**
   * Other system that the person comes from; 1 to 50 characters. Null together with external_id.
   */
  source: string | null;
  /**
   * Up to 50 different tags of 1 to 50 characters; null for none.
   */
  tags: (string | null)[] | null;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * User who made the last change; null for the service itself. The user may have been deleted since.
   */
  updated_by: Generated<string | null>;
  /**
   * Increases with every change to the row; for optimistic locking.
   */
  version: Generated<number>;
}

/**
 * People who sign in to the service, with a password or through an identity provider.
 */
export interface Users {
  /**
   * Time of creation.
   */
  created_at: Generated<Timestamp>;
  /**
   * User who created the row; null for the service itself. The user may have been deleted since.
   */
  created_by: Generated<string | null>;
  /**
   * Time at which the user was deactivated and may no longer sign in; null for an active user.
   */
  deactivated_at: Timestamp | null;
  /**
   * Unique; letter case is ignored.
   */
  email: string;
  /**
   * Time of the last sign-in that the service has recorded; null for none.
   */
  last_sign_in_at: Timestamp | null;
  /**
   * Full name; 2 to 100 characters.
   */
  name: string;
  /**
   * Hash by bcrypt, argon2id or scrypt, with its parameters and salt; at most 300 characters. Null for users who sign in through a provider only. Only findCredentialsByEmail selects it.
   */
  password: string | null;
  /**
   * Identity provider; set together with provider_id.
   */
  provider: "google" | null;
  /**
   * The user's id at the provider (the `sub` claim of OpenID Connect).
   */
  provider_id: string | null;
  /**
   * Permissions in the service.
   */
  role: Generated<"user" | "admin" | "moderator">;
  /**
   * Time of the last change, set by a trigger.
   */
  updated_at: Generated<Timestamp>;
  /**
   * User who made the last change; null for the service itself. The user may have been deleted since.
   */
  updated_by: Generated<string | null>;
  /**
   * UUID version 7; ascending in the order of creation.
   */
  user_id: Generated<string>;
  /**
   * Increases with every change to the row; for optimistic locking.
   */
  version: Generated<number>;
}

export interface DB {
  ai_options: AiOptions;
  audit_log: AuditLog;
  chats: Chats;
  customer_people: CustomerPeople;
  customers: Customers;
  messages: Messages;
  parts: Parts;
  people: People;
  users: Users;
}
