-- Written by `npm run generate` from src/repositories/. Do not edit.

-- chats.find
-- $1 userId: uuid
-- $2 chatId: uuid
select
  "id" as "chatId",
  "user_id" as "userId",
  "title",
  "version",
  "active_stream_id" as "activeStreamId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt"
from
  "chats"
where
  "user_id" = $1
  and "id" = $2;

-- chats.create
-- $1 userId: uuid
-- $2 title: text
insert into
  "chats" ("user_id", "title")
values
  ($1, $2)
on conflict ("user_id", "id") do update
set
  "user_id" = "excluded"."user_id"
returning
  "id" as "chatId",
  "user_id" as "userId",
  "title",
  "version",
  "active_stream_id" as "activeStreamId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- chats.create(chatId)
-- $1 chatId: uuid
-- $2 userId: uuid
-- $3 title: text
insert into
  "chats" ("id", "user_id", "title")
values
  ($1, $2, $3)
on conflict ("user_id", "id") do update
set
  "user_id" = "excluded"."user_id"
returning
  "id" as "chatId",
  "user_id" as "userId",
  "title",
  "version",
  "active_stream_id" as "activeStreamId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- chats.listByUser
-- $1 userId: uuid
-- $2 behindAt: timestamp with time zone
-- $3 behindId: uuid
-- $4 fetch: bigint
select
  *
from
  (
    select
      "id" as "chatId",
      "user_id" as "userId",
      "title",
      "version",
      "active_stream_id" as "activeStreamId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "chats"
    where
      "user_id" = $1
      and ("updated_at", "id") < ($2, $3)
    order by
      "updated_at" desc,
      "id" desc
    limit
      201
  ) as "chat"
order by
  "updatedAt" desc,
  "chatId" desc
limit
  $4;

-- chats.listByUser(search)
-- $1 searchText: text
-- $2 userId: uuid
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 search: tsquery
-- $7 fetch: bigint
select
  *
from
  (
    select
      "id" as "chatId",
      "user_id" as "userId",
      "title",
      "version",
      "active_stream_id" as "activeStreamId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt",
      search_relevance (search_text (title), $1) as "relevance"
    from
      "chats"
    where
      "user_id" = $2
      and (
        search_relevance (search_text (title), $1),
        "updated_at",
        "id"
      ) < ($3, $4, $5)
      and search_words (title) @@ (
        select
          $6::tsquery
      )
    order by
      "relevance" desc,
      "updated_at" desc,
      "id" desc
    limit
      201
  ) as "chat"
order by
  "relevance" desc,
  "updatedAt" desc,
  "chatId" desc
limit
  $7;

-- chats.rename
-- $1 title: text
-- $2 chatId: uuid
-- $3 userId: uuid
update "chats"
set
  "title" = $1
where
  "id" = $2
  and "user_id" = $3
returning
  "id" as "chatId",
  "user_id" as "userId",
  "title",
  "version",
  "active_stream_id" as "activeStreamId",
  "created_at" as "createdAt",
  "updated_at" as "updatedAt";

-- chats.delete
-- $1 userId: uuid
-- $2 chatId: uuid
select
  deleted,
  files
from
  delete_chats ($1, array[$2]::uuid[], null);

-- chats.load
-- $1 chatId: uuid
-- $2 userId: uuid
with
  "chat" as (
    select
      "id" as "chatId",
      "user_id" as "userId",
      "title",
      "version",
      "active_stream_id" as "activeStreamId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "chats"
    where
      "id" = $1
      and "user_id" = $2
  ),
  "message" as (
    select
      "id",
      "role",
      "position",
      "part_count",
      "envelope"
    from
      "messages"
    where
      user_id = $2
      and chat_id = $1
  )
select
  *,
  null::text as "id",
  null::text as "role",
  null::integer as "position",
  null::integer as "partCount",
  null::json as "content"
from
  "chat"
union all
select
  null as "chatId",
  null as "userId",
  null as "title",
  null as "version",
  null as "activeStreamId",
  null as "createdAt",
  null as "updatedAt",
  "id",
  "role",
  "position",
  "part_count" as "partCount",
  "envelope" as "content"
from
  "message"
union all
select
  null as "chatId",
  null as "userId",
  null as "title",
  null as "version",
  null as "activeStreamId",
  null as "createdAt",
  null as "updatedAt",
  "message_id" as "id",
  null as "role",
  null as "position",
  null as "partCount",
  json_agg(
    payload
    order by
      position
  ) as "content"
from
  "parts"
where
  user_id = $2
  and chat_id = $1
group by
  "message_id";

-- chats.load(fetch)
-- $1 chatId: uuid
-- $2 userId: uuid
-- $3 before: integer
-- $4 fetch: bigint
with
  "chat" as (
    select
      "id" as "chatId",
      "user_id" as "userId",
      "title",
      "version",
      "active_stream_id" as "activeStreamId",
      "created_at" as "createdAt",
      "updated_at" as "updatedAt"
    from
      "chats"
    where
      "id" = $1
      and "user_id" = $2
  ),
  "message" as (
    select
      "id",
      "role",
      "position",
      "part_count",
      "envelope"
    from
      "messages"
    where
      user_id = $2
      and chat_id = $1
      and "position" < $3
    order by
      "position" desc
    limit
      $4
  )
select
  *,
  null::text as "id",
  null::text as "role",
  null::integer as "position",
  null::integer as "partCount",
  null::json as "content"
from
  "chat"
union all
select
  null as "chatId",
  null as "userId",
  null as "title",
  null as "version",
  null as "activeStreamId",
  null as "createdAt",
  null as "updatedAt",
  "id",
  "role",
  "position",
  "part_count" as "partCount",
  "envelope" as "content"
from
  "message"
union all
select
  null as "chatId",
  null as "userId",
  null as "title",
  null as "version",
  null as "activeStreamId",
  null as "createdAt",
  null as "updatedAt",
  "message_id" as "id",
  null as "role",
  null as "position",
  null as "partCount",
  json_agg(
    payload
    order by
      position
  ) as "content"
from
  "parts"
where
  user_id = $2
  and chat_id = $1
  and message_id = any (
    array(
      select
        id
      from
        message
    )
  )
group by
  "message_id";

-- chats.save
-- $1 userId: uuid
-- $2 chatId: uuid
-- $3 ifVersion: integer
-- $4 truncateFrom: text
-- $5 replaces: boolean
-- $6 ids: text[]
-- $7 roles: text[]
-- $8 partCounts: integer[]
-- $9 envelopes: json[]
-- $10 inputTokens: integer[]
-- $11 outputTokens: integer[]
-- $12 partMessageIds: text[]
-- $13 partPositions: integer[]
-- $14 partTypes: text[]
-- $15 toolCallIds: text[]
-- $16 toolNames: text[]
-- $17 toolStates: text[]
-- $18 searchTexts: text[]
-- $19 searchWords: tsvector[]
-- $20 payloads: json[]
-- $21 files: text[]
-- $22 keptFiles: text[]
select
  version,
  saved,
  files
from
  save_messages (
    $1,
    $2,
    $3,
    $4,
    $5,
    $6,
    $7,
    $8,
    $9,
    $10,
    $11,
    $12,
    $13,
    $14,
    $15,
    $16,
    $17,
    $18,
    $19,
    $20,
    $21,
    $22
  );

-- chats.files
-- $1 userId: uuid
-- $2 chatId: uuid
select distinct
  "file"
from
  "parts"
where
  "user_id" = $1
  and "chat_id" = $2
  and "file" is not null;

-- chats.truncateFrom
-- $1 userId: uuid
-- $2 chatId: uuid
-- $3 messageId: text
-- $4 keepsIt: boolean
select
  version,
  deleted,
  files
from
  truncate_messages ($1, $2, $3, $4);

-- chats.fork
-- $1 userId: uuid
-- $2 chatId: uuid
-- $3 upTo: text
-- $4 id: uuid
select
  id as "chatId",
  user_id as "userId",
  title,
  version,
  active_stream_id as "activeStreamId",
  created_at as "createdAt",
  updated_at as "updatedAt"
from
  fork_chat ($1, $2, $3, $4);

-- chats.claimStream
-- $1 streamId: text
-- $2 chatId: uuid
-- $3 userId: uuid
-- $4 expect: text
update "chats"
set
  "active_stream_id" = $1
where
  "id" = $2
  and "user_id" = $3
  and "active_stream_id" is not distinct from $4;

-- chats.optionsOf
-- $1 userId: uuid
-- $2 chatId: uuid
-- $3 messageId: text
select
  "prompt",
  "max_tokens" as "maxTokens",
  "temperature",
  "top_p" as "topP",
  "frequency_penalty" as "frequencyPenalty",
  "presence_penalty" as "presencePenalty"
from
  "ai_options"
where
  "user_id" = $1
  and "chat_id" = $2
  and "message_id" = $3;

-- chats.recordOptions
-- $1 prompt: text
-- $2 maxTokens: integer
-- $3 temperature: double precision
-- $4 topP: double precision
-- $5 frequencyPenalty: double precision
-- $6 presencePenalty: double precision
-- $7 userId: uuid
-- $8 chatId: uuid
-- $9 messageId: text
insert into
  "ai_options" (
    "user_id",
    "chat_id",
    "message_id",
    "prompt",
    "max_tokens",
    "temperature",
    "top_p",
    "frequency_penalty",
    "presence_penalty"
  )
select
  "messages"."user_id",
  "messages"."chat_id",
  "messages"."id",
  $1::text as "prompt",
  $2::integer as "maxTokens",
  $3::float8 as "temperature",
  $4::float8 as "topP",
  $5::float8 as "frequencyPenalty",
  $6::float8 as "presencePenalty"
from
  "messages"
where
  "messages"."user_id" = $7
  and "messages"."chat_id" = $8
  and "messages"."id" = $9
on conflict ("user_id", "chat_id", "message_id") do update
set
  "prompt" = "excluded"."prompt",
  "max_tokens" = "excluded"."max_tokens",
  "temperature" = "excluded"."temperature",
  "top_p" = "excluded"."top_p",
  "frequency_penalty" = "excluded"."frequency_penalty",
  "presence_penalty" = "excluded"."presence_penalty"
returning
  "prompt",
  "max_tokens" as "maxTokens",
  "temperature",
  "top_p" as "topP",
  "frequency_penalty" as "frequencyPenalty",
  "presence_penalty" as "presencePenalty";

-- chats.lock
-- $1 chatId: uuid
-- $2 userId: uuid
select
  "version"
from
  "chats"
where
  "id" = $1
  and "user_id" = $2
for no key update;

-- chats.findVersion
-- $1 chatId: uuid
-- $2 userId: uuid
select
  "version"
from
  "chats"
where
  "id" = $1
  and "user_id" = $2;

-- chats.usageOfUser
-- $1 userId: uuid
-- $2 from: timestamp with time zone
-- $3 to: timestamp with time zone
select
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  count(*)::float8 as "messages"
from
  "messages"
where
  "user_id" = $1
  and created_at >= $2
  and created_at < $3;

-- chats.usageOfChat
-- $1 userId: uuid
-- $2 chatId: uuid
-- $3 from: timestamp with time zone
-- $4 to: timestamp with time zone
select
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  count(*)::float8 as "messages"
from
  "messages"
where
  "user_id" = $1
  and "chat_id" = $2
  and created_at >= $3
  and created_at < $4;

-- chats.pendingApprovals
-- $1 userId: uuid
select
  "chats"."id" as "chatId",
  "messages"."id" as "messageId",
  "parts"."payload" as "part"
from
  "chats"
  inner join "parts" on "parts"."user_id" = $1
  and "parts"."chat_id" = "chats"."id"
  inner join "messages" on "messages"."user_id" = $1
  and "messages"."chat_id" = "parts"."chat_id"
  and "messages"."id" = "parts"."message_id"
where
  "chats"."user_id" = $1
  and "parts"."tool_state" = 'approval-requested'
  and "parts"."position" < "messages"."part_count"
order by
  "chats"."updated_at" desc,
  "chats"."id" desc,
  "messages"."position",
  "parts"."position";

-- chats.danglingTools
-- $1 userId: uuid
-- $2 chatId: uuid
select
  "parts"."message_id" as "messageId",
  "parts"."position",
  "parts"."payload"
from
  "parts"
  inner join "messages" on "messages"."user_id" = $1
  and "messages"."chat_id" = $2
  and "messages"."id" = "parts"."message_id"
where
  "parts"."user_id" = $1
  and "parts"."chat_id" = $2
  and "parts"."position" < "messages"."part_count"
  and (
    "parts"."tool_state" in ('input-streaming', 'input-available')
    or (
      "parts"."tool_state" = 'approval-responded'
      and not exists (
        select
          "other"."position"
        from
          "parts" as "other"
        where
          "other"."user_id" = $1
          and "other"."chat_id" = $2
          and "other"."message_id" = "parts"."message_id"
          and "other"."position" < "messages"."part_count"
          and "other"."tool_state" = 'approval-requested'
      )
    )
  );

-- chats.rewriteTools
-- $1 userId: uuid
-- $2 chatId: uuid
-- $3 messageIds: text[]
-- $4 positions: integer[]
-- $5 states: text[]
-- $6 payloads: json[]
with
  chat as (
    update chats
    set
      version = version + 1
    where
      user_id = $1
      and id = $2
  )
update parts
set
  payload = given.payload,
  tool_state = given.state
from
  unnest($3::text[], $4::integer[], $5::text[], $6::json[]) as given (message_id, position, state, payload)
where
  parts.user_id = $1
  and parts.chat_id = $2
  and parts.message_id = given.message_id
  and parts.position = given.position;

-- chats.prune, users
-- $1 userId: uuid
select
  "user_id" as "userId"
from
  "users"
where
  "user_id" > $1
order by
  "user_id"
limit
  500;

-- chats.prune, chats
-- $1 userIds: uuid[]
-- $2 olderThan: timestamp with time zone
select
  user_id as "userId",
  id as "chatId"
from
  chats
where
  user_id = any ($1::uuid[])
  and updated_at < $2;

-- chats.prune
-- $1 userId: uuid
-- $2 chatIds: uuid[]
-- $3 olderThan: timestamp with time zone
select
  deleted,
  files
from
  delete_chats ($1, $2, $3);

-- chats.search
-- $1 userId: uuid
-- $2 search: tsquery
-- $3 searchWhole: tsquery
-- $4 searchRun: tsquery
-- $5 types: text[]
-- $6 behindRelevance: integer
-- $7 behindAt: timestamp with time zone
-- $8 behindId: uuid
-- $9 fetch: integer
select
  chat_id as "chatId",
  title,
  updated_at as "updatedAt",
  has_title as "hasTitle",
  message_id as "messageId",
  role,
  text,
  relevance
from
  search_chats ($1, $2, $3, $4, $5, $6, $7, $8, $9);
