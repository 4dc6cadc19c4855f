// Return the texts whose colour is too near to that of what is behind them: below 4.5 to 1, as WCAG counts.
const parse = (text) => text.match(/[\d.]+/g).map(Number);
const light = (rgb) => {
  const [r, g, b] = rgb.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
    if (a > 0) return [r, g, b];
  }
  return [255, 255, 255];
};
const found = new Set();
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.getClientRects().length || element.closest("svg, script, [aria-hidden=true], .skip")) continue;
  let seen = 1;
  for (let at = element; at; at = at.parentElement) seen *= Number(getComputedStyle(at).opacity);
  const back = behind(element);
  const front = parse(getComputedStyle(element).color).slice(0, 3).map((v, n) => v * seen + back[n] * (1 - seen));
  const [low, high] = [light(front), light(back)].sort((a, b) => a - b);
  if ((high + 0.05) / (low + 0.05) < 4.5) found.add(`${element.className || element.tagName}: ${element.textContent.trim().slice(0, 40)}`);
}
return [...found];
