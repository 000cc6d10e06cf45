/** The key of the n-th row of any table. Rows that are written later have greater keys. */
export const id = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
/** The greatest key of the filled rows. */
export const LAST = id(0xffffffffffff)

/** The same in SQL. */
export const key = (n: string) => `('00000000-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`

/** The key of the n-th fresh row, which is greater than those of the filled rows. */
export const freshId = (n: number) => id(n).replace('-8000-', '-9000-')

/** The same in SQL. */
export const freshKey = (n: string) => `replace(${key(n)}::text, '-8000-', '-9000-')::uuid`

/** First words of names. */
export const ADJECTIVES =
  'Amber Arctic Baltic Blue Bright Calm Clear Coastal Copper Crystal Eastern Evergreen First Frosty Global Golden Grand Green Harbour Hidden Iron Ivory Little Lucky Lunar Maple Modern Noble Nordic Northern Open Pine Quiet Rapid Royal Silver Solar Southern Stone Urban'.split(
    ' ',
  )
/** Second words of names. */
export const NOUNS =
  'Bakery Bikes Books Brewery Bridge Cargo Clinic Coffee Design Dental Energy Farms Fisheries Foods Forge Furniture Gardens Glass Homes Hotel Insurance Labs Leather Legal Logistics Media Metals Motors Optics Paper Pharma Press Print Robotics Shipping Software Studio Textiles Timber Tools'.split(
    ' ',
  )

/** A pair of the two; all pairs occur as n grows. */
export const words = (n: number) =>
  `${ADJECTIVES[n % ADJECTIVES.length]} ${NOUNS[Math.floor(n / ADJECTIVES.length) % NOUNS.length]}`
