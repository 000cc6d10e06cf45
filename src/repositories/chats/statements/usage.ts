import { sql } from 'kysely'
import { type Params, type Statement, statement, type Variants, variants } from '../../../query/index.ts'
import type { ChatUsage } from '../rows.ts'

/** From a time to before another one; text for `infinity`. */
interface TimeSpan {
  from: Date | string
  to: Date | string
}

const SUMS = [
  sql<number>`coalesce(sum(input_tokens), 0)::float8`.as('inputTokens'),
  sql<number>`coalesce(sum(output_tokens), 0)::float8`.as('outputTokens'),
  sql<number>`count(*)::float8`.as('messages'),
] as const

const isWithin = ($: Params<TimeSpan>) =>
  sql<boolean>`messages.created_at >= ${$.from} and messages.created_at < ${$.to}`

/** Tokens of the messages of a user, or of one of the user's chats. */
export const sumUsageOfUser: Variants<{ userId: string; chatId?: string | undefined } & TimeSpan, ChatUsage> =
  variants('chats.usage of a user', ['chatId'], (query, $, has) =>
    query
      .selectFrom('messages')
      .innerJoin('chats', 'chats.id', 'messages.chat_id')
      .select(SUMS)
      .where('chats.user_id', '=', $.userId)
      .$if(has.chatId, (messages) => messages.where('chats.id', '=', $.chatId))
      .where(isWithin($)),
  )

/** Tokens of a chat's messages. */
export const sumUsageOfChat: Statement<{ chatId: string } & TimeSpan, ChatUsage> = statement(
  'chats.usage of a chat',
  (query, $) => query.selectFrom('messages').select(SUMS).where('chat_id', '=', $.chatId).where(isWithin($)),
  { isLong: true },
)
