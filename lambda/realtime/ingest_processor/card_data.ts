// Keeps card numbers out (PCI DSS 3.3 and 3.5): one in any disguise that people really use makes the request invalid.

const SENSITIVE_NAMES = new Set([
  ..."cvv cvv2 cvc cvc2 cvn cvn2 cid csc cav2 securitycode cardsecuritycode cardverificationvalue".split(" "),
  ..."cardverificationcode pan primaryaccountnumber cardnumber cardno cardnum ccnumber ccnum".split(" "),
  ..."creditcardnumber debitcardnumber track1 track2 trackdata pin pinblock".split(" "),
]);

// 4-4-4-1..7 (Visa, Mastercard and most others), 4-4-4-4-1..3 (19 digits), 4-6-4..5 (Diners Club, American Express).
const groups = (separator: string): string[] => [
  `\\d{4}(?:${separator}\\d{4}){2}${separator}\\d{1,7}`,
  `\\d{4}(?:${separator}\\d{4}){3}${separator}\\d{1,3}`,
  `\\d{4}${separator}\\d{6}${separator}\\d{4,5}`,
];

// The lookahead lets matches overlap. Dashes and underscores count only in whole words: UUIDs are full of them.
const SHAPES = [
  "(?<!\\d)(?=(\\d{13,19})(?!\\d))",
  ...groups("[ .]").map((shape) => `(?<!\\d)(?=(${shape})(?!\\d))`),
  ...groups("[ ._-]").map((shape) => `(?<![A-Za-z0-9])(?=(${shape})(?![A-Za-z0-9]))`),
].map((source) => new RegExp(source, "g"));

export function containsCardNumber(text: string): boolean {
  // Compatibility forms, such as full-width digits and no-break spaces, become plain ones.
  const plain = text.normalize("NFKC");
  return SHAPES.some((shape) => [...plain.matchAll(shape)].some(([, found = ""]) => passesLuhn(found.replace(/\D/g, ""))));
}

/** Whether the key or anything below its value is card data. Walks without recursion: nesting may be deep. */
export function holdsCardData(key: string, value: unknown): boolean {
  const pending: [string, unknown][] = [[key, value]];
  for (let entry = pending.pop(); entry; entry = pending.pop()) {
    const [name, inner] = entry;
    if (isSensitiveName(name) || containsCardNumber(name)) return true;
    if (typeof inner === "object" && inner !== null) pending.push(...Object.entries(inner));
    else if (containsCardNumber(String(inner))) return true;
  }
  return false;
}

function isSensitiveName(name: string): boolean {
  return SENSITIVE_NAMES.has(name.toLowerCase().replace(/[^a-z0-9]/g, ""));
}

/** ISO/IEC 7812-1: every second digit from the right counts double, and the sum ends in 0. */
function passesLuhn(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const weighted = place % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (weighted > 9 ? weighted - 9 : weighted);
  }, 0);
  return sum % 10 === 0;
}
