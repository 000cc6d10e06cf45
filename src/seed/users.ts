import { timeText } from './clock.ts'
import { fullName } from './company.ts'
import { PLACES } from './places.ts'
import type { Random } from './random.ts'
import type { Sheets } from './sheets.ts'
import { STREAM } from './streams.ts'
import { AGENTS } from './words.ts'
import type { World } from './world.ts'

const BCRYPT_LETTERS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Creates a function that writes the n-th user. */
export function userWriter(world: World): (sheets: Sheets, n: number) => void {
  const { random } = world
  const entryKeys = world.keys(STREAM.auditedUsers)

  return (sheets, n) => {
    const place = random.at(STREAM.users, n).pick(PLACES)
    const [first, last] = [random.pick(place.first), random.pick(place.last)]
    const time = world.userTime(n)
    const name = fullName(first, last, place)
    const email = `${first.slug}.${last.slug}${n + 1}@${world.domain(random.pick(DOMAINS))}`
    const role = n === 0 || random.chance(0.01) ? 'admin' : random.chance(0.03) ? 'moderator' : 'user'
    const isFromProvider = random.chance(0.3)
    const hasPassword = !isFromProvider || random.chance(0.2)
    // The first user registers without an administrator, like most others.
    const admin = n > 0 && random.chance(0.2) ? world.userId(0) : null
    sheets.add('users', {
      user_id: world.userId(n),
      name,
      email,
      // Matches no password, so these users cannot sign in.
      password: hasPassword ? `$2b$10$${random.characters(53, BCRYPT_LETTERS)}` : null,
      role,
      provider: isFromProvider ? 'google' : null,
      provider_id: isFromProvider ? `1${digits(world.seed)}${digits(n)}` : null,
      version: 0,
      created_at: timeText(time),
      updated_at: timeText(time),
      created_by: admin,
      updated_by: admin,
    })
    sheets.add('audit_log', {
      id: entryKeys.of(n, time),
      user_id: admin,
      entity_type: 'user',
      entity_id: world.userId(n),
      action: 'create',
      changes: JSON.stringify({ name: [null, name], email: [null, email], role: [null, role] }),
      ip_address: addressOf(random),
      user_agent: random.pick(AGENTS),
      created_at: timeText(time),
      is_history: true,
    })
  }
}

/** Reserved for examples: https://www.rfc-editor.org/rfc/rfc2606 */
const DOMAINS = ['example.com', 'example.org', 'example.net', 'mail.example.test']

function digits(n: number): string {
  return String(n).padStart(10, '0')
}

/** An address of the networks for documentation: https://www.rfc-editor.org/rfc/rfc5737 and 3849 */
export function addressOf(random: Random): string {
  const host = random.between(1, 254)
  return random.chance(0.1) ? `2001:db8::${host.toString(16)}` : `${random.pick(NETWORKS)}.${host}`
}

const NETWORKS = ['192.0.2', '198.51.100', '203.0.113']
