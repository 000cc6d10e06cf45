import { sql } from '../../../kysely/index.ts'
import { type Params, type Statement, statement } from '../../../query/index.ts'
import type { ChatUsage } from '../rows.ts'
import type { OwnedChat } from './owned-chat.ts'

/** From a time to before another one; text for `infinity`. */
interface TimeSpan {
  from: Date | string
  to: Date | string
}

const sums = () =>
  [
    sql<number>`coalesce(sum(input_tokens), 0)::float8`.as('inputTokens'),
    sql<number>`coalesce(sum(output_tokens), 0)::float8`.as('outputTokens'),
    sql<number>`count(*)::float8`.as('messages'),
  ] as const

const isWithin = ($: Params<TimeSpan>) => sql<boolean>`created_at >= ${$.from} and created_at < ${$.to}`

export const sumUsageOfUser: Statement<{ userId: string } & TimeSpan, ChatUsage> = statement(
  'chats.usageOfUser',
  (query, $) =>
    query.selectFrom('messages').select(sums()).where('user_id', '=', $.userId).where(isWithin($)),
  { isLong: true },
)

export const sumUsageOfChat: Statement<OwnedChat & TimeSpan, ChatUsage> = statement(
  'chats.usageOfChat',
  (query, $) =>
    query
      .selectFrom('messages')
      .select(sums())
      .where('user_id', '=', $.userId)
      .where('chat_id', '=', $.chatId)
      .where(isWithin($)),
  { isLong: true },
)
