import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../src/index.ts'
import { Redaction } from '../../src/repositories/index.ts'
import { NEARBY_SHAPES } from './audit-log-secrets/nearby.ts'
import { ORDINARY, ORDINARY_CHANGES } from './audit-log-secrets/ordinary.ts'
import { SECRET, SHAPES } from './audit-log-secrets/shapes.ts'
import { SIBLINGS } from './audit-log-secrets/siblings.ts'

const redaction = new Redaction([])
const recorded = (changes: unknown) => redaction.stringify(changes, 'changes')

describe('secrets of the audit log', () => {
  test.for(SHAPES.map((shape) => [shape.name, shape] as const))('%s', ([, { changes, secret = SECRET }]) => {
    expect(recorded(changes)).not.toContain(secret)
  })

  test.for(SIBLINGS.map((changes) => [changes] as const))('sibling %j', ([changes]) => {
    const json = recorded(changes)

    expect(json).not.toContain(SECRET)
    expect(json).not.toContain('918273645')
  })

  test.for([
    ['JSON', JSON.stringify({ password: SECRET })],
    ['a form', `name=Ada&password=${SECRET}`],
    ['a list', JSON.stringify([{ apiKey: SECRET }])],
    ['a key', `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----`],
  ] as const)('%s that is encoded', ([, text]) => {
    const bytes = Buffer.from(text)
    const encodings = [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      `\\x${bytes.toString('hex')}`,
      `data:application/json;base64,${bytes.toString('base64')}`,
      Buffer.from(bytes.toString('base64')).toString('base64'),
      bytes,
      Buffer.from(text, 'utf16le'),
    ]
    expect(recorded(encodings)).toBe(JSON.stringify(encodings.map(() => '[redacted]')))
    const harmless = Buffer.from(`${'Riga '.repeat(10)}37122334455`)
    const kept = [harmless.toString('base64'), harmless.toString('hex'), harmless, Buffer.from([1, 0, 2, 0])]
    expect(recorded(kept)).toBe(JSON.stringify(kept))
  })

  test.for([
    ['https://api.telegram.org/bot123456789:AAabcdefghijklmnopqrstuvwxyz0123456/send', 'AAabcdef'],
    [
      'https://x.webhook.office.com/webhookb2/1111-22@3333/IncomingWebhook/0123456789abcdef/4444',
      '0123456789abcdef',
    ],
    ['It failed with v4.local.aB3dE6gH9jK2mN5pQ8sTaB3dE6gH9jK2mN5p today', 'aB3dE6gH9jK2'],
  ] as const)('%s', ([text, secret]) => {
    expect(recorded({ note: text })).not.toContain(secret)
  })

  test('95 % of shapes that are recognized by the words beside a secret are held', () => {
    const leaking = NEARBY_SHAPES.filter(([changes, secret]) =>
      recorded(typeof changes === 'string' ? { note: changes } : changes)?.includes(secret),
    )

    expect(NEARBY_SHAPES).toHaveLength(205)
    expect(leaking.length / NEARBY_SHAPES.length).toBeLessThan(0.03)
  })

  test('a long text is read in linear time', () => {
    const texts = [
      'password ',
      'key: ',
      'a:1:b:c:',
      'psql -p ',
      'echo ',
      '4111 ',
      'x(',
      "('password','",
      'use a ',
      'aA1',
    ]
    for (const text of texts) {
      const [short, long] = [5_000, 20_000].map((count) => {
        const given = text.repeat(count)
        const start = performance.now()
        redaction.mask(given)
        return performance.now() - start
      }) as [number, number]
      expect([text, long > 3_000 && long > 12 * short]).toEqual([text, false])
    }
  })

  test('at most 1 % of ordinary texts are changed', () => {
    const changed = ORDINARY.filter((text) => recorded({ note: text }) !== JSON.stringify({ note: text }))

    expect(ORDINARY).toHaveLength(2_000)
    expect(changed.slice(20)).toEqual([])
  })

  test.for(ORDINARY_CHANGES.map((changes) => [changes] as const))(
    'ordinary changes are kept: %j',
    ([changes]) => {
      expect(recorded(changes)).toBe(JSON.stringify(changes))
    },
  )

  test('the text around a secret is kept', () => {
    expect(redaction.mask('sent X-Api-Key: abc.1def to https://ada:x@a.example/?a=1&token=y&b=2')).toBe(
      'sent X-Api-Key: [redacted] to https://ada:[redacted]@a.example/?a=1&token=[redacted]&b=2',
    )
    expect(redaction.mask('{"a": 1, "password": "x", broken')).toBe(
      '{"a": 1, "password": "[redacted]", broken',
    )
  })

  test('counts of tokens are kept in texts', () => {
    expect(redaction.mask('maxTokens: 4000, tokens=17')).toBe('maxTokens: 4000, tokens=17')
  })

  test('changes of more than a million characters are refused', () => {
    for (const changes of [
      { note: 'x'.repeat(1_048_577) },
      Array(400_000).fill(1),
      { a: '"'.repeat(600_000) },
    ]) {
      expect(() => recorded(changes)).toThrow(InvalidInputError)
      expect(() => recorded(changes)).toThrow(/"changes" must have at most 1,048,576 characters as JSON/)
    }
    expect(recorded({ note: 'x'.repeat(1_000_000) })).toHaveLength(1_000_011)
  })

  // Each of them is the beginning of a pattern, repeated; a pattern that reads it more than once takes minutes.
  test.for(
    `a|=|a=|a:|<a |-----BEGIN RSA PRIVATE KEY-----|a://|a://b:|--a |eyJ|\\|\\"|password |password: |password="|$|a.|sk-a
    |,|{a|name="a"|mysql |curl |password is |/login/|'|a,|a@|%41=|s:8:"a";|[|select '|<a name="password" value=|a =    `.split(
      '|',
    ),
  )('a text of %j is read in linear time', (unit) => {
    const start = performance.now()

    redaction.mask(unit.repeat(250_000 / unit.length))

    expect(performance.now() - start).toBeLessThan(3_000)
  })
})
