// cspell:ignore networkidle
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, expect } from 'vitest'
import { PAGES } from '../../../scripts/studio/app.ts'
import { CHROMIUM } from '../../support/chromium.ts'
import { nameOf, one } from '../../support/studio.ts'
import { test } from '../../support/studio-browser.ts'

/** Every page, and those with something opened. */
async function addresses(filled: string): Promise<string[]> {
  const first = async (sql: string) => encodeURIComponent(String(await one(filled, sql)))
  const row = await first(`select json_build_object('user_id', user_id)::text from users limit 1`)
  const chat = String(await one(filled, `select 'user=' || user_id || '&chat=' || id from chats limit 1`))
  return [
    ...Object.keys(PAGES),
    '/?table=messages',
    `/?table=users&row=${row}`,
    '/?table=people&row=new',
    `/?table=people&where=${encodeURIComponent('[{"column":"person_id","operator":"=","value":"none"}]')}`,
    '/people?q=no+such+name',
    `/chats?${chat}`,
    `/customers?id=${await first('select customer_id from customers limit 1')}`,
    `/people?id=${await first('select person_id from people limit 1')}`,
    '/statements?q=chats.find#chats.find',
  ]
}

describe.skipIf(!CHROMIUM)('every page', () => {
  test.for(['light', 'dark'] as const)(
    'has no serious fault of accessibility, %s',
    { timeout: 180_000 },
    async (colorScheme, { open, filled }) => {
      const page = await open({ write: true, confirm: nameOf(filled) })
      await page.emulateMedia({ colorScheme })
      const { origin } = new URL(page.url())
      const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

      for (const path of await addresses(filled)) {
        await page.goto(origin + path)
        await page.waitForLoadState('networkidle')
        await page.evaluate(axe)
        const faults = (await page.evaluate(
          `axe.run().then(({ violations }) => violations
             .filter(({ impact }) => impact === 'serious' || impact === 'critical')
             .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`,
        )) as string[]
        expect.soft(faults, path).toEqual([])
      }
    },
  )

  test('fits a phone, in the dark too', { timeout: 180_000 }, async ({ open, filled }) => {
    const page = await open()
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme: 'dark' })
    const { origin } = new URL(page.url())

    for (const path of await addresses(filled)) {
      await page.goto(origin + path)
      await page.waitForLoadState('networkidle')
      const width = await page.evaluate('document.documentElement.scrollWidth')
      const ground = await page.evaluate(`getComputedStyle(document.querySelector('#page')).backgroundColor`)
      expect.soft(width, path).toBeLessThanOrEqual(390)
      const bar = await page.evaluate(`getComputedStyle(document.querySelector('.bar')).backgroundColor`)
      expect.soft(ground, path).toBe('rgb(23, 26, 33)')
      expect.soft(bar, path).toBe('rgb(32, 36, 45)')
    }
  })
})
