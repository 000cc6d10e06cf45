// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

/** Every table by its SQL name. Partitions are not listed. */
export const TABLES = [
  "ai_options",
  "audit_log",
  "chats",
  "customer_people",
  "customers",
  "messages",
  "parts",
  "people",
  "users",
] as const
export type TableName = (typeof TABLES)[number]

/** Every constraint and unique index, by table and name. The messages are their SQL comments, written for people. */
export const CONSTRAINTS = {
  ai_options: {
    ai_options_chat_id_not_null: { kind: "not-null", columns: ["chat_id"] },
    ai_options_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    ai_options_frequency_penalty_check: { kind: "check", columns: ["frequency_penalty"], message: "A frequency penalty must be from -2 to 2." },
    ai_options_max_tokens_check: { kind: "check", columns: ["max_tokens"], message: "A token limit must be at least 1." },
    ai_options_message_id_not_null: { kind: "not-null", columns: ["message_id"] },
    ai_options_pkey: { kind: "primary-key", columns: ["user_id", "chat_id", "message_id"], message: "This message already has options." },
    ai_options_presence_penalty_check: { kind: "check", columns: ["presence_penalty"], message: "A presence penalty must be from -2 to 2." },
    ai_options_temperature_check: { kind: "check", columns: ["temperature"], message: "A temperature must be from 0 to 2." },
    ai_options_top_p_check: { kind: "check", columns: ["top_p"], message: "Top p must be from 0 to 1." },
    ai_options_user_id_chat_id_message_id_fkey: { kind: "foreign-key", columns: ["user_id", "chat_id", "message_id"], references: { table: "messages", columns: ["user_id", "chat_id", "id"] }, message: "The chat has no such message." },
    ai_options_user_id_not_null: { kind: "not-null", columns: ["user_id"] },
  },
  audit_log: {
    audit_log_action_check: { kind: "check", columns: ["action"], message: "An action has 1 to 50 characters." },
    audit_log_action_not_null: { kind: "not-null", columns: ["action"] },
    audit_log_append_only: { kind: "check", columns: [], message: "Audit log entries cannot be changed or deleted." },
    audit_log_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    audit_log_entity_id_check: { kind: "check", columns: ["entity_id"], message: "An entity id has 1 to 255 characters." },
    audit_log_entity_id_not_null: { kind: "not-null", columns: ["entity_id"] },
    audit_log_entity_type_check: { kind: "check", columns: ["entity_type"], message: "An entity type has 1 to 50 characters." },
    audit_log_entity_type_not_null: { kind: "not-null", columns: ["entity_type"] },
    audit_log_id_not_null: { kind: "not-null", columns: ["id"] },
    audit_log_is_history_not_null: { kind: "not-null", columns: ["is_history"] },
    audit_log_pkey: { kind: "primary-key", columns: ["created_at", "id"], message: "An audit log entry with this time and id already exists." },
    audit_log_user_id_fkey: { kind: "foreign-key", columns: ["user_id"], references: { table: "users", columns: ["user_id"] }, message: "This user does not exist." },
  },
  chats: {
    chats_active_stream_id_check: { kind: "check", columns: ["active_stream_id"], message: "A stream id has 1 to 255 characters." },
    chats_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    chats_id_not_null: { kind: "not-null", columns: ["id"] },
    chats_next_position_check: { kind: "check", columns: ["next_position"], message: "A position cannot be negative." },
    chats_next_position_not_null: { kind: "not-null", columns: ["next_position"] },
    chats_pkey: { kind: "primary-key", columns: ["user_id", "id"], message: "The user already has a chat with this id." },
    chats_title_check: { kind: "check", columns: ["title"], message: "A title has at most 255 characters." },
    chats_updated_at_not_null: { kind: "not-null", columns: ["updated_at"] },
    chats_user_id_fkey: { kind: "foreign-key", columns: ["user_id"], references: { table: "users", columns: ["user_id"] }, message: "This user does not exist." },
    chats_user_id_not_null: { kind: "not-null", columns: ["user_id"] },
    chats_version_check: { kind: "check", columns: ["version"], message: "A version cannot be negative." },
    chats_version_not_null: { kind: "not-null", columns: ["version"] },
  },
  customer_people: {
    customer_people_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    customer_people_customer_id_fkey: { kind: "foreign-key", columns: ["customer_id"], references: { table: "customers", columns: ["customer_id"] }, message: "This customer does not exist." },
    customer_people_customer_id_is_primary_key: { kind: "unique", columns: ["customer_id"], message: "The customer already has a primary contact." },
    customer_people_customer_id_not_null: { kind: "not-null", columns: ["customer_id"] },
    customer_people_customer_id_person_id_role_key: { kind: "unique", columns: ["customer_id", "person_id", "role"], message: "This person already has this role at the customer." },
    customer_people_customer_person_id_not_null: { kind: "not-null", columns: ["customer_person_id"] },
    customer_people_end_date_check: { kind: "check", columns: ["end_date", "start_date"], message: "A contact cannot end before it starts." },
    customer_people_is_primary_not_null: { kind: "not-null", columns: ["is_primary"] },
    customer_people_person_id_fkey: { kind: "foreign-key", columns: ["person_id"], references: { table: "people", columns: ["person_id"] }, message: "This person does not exist." },
    customer_people_person_id_not_null: { kind: "not-null", columns: ["person_id"] },
    customer_people_pkey: { kind: "primary-key", columns: ["customer_person_id"], message: "A contact with this id already exists." },
    customer_people_start_date_not_null: { kind: "not-null", columns: ["start_date"] },
    customer_people_updated_at_not_null: { kind: "not-null", columns: ["updated_at"] },
    customer_people_version_check: { kind: "check", columns: ["version"], message: "A version is not negative." },
    customer_people_version_not_null: { kind: "not-null", columns: ["version"] },
  },
  customers: {
    customers_addresses_check: { kind: "check", columns: ["addresses"], message: "The list has 1 to 20 postal addresses; a country is a code that ISO 3166-1 has assigned, for example LV." },
    customers_attributes_check: { kind: "check", columns: ["attributes"], message: "Attributes are a JSON object that is not empty and has at most 20000 bytes." },
    customers_billing_country_check: { kind: "check", columns: ["billing_country"], message: "A billing country is a code of two capital letters, for example LV." },
    customers_billing_country_iso_check: { kind: "check", columns: ["billing_country"], message: "A billing country is a code that ISO 3166-1 has assigned, for example LV." },
    customers_company_size_check: { kind: "check", columns: ["company_size"], message: "A company has at least one employee." },
    customers_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    customers_customer_id_not_null: { kind: "not-null", columns: ["customer_id"] },
    customers_display_name_check: { kind: "check", columns: ["display_name"], message: "A display name has 2 to 200 characters, not counting spaces at either end, and at most 1600 bytes with them." },
    customers_display_name_not_null: { kind: "not-null", columns: ["display_name"] },
    customers_emails_check: { kind: "check", columns: ["emails"], message: "The list has 1 to 20 email addresses, each with an optional label of at most 50 characters." },
    customers_external_id_check: { kind: "check", columns: ["external_id"], message: "An external id has 1 to 200 characters." },
    customers_industry_check: { kind: "check", columns: ["industry"], message: "An industry has at most 100 characters." },
    customers_legal_name_check: { kind: "check", columns: ["legal_name"], message: "A legal name has 2 to 200 characters, not counting spaces at either end." },
    customers_legal_name_not_null: { kind: "not-null", columns: ["legal_name"] },
    customers_merged_into_check: { kind: "check", columns: ["merged_into", "archived_at", "customer_id"], message: "A customer that was merged into another one remains archived." },
    customers_merged_into_fkey: { kind: "foreign-key", columns: ["merged_into"], references: { table: "customers", columns: ["customer_id"] }, message: "The customer to merge into does not exist." },
    customers_owner_id_fkey: { kind: "foreign-key", columns: ["owner_id"], references: { table: "users", columns: ["user_id"] }, message: "This owner does not exist." },
    customers_phones_check: { kind: "check", columns: ["phones"], message: "The list has 1 to 20 phone numbers with at least one digit and at most 30 characters, each with an optional number in E.164 and an optional label." },
    customers_pkey: { kind: "primary-key", columns: ["customer_id"], message: "A customer with this id already exists." },
    customers_source_check: { kind: "check", columns: ["source"], message: "A source has 1 to 50 characters, without spaces at either end." },
    customers_source_external_id_check: { kind: "check", columns: ["source", "external_id"], message: "A source and an external id are given together or not at all." },
    customers_source_external_id_key: { kind: "unique", columns: ["source", "external_id"], message: "A customer with this external id already exists." },
    customers_status_not_null: { kind: "not-null", columns: ["status"] },
    customers_tags_check: { kind: "check", columns: ["tags"], message: "There are 1 to 50 tags, each a different one of 1 to 50 characters without spaces at either end." },
    customers_timezone_check: { kind: "check", columns: ["timezone"], message: "A time zone is a name of 1 to 64 characters, for example Europe/Riga." },
    customers_timezone_iana_check: { kind: "check", columns: ["timezone"], message: "A time zone is a name of the IANA time zone database, for example Europe/Riga." },
    customers_timezone_not_null: { kind: "not-null", columns: ["timezone"] },
    customers_updated_at_not_null: { kind: "not-null", columns: ["updated_at"] },
    customers_version_check: { kind: "check", columns: ["version"], message: "A version is not negative." },
    customers_version_not_null: { kind: "not-null", columns: ["version"] },
    customers_website_url_check: { kind: "check", columns: ["website_url"], message: "A website address begins with http:// or https:// and has no spaces and at most 2048 characters." },
  },
  messages: {
    messages_chat_id_not_null: { kind: "not-null", columns: ["chat_id"] },
    messages_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    messages_envelope_not_null: { kind: "not-null", columns: ["envelope"] },
    messages_id_check: { kind: "check", columns: ["id"], message: "A message id has 1 to 255 characters. Pass an id generator to the AI SDK." },
    messages_id_not_null: { kind: "not-null", columns: ["id"] },
    messages_input_tokens_check: { kind: "check", columns: ["input_tokens"], message: "A number of input tokens cannot be negative." },
    messages_output_tokens_check: { kind: "check", columns: ["output_tokens"], message: "A number of output tokens cannot be negative." },
    messages_part_count_check: { kind: "check", columns: ["part_count"], message: "A part count cannot be negative." },
    messages_part_count_not_null: { kind: "not-null", columns: ["part_count"] },
    messages_pkey: { kind: "primary-key", columns: ["user_id", "chat_id", "id"], message: "A message with this id already exists in the chat." },
    messages_position_check: { kind: "check", columns: ["position"], message: "A position cannot be negative." },
    messages_position_not_null: { kind: "not-null", columns: ["position"] },
    messages_role_check: { kind: "check", columns: ["role"], message: "A role is system, user or assistant." },
    messages_role_not_null: { kind: "not-null", columns: ["role"] },
    messages_user_id_chat_id_fkey: { kind: "foreign-key", columns: ["user_id", "chat_id"], references: { table: "chats", columns: ["user_id", "id"] }, message: "The user has no such chat." },
    messages_user_id_chat_id_position_key: { kind: "unique", columns: ["user_id", "chat_id", "position"], message: "Two messages of a chat cannot have the same position." },
    messages_user_id_not_null: { kind: "not-null", columns: ["user_id"] },
  },
  parts: {
    parts_chat_id_not_null: { kind: "not-null", columns: ["chat_id"] },
    parts_file_check: { kind: "check", columns: ["file"], message: "The name of a file has a SHA-256 hash and 16 more digits, in hexadecimal." },
    parts_message_id_not_null: { kind: "not-null", columns: ["message_id"] },
    parts_payload_not_null: { kind: "not-null", columns: ["payload"] },
    parts_pkey: { kind: "primary-key", columns: ["user_id", "chat_id", "message_id", "position"], message: "The message already has a part at this position." },
    parts_position_check: { kind: "check", columns: ["position"], message: "A position cannot be negative." },
    parts_position_not_null: { kind: "not-null", columns: ["position"] },
    parts_tool_check: { kind: "check", columns: ["type", "tool_call_id", "tool_state"], message: "A tool part must have a call id and a state." },
    parts_type_check: { kind: "check", columns: ["type"], message: "The type of a part cannot be empty." },
    parts_type_not_null: { kind: "not-null", columns: ["type"] },
    parts_user_id_chat_id_message_id_fkey: { kind: "foreign-key", columns: ["user_id", "chat_id", "message_id"], references: { table: "messages", columns: ["user_id", "chat_id", "id"] }, message: "The chat has no such message." },
    parts_user_id_not_null: { kind: "not-null", columns: ["user_id"] },
  },
  people: {
    people_addresses_check: { kind: "check", columns: ["addresses"], message: "The list has 1 to 20 postal addresses; a country is a code that ISO 3166-1 has assigned, for example LV." },
    people_attributes_check: { kind: "check", columns: ["attributes"], message: "Attributes are a JSON object that is not empty and has at most 20000 bytes." },
    people_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    people_email_check: { kind: "check", columns: ["email"], message: "An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters." },
    people_email_key: { kind: "unique", columns: ["email"], message: "A person with this email address already exists." },
    people_emails_check: { kind: "check", columns: ["emails"], message: "The list has 1 to 20 email addresses, each with an optional label of at most 50 characters." },
    people_external_id_check: { kind: "check", columns: ["external_id"], message: "An external id has 1 to 200 characters." },
    people_first_name_check: { kind: "check", columns: ["first_name"], message: "A first name has 1 to 100 characters, not counting spaces at either end." },
    people_first_name_not_null: { kind: "not-null", columns: ["first_name"] },
    people_is_active_not_null: { kind: "not-null", columns: ["is_active"] },
    people_job_title_check: { kind: "check", columns: ["job_title"], message: "A job title has at most 100 characters." },
    people_last_name_check: { kind: "check", columns: ["last_name"], message: "A last name has 1 to 100 characters, not counting spaces at either end, and at most 800 bytes with them." },
    people_last_name_not_null: { kind: "not-null", columns: ["last_name"] },
    people_linkedin_url_check: { kind: "check", columns: ["linkedin_url"], message: "A LinkedIn address has at most 2048 characters." },
    people_merged_into_check: { kind: "check", columns: ["merged_into", "archived_at", "person_id"], message: "A person that was merged into another one remains archived." },
    people_merged_into_fkey: { kind: "foreign-key", columns: ["merged_into"], references: { table: "people", columns: ["person_id"] }, message: "The person to merge into does not exist." },
    people_owner_id_fkey: { kind: "foreign-key", columns: ["owner_id"], references: { table: "users", columns: ["user_id"] }, message: "This owner does not exist." },
    people_person_id_not_null: { kind: "not-null", columns: ["person_id"] },
    people_phone_check: { kind: "check", columns: ["phone"], message: "A phone number has at least one digit and at most 30 characters." },
    people_phone_e164_check: { kind: "check", columns: ["phone_e164"], message: "A phone number in E.164 is a + and 7 to 15 digits, for example +37120000000." },
    people_phones_check: { kind: "check", columns: ["phones"], message: "The list has 1 to 20 phone numbers with at least one digit and at most 30 characters, each with an optional number in E.164 and an optional label." },
    people_pkey: { kind: "primary-key", columns: ["person_id"], message: "A person with this id already exists." },
    people_source_check: { kind: "check", columns: ["source"], message: "A source has 1 to 50 characters, without spaces at either end." },
    people_source_external_id_check: { kind: "check", columns: ["source", "external_id"], message: "A source and an external id are given together or not at all." },
    people_source_external_id_key: { kind: "unique", columns: ["source", "external_id"], message: "A person with this external id already exists." },
    people_tags_check: { kind: "check", columns: ["tags"], message: "There are 1 to 50 tags, each a different one of 1 to 50 characters without spaces at either end." },
    people_updated_at_not_null: { kind: "not-null", columns: ["updated_at"] },
    people_version_check: { kind: "check", columns: ["version"], message: "A version is not negative." },
    people_version_not_null: { kind: "not-null", columns: ["version"] },
  },
  users: {
    users_created_at_not_null: { kind: "not-null", columns: ["created_at"] },
    users_email_check: { kind: "check", columns: ["email"], message: "An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters." },
    users_email_key: { kind: "unique", columns: ["email"], message: "This email address is already taken." },
    users_email_not_null: { kind: "not-null", columns: ["email"] },
    users_name_check: { kind: "check", columns: ["name"], message: "A name has 2 to 100 characters." },
    users_name_not_null: { kind: "not-null", columns: ["name"] },
    users_password_check: { kind: "check", columns: ["password"], message: "A password must be stored as a hash by bcrypt, argon2id or scrypt, as these functions write it: $2b$…, $argon2id$… or $scrypt$…." },
    users_password_provider_check: { kind: "check", columns: ["password", "provider"], message: "A user must have a password or an identity provider." },
    users_pkey: { kind: "primary-key", columns: ["user_id"], message: "A user with this id already exists." },
    users_provider_check: { kind: "check", columns: ["provider"], message: "The only supported identity provider is google." },
    users_provider_id_check: { kind: "check", columns: ["provider_id"], message: "A provider id has 1 to 255 characters." },
    users_provider_provider_id_check: { kind: "check", columns: ["provider", "provider_id"], message: "A provider and its id must be set together." },
    users_provider_provider_id_key: { kind: "unique", columns: ["provider", "provider_id"], message: "This provider account already belongs to a user." },
    users_role_by_admins: { kind: "check", columns: [], message: "Only an administrator can set a role or an identity provider, or deactivate a user." },
    users_role_check: { kind: "check", columns: ["role"], message: "A role is user, admin or moderator." },
    users_role_not_null: { kind: "not-null", columns: ["role"] },
    users_updated_at_not_null: { kind: "not-null", columns: ["updated_at"] },
    users_user_id_not_null: { kind: "not-null", columns: ["user_id"] },
    users_version_check: { kind: "check", columns: ["version"], message: "A version is not negative." },
    users_version_not_null: { kind: "not-null", columns: ["version"] },
  },
} as const

/** The partitioned table of each partition. PostgreSQL's errors name the partition. */
export const PARTITIONS = {
  audit_log_earlier: "audit_log",
} as const

/** Constraints of domains, by domain and name. */
export const DOMAIN_CONSTRAINTS = {} as const

/** The constraint of the whole table for each constraint that PostgreSQL reports from a partition, by the partition's name. */
export const PARTITION_CONSTRAINTS = {
  audit_log_earlier: {
    audit_log_earlier_pkey: "audit_log_pkey",
  },
} as const

export type ConstraintName =
  | "ai_options_chat_id_not_null"
  | "ai_options_created_at_not_null"
  | "ai_options_frequency_penalty_check"
  | "ai_options_max_tokens_check"
  | "ai_options_message_id_not_null"
  | "ai_options_pkey"
  | "ai_options_presence_penalty_check"
  | "ai_options_temperature_check"
  | "ai_options_top_p_check"
  | "ai_options_user_id_chat_id_message_id_fkey"
  | "ai_options_user_id_not_null"
  | "audit_log_action_check"
  | "audit_log_action_not_null"
  | "audit_log_append_only"
  | "audit_log_created_at_not_null"
  | "audit_log_entity_id_check"
  | "audit_log_entity_id_not_null"
  | "audit_log_entity_type_check"
  | "audit_log_entity_type_not_null"
  | "audit_log_id_not_null"
  | "audit_log_is_history_not_null"
  | "audit_log_pkey"
  | "audit_log_user_id_fkey"
  | "chats_active_stream_id_check"
  | "chats_created_at_not_null"
  | "chats_id_not_null"
  | "chats_next_position_check"
  | "chats_next_position_not_null"
  | "chats_pkey"
  | "chats_title_check"
  | "chats_updated_at_not_null"
  | "chats_user_id_fkey"
  | "chats_user_id_not_null"
  | "chats_version_check"
  | "chats_version_not_null"
  | "customer_people_created_at_not_null"
  | "customer_people_customer_id_fkey"
  | "customer_people_customer_id_is_primary_key"
  | "customer_people_customer_id_not_null"
  | "customer_people_customer_id_person_id_role_key"
  | "customer_people_customer_person_id_not_null"
  | "customer_people_end_date_check"
  | "customer_people_is_primary_not_null"
  | "customer_people_person_id_fkey"
  | "customer_people_person_id_not_null"
  | "customer_people_pkey"
  | "customer_people_start_date_not_null"
  | "customer_people_updated_at_not_null"
  | "customer_people_version_check"
  | "customer_people_version_not_null"
  | "customers_addresses_check"
  | "customers_attributes_check"
  | "customers_billing_country_check"
  | "customers_billing_country_iso_check"
  | "customers_company_size_check"
  | "customers_created_at_not_null"
  | "customers_customer_id_not_null"
  | "customers_display_name_check"
  | "customers_display_name_not_null"
  | "customers_emails_check"
  | "customers_external_id_check"
  | "customers_industry_check"
  | "customers_legal_name_check"
  | "customers_legal_name_not_null"
  | "customers_merged_into_check"
  | "customers_merged_into_fkey"
  | "customers_owner_id_fkey"
  | "customers_phones_check"
  | "customers_pkey"
  | "customers_source_check"
  | "customers_source_external_id_check"
  | "customers_source_external_id_key"
  | "customers_status_not_null"
  | "customers_tags_check"
  | "customers_timezone_check"
  | "customers_timezone_iana_check"
  | "customers_timezone_not_null"
  | "customers_updated_at_not_null"
  | "customers_version_check"
  | "customers_version_not_null"
  | "customers_website_url_check"
  | "messages_chat_id_not_null"
  | "messages_created_at_not_null"
  | "messages_envelope_not_null"
  | "messages_id_check"
  | "messages_id_not_null"
  | "messages_input_tokens_check"
  | "messages_output_tokens_check"
  | "messages_part_count_check"
  | "messages_part_count_not_null"
  | "messages_pkey"
  | "messages_position_check"
  | "messages_position_not_null"
  | "messages_role_check"
  | "messages_role_not_null"
  | "messages_user_id_chat_id_fkey"
  | "messages_user_id_chat_id_position_key"
  | "messages_user_id_not_null"
  | "parts_chat_id_not_null"
  | "parts_file_check"
  | "parts_message_id_not_null"
  | "parts_payload_not_null"
  | "parts_pkey"
  | "parts_position_check"
  | "parts_position_not_null"
  | "parts_tool_check"
  | "parts_type_check"
  | "parts_type_not_null"
  | "parts_user_id_chat_id_message_id_fkey"
  | "parts_user_id_not_null"
  | "people_addresses_check"
  | "people_attributes_check"
  | "people_created_at_not_null"
  | "people_email_check"
  | "people_email_key"
  | "people_emails_check"
  | "people_external_id_check"
  | "people_first_name_check"
  | "people_first_name_not_null"
  | "people_is_active_not_null"
  | "people_job_title_check"
  | "people_last_name_check"
  | "people_last_name_not_null"
  | "people_linkedin_url_check"
  | "people_merged_into_check"
  | "people_merged_into_fkey"
  | "people_owner_id_fkey"
  | "people_person_id_not_null"
  | "people_phone_check"
  | "people_phone_e164_check"
  | "people_phones_check"
  | "people_pkey"
  | "people_source_check"
  | "people_source_external_id_check"
  | "people_source_external_id_key"
  | "people_tags_check"
  | "people_updated_at_not_null"
  | "people_version_check"
  | "people_version_not_null"
  | "users_created_at_not_null"
  | "users_email_check"
  | "users_email_key"
  | "users_email_not_null"
  | "users_name_check"
  | "users_name_not_null"
  | "users_password_check"
  | "users_password_provider_check"
  | "users_pkey"
  | "users_provider_check"
  | "users_provider_id_check"
  | "users_provider_provider_id_check"
  | "users_provider_provider_id_key"
  | "users_role_by_admins"
  | "users_role_check"
  | "users_role_not_null"
  | "users_updated_at_not_null"
  | "users_user_id_not_null"
  | "users_version_check"
  | "users_version_not_null"

/** The values of the enum contact_role, in declared order. */
export const CONTACT_ROLES = ["primary_contact", "decision_maker", "billing_contact", "technical_contact", "stakeholder"] as const

/** The values of the enum customer_status, in declared order. */
export const CUSTOMER_STATUSES = ["prospect", "active", "paused", "churned"] as const

/** The values of messages.role, in declared order. */
export const MESSAGE_ROLES = ["system", "user", "assistant"] as const

/** The values of users.provider, in declared order. */
export const USER_PROVIDERS = ["google"] as const

/** The values of users.role, in declared order. */
export const USER_ROLES = ["user", "admin", "moderator"] as const

/** Limits on columns beyond their types, by table and column. Lengths are in characters; patterns use the flags s and u. */
export const BOUNDS = {
  ai_options: {
    frequency_penalty: { min: -2, max: 2 },
    max_tokens: { exclusiveMin: 0 },
    presence_penalty: { min: -2, max: 2 },
    temperature: { min: 0, max: 2 },
    top_p: { min: 0, max: 1 },
  },
  audit_log: {
    action: { minLength: 1, maxLength: 50 },
    entity_id: { minLength: 1, maxLength: 255 },
    entity_type: { minLength: 1, maxLength: 50 },
  },
  chats: {
    active_stream_id: { minLength: 1, maxLength: 255 },
    next_position: { min: 0 },
    title: { maxLength: 255 },
    version: { min: 0 },
  },
  customer_people: {
    version: { min: 0 },
  },
  customers: {
    billing_country: { pattern: "^[A-Z]{2}$" },
    company_size: { exclusiveMin: 0 },
    display_name: { minLength: 2, maxLength: 200, trimmed: true },
    external_id: { minLength: 1, maxLength: 200 },
    industry: { maxLength: 100 },
    legal_name: { minLength: 2, maxLength: 200, trimmed: true },
    source: { minLength: 1, maxLength: 50 },
    timezone: { minLength: 1, maxLength: 64 },
    version: { min: 0 },
    website_url: { maxLength: 2048, pattern: "^https?://[^ \\t\\n\\v\\f\\r]+$" },
  },
  messages: {
    id: { minLength: 1, maxLength: 255 },
    input_tokens: { min: 0 },
    output_tokens: { min: 0 },
    part_count: { min: 0 },
    position: { min: 0 },
  },
  parts: {
    file: { pattern: "^[0-9a-f]{64}-[0-9a-f]{16}$" },
    position: { min: 0 },
  },
  people: {
    email: { maxLength: 254, pattern: "^[^@ \\t\\n\\v\\f\\r]+@[^@ \\t\\n\\v\\f\\r]+$", patternFlags: "i" },
    external_id: { minLength: 1, maxLength: 200 },
    first_name: { minLength: 1, maxLength: 100, trimmed: true },
    job_title: { maxLength: 100 },
    last_name: { minLength: 1, maxLength: 100, trimmed: true },
    linkedin_url: { maxLength: 2048 },
    phone: { maxLength: 30, pattern: "[0-9]" },
    phone_e164: { pattern: "^\\+[1-9][0-9]{6,14}$" },
    source: { minLength: 1, maxLength: 50 },
    version: { min: 0 },
  },
  users: {
    email: { maxLength: 254, pattern: "^[^@ \\t\\n\\v\\f\\r]+@[^@ \\t\\n\\v\\f\\r]+$", patternFlags: "i" },
    name: { minLength: 2, maxLength: 100 },
    password: { maxLength: 300, pattern: "^(\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}|\\$argon2id\\$v=[0-9]+\\$m=[0-9]+,t=[0-9]+,p=[0-9]+\\$[A-Za-z0-9+/]{11,}\\$[A-Za-z0-9+/]{22,}|\\$scrypt\\$ln=[0-9]+,r=[0-9]+,p=[0-9]+\\$[A-Za-z0-9+/]{11,}\\$[A-Za-z0-9+/]{22,})$" },
    provider_id: { minLength: 1, maxLength: 255 },
    version: { min: 0 },
  },
} as const
