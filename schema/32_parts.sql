create table parts (
  user_id      uuid    not null,
  chat_id      uuid    not null,
  message_id   text    not null,
  position     integer not null,
  type         text    not null,
  tool_call_id text,
  tool_name    text,
  tool_state   text,
  search_text  text,
  words        tsvector,
  payload      json    not null,
  file         text,

  constraint parts_pkey primary key (user_id, chat_id, message_id, position),
  constraint parts_user_id_chat_id_message_id_fkey foreign key (user_id, chat_id, message_id) references messages on delete cascade,
  constraint parts_position_check check (position >= 0),
  constraint parts_type_check check (type <> ''),
  constraint parts_file_check check (file ~ '^[0-9a-f]{64}-[0-9a-f]{16}$'),
  constraint parts_tool_check check
    (type not like 'tool-%' and type <> 'dynamic-tool' or tool_call_id is not null and tool_state is not null)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

create index parts_search_idx on parts using gin (user_id, words);
create index parts_pending_approvals_idx on parts (user_id, chat_id, message_id) where tool_state = 'approval-requested';
create index parts_files_idx on parts (user_id, chat_id, file) where file is not null;

create statistics parts_user_id_chat_id_message_id_stat (dependencies) on user_id, chat_id, message_id from parts;

comment on table parts is 'Parts of a message: text, reasoning, files, tool calls and all other types that the AI SDK has or will have.';
comment on column parts.user_id is 'Owner of the chat.';
comment on column parts.position is 'Position within the message; from 0, without gaps.';
comment on column parts.type is 'Type, as the AI SDK names it; new types need no change of the schema.';
comment on column parts.tool_call_id is 'Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts.';
comment on column parts.tool_name is 'Name of the called tool; null for other parts.';
comment on column parts.tool_state is 'State of a tool call, as the AI SDK names it; null for other parts.';
comment on column parts.search_text is 'Text that a search shows: that of the part, the texts of a tool''s input and output, or the name of a file; at most 100,000 characters.';
comment on column parts.words is 'The words of search_text, as searches look them up; written by the process that saves the message.';
comment on column parts.payload is 'The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it.';
comment on column parts.file is 'Name of the part''s file in the file store: its hash, and random digits. Null if the part has no file there. The key in the store is user_id/file.';

comment on constraint parts_pkey on parts is 'The message already has a part at this position.';
comment on constraint parts_user_id_chat_id_message_id_fkey on parts is 'The chat has no such message.';
comment on constraint parts_position_check on parts is 'A position cannot be negative.';
comment on constraint parts_type_check on parts is 'The type of a part cannot be empty.';
comment on constraint parts_file_check on parts is 'The name of a file has a SHA-256 hash and 16 more digits, in hexadecimal.';
comment on constraint parts_tool_check on parts is 'A tool part must have a call id and a state.';
