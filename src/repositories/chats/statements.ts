import { type RawBuilder, type SqlBool, sql } from 'kysely'
import {
  FETCH_AT_MOST,
  finds,
  isBehind,
  type PageParameters,
  type Params,
  raw,
  relevance,
  type StatementRow,
  statement,
  variants,
  type Words,
} from '../../query/index.ts'

/** Every statement on a chat asks for its owner: another user's chat answers as one that does not exist. */
interface OwnChat {
  chatId: string
  userId: string
}

const CHAT = [
  'id as chatId',
  'user_id as userId',
  'title',
  'version',
  'active_stream_id as activeStreamId',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const

/** A conversation of a user with an assistant, without its messages. */
export type Chat = StatementRow<typeof findChat>

export const findChat = statement('chats.find', (query, $: Params<OwnChat>) =>
  query.selectFrom('chats').select(CHAT).where('id', '=', $.chatId).where('user_id', '=', $.userId),
)

/** The chat that is there already, if it is the same owner's. */
export const createChat = variants(
  'chats.create',
  ['chatId'],
  (
    query,
    $: Params<{ chatId?: string | undefined; userId: string; title?: string | null | undefined }>,
    given,
  ) =>
    query
      .insertInto('chats')
      .values({ ...(given.chatId && { id: $.chatId }), user_id: $.userId, title: $.title })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(({ ref }) => ({ user_id: ref('excluded.user_id') }))
          .whereRef('chats.user_id', '=', 'excluded.user_id'),
      )
      .returning(CHAT),
)

/** What the title says; the expression of the index chats_search_idx. */
const TITLE: Words = sql`searchable(title)`

export const listChats = variants(
  'chats.listByUser',
  ['search'],
  (query, $: Params<{ userId: string; search?: string | undefined } & PageParameters>, given) =>
    query
      .selectFrom(({ selectFrom }) =>
        selectFrom('chats')
          .select(CHAT)
          .where('user_id', '=', $.userId)
          .where(
            isBehind($, {
              at: 'updated_at',
              id: 'id',
              relevance: given.search ? relevance(TITLE, $.search) : undefined,
            }),
          )
          .$if(given.search, (chats) =>
            chats
              .where(finds(TITLE, $.search))
              .select(relevance(TITLE, $.search).as('relevance'))
              .orderBy('relevance', 'desc'),
          )
          .orderBy('updated_at', 'desc')
          .orderBy('id', 'desc')
          .limit(FETCH_AT_MOST)
          .as('chat'),
      )
      .selectAll()
      .$if(given.search, (chats) => chats.orderBy('relevance', 'desc'))
      .orderBy('updatedAt', 'desc')
      .orderBy('chatId', 'desc')
      .limit($.fetch),
)

export const renameChat = statement('chats.rename', (query, $: Params<OwnChat & { title: string | null }>) =>
  query
    .updateTable('chats')
    .set({ title: $.title })
    .where('id', '=', $.chatId)
    .where('user_id', '=', $.userId)
    .returning(CHAT),
)

export const deleteChat = statement('chats.delete', (query, $: Params<OwnChat>) =>
  query.deleteFrom('chats').where('id', '=', $.chatId).where('user_id', '=', $.userId),
)

/**
 * A row of what is loaded: first the chat's own, then one of each message, then one of each message's parts. Rows of some
 * kilobytes reach the process while the server reads the next ones, where one value with all of them takes twice as long.
 */
export type LoadedRow = { [Column in keyof Chat]: Chat[Column] | null } & {
  /** Of the message. */
  id: string | null
  role: 'system' | 'user' | 'assistant' | null
  position: number | null
  partCount: number | null
  /** The message's envelope, or its parts in their order. */
  content: unknown
}

const nothing = sql<null>`null`
const NOT_OF_CHAT = [
  nothing.as('chatId'),
  nothing.as('userId'),
  nothing.as('title'),
  nothing.as('version'),
  nothing.as('activeStreamId'),
  nothing.as('createdAt'),
  nothing.as('updatedAt'),
] as const

/** The chat with all its messages or, with `fetch`, with the last ones before a position. */
export const loadChat = variants(
  'chats.load',
  ['fetch'],
  (query, $: Params<OwnChat & { before: number; fetch?: number | undefined }>, given) => {
    const ofChat = sql<SqlBool>`chat_id = (select "chatId" from chat)`
    return query
      .with('chat', (cte) =>
        cte.selectFrom('chats').select(CHAT).where('id', '=', $.chatId).where('user_id', '=', $.userId),
      )
      .with('message', (cte) =>
        cte
          .selectFrom('messages')
          .select(['id', 'role', 'position', 'part_count', 'envelope'])
          .where(ofChat)
          .$if(given.fetch, (messages) =>
            messages.where('position', '<', $.before).orderBy('position', 'desc').limit($.fetch),
          ),
      )
      .selectFrom('chat')
      .selectAll()
      .select([
        sql`null::text`.as('id'),
        sql`null::text`.as('role'),
        sql`null::integer`.as('position'),
        sql`null::integer`.as('partCount'),
        sql`null::json`.as('content'),
      ])
      .unionAll(
        ({ selectFrom }) =>
          selectFrom('message')
            .select(NOT_OF_CHAT)
            .select(['id', 'role', 'position', 'part_count as partCount', 'envelope as content']) as never,
      )
      .unionAll(
        ({ selectFrom }) =>
          selectFrom('parts')
            .select(NOT_OF_CHAT)
            .select(['message_id as id', nothing.as('role'), nothing.as('position'), nothing.as('partCount')])
            .select(sql`json_agg(payload order by position)`.as('content'))
            .where(ofChat)
            .$if(given.fetch, (parts) =>
              parts.where(sql<SqlBool>`message_id = any(array(select id from message))`),
            )
            .groupBy('message_id') as never,
      )
      .$castTo<LoadedRow>()
  },
)

/** Columns of the messages to save, and of their parts, as arrays of one length each. */
export interface SaveInput extends OwnChat {
  ifVersion: number | null
  ids: string[]
  roles: string[]
  partCounts: number[]
  envelopes: string[]
  inputTokens: (number | null)[]
  outputTokens: (number | null)[]
  partMessageIds: string[]
  partPositions: number[]
  partTypes: string[]
  toolCallIds: (string | null)[]
  toolNames: (string | null)[]
  toolStates: (string | null)[]
  searchTexts: (string | null)[]
  payloads: string[]
}

/**
 * A list that the planner does not look into. It would find that it is shorter than one it knows nothing of, and would
 * plan every save anew, which takes longer than the save.
 */
const unseen = (list: RawBuilder<string[]> | RawBuilder<number[]>, type: 'text[]' | 'integer[]') =>
  sql`(select ${list}::${sql.raw(type)})::${sql.raw(type)}`

/**
 * Locks the chat, which hands out positions, then writes what is new or differs. No row: no such chat of this user, or
 * another version of it. A message that is there keeps its position; parts beyond the new count go. With
 * `truncateFrom`, that message and those behind it go, but for the ones saved; with `replaces`, all but the ones saved,
 * and these get new positions if theirs are not in the order given.
 */
export const saveMessages = variants(
  'chats.save',
  ['truncateFrom', 'replaces'],
  (_, $: Params<SaveInput & { truncateFrom?: string | undefined; replaces?: true | undefined }>, given) => {
    const removal = given.replaces ? REMOVE_OTHERS($) : given.truncateFrom ? REMOVE_FROM($) : sql``
    const order = given.replaces ? IN_ORDER($) : sql``
    return raw<{ version: number; saved: number }>(sql`
    with chat as (
      update chats set version = version + 1, next_position = next_position + cardinality(${$.ids}::text[])
      where id = ${$.chatId} and user_id = ${$.userId} and (${$.ifVersion}::integer is null or version = ${$.ifVersion})
        ${given.replaces || given.truncateFrom ? isUnchanged($) : sql``}
      returning id, version, next_position - cardinality(${$.ids}::text[]) as first_position
    ), ${removal} ${order}
    saved as (
      insert into messages (chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens)
      select chat.id, given.id, chat.first_position + given.place - 1, given.role, given.part_count, given.envelope,
        given.input_tokens, given.output_tokens
      from chat, unnest(${$.ids}::text[], ${$.roles}::text[], ${$.partCounts}::integer[], ${$.envelopes}::json[],
        ${$.inputTokens}::integer[], ${$.outputTokens}::integer[])
        with ordinality as given (id, role, part_count, envelope, input_tokens, output_tokens, place)
      on conflict (chat_id, id) do update set role = excluded.role, part_count = excluded.part_count,
        envelope = excluded.envelope, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens
        ${given.replaces ? sql`, position = case when (select is_so from in_order) then messages.position else excluded.position end` : sql``}
      where (messages.role, messages.part_count, messages.envelope::text)
        is distinct from (excluded.role, excluded.part_count, excluded.envelope::text)
        ${given.replaces ? sql`or not (select is_so from in_order)` : sql``}
      returning id
    ), written as (
      insert into parts (chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload)
      select chat.id, given.*
      from chat, unnest(${$.partMessageIds}::text[], ${$.partPositions}::integer[], ${$.partTypes}::text[],
        ${$.toolCallIds}::text[], ${$.toolNames}::text[], ${$.toolStates}::text[], ${$.searchTexts}::text[],
        ${$.payloads}::json[]) as given
      on conflict (chat_id, message_id, position) do update set type = excluded.type,
        tool_call_id = excluded.tool_call_id, tool_name = excluded.tool_name, tool_state = excluded.tool_state,
        search_text = excluded.search_text, payload = excluded.payload
      where parts.payload::text <> excluded.payload::text
      returning message_id as id
    ), dropped as (
      delete from parts using chat, unnest(${unseen($.ids, 'text[]')}, ${unseen($.partCounts, 'integer[]')}) as given (id, part_count)
      where parts.chat_id = chat.id and parts.message_id = any(${unseen($.ids, 'text[]')}) and parts.message_id = given.id
        and parts.position >= given.part_count
      returning parts.message_id as id
    )
    select version, (select count(*)::integer from (select id from saved union select id from written
      union select id from dropped) as changed) as saved
    from chat`)
  },
)

/**
 * What a statement removes is what it saw when it began, which was before it had the lock: none of it happens if the
 * chat got another version since. Then it is repeated, with the lock taken first.
 */
const isUnchanged = ($: Params<{ chatId: string }>) =>
  sql`and version = (select version from chats where id = ${$.chatId})`

type Clause = (
  $: Params<SaveInput & { truncateFrom?: string | undefined; replaces?: true | undefined }>,
) => RawBuilder<unknown>

/** Parts go with their message. */
const REMOVE_OTHERS: Clause = ($) => sql`removed as (
      delete from messages using chat where messages.chat_id = chat.id and messages.id <> all(${unseen($.ids, 'text[]')})
    ),`

const REMOVE_FROM: Clause = ($) => sql`removed as (
      delete from messages using chat
      where messages.chat_id = chat.id and messages.id <> all(${unseen($.ids, 'text[]')})
        and position >= (select position from messages where chat_id = ${$.chatId} and id = ${$.truncateFrom})
    ),`

/** Whether the messages that are there have positions in the order given, and no new one comes before them. */
const IN_ORDER: Clause = ($) => sql`in_order as (
      select coalesce(bool_and(position > coalesce(before, -1)), true)
        and coalesce(max(place) filter (where position is not null), 0) = count(position) as is_so
      from (
        select given.place, messages.position, lag(messages.position) over (order by given.place) as before
        from unnest(${unseen($.ids, 'text[]')}) with ordinality as given (id, place)
        left join messages on messages.chat_id = ${$.chatId} and messages.id = given.id
      ) as placed
    ),`

/** Removes a message and those behind it, or only those. */
export const truncateMessages = variants(
  'chats.truncateFrom',
  ['exclusive'],
  (_, $: Params<OwnChat & { messageId: string; exclusive?: true | undefined }>, given) =>
    raw<{ version: number; deleted: number }>(sql`
    with target as (
      select messages.position from messages join chats on chats.id = messages.chat_id
      where messages.chat_id = ${$.chatId} and messages.id = ${$.messageId} and chats.user_id = ${$.userId}
    ), chat as (
      update chats set version = version + 1 from target where id = ${$.chatId} ${isUnchanged($)} returning chats.id, version
    ), removed as (
      delete from messages using chat, target
      where messages.chat_id = chat.id and messages.position ${given.exclusive ? sql`>` : sql`>=`} target.position
      returning 1
    )
    select version, (select count(*)::integer from removed) as deleted from chat`),
)

/** A new chat of the same user with a copy of the messages, up to one of them or all. */
export const forkChat = variants(
  'chats.fork',
  ['id', 'upTo'],
  (_, $: Params<OwnChat & { id?: string | undefined; upTo?: string | undefined }>, given) =>
    raw<Chat>(sql`
    with source as (
      select chats.*, ${given.upTo ? sql`messages.position` : sql`next_position - 1`} as last_position
      from chats ${given.upTo ? sql`join messages on messages.chat_id = chats.id and messages.id = ${$.upTo}` : sql``}
      where chats.id = ${$.chatId} and chats.user_id = ${$.userId}
    ), fork as (
      insert into chats (id, user_id, title, next_position)
      select ${given.id ? sql`${$.id}::uuid` : sql`uuidv7()`}, user_id, title, next_position from source
      returning *
    ), copied as (
      insert into messages (chat_id, id, position, role, part_count, envelope, input_tokens, output_tokens, created_at)
      select fork.id, messages.id, position, role, part_count, envelope, input_tokens, output_tokens, messages.created_at
      from messages join source on messages.chat_id = source.id and messages.position <= source.last_position, fork
    ), copied_parts as (
      insert into parts (chat_id, message_id, position, type, tool_call_id, tool_name, tool_state, search_text, payload)
      select fork.id, parts.message_id, parts.position, type, tool_call_id, tool_name, tool_state, search_text, payload
      from source
      join messages on messages.chat_id = source.id and messages.position <= source.last_position
      join parts on parts.chat_id = messages.chat_id and parts.message_id = messages.id
        and parts.position < messages.part_count, fork
    )
    select id as "chatId", user_id as "userId", title, version, active_stream_id as "activeStreamId",
      created_at as "createdAt", updated_at as "updatedAt" from fork`),
)

/** Compare and set: no row where another stream than the expected one is active. */
export const claimStream = statement(
  'chats.claimStream',
  (query, $: Params<OwnChat & { streamId: string | null; expect: string | null }>) =>
    query
      .updateTable('chats')
      .set({ active_stream_id: $.streamId })
      .where('id', '=', $.chatId)
      .where('user_id', '=', $.userId)
      .where('active_stream_id', 'is not distinct from', $.expect),
)

const OPTIONS = [
  'prompt',
  'max_tokens as maxTokens',
  'temperature',
  'top_p as topP',
  'frequency_penalty as frequencyPenalty',
  'presence_penalty as presencePenalty',
] as const

/** What the model was called with; null where the provider's default applied. */
export type ModelOptions = StatementRow<typeof findOptions>

interface OfMessage extends OwnChat {
  messageId: string
}

export const findOptions = statement('chats.optionsOf', (query, $: Params<OfMessage>) =>
  query
    .selectFrom('ai_options')
    .innerJoin('chats', 'chats.id', 'ai_options.chat_id')
    .select(OPTIONS)
    .where('ai_options.chat_id', '=', $.chatId)
    .where('ai_options.message_id', '=', $.messageId)
    .where('chats.user_id', '=', $.userId),
)

/** No row: no such message in a chat of this user. */
export const recordOptions = statement('chats.recordOptions', (query, $: Params<OfMessage & ModelOptions>) =>
  query
    .insertInto('ai_options')
    .columns([
      'chat_id',
      'message_id',
      'prompt',
      'max_tokens',
      'temperature',
      'top_p',
      'frequency_penalty',
      'presence_penalty',
    ])
    .expression(({ selectFrom }) =>
      selectFrom('messages')
        .innerJoin('chats', 'chats.id', 'messages.chat_id')
        .where('messages.chat_id', '=', $.chatId)
        .where('messages.id', '=', $.messageId)
        .where('chats.user_id', '=', $.userId)
        .select([
          'messages.chat_id',
          'messages.id',
          sql<string | null>`${$.prompt}::text`.as('prompt'),
          sql<number | null>`${$.maxTokens}::integer`.as('maxTokens'),
          sql<number | null>`${$.temperature}::float8`.as('temperature'),
          sql<number | null>`${$.topP}::float8`.as('topP'),
          sql<number | null>`${$.frequencyPenalty}::float8`.as('frequencyPenalty'),
          sql<number | null>`${$.presencePenalty}::float8`.as('presencePenalty'),
        ]),
    )
    .onConflict((conflict) =>
      conflict.columns(['chat_id', 'message_id']).doUpdateSet(({ ref }) => ({
        prompt: ref('excluded.prompt'),
        max_tokens: ref('excluded.max_tokens'),
        temperature: ref('excluded.temperature'),
        top_p: ref('excluded.top_p'),
        frequency_penalty: ref('excluded.frequency_penalty'),
        presence_penalty: ref('excluded.presence_penalty'),
      })),
    )
    .returning(OPTIONS),
)

/** Before a statement that must see what others did until it has the chat. */
export const lockChat = statement(
  'chats.lock',
  (query, $: Params<OwnChat>) =>
    query
      .selectFrom('chats')
      .select('version')
      .where('id', '=', $.chatId)
      .where('user_id', '=', $.userId)
      .forNoKeyUpdate(),
  { writes: true },
)

/** What became of a change that found no chat. */
export const findVersion = statement('chats.findVersion', (query, $: Params<OwnChat>) =>
  query.selectFrom('chats').select('version').where('id', '=', $.chatId).where('user_id', '=', $.userId),
)
