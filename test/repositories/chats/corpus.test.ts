import { describe, expect } from 'vitest'
import { test } from '../../support/database.ts'
import { aChat, savedTwice } from '../../support/exactly.ts'
import { coverageOf } from './corpus/coverage.ts'
import type { Corpus } from './corpus/scenarios.ts'
import { corpusOfV5 } from './corpus/v5.ts'
import { corpusOfV6 } from './corpus/v6.ts'
import { corpusOfV7 } from './corpus/v7.ts'

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

const corpora = { v5: await corpusOfV5(), v6: await corpusOfV6(), v7: await corpusOfV7() }
const versions = Object.entries(corpora)

/** The messages that the model would get, or the error of the SDK. */
async function modelMessagesOf({ convertToModelMessages }: Corpus, messages: unknown[]): Promise<string[]> {
  const answers = [{}, { ignoreIncompleteToolCalls: true }].map(async (options) => {
    const made = await convertToModelMessages(structuredClone(messages), options)
    return JSON.stringify(made)
  })
  return (await Promise.allSettled(answers)).map((answer) =>
    answer.status === 'fulfilled' ? answer.value : String(answer.reason),
  )
}

describe.for(versions)('messages of the AI SDK, %s', ([, corpus]) => {
  test.for(Object.entries(corpus.scenarios))(
    '%s: as they stream in, one over the other',
    async ([, messages], { db }) => {
      const chats = new Map<string, Awaited<ReturnType<typeof aChat>>>()
      for (const message of messages) {
        const chat = chats.get(message.id) ?? (await aChat(db))
        chats.set(message.id, chat)

        const loaded = await savedTwice(db, chat, [message])

        expect(await modelMessagesOf(corpus, loaded)).toEqual(await modelMessagesOf(corpus, [message]))
      }
    },
  )

  test('each in a separate chat, and all in one', async ({ db }) => {
    const messages = Object.values(corpus.scenarios).flat()
    await Promise.all(messages.map(async (message) => savedTwice(db, await aChat(db), [message])))

    const all = messages.map((message, place) => ({ ...message, id: `${place}` }))
    const loaded = await savedTwice(db, await aChat(db), all)

    expect(await modelMessagesOf(corpus, loaded)).toEqual(await modelMessagesOf(corpus, all))
  })
})

/** Fields of parts in version 5, and those added by later versions. */
const FIELDS = [
  'callProviderMetadata',
  'data',
  'errorText',
  'filename',
  'id',
  'input',
  'mediaType',
  'output',
  'preliminary',
  'providerExecuted',
  'providerMetadata',
  'rawInput',
  'sourceId',
  'state',
  'text',
  'title',
  'toolCallId',
  'toolName',
  'type',
  'url',
]
const ADDED = {
  v5: [],
  v6: ['approval', 'inputEncoding', 'resultProviderMetadata', 'toolMetadata'],
  v7: ['approval', 'citations', 'inputEncoding', 'kind', 'parts', 'resultProviderMetadata', 'toolMetadata'],
}

describe('the corpus', () => {
  test.for(versions)('has every part type and tool state of %s, and every field', ([version, corpus]) => {
    const messages = Object.values(corpus.scenarios).flat()
    const covered = coverageOf(messages)
    const states = [...corpus.toolStates, 'output-available, preliminary']

    expect(covered.partTypes).toEqual(corpus.partTypes.toSorted())
    expect(covered.toolStates).toEqual(
      ['dynamic-tool', 'tool-<name>'].flatMap((kind) => states.map((state) => `${kind} ${state}`)).toSorted(),
    )
    expect(covered.fields).toEqual([...FIELDS, ...ADDED[version as keyof typeof ADDED]].toSorted())
    expect(messages.length).toBeGreaterThanOrEqual({ v5: 190, v6: 240, v7: 300 }[version] ?? 0)
  })
})
