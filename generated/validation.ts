// Written by `npm run generate` from schema/. Do not edit: change the SQL and generate again.

/** What each table accepts: its columns, and its CHECKs as trees. Read by src/validation/. */
export const TABLE_RULES = {
  ai_options: {
    name: "aiOptions",
    columns: {
      chat_id: { field: "chatId", type: { kind: "uuid" }, notNull: true },
      message_id: { field: "messageId", type: { kind: "text" }, notNull: true },
      prompt: { field: "prompt", type: { kind: "text" } },
      max_tokens: { field: "maxTokens", type: { kind: "int4", limits: { exclusiveMin: 0 } } },
      temperature: { field: "temperature", type: { kind: "float8", limits: { min: 0, max: 2 } } },
      top_p: { field: "topP", type: { kind: "float8", limits: { min: 0, max: 1 } } },
      frequency_penalty: { field: "frequencyPenalty", type: { kind: "float8", limits: { min: -2, max: 2 } } },
      presence_penalty: { field: "presencePenalty", type: { kind: "float8", limits: { min: -2, max: 2 } } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "ai_options_frequency_penalty_check", columns: ["frequency_penalty"], message: "A frequency penalty must be from -2 to 2.", test: { op: "and", of: [
            { op: ">=", left: { op: "column", name: "frequency_penalty" }, right: { op: "constant", type: { kind: "float8" }, value: -2 } },
            { op: "<=", left: { op: "column", name: "frequency_penalty" }, right: { op: "constant", type: { kind: "float8" }, value: 2 } },
          ] } },
      { name: "ai_options_max_tokens_check", columns: ["max_tokens"], message: "A token limit must be at least 1.", test: { op: ">", left: { op: "column", name: "max_tokens" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "ai_options_presence_penalty_check", columns: ["presence_penalty"], message: "A presence penalty must be from -2 to 2.", test: { op: "and", of: [
            { op: ">=", left: { op: "column", name: "presence_penalty" }, right: { op: "constant", type: { kind: "float8" }, value: -2 } },
            { op: "<=", left: { op: "column", name: "presence_penalty" }, right: { op: "constant", type: { kind: "float8" }, value: 2 } },
          ] } },
      { name: "ai_options_temperature_check", columns: ["temperature"], message: "A temperature must be from 0 to 2.", test: { op: "and", of: [
            { op: ">=", left: { op: "column", name: "temperature" }, right: { op: "constant", type: { kind: "float8" }, value: 0 } },
            { op: "<=", left: { op: "column", name: "temperature" }, right: { op: "constant", type: { kind: "float8" }, value: 2 } },
          ] } },
      { name: "ai_options_top_p_check", columns: ["top_p"], message: "Top p must be from 0 to 1.", test: { op: "and", of: [
            { op: ">=", left: { op: "column", name: "top_p" }, right: { op: "constant", type: { kind: "float8" }, value: 0 } },
            { op: "<=", left: { op: "column", name: "top_p" }, right: { op: "constant", type: { kind: "float8" }, value: 1 } },
          ] } },
    ],
  },
  audit_log: {
    name: "auditLog",
    columns: {
      id: { field: "id", type: { kind: "uuid" }, notNull: true, hasDefault: true },
      user_id: { field: "userId", type: { kind: "uuid" } },
      entity_type: { field: "entityType", type: { kind: "text" }, notNull: true },
      entity_id: { field: "entityId", type: { kind: "text" }, notNull: true },
      action: { field: "action", type: { kind: "text" }, notNull: true },
      changes: { field: "changes", type: { kind: "jsonb" } },
      ip_address: { field: "ipAddress", type: { kind: "inet" } },
      user_agent: { field: "userAgent", type: { kind: "text" } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "audit_log_action_check", columns: ["action"], message: "An action has 1 to 50 characters.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "action" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "action" } }, right: { op: "constant", type: { kind: "int4" }, value: 50 } },
          ] } },
      { name: "audit_log_entity_id_check", columns: ["entity_id"], message: "An entity id has 1 to 255 characters.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "entity_id" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "entity_id" } }, right: { op: "constant", type: { kind: "int4" }, value: 255 } },
          ] } },
      { name: "audit_log_entity_type_check", columns: ["entity_type"], message: "An entity type has 1 to 50 characters.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "entity_type" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "entity_type" } }, right: { op: "constant", type: { kind: "int4" }, value: 50 } },
          ] } },
    ],
  },
  chats: {
    name: "chats",
    columns: {
      id: { field: "id", type: { kind: "uuid" }, notNull: true, hasDefault: true },
      user_id: { field: "userId", type: { kind: "uuid" }, notNull: true },
      title: { field: "title", type: { kind: "text" } },
      next_position: { field: "nextPosition", type: { kind: "int4", limits: { min: 0 } }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "int4" }, value: 0 } },
      version: { field: "version", type: { kind: "int4", limits: { min: 0 } }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "int4" }, value: 0 } },
      active_stream_id: { field: "activeStreamId", type: { kind: "text" } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
      updated_at: { field: "updatedAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "chats_active_stream_id_check", columns: ["active_stream_id"], message: "A stream id has 1 to 255 characters.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "active_stream_id" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "active_stream_id" } }, right: { op: "constant", type: { kind: "int4" }, value: 255 } },
          ] } },
      { name: "chats_next_position_check", columns: ["next_position"], message: "A position cannot be negative.", test: { op: ">=", left: { op: "column", name: "next_position" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "chats_title_check", columns: ["title"], message: "A title has at most 255 characters.", test: { op: "<=", left: { op: "length", of: { op: "column", name: "title" } }, right: { op: "constant", type: { kind: "int4" }, value: 255 } } },
      { name: "chats_version_check", columns: ["version"], message: "A version cannot be negative.", test: { op: ">=", left: { op: "column", name: "version" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
    ],
  },
  customer_people: {
    name: "customerPeople",
    columns: {
      customer_person_id: { field: "customerPersonId", type: { kind: "uuid" }, notNull: true, hasDefault: true },
      customer_id: { field: "customerId", type: { kind: "uuid" }, notNull: true },
      person_id: { field: "personId", type: { kind: "uuid" }, notNull: true },
      role: { field: "role", type: { kind: "enum", labels: [
            "primary_contact",
            "decision_maker",
            "billing_contact",
            "technical_contact",
            "stakeholder",
          ] } },
      is_primary: { field: "isPrimary", type: { kind: "bool" }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "bool" }, value: false } },
      start_date: { field: "startDate", type: { kind: "date" }, notNull: true, hasDefault: true, default: { op: "today" } },
      end_date: { field: "endDate", type: { kind: "date" } },
    },
    checks: [
      { name: "customer_people_end_date_check", columns: ["end_date", "start_date"], message: "A contact cannot end before it starts.", test: { op: ">=", left: { op: "column", name: "end_date" }, right: { op: "column", name: "start_date" } } },
    ],
  },
  customers: {
    name: "customers",
    columns: {
      customer_id: { field: "customerId", type: { kind: "uuid" }, notNull: true, hasDefault: true },
      legal_name: { field: "legalName", type: { kind: "text" }, notNull: true },
      display_name: { field: "displayName", type: { kind: "text" }, notNull: true },
      status: { field: "status", type: { kind: "enum", labels: ["prospect", "active", "paused", "churned"] }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "enum", labels: ["prospect", "active", "paused", "churned"] }, value: "prospect" } },
      industry: { field: "industry", type: { kind: "text" } },
      company_size: { field: "companySize", type: { kind: "int4", limits: { exclusiveMin: 0 } } },
      website_url: { field: "websiteUrl", type: { kind: "text" } },
      billing_country: { field: "billingCountry", type: { kind: "text" } },
      timezone: { field: "timezone", type: { kind: "text" }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "text" }, value: "UTC" } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
      updated_at: { field: "updatedAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "customers_billing_country_check", columns: ["billing_country"], message: "A billing country is a code of two capital letters, for example LV.", test: { op: "matches", of: { op: "column", name: "billing_country" }, pattern: "^[A-Z]{2}$" } },
      { name: "customers_company_size_check", columns: ["company_size"], message: "A company has at least one employee.", test: { op: ">", left: { op: "column", name: "company_size" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "customers_display_name_check", columns: ["display_name"], message: "A display name has 2 to 200 characters, not counting spaces at either end.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "display_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 2 } },
            { op: "<=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "display_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 200 } },
          ] } },
      { name: "customers_industry_check", columns: ["industry"], message: "An industry has at most 100 characters.", test: { op: "<=", left: { op: "length", of: { op: "column", name: "industry" } }, right: { op: "constant", type: { kind: "int4" }, value: 100 } } },
      { name: "customers_legal_name_check", columns: ["legal_name"], message: "A legal name has 2 to 200 characters, not counting spaces at either end.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "legal_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 2 } },
            { op: "<=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "legal_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 200 } },
          ] } },
      { name: "customers_timezone_check", columns: ["timezone"], message: "A time zone is a name of 1 to 64 characters, for example Europe/Riga.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "timezone" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "timezone" } }, right: { op: "constant", type: { kind: "int4" }, value: 64 } },
          ] } },
      { name: "customers_website_url_check", columns: ["website_url"], message: "A website address begins with http:// or https:// and has no spaces and at most 2048 characters.", test: { op: "and", of: [
            { op: "<=", left: { op: "length", of: { op: "column", name: "website_url" } }, right: { op: "constant", type: { kind: "int4" }, value: 2048 } },
            { op: "matches", of: { op: "column", name: "website_url" }, pattern: "^https?:\\/\\/[^ \\u{9}\\u{a}\\u{b}\\u{c}\\u{d}]+$" },
          ] } },
    ],
  },
  messages: {
    name: "messages",
    columns: {
      chat_id: { field: "chatId", type: { kind: "uuid" }, notNull: true },
      id: { field: "id", type: { kind: "text" }, notNull: true },
      position: { field: "position", type: { kind: "int4", limits: { min: 0 } }, notNull: true },
      role: { field: "role", type: { kind: "text" }, notNull: true },
      part_count: { field: "partCount", type: { kind: "int4", limits: { min: 0 } }, notNull: true },
      envelope: { field: "envelope", type: { kind: "json" }, notNull: true },
      input_tokens: { field: "inputTokens", type: { kind: "int4", limits: { min: 0 } } },
      output_tokens: { field: "outputTokens", type: { kind: "int4", limits: { min: 0 } } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "messages_id_check", columns: ["id"], message: "A message id has 1 to 255 characters. Pass an id generator to the AI SDK.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "id" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "id" } }, right: { op: "constant", type: { kind: "int4" }, value: 255 } },
          ] } },
      { name: "messages_input_tokens_check", columns: ["input_tokens"], message: "A number of input tokens cannot be negative.", test: { op: ">=", left: { op: "column", name: "input_tokens" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "messages_output_tokens_check", columns: ["output_tokens"], message: "A number of output tokens cannot be negative.", test: { op: ">=", left: { op: "column", name: "output_tokens" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "messages_part_count_check", columns: ["part_count"], message: "A part count cannot be negative.", test: { op: ">=", left: { op: "column", name: "part_count" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "messages_position_check", columns: ["position"], message: "A position cannot be negative.", test: { op: ">=", left: { op: "column", name: "position" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "messages_role_check", columns: ["role"], message: "A role is system, user or assistant.", test: { op: "in", of: { op: "column", name: "role" }, values: [
            { op: "constant", type: { kind: "text" }, value: "system" },
            { op: "constant", type: { kind: "text" }, value: "user" },
            { op: "constant", type: { kind: "text" }, value: "assistant" },
          ] } },
    ],
  },
  parts: {
    name: "parts",
    columns: {
      chat_id: { field: "chatId", type: { kind: "uuid" }, notNull: true },
      message_id: { field: "messageId", type: { kind: "text" }, notNull: true },
      position: { field: "position", type: { kind: "int4", limits: { min: 0 } }, notNull: true },
      type: { field: "type", type: { kind: "text" }, notNull: true },
      tool_call_id: { field: "toolCallId", type: { kind: "text" } },
      tool_name: { field: "toolName", type: { kind: "text" } },
      tool_state: { field: "toolState", type: { kind: "text" } },
      search_text: { field: "searchText", type: { kind: "text" } },
      payload: { field: "payload", type: { kind: "json" }, notNull: true },
    },
    checks: [
      { name: "parts_position_check", columns: ["position"], message: "A position cannot be negative.", test: { op: ">=", left: { op: "column", name: "position" }, right: { op: "constant", type: { kind: "int4" }, value: 0 } } },
      { name: "parts_tool_check", columns: ["type", "tool_call_id", "tool_state"], message: "A tool part must have a call id and a state.", test: { op: "or", of: [
            { op: "and", of: [
                { op: "not", of: { op: "matches", of: { op: "column", name: "type" }, pattern: "^tool-.*$" } },
                { op: "<>", left: { op: "column", name: "type" }, right: { op: "constant", type: { kind: "text" }, value: "dynamic-tool" } },
              ] },
            { op: "and", of: [
                { op: "not", of: { op: "is null", of: { op: "column", name: "tool_call_id" } } },
                { op: "not", of: { op: "is null", of: { op: "column", name: "tool_state" } } },
              ] },
          ] } },
      { name: "parts_type_check", columns: ["type"], message: "The type of a part cannot be empty.", test: { op: "<>", left: { op: "column", name: "type" }, right: { op: "constant", type: { kind: "text" }, value: "" } } },
    ],
  },
  people: {
    name: "people",
    columns: {
      person_id: { field: "personId", type: { kind: "uuid" }, notNull: true, hasDefault: true },
      first_name: { field: "firstName", type: { kind: "text" }, notNull: true },
      last_name: { field: "lastName", type: { kind: "text" }, notNull: true },
      email: { field: "email", type: { kind: "citext" } },
      phone: { field: "phone", type: { kind: "text" } },
      job_title: { field: "jobTitle", type: { kind: "text" } },
      linkedin_url: { field: "linkedinUrl", type: { kind: "text" } },
      is_active: { field: "isActive", type: { kind: "bool" }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "bool" }, value: true } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
      updated_at: { field: "updatedAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "people_email_check", columns: ["email"], message: "An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.", test: { op: "and", of: [
            { op: "<=", left: { op: "length", of: { op: "column", name: "email" } }, right: { op: "constant", type: { kind: "int4" }, value: 254 } },
            { op: "matches", of: { op: "column", name: "email" }, pattern: "^[^@ \\u{9}\\u{a}\\u{b}\\u{c}\\u{d}]+@[^@ \\u{9}\\u{a}\\u{b}\\u{c}\\u{d}]+$" },
          ] } },
      { name: "people_first_name_check", columns: ["first_name"], message: "A first name has 1 to 100 characters, not counting spaces at either end.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "first_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "first_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 100 } },
          ] } },
      { name: "people_job_title_check", columns: ["job_title"], message: "A job title has at most 100 characters.", test: { op: "<=", left: { op: "length", of: { op: "column", name: "job_title" } }, right: { op: "constant", type: { kind: "int4" }, value: 100 } } },
      { name: "people_last_name_check", columns: ["last_name"], message: "A last name has 1 to 100 characters, not counting spaces at either end.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "last_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "trim", side: "both", of: { op: "column", name: "last_name" }, characters: " " } }, right: { op: "constant", type: { kind: "int4" }, value: 100 } },
          ] } },
      { name: "people_linkedin_url_check", columns: ["linkedin_url"], message: "A LinkedIn address has at most 2048 characters.", test: { op: "<=", left: { op: "length", of: { op: "column", name: "linkedin_url" } }, right: { op: "constant", type: { kind: "int4" }, value: 2048 } } },
      { name: "people_phone_check", columns: ["phone"], message: "A phone number has at most 30 characters.", test: { op: "<=", left: { op: "length", of: { op: "column", name: "phone" } }, right: { op: "constant", type: { kind: "int4" }, value: 30 } } },
    ],
  },
  users: {
    name: "users",
    columns: {
      user_id: { field: "userId", type: { kind: "uuid" }, notNull: true, hasDefault: true },
      name: { field: "name", type: { kind: "text" }, notNull: true },
      email: { field: "email", type: { kind: "citext" }, notNull: true },
      password: { field: "password", type: { kind: "text" } },
      role: { field: "role", type: { kind: "text" }, notNull: true, hasDefault: true, default: { op: "constant", type: { kind: "text" }, value: "user" } },
      provider: { field: "provider", type: { kind: "text" } },
      provider_id: { field: "providerId", type: { kind: "text" } },
      created_at: { field: "createdAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
      updated_at: { field: "updatedAt", type: { kind: "timestamptz", precision: 3 }, notNull: true, hasDefault: true },
    },
    checks: [
      { name: "users_email_check", columns: ["email"], message: "An email address has exactly one @ with text on both sides, no spaces, and at most 254 characters.", test: { op: "and", of: [
            { op: "<=", left: { op: "length", of: { op: "column", name: "email" } }, right: { op: "constant", type: { kind: "int4" }, value: 254 } },
            { op: "matches", of: { op: "column", name: "email" }, pattern: "^[^@ \\u{9}\\u{a}\\u{b}\\u{c}\\u{d}]+@[^@ \\u{9}\\u{a}\\u{b}\\u{c}\\u{d}]+$" },
          ] } },
      { name: "users_name_check", columns: ["name"], message: "A name has 2 to 100 characters.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "name" } }, right: { op: "constant", type: { kind: "int4" }, value: 2 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "name" } }, right: { op: "constant", type: { kind: "int4" }, value: 100 } },
          ] } },
      { name: "users_password_check", columns: ["password"], message: "A password must be stored as a bcrypt hash of 60 characters.", test: { op: "matches", of: { op: "column", name: "password" }, pattern: "^\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}$" } },
      { name: "users_password_provider_check", columns: ["password", "provider"], message: "A user must have a password or an identity provider.", test: { op: "or", of: [
            { op: "not", of: { op: "is null", of: { op: "column", name: "password" } } },
            { op: "not", of: { op: "is null", of: { op: "column", name: "provider" } } },
          ] } },
      { name: "users_provider_check", columns: ["provider"], message: "The only supported identity provider is google.", test: { op: "=", left: { op: "column", name: "provider" }, right: { op: "constant", type: { kind: "text" }, value: "google" } } },
      { name: "users_provider_id_check", columns: ["provider_id"], message: "A provider id has 1 to 255 characters.", test: { op: "and", of: [
            { op: ">=", left: { op: "length", of: { op: "column", name: "provider_id" } }, right: { op: "constant", type: { kind: "int4" }, value: 1 } },
            { op: "<=", left: { op: "length", of: { op: "column", name: "provider_id" } }, right: { op: "constant", type: { kind: "int4" }, value: 255 } },
          ] } },
      { name: "users_provider_provider_id_check", columns: ["provider", "provider_id"], message: "A provider and its id must be set together.", test: { op: "=", left: { op: "is null", of: { op: "column", name: "provider" } }, right: { op: "is null", of: { op: "column", name: "provider_id" } } } },
      { name: "users_role_check", columns: ["role"], message: "A role is user, admin or moderator.", test: { op: "in", of: { op: "column", name: "role" }, values: [
            { op: "constant", type: { kind: "text" }, value: "user" },
            { op: "constant", type: { kind: "text" }, value: "admin" },
            { op: "constant", type: { kind: "text" }, value: "moderator" },
          ] } },
    ],
  },
} as const

/** Constraints and columns that only the database checks, by name, with the reason. Keys and triggers are not listed. */
export const UNCHECKED: Readonly<Record<string, string>> = {
  audit_log_append_only: "a trigger enforces it",
}
