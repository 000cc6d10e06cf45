import { expect } from 'vitest'
import { openDatabase } from '../../src/index.ts'
import { aMessage, aUser } from '../../src/testing.ts'
import { test } from '../support/database.ts'

test('options beside a URL hold, and those among the first ones take precedence', async ({ url }) => {
  await using beside = openDatabase(url, { maxMessageBytes: 10 })
  await using among = openDatabase(
    { connectionString: url, maxMessageBytes: 10_000 },
    { maxMessageBytes: 10 },
  )
  const { userId } = await among.users.create(aUser())
  const { chatId } = await among.chats.create({ userId })

  const refused = await beside.chats
    .save(chatId, [aMessage()], { userId })
    .catch((error: Error) => error.name)
  const { saved } = await among.chats.save(chatId, [aMessage()], { userId })

  expect(refused).toBe('MessageTooLargeError')
  expect(saved).toBe(1)
})
