/**
 * How similar two names are, from 0 to 1, from their words as the function `duplicate_words` of the schema makes them. The order
 * of the words and the spaces between them do not count. Words are similar that differ by a typing error: a letter more, less or
 * another one, or two neighbors exchanged; long words by two of these.
 */
export function similarityOf(first: readonly string[], second: readonly string[]): number {
  if (first.length === 0 || second.length === 0) return 0
  if (first.join('') === second.join('') || [...first].sort().join(' ') === [...second].sort().join(' '))
    return 1
  const rest = [...second]
  const letters = lengthOf(first) + lengthOf(second)
  let shared = 0
  for (const word of [...first].sort((a, b) => b.length - a.length)) {
    let [best, at] = [0, -1]
    for (const [index, other] of rest.entries()) {
      const similarity = wordSimilarity(word, other)
      if (similarity > best) [best, at] = [similarity, index]
    }
    if (at >= 0) shared += best * (word.length + (rest.splice(at, 1)[0] as string).length)
  }
  return Math.max(shared / letters, joinedSimilarity(first, second))
}

/** Whether all words of the shorter name occur in the longer one, which has more. */
export function isPartOf(first: readonly string[], second: readonly string[]): boolean {
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first]
  return shorter.length < longer.length && shorter.every((word) => longer.includes(word))
}

/** For names of one word and names whose spaces differ: both as one word. */
function joinedSimilarity(first: readonly string[], second: readonly string[]): number {
  if (first.length === second.length) return 0
  return wordSimilarity(first.join(''), second.join(''))
}

/** From 0 to 1; 0 for words that no typing error explains. */
function wordSimilarity(first: string, second: string): number {
  if (first === second) return 1
  const length = Math.max(first.length, second.length)
  if (length < 3 || Math.abs(first.length - second.length) > 2) return 0
  const errors = distance(first, second)
  // In short words of East Asian names, another letter is another name.
  if (length < 5 && BEYOND_LATIN.test(first) && first.length === second.length && !isExchange(first, second))
    return 0
  const most = length < 8 || first[0] !== second[0] ? 1 : 2
  return errors > most ? 0 : 1 - errors / length
}

const BEYOND_LATIN = /[^\0-\u052f]/u

function isExchange(first: string, second: string): boolean {
  return [...first].sort().join('') === [...second].sort().join('')
}

function lengthOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0)
}

/** The number of letters to add, remove, replace or exchange with a neighbor (optimal string alignment). */
function distance(first: string, second: string): number {
  let [beforeLast, last] = [[] as number[], Array.from({ length: second.length + 1 }, (_, index) => index)]
  for (let row = 1; row <= first.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= second.length; column += 1) {
      const isSame = first[row - 1] === second[column - 1]
      let least = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
      )
      if (
        row > 1 &&
        column > 1 &&
        first[row - 1] === second[column - 2] &&
        first[row - 2] === second[column - 1]
      )
        least = Math.min(least, (beforeLast[column - 2] as number) + 1)
      current.push(least)
    }
    ;[beforeLast, last] = [last, current]
  }
  return last[second.length] as number
}
