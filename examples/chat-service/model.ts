import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

type Call = Parameters<MockLanguageModelV4['doStream']>[0]
type Part =
  Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never

/**
 * In the place of a provider's model, such as `anthropic('claude-…')`: always the same answer to the same words, no
 * network. "find NAME" and "email ADDRESS" call a tool, "fail" fails halfway.
 *
 * @param delay milliseconds before each word.
 */
export function mockModel(delay: number): LanguageModel {
  return new MockLanguageModelV4({
    modelId: 'mock',
    doStream: async (call) => ({ stream: ReadableStream.from(answer(call, delay)) }),
  })
}

async function* answer({ prompt, abortSignal }: Call, delay: number): AsyncGenerator<Part> {
  yield { type: 'stream-start', warnings: [] }
  const last = prompt.at(-1)
  const text =
    last?.role === 'user' ? last.content.map((part) => ('text' in part ? part.text : '')).join(' ') : ''
  const [, verb = '', object = ''] = /\b(find|email)\s+(\S+)/i.exec(text) ?? []
  const toolCallId = `call-${prompt.length}`
  let words: string[] = []
  if (verb.toLowerCase() === 'find') {
    yield {
      type: 'tool-call',
      toolCallId,
      toolName: 'findCustomers',
      input: JSON.stringify({ name: object }),
    }
  } else if (verb.toLowerCase() === 'email') {
    yield { type: 'tool-call', toolCallId, toolName: 'sendEmail', input: JSON.stringify({ to: object }) }
  } else {
    const heard = last?.role === 'tool' ? JSON.stringify(last.content.at(-1)) : text
    words =
      `You said: ${heard}. ${'And so I thought about it for a while. '.repeat(4)}`.match(/\S+\s*/g) ?? []
    yield { type: 'text-start', id: 'text' }
    for (const [index, delta] of words.entries()) {
      await sleep(delay, undefined, { signal: abortSignal })
      if (index === 8 && /\bfail\b/i.test(text)) throw new Error('The provider failed.')
      yield { type: 'text-delta', id: 'text', delta }
    }
    yield { type: 'text-end', id: 'text' }
  }
  yield {
    type: 'finish',
    finishReason: { unified: verb ? 'tool-calls' : 'stop', raw: undefined },
    usage: {
      inputTokens: {
        total: prompt.length * 10,
        noCache: undefined,
        cacheRead: undefined,
        cacheWrite: undefined,
      },
      outputTokens: { total: words.length + 1, text: undefined, reasoning: undefined },
    },
  }
}
