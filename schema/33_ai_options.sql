create table ai_options (
  user_id           uuid           not null,
  chat_id           uuid           not null,
  message_id        text           not null,
  prompt            text,
  max_tokens        integer,
  temperature       double precision,
  top_p             double precision,
  frequency_penalty double precision,
  presence_penalty  double precision,
  created_at        timestamptz(3) not null default now(),

  constraint ai_options_pkey primary key (user_id, chat_id, message_id),
  constraint ai_options_user_id_chat_id_message_id_fkey foreign key (user_id, chat_id, message_id) references messages on delete cascade,
  constraint ai_options_max_tokens_check check (max_tokens > 0),
  constraint ai_options_temperature_check check (temperature between 0 and 2),
  constraint ai_options_top_p_check check (top_p between 0 and 1),
  constraint ai_options_frequency_penalty_check check (frequency_penalty between -2 and 2),
  constraint ai_options_presence_penalty_check check (presence_penalty between -2 and 2)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

comment on table ai_options is 'Options with which the model was called, per message; null where the provider''s default applied.';
comment on column ai_options.user_id is 'Owner of the chat.';
comment on column ai_options.prompt is 'System prompt.';
comment on column ai_options.max_tokens is 'Maximum length of the answer, in tokens; at least 1.';
comment on column ai_options.temperature is 'Sampling temperature, from 0 to 2.';
comment on column ai_options.top_p is 'Nucleus sampling, from 0 to 1.';
comment on column ai_options.frequency_penalty is 'From -2 to 2.';
comment on column ai_options.presence_penalty is 'From -2 to 2.';
comment on column ai_options.created_at is 'Time of creation.';

comment on constraint ai_options_pkey on ai_options is 'This message already has options.';
comment on constraint ai_options_user_id_chat_id_message_id_fkey on ai_options is 'The chat has no such message.';
comment on constraint ai_options_max_tokens_check on ai_options is 'A token limit must be at least 1.';
comment on constraint ai_options_temperature_check on ai_options is 'A temperature must be from 0 to 2.';
comment on constraint ai_options_top_p_check on ai_options is 'Top p must be from 0 to 1.';
comment on constraint ai_options_frequency_penalty_check on ai_options is 'A frequency penalty must be from -2 to 2.';
comment on constraint ai_options_presence_penalty_check on ai_options is 'A presence penalty must be from -2 to 2.';
