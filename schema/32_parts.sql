create table parts (
  chat_id      uuid    not null,
  message_id   text    not null,
  position     integer not null,
  type         text    not null,
  tool_call_id text,
  tool_name    text,
  tool_state   text,
  search_text  text,
  payload      json    not null,

  constraint parts_pkey primary key (chat_id, message_id, position),
  constraint parts_chat_id_message_id_fkey foreign key (chat_id, message_id) references messages on delete cascade,
  constraint parts_position_check check (position >= 0),
  constraint parts_type_check check (type <> ''),
  constraint parts_tool_check check
    (type not like 'tool-%' and type <> 'dynamic-tool' or tool_call_id is not null and tool_state is not null)
);

create index parts_search_idx on parts using gin ((searchable(search_text)) gin_trgm_ops);
create index parts_pending_approvals_idx on parts (chat_id, message_id) where tool_state = 'approval-requested';

comment on table parts is 'Parts of a message: text, reasoning, files, tool calls and all other types that the AI SDK has or will have.';
comment on column parts.position is 'Position within the message; from 0, without gaps.';
comment on column parts.type is 'Type, as the AI SDK names it; new types need no change of the schema.';
comment on column parts.tool_call_id is 'Id of a tool call; not unique, because the AI SDK may repeat it. Null for other parts.';
comment on column parts.tool_name is 'Name of the called tool; null for other parts.';
comment on column parts.tool_state is 'State of a tool call, as the AI SDK names it; null for other parts.';
comment on column parts.search_text is 'Text of a text or reasoning part, shortened; null for other parts.';
comment on column parts.payload is 'The part byte for byte. The type is json because jsonb would reorder the keys; SQL does not read it.';

comment on constraint parts_pkey on parts is 'The message already has a part at this position.';
comment on constraint parts_chat_id_message_id_fkey on parts is 'This message does not exist.';
comment on constraint parts_position_check on parts is 'A position cannot be negative.';
comment on constraint parts_type_check on parts is 'The type of a part cannot be empty.';
comment on constraint parts_tool_check on parts is 'A tool part must have a call id and a state.';
