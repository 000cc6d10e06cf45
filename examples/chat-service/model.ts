import { setTimeout as sleep } from 'node:timers/promises'
import type { LanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'

type Stream = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream']
type Part = Stream extends ReadableStream<infer P> ? P : never
type Prompt = Parameters<MockLanguageModelV4['doStream']>[0]['prompt']

/**
 * Replaces a provider's model, such as `anthropic('claude-…')`. It gives equal answers to equal words, without a network.
 * "find NAME" and "email ADDRESS" make it call a tool. "fail" makes it fail in the middle, and "refuse" at once.
 *
 * @param delay milliseconds before each word.
 */
export function mockModel(delay: number): LanguageModel {
  return new MockLanguageModelV4({
    modelId: 'mock',
    async doStream({ prompt, abortSignal }) {
      if (/\brefuse\b/i.test(lastWords(prompt))) throw new Error('The provider refused.')
      return { stream: ReadableStream.from(answer(prompt, delay, abortSignal)) }
    },
  })
}

async function* answer(prompt: Prompt, delay: number, signal?: AbortSignal): AsyncGenerator<Part> {
  const heard = lastWords(prompt)
  const call = toolCallFor(heard)
  const words = call
    ? []
    : `You said: ${heard}. ${'I thought about it for a while. '.repeat(5)}`.split(/(?<= )/)

  yield { type: 'stream-start', warnings: [] }
  if (call) yield { type: 'tool-call', toolCallId: `call-${prompt.length}`, ...call }
  else yield { type: 'text-start', id: 'text' }
  for (const [index, delta] of words.entries()) {
    await sleep(delay, undefined, { signal })
    if (index === 8 && /\bfail\b/i.test(heard)) throw new Error('The provider failed.')
    yield { type: 'text-delta', id: 'text', delta }
  }
  if (!call) yield { type: 'text-end', id: 'text' }
  yield {
    type: 'finish',
    finishReason: { unified: call ? 'tool-calls' : 'stop', raw: undefined },
    usage: {
      inputTokens: { ...UNKNOWN, total: prompt.length * 10 },
      outputTokens: { ...UNKNOWN, total: words.length + 1 },
    },
  }
}

const UNKNOWN = {
  noCache: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  text: undefined,
  reasoning: undefined,
}

/** The last message of the user, or the last result of a tool. */
function lastWords(prompt: Prompt): string {
  const last = prompt.at(-1)
  if (last?.role === 'tool') return `${JSON.stringify(last.content.at(-1))}`
  return last?.role === 'user' ? last.content.map((part) => ('text' in part ? part.text : '')).join(' ') : ''
}

function toolCallFor(words: string): { toolName: string; input: string } | undefined {
  const [, verb, object] = /^(find|email)\s+(\S+)/i.exec(words) ?? []
  if (verb === undefined) return undefined
  return verb.toLowerCase() === 'find'
    ? { toolName: 'findCustomers', input: JSON.stringify({ name: object }) }
    : { toolName: 'sendEmail', input: JSON.stringify({ to: object }) }
}
