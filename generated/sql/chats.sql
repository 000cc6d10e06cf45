-- Written by `npm run generate` from src/repositories/. Do not edit.

-- chats.find
-- $1 chatId: uuid
-- $2 userId: uuid
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
  and "user_id" = $2;

-- chats.create
-- $1 userId: uuid
-- $2 title: text
insert into
  "chats" ("user_id", "title")
values
  ($1, $2)
on conflict ("id") do update
set
  "user_id" = "excluded"."user_id"
where
  "chats"."user_id" = "excluded"."user_id"
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
on conflict ("id") do update
set
  "user_id" = "excluded"."user_id"
where
  "chats"."user_id" = "excluded"."user_id"
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
-- $1 search: text
-- $2 userId: uuid
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 fetch: bigint
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
      search_relevance (
        searchable (title),
        (
          select
            searchable ($1)
        )
      ) as "relevance"
    from
      "chats"
    where
      "user_id" = $2
      and (
        search_relevance (
          searchable (title),
          (
            select
              searchable ($1)
          )
        ),
        "updated_at",
        "id"
      ) < ($3, $4, $5)
      and searchable (title) like (
        select
          search_pattern ($1)
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
  $6;

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
-- $1 chatId: uuid
-- $2 userId: uuid
delete from "chats"
where
  "id" = $1
  and "user_id" = $2;

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
      chat_id = (
        select
          "chatId"
        from
          chat
      )
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
  chat_id = (
    select
      "chatId"
    from
      chat
  )
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
      chat_id = (
        select
          "chatId"
        from
          chat
      )
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
  chat_id = (
    select
      "chatId"
    from
      chat
  )
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
-- $1 ids: text[]
-- $2 chatId: uuid
-- $3 userId: uuid
-- $4 ifVersion: integer
-- $5 roles: text[]
-- $6 partCounts: integer[]
-- $7 envelopes: json[]
-- $8 inputTokens: integer[]
-- $9 outputTokens: integer[]
-- $10 partMessageIds: text[]
-- $11 partPositions: integer[]
-- $12 partTypes: text[]
-- $13 toolCallIds: text[]
-- $14 toolNames: text[]
-- $15 toolStates: text[]
-- $16 searchTexts: text[]
-- $17 payloads: json[]
with
  chat as (
    update chats
    set
      version = version + 1,
      next_position = next_position + cardinality($1::text[])
    where
      id = $2
      and user_id = $3
      and (
        $4::integer is null
        or version = $4
      )
    returning
      id,
      version,
      next_position - cardinality($1::text[]) as first_position
  ),
  saved as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens
      )
    select
      chat.id,
      given.id,
      chat.first_position + given.place - 1,
      given.role,
      given.part_count,
      given.envelope,
      given.input_tokens,
      given.output_tokens
    from
      chat,
      unnest(
        $1::text[],
        $5::text[],
        $6::integer[],
        $7::json[],
        $8::integer[],
        $9::integer[]
      ) with ordinality as given (
        id,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        place
      )
    on conflict (chat_id, id) do update
    set role = excluded.role,
    part_count = excluded.part_count,
    envelope = excluded.envelope,
    input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens
    where
      (
        messages.role,
        messages.part_count,
        messages.envelope::text
      ) is distinct from (
        excluded.role,
        excluded.part_count,
        excluded.envelope::text
      )
    returning
      id
  ),
  written as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      chat.id,
      given.*
    from
      chat,
      unnest(
        $10::text[],
        $11::integer[],
        $12::text[],
        $13::text[],
        $14::text[],
        $15::text[],
        $16::text[],
        $17::json[]
      ) as given
    on conflict (chat_id, message_id, position) do update
    set
      type = excluded.type,
      tool_call_id = excluded.tool_call_id,
      tool_name = excluded.tool_name,
      tool_state = excluded.tool_state,
      search_text = excluded.search_text,
      payload = excluded.payload
    where
      parts.payload::text <> excluded.payload::text
    returning
      message_id as id
  ),
  dropped as (
    delete from parts using chat,
    unnest(
      (
        select
          $1::text[]
      )::text[],
      (
        select
          $6::integer[]
      )::integer[]
    ) as given (id, part_count)
    where
      parts.chat_id = chat.id
      and parts.message_id = any (
        (
          select
            $1::text[]
        )::text[]
      )
      and parts.message_id = given.id
      and parts.position >= given.part_count
    returning
      parts.message_id as id
  )
select
  version,
  (
    select
      count(*)::integer
    from
      (
        select
          id
        from
          saved
        union
        select
          id
        from
          written
        union
        select
          id
        from
          dropped
      ) as changed
  ) as saved
from
  chat;

-- chats.save(truncateFrom)
-- $1 ids: text[]
-- $2 chatId: uuid
-- $3 userId: uuid
-- $4 ifVersion: integer
-- $5 truncateFrom: text
-- $6 roles: text[]
-- $7 partCounts: integer[]
-- $8 envelopes: json[]
-- $9 inputTokens: integer[]
-- $10 outputTokens: integer[]
-- $11 partMessageIds: text[]
-- $12 partPositions: integer[]
-- $13 partTypes: text[]
-- $14 toolCallIds: text[]
-- $15 toolNames: text[]
-- $16 toolStates: text[]
-- $17 searchTexts: text[]
-- $18 payloads: json[]
with
  chat as (
    update chats
    set
      version = version + 1,
      next_position = next_position + cardinality($1::text[])
    where
      id = $2
      and user_id = $3
      and (
        $4::integer is null
        or version = $4
      )
      and version = (
        select
          version
        from
          chats
        where
          id = $2
      )
    returning
      id,
      version,
      next_position - cardinality($1::text[]) as first_position
  ),
  removed as (
    delete from messages using chat
    where
      messages.chat_id = chat.id
      and messages.id <> all (
        (
          select
            $1::text[]
        )::text[]
      )
      and position >= (
        select
          position
        from
          messages
        where
          chat_id = $2
          and id = $5
      )
  ),
  saved as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens
      )
    select
      chat.id,
      given.id,
      chat.first_position + given.place - 1,
      given.role,
      given.part_count,
      given.envelope,
      given.input_tokens,
      given.output_tokens
    from
      chat,
      unnest(
        $1::text[],
        $6::text[],
        $7::integer[],
        $8::json[],
        $9::integer[],
        $10::integer[]
      ) with ordinality as given (
        id,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        place
      )
    on conflict (chat_id, id) do update
    set role = excluded.role,
    part_count = excluded.part_count,
    envelope = excluded.envelope,
    input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens
    where
      (
        messages.role,
        messages.part_count,
        messages.envelope::text
      ) is distinct from (
        excluded.role,
        excluded.part_count,
        excluded.envelope::text
      )
    returning
      id
  ),
  written as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      chat.id,
      given.*
    from
      chat,
      unnest(
        $11::text[],
        $12::integer[],
        $13::text[],
        $14::text[],
        $15::text[],
        $16::text[],
        $17::text[],
        $18::json[]
      ) as given
    on conflict (chat_id, message_id, position) do update
    set
      type = excluded.type,
      tool_call_id = excluded.tool_call_id,
      tool_name = excluded.tool_name,
      tool_state = excluded.tool_state,
      search_text = excluded.search_text,
      payload = excluded.payload
    where
      parts.payload::text <> excluded.payload::text
    returning
      message_id as id
  ),
  dropped as (
    delete from parts using chat,
    unnest(
      (
        select
          $1::text[]
      )::text[],
      (
        select
          $7::integer[]
      )::integer[]
    ) as given (id, part_count)
    where
      parts.chat_id = chat.id
      and parts.message_id = any (
        (
          select
            $1::text[]
        )::text[]
      )
      and parts.message_id = given.id
      and parts.position >= given.part_count
    returning
      parts.message_id as id
  )
select
  version,
  (
    select
      count(*)::integer
    from
      (
        select
          id
        from
          saved
        union
        select
          id
        from
          written
        union
        select
          id
        from
          dropped
      ) as changed
  ) as saved
from
  chat;

-- chats.save(replaces)
-- $1 ids: text[]
-- $2 chatId: uuid
-- $3 userId: uuid
-- $4 ifVersion: integer
-- $5 roles: text[]
-- $6 partCounts: integer[]
-- $7 envelopes: json[]
-- $8 inputTokens: integer[]
-- $9 outputTokens: integer[]
-- $10 partMessageIds: text[]
-- $11 partPositions: integer[]
-- $12 partTypes: text[]
-- $13 toolCallIds: text[]
-- $14 toolNames: text[]
-- $15 toolStates: text[]
-- $16 searchTexts: text[]
-- $17 payloads: json[]
with
  chat as (
    update chats
    set
      version = version + 1,
      next_position = next_position + cardinality($1::text[])
    where
      id = $2
      and user_id = $3
      and (
        $4::integer is null
        or version = $4
      )
      and version = (
        select
          version
        from
          chats
        where
          id = $2
      )
    returning
      id,
      version,
      next_position - cardinality($1::text[]) as first_position
  ),
  removed as (
    delete from messages using chat
    where
      messages.chat_id = chat.id
      and messages.id <> all (
        (
          select
            $1::text[]
        )::text[]
      )
  ),
  in_order as (
    select
      coalesce(bool_and(position > coalesce(before, -1)), true)
      and coalesce(
        max(place) filter (
          where
            position is not null
        ),
        0
      ) = count(position) as is_so
    from
      (
        select
          given.place,
          messages.position,
          lag(messages.position) over (
            order by
              given.place
          ) as before
        from
          unnest(
            (
              select
                $1::text[]
            )::text[]
          ) with ordinality as given (id, place)
          left join messages on messages.chat_id = $2
          and messages.id = given.id
      ) as placed
  ),
  saved as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens
      )
    select
      chat.id,
      given.id,
      chat.first_position + given.place - 1,
      given.role,
      given.part_count,
      given.envelope,
      given.input_tokens,
      given.output_tokens
    from
      chat,
      unnest(
        $1::text[],
        $5::text[],
        $6::integer[],
        $7::json[],
        $8::integer[],
        $9::integer[]
      ) with ordinality as given (
        id,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        place
      )
    on conflict (chat_id, id) do update
    set role = excluded.role,
    part_count = excluded.part_count,
    envelope = excluded.envelope,
    input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens,
    position = case
      when (
        select
          is_so
        from
          in_order
      ) then messages.position
      else excluded.position
    end
    where
      (
        messages.role,
        messages.part_count,
        messages.envelope::text
      ) is distinct from (
        excluded.role,
        excluded.part_count,
        excluded.envelope::text
      )
      or not (
        select
          is_so
        from
          in_order
      )
    returning
      id
  ),
  written as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      chat.id,
      given.*
    from
      chat,
      unnest(
        $10::text[],
        $11::integer[],
        $12::text[],
        $13::text[],
        $14::text[],
        $15::text[],
        $16::text[],
        $17::json[]
      ) as given
    on conflict (chat_id, message_id, position) do update
    set
      type = excluded.type,
      tool_call_id = excluded.tool_call_id,
      tool_name = excluded.tool_name,
      tool_state = excluded.tool_state,
      search_text = excluded.search_text,
      payload = excluded.payload
    where
      parts.payload::text <> excluded.payload::text
    returning
      message_id as id
  ),
  dropped as (
    delete from parts using chat,
    unnest(
      (
        select
          $1::text[]
      )::text[],
      (
        select
          $6::integer[]
      )::integer[]
    ) as given (id, part_count)
    where
      parts.chat_id = chat.id
      and parts.message_id = any (
        (
          select
            $1::text[]
        )::text[]
      )
      and parts.message_id = given.id
      and parts.position >= given.part_count
    returning
      parts.message_id as id
  )
select
  version,
  (
    select
      count(*)::integer
    from
      (
        select
          id
        from
          saved
        union
        select
          id
        from
          written
        union
        select
          id
        from
          dropped
      ) as changed
  ) as saved
from
  chat;

-- chats.save(truncateFrom,replaces)
-- $1 ids: text[]
-- $2 chatId: uuid
-- $3 userId: uuid
-- $4 ifVersion: integer
-- $5 roles: text[]
-- $6 partCounts: integer[]
-- $7 envelopes: json[]
-- $8 inputTokens: integer[]
-- $9 outputTokens: integer[]
-- $10 partMessageIds: text[]
-- $11 partPositions: integer[]
-- $12 partTypes: text[]
-- $13 toolCallIds: text[]
-- $14 toolNames: text[]
-- $15 toolStates: text[]
-- $16 searchTexts: text[]
-- $17 payloads: json[]
with
  chat as (
    update chats
    set
      version = version + 1,
      next_position = next_position + cardinality($1::text[])
    where
      id = $2
      and user_id = $3
      and (
        $4::integer is null
        or version = $4
      )
      and version = (
        select
          version
        from
          chats
        where
          id = $2
      )
    returning
      id,
      version,
      next_position - cardinality($1::text[]) as first_position
  ),
  removed as (
    delete from messages using chat
    where
      messages.chat_id = chat.id
      and messages.id <> all (
        (
          select
            $1::text[]
        )::text[]
      )
  ),
  in_order as (
    select
      coalesce(bool_and(position > coalesce(before, -1)), true)
      and coalesce(
        max(place) filter (
          where
            position is not null
        ),
        0
      ) = count(position) as is_so
    from
      (
        select
          given.place,
          messages.position,
          lag(messages.position) over (
            order by
              given.place
          ) as before
        from
          unnest(
            (
              select
                $1::text[]
            )::text[]
          ) with ordinality as given (id, place)
          left join messages on messages.chat_id = $2
          and messages.id = given.id
      ) as placed
  ),
  saved as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens
      )
    select
      chat.id,
      given.id,
      chat.first_position + given.place - 1,
      given.role,
      given.part_count,
      given.envelope,
      given.input_tokens,
      given.output_tokens
    from
      chat,
      unnest(
        $1::text[],
        $5::text[],
        $6::integer[],
        $7::json[],
        $8::integer[],
        $9::integer[]
      ) with ordinality as given (
        id,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        place
      )
    on conflict (chat_id, id) do update
    set role = excluded.role,
    part_count = excluded.part_count,
    envelope = excluded.envelope,
    input_tokens = excluded.input_tokens,
    output_tokens = excluded.output_tokens,
    position = case
      when (
        select
          is_so
        from
          in_order
      ) then messages.position
      else excluded.position
    end
    where
      (
        messages.role,
        messages.part_count,
        messages.envelope::text
      ) is distinct from (
        excluded.role,
        excluded.part_count,
        excluded.envelope::text
      )
      or not (
        select
          is_so
        from
          in_order
      )
    returning
      id
  ),
  written as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      chat.id,
      given.*
    from
      chat,
      unnest(
        $10::text[],
        $11::integer[],
        $12::text[],
        $13::text[],
        $14::text[],
        $15::text[],
        $16::text[],
        $17::json[]
      ) as given
    on conflict (chat_id, message_id, position) do update
    set
      type = excluded.type,
      tool_call_id = excluded.tool_call_id,
      tool_name = excluded.tool_name,
      tool_state = excluded.tool_state,
      search_text = excluded.search_text,
      payload = excluded.payload
    where
      parts.payload::text <> excluded.payload::text
    returning
      message_id as id
  ),
  dropped as (
    delete from parts using chat,
    unnest(
      (
        select
          $1::text[]
      )::text[],
      (
        select
          $6::integer[]
      )::integer[]
    ) as given (id, part_count)
    where
      parts.chat_id = chat.id
      and parts.message_id = any (
        (
          select
            $1::text[]
        )::text[]
      )
      and parts.message_id = given.id
      and parts.position >= given.part_count
    returning
      parts.message_id as id
  )
select
  version,
  (
    select
      count(*)::integer
    from
      (
        select
          id
        from
          saved
        union
        select
          id
        from
          written
        union
        select
          id
        from
          dropped
      ) as changed
  ) as saved
from
  chat;

-- chats.truncateFrom
-- $1 chatId: uuid
-- $2 messageId: text
-- $3 userId: uuid
with
  target as (
    select
      messages.position
    from
      messages
      join chats on chats.id = messages.chat_id
    where
      messages.chat_id = $1
      and messages.id = $2
      and chats.user_id = $3
  ),
  chat as (
    update chats
    set
      version = version + 1
    from
      target
    where
      id = $1
      and version = (
        select
          version
        from
          chats
        where
          id = $1
      )
    returning
      chats.id,
      version
  ),
  removed as (
    delete from messages using chat,
    target
    where
      messages.chat_id = chat.id
      and messages.position >= target.position
    returning
      1
  )
select
  version,
  (
    select
      count(*)::integer
    from
      removed
  ) as deleted
from
  chat;

-- chats.truncateFrom(exclusive)
-- $1 chatId: uuid
-- $2 messageId: text
-- $3 userId: uuid
with
  target as (
    select
      messages.position
    from
      messages
      join chats on chats.id = messages.chat_id
    where
      messages.chat_id = $1
      and messages.id = $2
      and chats.user_id = $3
  ),
  chat as (
    update chats
    set
      version = version + 1
    from
      target
    where
      id = $1
      and version = (
        select
          version
        from
          chats
        where
          id = $1
      )
    returning
      chats.id,
      version
  ),
  removed as (
    delete from messages using chat,
    target
    where
      messages.chat_id = chat.id
      and messages.position > target.position
    returning
      1
  )
select
  version,
  (
    select
      count(*)::integer
    from
      removed
  ) as deleted
from
  chat;

-- chats.fork
-- $1 chatId: uuid
-- $2 userId: uuid
with
  source as (
    select
      chats.*,
      next_position - 1 as last_position
    from
      chats
    where
      chats.id = $1
      and chats.user_id = $2
  ),
  fork as (
    insert into
      chats (id, user_id, title, next_position)
    select
      uuidv7(),
      user_id,
      title,
      next_position
    from
      source
    returning
      *
  ),
  copied as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        created_at
      )
    select
      fork.id,
      messages.id,
      position,
      role,
      part_count,
      envelope,
      input_tokens,
      output_tokens,
      messages.created_at
    from
      messages
      join source on messages.chat_id = source.id
      and messages.position <= source.last_position,
      fork
  ),
  copied_parts as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      fork.id,
      parts.message_id,
      parts.position,
      type,
      tool_call_id,
      tool_name,
      tool_state,
      search_text,
      payload
    from
      source
      join messages on messages.chat_id = source.id
      and messages.position <= source.last_position
      join parts on parts.chat_id = messages.chat_id
      and parts.message_id = messages.id
      and parts.position < messages.part_count,
      fork
  )
select
  id as "chatId",
  user_id as "userId",
  title,
  version,
  active_stream_id as "activeStreamId",
  created_at as "createdAt",
  updated_at as "updatedAt"
from
  fork;

-- chats.fork(id)
-- $1 chatId: uuid
-- $2 userId: uuid
-- $3 id: uuid
with
  source as (
    select
      chats.*,
      next_position - 1 as last_position
    from
      chats
    where
      chats.id = $1
      and chats.user_id = $2
  ),
  fork as (
    insert into
      chats (id, user_id, title, next_position)
    select
      $3::uuid,
      user_id,
      title,
      next_position
    from
      source
    returning
      *
  ),
  copied as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        created_at
      )
    select
      fork.id,
      messages.id,
      position,
      role,
      part_count,
      envelope,
      input_tokens,
      output_tokens,
      messages.created_at
    from
      messages
      join source on messages.chat_id = source.id
      and messages.position <= source.last_position,
      fork
  ),
  copied_parts as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      fork.id,
      parts.message_id,
      parts.position,
      type,
      tool_call_id,
      tool_name,
      tool_state,
      search_text,
      payload
    from
      source
      join messages on messages.chat_id = source.id
      and messages.position <= source.last_position
      join parts on parts.chat_id = messages.chat_id
      and parts.message_id = messages.id
      and parts.position < messages.part_count,
      fork
  )
select
  id as "chatId",
  user_id as "userId",
  title,
  version,
  active_stream_id as "activeStreamId",
  created_at as "createdAt",
  updated_at as "updatedAt"
from
  fork;

-- chats.fork(upTo)
-- $1 upTo: text
-- $2 chatId: uuid
-- $3 userId: uuid
with
  source as (
    select
      chats.*,
      messages.position as last_position
    from
      chats
      join messages on messages.chat_id = chats.id
      and messages.id = $1
    where
      chats.id = $2
      and chats.user_id = $3
  ),
  fork as (
    insert into
      chats (id, user_id, title, next_position)
    select
      uuidv7(),
      user_id,
      title,
      next_position
    from
      source
    returning
      *
  ),
  copied as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        created_at
      )
    select
      fork.id,
      messages.id,
      position,
      role,
      part_count,
      envelope,
      input_tokens,
      output_tokens,
      messages.created_at
    from
      messages
      join source on messages.chat_id = source.id
      and messages.position <= source.last_position,
      fork
  ),
  copied_parts as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      fork.id,
      parts.message_id,
      parts.position,
      type,
      tool_call_id,
      tool_name,
      tool_state,
      search_text,
      payload
    from
      source
      join messages on messages.chat_id = source.id
      and messages.position <= source.last_position
      join parts on parts.chat_id = messages.chat_id
      and parts.message_id = messages.id
      and parts.position < messages.part_count,
      fork
  )
select
  id as "chatId",
  user_id as "userId",
  title,
  version,
  active_stream_id as "activeStreamId",
  created_at as "createdAt",
  updated_at as "updatedAt"
from
  fork;

-- chats.fork(id,upTo)
-- $1 upTo: text
-- $2 chatId: uuid
-- $3 userId: uuid
-- $4 id: uuid
with
  source as (
    select
      chats.*,
      messages.position as last_position
    from
      chats
      join messages on messages.chat_id = chats.id
      and messages.id = $1
    where
      chats.id = $2
      and chats.user_id = $3
  ),
  fork as (
    insert into
      chats (id, user_id, title, next_position)
    select
      $4::uuid,
      user_id,
      title,
      next_position
    from
      source
    returning
      *
  ),
  copied as (
    insert into
      messages (
        chat_id,
        id,
        position,
        role,
        part_count,
        envelope,
        input_tokens,
        output_tokens,
        created_at
      )
    select
      fork.id,
      messages.id,
      position,
      role,
      part_count,
      envelope,
      input_tokens,
      output_tokens,
      messages.created_at
    from
      messages
      join source on messages.chat_id = source.id
      and messages.position <= source.last_position,
      fork
  ),
  copied_parts as (
    insert into
      parts (
        chat_id,
        message_id,
        position,
        type,
        tool_call_id,
        tool_name,
        tool_state,
        search_text,
        payload
      )
    select
      fork.id,
      parts.message_id,
      parts.position,
      type,
      tool_call_id,
      tool_name,
      tool_state,
      search_text,
      payload
    from
      source
      join messages on messages.chat_id = source.id
      and messages.position <= source.last_position
      join parts on parts.chat_id = messages.chat_id
      and parts.message_id = messages.id
      and parts.position < messages.part_count,
      fork
  )
select
  id as "chatId",
  user_id as "userId",
  title,
  version,
  active_stream_id as "activeStreamId",
  created_at as "createdAt",
  updated_at as "updatedAt"
from
  fork;

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
-- $1 chatId: uuid
-- $2 messageId: text
-- $3 userId: uuid
select
  "prompt",
  "max_tokens" as "maxTokens",
  "temperature",
  "top_p" as "topP",
  "frequency_penalty" as "frequencyPenalty",
  "presence_penalty" as "presencePenalty"
from
  "ai_options"
  inner join "chats" on "chats"."id" = "ai_options"."chat_id"
where
  "ai_options"."chat_id" = $1
  and "ai_options"."message_id" = $2
  and "chats"."user_id" = $3;

-- chats.recordOptions
-- $1 prompt: text
-- $2 maxTokens: integer
-- $3 temperature: double precision
-- $4 topP: double precision
-- $5 frequencyPenalty: double precision
-- $6 presencePenalty: double precision
-- $7 chatId: uuid
-- $8 messageId: text
-- $9 userId: uuid
insert into
  "ai_options" (
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
  inner join "chats" on "chats"."id" = "messages"."chat_id"
where
  "messages"."chat_id" = $7
  and "messages"."id" = $8
  and "chats"."user_id" = $9
on conflict ("chat_id", "message_id") do update
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

-- chats.usage of a user
-- $1 userId: uuid
-- $2 from: timestamp with time zone
-- $3 to: timestamp with time zone
select
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  count(*)::float8 as "messages"
from
  "messages"
  inner join "chats" on "chats"."id" = "messages"."chat_id"
where
  "chats"."user_id" = $1
  and messages.created_at >= $2
  and messages.created_at < $3;

-- chats.usage of a user(chatId)
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
  inner join "chats" on "chats"."id" = "messages"."chat_id"
where
  "chats"."user_id" = $1
  and "chats"."id" = $2
  and messages.created_at >= $3
  and messages.created_at < $4;

-- chats.usage of a chat
-- $1 chatId: uuid
-- $2 from: timestamp with time zone
-- $3 to: timestamp with time zone
select
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  count(*)::float8 as "messages"
from
  "messages"
where
  "chat_id" = $1
  and messages.created_at >= $2
  and messages.created_at < $3;

-- chats.pendingApprovals
-- $1 userId: uuid
select
  "chats"."id" as "chatId",
  "messages"."id" as "messageId",
  "parts"."payload" as "part"
from
  "chats"
  inner join "parts" on "parts"."chat_id" = "chats"."id"
  inner join "messages" on "messages"."chat_id" = "parts"."chat_id"
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
-- $1 chatId: uuid
select
  "parts"."message_id" as "messageId",
  "parts"."position",
  "parts"."payload"
from
  "parts"
  inner join "messages" on "messages"."chat_id" = "parts"."chat_id"
  and "messages"."id" = "parts"."message_id"
where
  "parts"."chat_id" = $1
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
          "other"."chat_id" = "parts"."chat_id"
          and "other"."message_id" = "parts"."message_id"
          and "other"."position" < "messages"."part_count"
          and "other"."tool_state" = 'approval-requested'
      )
    )
  );

-- chats.rewriteTools
-- $1 chatId: uuid
-- $2 messageIds: text[]
-- $3 positions: integer[]
-- $4 states: text[]
-- $5 payloads: json[]
with
  chat as (
    update chats
    set
      version = version + 1
    where
      id = $1
  )
update parts
set
  payload = given.payload,
  tool_state = given.state
from
  unnest($2::text[], $3::integer[], $4::text[], $5::json[]) as given (message_id, position, state, payload)
where
  parts.chat_id = $1
  and parts.message_id = given.message_id
  and parts.position = given.position;

-- chats.prune
-- $1 olderThan: timestamp with time zone
delete from "chats"
where
  "id" = any (
    array(
      select
        id
      from
        chats
      where
        updated_at < $1
      order by
        updated_at
      limit
        200
      for update
        skip locked
    )
  );

-- chats.search
-- $1 search: text
-- $2 userId: uuid
-- $3 behindRelevance: smallint
-- $4 behindAt: timestamp with time zone
-- $5 behindId: uuid
-- $6 fetch: bigint
with
  "best" as (
    select distinct
      on ("chats"."id") "chats"."id" as "chatId",
      "chats"."title",
      "chats"."updated_at" as "updatedAt",
      "messages"."id" as "messageId",
      "messages"."role",
      "parts"."search_text" as "text",
      search_relevance (
        searchable (parts.search_text),
        (
          select
            searchable ($1)
        )
      ) as "relevance"
    from
      "chats"
      inner join "parts" on "parts"."chat_id" = "chats"."id"
      inner join "messages" on "messages"."chat_id" = "parts"."chat_id"
      and "messages"."id" = "parts"."message_id"
    where
      "chats"."user_id" = $2
      and searchable (parts.search_text) like (
        select
          search_pattern ($1)
      )
      and "parts"."position" < "messages"."part_count"
    order by
      "chats"."id",
      "relevance" desc,
      "messages"."position" desc
  )
select
  *
from
  "best"
where
  ("relevance", "updatedAt", "chatId") < ($3, $4, $5)
order by
  "relevance" desc,
  "updatedAt" desc,
  "chatId" desc
limit
  $6;
