// Numbers as they are written in JSON text: JSON.parse gives the nearest that JavaScript has.

/** Strings, numbers, and what changes the depth or follows a name. The rest is of no interest here. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9][0-9.eE+-]*|[{}[\]:]/g;

/** The number that the key of the outermost object has: of several equal keys the last one's, as in JSON.parse. The text must be JSON. */
export function lastNumberNamed(name: string, json: string): string | undefined {
  let found: string | undefined;
  let depth = 0;
  let last = "";
  let key: string | undefined;
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    if (token === ":" && depth === 1) key = last;
    // A key may be written with escapes.
    else if (key !== undefined && depth === 1 && /^[-0-9]/.test(token) && JSON.parse(key) === name) found = token;
    if (token !== ":") key = undefined;
    last = token;
  }
  return found;
}

/** Whether the number, as it is written, has at most two decimals; zeros at the end do not count. */
export function hasTwoDecimals(json: string): boolean {
  const [, whole = "", fraction = "", exponent = "0"] = /^-?([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(json) ?? [];
  const digits = `${whole}${fraction}`.replace(/0+$/, "");
  const zeros = whole.length + fraction.length - digits.length;
  return /^0*$/.test(digits) || fraction.length - zeros - Number(exponent) <= 2;
}
