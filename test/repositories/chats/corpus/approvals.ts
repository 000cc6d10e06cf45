import type { ChatMessage } from '../../../../src/index.ts'
import { call, text } from './parts.ts'
import { type Scenarios, withParts } from './scenarios.ts'
import { chunksOf, type Dialect, type Run, type Sdk, snapshotsOf, streamOf } from './sdk.ts'
import { toolsOf } from './tools.ts'

const asked: ChatMessage = { id: 'asked', role: 'user', parts: [{ type: 'text', text: 'Send it' } as never] }

/** Tools that ask first, from version 6 on. */
export async function approvalScenarios(sdk: Sdk, dialect: Dialect): Promise<Scenarios> {
  const run = async (more: Partial<Run> & Pick<Run, 'steps'>, goesOn?: ChatMessage) => {
    const messages = goesOn ? [asked, goesOn] : [asked]
    const chunks = await chunksOf(sdk, dialect, { messages, tools: toolsOf(sdk), ...more })
    return snapshotsOf(sdk, chunks, goesOn)
  }
  const calls = [
    ...call('c1', 'guarded', '{"city":"Rīga"}'),
    ...call('c2', 'guardedLookup', '{"q":"\\u0000"}'),
  ]
  const toCall = dialect.finish('tool-calls', { input: 10, output: 3 })
  const answer = [...text('t', 'Done'), dialect.finish('stop', { input: 5, output: 1 })]

  const waiting = await run({ steps: [[...calls, toCall]], experimental_toolApprovalSecret: 'secret' })
  const respond = (approved: boolean, reason?: string) =>
    withParts(waiting.at(-1)!, 'approval-requested', (part) => ({
      ...part,
      state: 'approval-responded',
      approval: { ...(part.approval as object), approved, reason },
    }))
  const approved = respond(true)
  const denied = respond(false, 'Not \ud800 now')
  const secret = { experimental_toolApprovalSecret: 'secret' }

  return {
    'tools that wait for approval': waiting,
    'tools that are approved': [approved, ...(await run({ steps: [answer], ...secret }, approved))],
    'tools that are denied': [denied, ...(await run({ steps: [answer], ...secret }, denied))],
    'chunks of approvals': await snapshotsOf(sdk, streamOf(CHUNKS)),
  }
}

const CHUNKS = [
  { type: 'start', messageId: 'answer' },
  ...['x', 'y'].flatMap((id, index) => [
    {
      type: 'tool-input-start',
      toolCallId: id,
      toolName: 'send',
      dynamic: index === 0,
      title: 'Send "it"',
      toolMetadata: { server: { 2: 'b', 1: null } },
      inputEncoding: 'text',
      providerMetadata: { mock: { id } },
    },
    { type: 'tool-input-delta', toolCallId: id, inputTextDelta: 'raw { text' },
    {
      type: 'tool-input-available',
      toolCallId: id,
      toolName: 'send',
      input: 'raw { text',
      dynamic: index === 0,
      providerMetadata: { mock: { id } },
    },
    {
      type: 'tool-approval-request',
      toolCallId: id,
      approvalId: `approval-${id}`,
      approvalDescriptor: { kind: 'mail', to: [null] },
      inputSchemaInput: undefined,
      signature: 'c2ln',
    },
    { type: 'tool-output-denied', toolCallId: id },
    {
      type: 'tool-output-available',
      toolCallId: id,
      output: null,
      preliminary: true,
      providerMetadata: { mock: { result: id } },
    },
    {
      type: 'tool-output-error',
      toolCallId: id,
      errorText: 'No \0',
      providerMetadata: { mock: { result: id } },
    },
  ]),
]
