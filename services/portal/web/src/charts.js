/** Draws every `[data-chart]` from the JSON inside it; its sentence and its table say the same without scripts. */

import * as amounts from "./charts/amounts.js";
import { init } from "./charts/engine.js";
import { common, lookAt } from "./charts/look.js";
import * as times from "./charts/times.js";
import { saved, toCsv } from "./charts/files.js";

const KINDS = { ...amounts, ...times };
const drawn = new Map();

function option(kind, data, look, width, height) {
  const shared = common(look);
  const own = KINDS[kind](data, look, width, height);
  return { ...shared, ...own, tooltip: { ...shared.tooltip, ...own.tooltip } };
}

/** For paper: vectors in the light colours, kept ready beside the drawing, since printing does not wait. */
function forPrint(picture) {
  const paper = document.createElement("span");
  paper.className = "on-paper";
  paper.hidden = true;
  picture.figure.append(paper);
  const look = { ...lookAt(paper), size: 12, px: 1 };
  paper.remove();
  const [width, height] = [680, Math.round(Math.max(220, Math.min(420, picture.box.clientHeight)))];
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption(option(picture.kind, picture.data, look, width, height));
  if (!picture.image) {
    picture.image = document.createElement("img");
    picture.image.className = "chart-print";
    picture.image.alt = "";
    picture.box.after(picture.image);
  }
  picture.image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(chart.renderToSVGString())}`;
  chart.dispose();
}

function draw(picture) {
  const { box, chart, data, figure, kind } = picture;
  chart.resize();
  chart.setOption(option(kind, data, lookAt(figure), box.clientWidth, box.clientHeight), true);
}

function set(figure) {
  const kind = figure.dataset.chart;
  const box = figure.querySelector(".chart-drawing");
  if (!KINDS[kind] || !box || drawn.has(figure)) return;
  const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
  data.words = JSON.parse(figure.dataset.words || "{}");
  for (const list of ["months", "weekdays"]) data.words[list] = (data.words[list] || "").split(" ");
  box.hidden = false;
  const picture = { figure, kind, box, data, chart: init(box, null, { renderer: "canvas" }) };
  drawn.set(figure, picture);
  draw(picture);
  let wide = `${box.clientWidth} ${box.clientHeight}`;
  new ResizeObserver(() => {
    const now = `${box.clientWidth} ${box.clientHeight}`;
    if (now !== wide) {
      wide = now;
      draw(picture);
    }
  }).observe(box);
  const tools = figure.querySelector(".chart-tools");
  if (tools) {
    tools.hidden = false;
    tools.addEventListener("click", (event) => exported(picture, event.target.closest("[data-export]")));
    (window.requestIdleCallback || setTimeout)(() => forPrint(picture));
  }
}

async function exported(picture, button) {
  if (!button) return;
  const name = picture.figure.dataset.name;
  if (button.dataset.export === "csv") {
    saved(`${name}.csv`, new Blob([toCsv(picture.figure.querySelector("table"))], { type: "text/csv;charset=utf-8" }));
    return;
  }
  const url = picture.chart.getDataURL({ pixelRatio: 2, backgroundColor: lookAt(picture.figure).surface });
  const [, encoded] = url.split(",");
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  saved(`${name}.png`, new Blob([bytes], { type: "image/png" }));
}

function every(root) {
  root.querySelectorAll("[data-chart]").forEach(set);
}

/** Fragments may bring new pictures and take old ones away. */
function swept() {
  for (const [figure, picture] of drawn) {
    if (!figure.isConnected) {
      picture.chart.dispose();
      drawn.delete(figure);
    }
  }
  every(document);
}

const redraw = () => drawn.forEach(draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new MutationObserver(() => requestAnimationFrame(redraw)).observe(document.documentElement, { attributeFilter: ["data-theme", "data-mode", "data-screen"] });
document.addEventListener("yinuo:content", swept);
every(document);
