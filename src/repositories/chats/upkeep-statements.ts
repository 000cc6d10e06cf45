import { sql } from 'kysely'
import {
  finds,
  isBehind,
  type PageParameters,
  type Params,
  raw,
  relevance,
  statement,
  variants,
  type Words,
} from '../../query/index.ts'

interface Span {
  from: Date | string
  to: Date | string
}

const SUMS = [
  sql<number>`coalesce(sum(input_tokens), 0)::float8`.as('inputTokens'),
  sql<number>`coalesce(sum(output_tokens), 0)::float8`.as('outputTokens'),
  sql<number>`count(*)::float8`.as('messages'),
] as const

const isWithin = ($: Params<Span>) =>
  sql<boolean>`messages.created_at >= ${$.from} and messages.created_at < ${$.to}`

/** Tokens of a user's messages, or of those of one of the user's chats. */
export const sumUsageOfUser = variants(
  'chats.usage of a user',
  ['chatId'],
  (query, $: Params<{ userId: string; chatId?: string | undefined } & Span>, given) =>
    query
      .selectFrom('messages')
      .innerJoin('chats', 'chats.id', 'messages.chat_id')
      .select(SUMS)
      .where('chats.user_id', '=', $.userId)
      .$if(given.chatId, (messages) => messages.where('chats.id', '=', $.chatId))
      .where(isWithin($)),
)

export const sumUsageOfChat = statement(
  'chats.usage of a chat',
  (query, $: Params<{ chatId: string } & Span>) =>
    query.selectFrom('messages').select(SUMS).where('chat_id', '=', $.chatId).where(isWithin($)),
  { isLong: true },
)

/** Tool calls of a user that wait for an answer, the chats changed last first. */
export const findPendingApprovals = statement(
  'chats.pendingApprovals',
  (query, $: Params<{ userId: string }>) =>
    query
      .selectFrom('chats')
      .innerJoin('parts', 'parts.chat_id', 'chats.id')
      .innerJoin('messages', (join) =>
        join.onRef('messages.chat_id', '=', 'parts.chat_id').onRef('messages.id', '=', 'parts.message_id'),
      )
      .select(['chats.id as chatId', 'messages.id as messageId', 'parts.payload as part'])
      .where('chats.user_id', '=', $.userId)
      .where('parts.tool_state', '=', sql.lit('approval-requested'))
      .whereRef('parts.position', '<', 'messages.part_count')
      .orderBy('chats.updated_at', 'desc')
      .orderBy('chats.id', 'desc')
      .orderBy('messages.position')
      .orderBy('parts.position'),
  { isLong: true },
)

/**
 * Tool calls that were begun and never ended. One that was approved or denied has begun once its message waits for no
 * other approval: until then it is the user's turn.
 */
export const findDanglingTools = statement(
  'chats.danglingTools',
  (query, $: Params<{ chatId: string }>) =>
    query
      .selectFrom('parts')
      .innerJoin('messages', (join) =>
        join.onRef('messages.chat_id', '=', 'parts.chat_id').onRef('messages.id', '=', 'parts.message_id'),
      )
      .select(['parts.message_id as messageId', 'parts.position', 'parts.payload'])
      .where('parts.chat_id', '=', $.chatId)
      .whereRef('parts.position', '<', 'messages.part_count')
      .where(({ or, and, not, exists, selectFrom, eb }) =>
        or([
          eb('parts.tool_state', 'in', [sql.lit('input-streaming'), sql.lit('input-available')]),
          and([
            eb('parts.tool_state', '=', sql.lit('approval-responded')),
            not(
              exists(
                selectFrom('parts as other')
                  .select('other.position')
                  .whereRef('other.chat_id', '=', 'parts.chat_id')
                  .whereRef('other.message_id', '=', 'parts.message_id')
                  .whereRef('other.position', '<', 'messages.part_count')
                  .where('other.tool_state', '=', sql.lit('approval-requested')),
              ),
            ),
          ]),
        ]),
      ),
  { isLong: true },
)

export const rewriteTools = statement(
  'chats.rewriteTools',
  (
    _,
    $: Params<{
      chatId: string
      messageIds: string[]
      positions: number[]
      states: string[]
      payloads: string[]
    }>,
  ) =>
    raw<never>(sql`
    with chat as (update chats set version = version + 1 where id = ${$.chatId})
    update parts set payload = given.payload, tool_state = given.state
    from unnest(${$.messageIds}::text[], ${$.positions}::integer[], ${$.states}::text[], ${$.payloads}::json[])
      as given (message_id, position, state, payload)
    where parts.chat_id = ${$.chatId} and parts.message_id = given.message_id and parts.position = given.position`),
)

/** How many chats are deleted at a time, so that no lock is held for long. */
export const PRUNED = 200

export const pruneChats = statement('chats.prune', (query, $: Params<{ olderThan: Date }>) =>
  query.deleteFrom('chats').where(
    'id',
    '=',
    sql<string>`any(array(select id from chats where updated_at < ${$.olderThan}
      order by updated_at limit ${sql.lit(PRUNED)} for update skip locked))`,
  ),
)

const WORDS: Words = sql`searchable(parts.search_text)`

/** Each chat once, by its best part. */
export const searchChats = variants(
  'chats.search',
  [],
  (query, $: Params<{ userId: string; search: string } & PageParameters>) =>
    query
      .with('best', (cte) =>
        cte
          .selectFrom('chats')
          .innerJoin('parts', 'parts.chat_id', 'chats.id')
          .innerJoin('messages', (join) =>
            join
              .onRef('messages.chat_id', '=', 'parts.chat_id')
              .onRef('messages.id', '=', 'parts.message_id'),
          )
          .distinctOn('chats.id')
          .select([
            'chats.id as chatId',
            'chats.title',
            'chats.updated_at as updatedAt',
            'messages.id as messageId',
            'messages.role',
            'parts.search_text as text',
            relevance(WORDS, $.search).as('relevance'),
          ])
          .where('chats.user_id', '=', $.userId)
          .where(finds(WORDS, $.search))
          .whereRef('parts.position', '<', 'messages.part_count')
          .orderBy('chats.id')
          .orderBy('relevance', 'desc')
          .orderBy('messages.position', 'desc'),
      )
      .selectFrom('best')
      .selectAll()
      .where(isBehind($, { at: 'updatedAt', id: 'chatId', relevance: sql.ref('relevance') }))
      .orderBy('relevance', 'desc')
      .orderBy('updatedAt', 'desc')
      .orderBy('chatId', 'desc')
      .limit($.fetch),
)
