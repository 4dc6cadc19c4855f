// Keeps card numbers out (PCI DSS 3.3 and 3.5): one in any disguise that people really use makes the request invalid.

const SENSITIVE_NAMES = new Set([
  ..."cvv cvv2 cvc cvc2 cvn cvn2 cid csc cav2 securitycode cardsecuritycode cardverificationvalue".split(" "),
  ..."cardverificationcode pan primaryaccountnumber cardnumber cardno cardnum ccnumber ccnum".split(" "),
  ..."creditcardnumber debitcardnumber track1 track2 trackdata pin pinblock".split(" "),
]);

const TOKENS = new Set(["transactionId", "accountId"]);

const UUID = /(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])/gi;
// What card numbers begin with; numbers that begin with a year of this century do not.
const ISSUER = /^(?:[3-6]|2[2-7])/;
const DATE = /^20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])/;
const DECIMAL_DIGIT = /\p{Nd}/u;
// Most names and values: no compatibility form makes more digits of these.
const TOO_SHORT = /^[\0-\x7f]{0,12}$/;
const SHORTEST = 13;
const LONGEST = 19;

/**
 * Whether a card number is in the text, however it is spelled. Letters end a number, and anything else may stand between
 * its digits. UUIDs are left out, unless all their digits are decimal: one in some ten thousand would look like a card.
 */
export function containsCardNumber(text: string): boolean {
  return digitGroups(text).some((groups) => groupsHoldCardNumber(groups) || longNumberHoldsCardNumber(groups.join("")));
}

/** The same for an identifier: a number longer than a card's may be a date and a sequence, so it is not searched inside. */
export function tokenContainsCardNumber(text: string): boolean {
  return digitGroups(text).some(groupsHoldCardNumber);
}

/** The numbers of a text, each as the groups of digits that it is written in. */
function digitGroups(text: string): string[][] {
  if (TOO_SHORT.test(text)) return [];
  const withoutUuids = text.replace(UUID, (uuid) => (/[a-f]/i.test(uuid) ? "u" : uuid));
  // Compatibility forms, such as full-width digits, become plain ones; then those of other scripts.
  const plain = withoutUuids.normalize("NFKC").replace(/(?![0-9])\p{Nd}/gu, (digit) => String(digitValue(digit)));
  return plain.split(/\p{L}+/u).flatMap((run) => [run.match(/[0-9]+/g) ?? []]);
}

/** Unicode keeps the ten digits of a script together, from zero on. */
function digitValue(digit: string): number {
  const isDigit = (codePoint: number) => DECIMAL_DIGIT.test(String.fromCodePoint(codePoint));
  const codePoint = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && isDigit(codePoint - value - 1)) value += 1;
  return value;
}

/**
 * A group alone, and all of them together, are card numbers if they pass the check; some of them only if they also
 * begin like one. A date at the front makes all of them a number of some other kind: `20261120-154007`.
 */
function groupsHoldCardNumber(groups: readonly string[]): boolean {
  return groups.some((_, from) => {
    let digits = "";
    for (let to = from; to < groups.length; to += 1) {
      digits += groups[to];
      if (digits.length > LONGEST) return false;
      const whole = from === 0 && to === groups.length - 1 && !DATE.test(digits);
      if ((from === to || whole || ISSUER.test(digits)) && passesLuhn(digits)) return true;
    }
    return false;
  });
}

function longNumberHoldsCardNumber(digits: string): boolean {
  if (digits.length <= LONGEST) return false;
  return Array.from(digits).some(
    (first, at) =>
      (/[2-6]/.test(first) && at + 16 <= digits.length && passesLuhn(digits.slice(at, at + 16))) ||
      (first === "3" && at + 15 <= digits.length && passesLuhn(digits.slice(at, at + 15))),
  );
}

/** Whether the key or anything below its value is card data. Walks without recursion: nesting may be deep. */
export function holdsCardData(key: string, value: unknown): boolean {
  const inValue = TOKENS.has(key) ? tokenContainsCardNumber : containsCardNumber;
  const pending: [string, unknown][] = [[key, value]];
  for (let entry = pending.pop(); entry; entry = pending.pop()) {
    const [name, inner] = entry;
    if (isSensitiveName(name) || containsCardNumber(name)) return true;
    if (typeof inner === "object" && inner !== null) pending.push(...Object.entries(inner));
    else if (inValue(String(inner))) return true;
  }
  return false;
}

function isSensitiveName(name: string): boolean {
  return SENSITIVE_NAMES.has(name.toLowerCase().replace(/[^a-z0-9]/g, ""));
}

/** ISO/IEC 7812-1: every second digit from the right counts double, and the sum ends in 0. */
function passesLuhn(digits: string): boolean {
  if (digits.length < SHORTEST || digits.length > LONGEST) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const weighted = place % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
