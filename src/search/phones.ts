const PHONE = /(?<![0-9])\+?[0-9(][0-9 ()./-]{5,24}[0-9](?![0-9])/g

/**
 * The digits of phone numbers, from each group of digits on. After a + also from its second to fourth digit on, where the
 * number without the code of its country may begin.
 */
export function phonesIn(letters: string): string[] {
  const phones: string[] = []
  for (const [phone] of letters.matchAll(PHONE)) {
    const groups = phone.match(/[0-9]+/g) ?? []
    const digits = groups.join('')
    const isInternational = phone.startsWith('+')
    if (digits.length < 7 || digits.length > 15 || (groups.length === 1 && !isInternational)) continue
    for (let group = 0; group < groups.length - 1; group += 1) phones.push(groups.slice(group).join(''))
    if (isInternational) for (let from = 0; from < 4; from += 1) phones.push(digits.slice(from))
  }
  return phones
}
