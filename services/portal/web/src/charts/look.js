/** How pictures look: the page's own tokens, read when a picture is drawn. */

const SERIES = 8;

/** The tokens in force at an element, sizes in px. */
export function lookAt(element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const root = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const size = Math.max(12, Math.round(root * 0.8));
  return {
    ink: token("ink"),
    quiet: token("quiet"),
    line: token("line"),
    edge: token("edge"),
    surface: token("surface"),
    sunken: token("sunken"),
    red: token("scale-worst"),
    low: token("scale-low"),
    high: token("scale-high"),
    far: token("far"),
    font: token("font").replace(/"/g, "'"), // it stands inside attributes of an SVG
    series: Array.from({ length: SERIES }, (_, index) => token(`series-${index + 1}`)),
    size,
    px: size / 13, // how thick a line is drawn, against a screen on a desk
  };
}

/** What every picture has: type, colours, decals; tooltips are drawn, never HTML. */
export function common(look) {
  const faint = `${full(look.surface)}73`;
  return {
    animation: false,
    color: look.series,
    backgroundColor: "transparent",
    textStyle: { fontFamily: look.font, fontSize: look.size, color: look.ink },
    aria: {
      enabled: true,
      label: { enabled: false },
      decal: {
        show: true,
        decals: [
          { symbol: "none" },
          { color: faint, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
          { color: faint, symbol: "circle", symbolSize: 0.7, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0] },
          { color: faint, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
          { color: faint, dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: 0 },
          { color: faint, symbol: "triangle", symbolSize: 0.8, dashArrayX: [[9, 9], [0, 9, 9, 0]], dashArrayY: [7, 2] },
        ],
      },
    },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: look.surface,
      borderColor: look.edge,
      textStyle: { color: look.ink, fontFamily: look.font, fontSize: look.size },
    },
  };
}

/** A legend on top. */
export const legend = (look, more) => ({
  top: 0,
  left: 0,
  itemWidth: look.size,
  itemHeight: look.size * 0.75,
  itemGap: look.size,
  textStyle: { color: look.ink, fontSize: look.size },
  ...more,
});

/** The room for axes; labels always fit inside. */
export const grid = (look, more) => ({ left: 2, right: look.size, top: look.size * 2.5, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel", ...more });

export const valueAxis = (look, more) => ({
  type: "value",
  nameTextStyle: { color: look.quiet, fontSize: look.size, align: "left" },
  axisLabel: { color: look.quiet, fontSize: look.size },
  splitLine: { lineStyle: { color: look.line } },
  ...more,
});

export const nameAxis = (look, names, more) => ({
  type: "category",
  data: names,
  axisLabel: { color: look.ink, fontSize: look.size, hideOverlap: true },
  axisLine: { lineStyle: { color: look.edge } },
  axisTick: { show: false },
  ...more,
});

/** A colour between two, for a share from 0 to 1; colours as #rrggbb. */
export function between(low, high, share) {
  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const [from, to] = [parts(full(low)), parts(full(high))];
  const mixed = from.map((part, index) => Math.round(part + (to[index] - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Ink or paper, whichever reads better on a colour. */
export function onColour(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(full(colour).slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#111820" : "#ffffff";
}

/** #rgb as #rrggbb. */
const full = (colour) => (colour.length === 4 ? `#${[...colour.slice(1)].map((part) => part + part).join("")}` : colour.slice(0, 7));
